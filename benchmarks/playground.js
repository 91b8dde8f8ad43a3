// A tick of a network playground as plain JavaScript: an object per unit and per connection, example by example, pixel
// by pixel, in float64; and the same with flat typed arrays. Data as text on standard input: {sizes, train: [[x, y,
// target]], test: [...]}. Arguments: side of the maps, ticks. Prints seconds per tick (median) of the two.
"use strict";

const RATE = 0.03, BATCH = 10;

function buildNetwork(sizes) {
  const layers = [];
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (const size of sizes) {
    const before = layers[layers.length - 1] || [], layer = [];
    for (let i = 0; i < size; i++) {
      const unit = { inputs: [], outputs: [], bias: 0.1, z: 0, a: 0, slopeA: 0, slopeZ: 0, sum: 0, count: 0 };
      for (const source of before) {
        const link = { source, dest: unit, weight: random() - 0.5, slope: 0, sum: 0, count: 0 };
        source.outputs.push(link);
        unit.inputs.push(link);
      }
      layer.push(unit);
    }
    layers.push(layer);
  }
  return layers;
}

function forward(layers, x, y) {
  layers[0][0].a = x;
  layers[0][1].a = y;
  for (let l = 1; l < layers.length; l++) {
    for (const unit of layers[l]) {
      unit.z = unit.bias;
      for (let j = 0; j < unit.inputs.length; j++) {
        const link = unit.inputs[j];
        unit.z += link.weight * link.source.a;
      }
      unit.a = Math.tanh(unit.z);
    }
  }
  return layers[layers.length - 1][0].a;
}

function backward(layers, target) {
  const output = layers[layers.length - 1][0];
  output.slopeA = output.a - target;
  for (let l = layers.length - 1; l >= 1; l--) {
    for (const unit of layers[l]) {
      unit.slopeZ = unit.slopeA * (1 - unit.a * unit.a);
      unit.sum += unit.slopeZ;
      unit.count++;
    }
    for (const unit of layers[l]) {
      for (const link of unit.inputs) {
        link.slope = unit.slopeZ * link.source.a;
        link.sum += link.slope;
        link.count++;
      }
    }
    if (l === 1) continue;
    for (const unit of layers[l - 1]) {
      unit.slopeA = 0;
      for (const link of unit.outputs) unit.slopeA += link.weight * link.dest.slopeZ;
    }
  }
}

function update(layers) {
  for (let l = 1; l < layers.length; l++) {
    for (const unit of layers[l]) {
      if (unit.count > 0) {
        unit.bias -= (RATE * unit.sum) / unit.count;
        unit.sum = unit.count = 0;
      }
      for (const link of unit.inputs) {
        if (link.count > 0) {
          link.weight -= (RATE / link.count) * link.sum;
          link.sum = link.count = 0;
        }
      }
    }
  }
}

function meanLoss(layers, data) {
  let loss = 0;
  for (const [x, y, target] of data) loss += 0.5 * Math.pow(forward(layers, x, y) - target, 2);
  return loss / data.length;
}

function tick(layers, train, test, maps, side) {
  for (let i = 0; i < train.length; i++) {
    const [x, y, target] = train[i];
    forward(layers, x, y);
    backward(layers, target);
    if ((i + 1) % BATCH === 0) update(layers);
  }
  const losses = [meanLoss(layers, train), meanLoss(layers, test)];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      forward(layers, -6 + (12 * column) / (side - 1), -6 + (12 * row) / (side - 1));
      let map = 0;
      for (let l = 1; l < layers.length; l++) {
        for (const unit of layers[l]) maps[map++][column][row] = unit.a;
      }
    }
  }
  return losses;
}

// The same arithmetic in the same order, all numbers of a kind in one typed array.
function flatNetwork(layers) {
  const sizes = layers.map((layer) => layer.length), weights = [];
  for (let l = 1; l < layers.length; l++) {
    for (const unit of layers[l]) weights.push(...unit.inputs.map((link) => link.weight));
  }
  const units = sizes.reduce((a, b) => a + b);
  const zeros = (count) => new Float64Array(count);
  const w = Float64Array.from(weights), bias = zeros(units).fill(0.1);
  return { sizes, w, bias, a: zeros(units), d: zeros(units), ws: zeros(w.length), bs: zeros(units) };
}

function flatForward({ sizes, w, bias, a }, x, y) {
  a[0] = x;
  a[1] = y;
  let from = 0, k = 0;
  for (let l = 1; l < sizes.length; l++) {
    const n = sizes[l - 1], to = from + n;
    for (let i = to; i < to + sizes[l]; i++) {
      let z = bias[i];
      for (let j = 0; j < n; j++) z += w[k++] * a[from + j];
      a[i] = Math.tanh(z);
    }
    from = to;
  }
  return a[from];
}

function flatBackward({ sizes, w, a, d, ws, bs }, target) {
  let to = a.length - 1, k = w.length;
  d[to] = a[to] - target;
  for (let l = sizes.length - 1; l >= 1; l--) {
    const n = sizes[l - 1], from = to - n;
    k -= n * sizes[l];
    d.fill(0, from, to);
    for (let i = 0; i < sizes[l]; i++) {
      const slope = d[to + i] * (1 - a[to + i] * a[to + i]);
      bs[to + i] += slope;
      for (let j = 0, e = k + i * n; j < n; j++, e++) {
        ws[e] += slope * a[from + j];
        d[from + j] += w[e] * slope;
      }
    }
    to = from;
  }
}

function flatTick(net, train, test, maps, side) {
  const loss = (data) => data.reduce((sum, [x, y, t]) => sum + 0.5 * (flatForward(net, x, y) - t) ** 2, 0) / data.length;
  for (let i = 0; i < train.length; i++) {
    flatForward(net, train[i][0], train[i][1]);
    flatBackward(net, train[i][2]);
    if ((i + 1) % BATCH === 0) {
      for (let k = 0; k < net.w.length; k++) net.w[k] -= (RATE / BATCH) * net.ws[k];
      for (let k = 0; k < net.bias.length; k++) net.bias[k] -= (RATE / BATCH) * net.bs[k];
      net.ws.fill(0);
      net.bs.fill(0);
    }
  }
  const losses = [loss(train), loss(test)];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      flatForward(net, -6 + (12 * column) / (side - 1), -6 + (12 * row) / (side - 1));
      for (let u = net.sizes[0]; u < net.a.length; u++) maps[(u * side + row) * side + column] = net.a[u];
    }
  }
  return losses;
}

function medianSeconds(ticks, make) {
  const seconds = [];
  let losses;
  for (let k = 0; k < ticks; k++) {
    const begun = performance.now();
    losses = make();
    seconds.push((performance.now() - begun) / 1000);
  }
  seconds.splice(0, Math.floor(ticks / 4)); // while the compiler warms up
  seconds.sort((a, b) => a - b);
  return [seconds[seconds.length >> 1], losses[0]];
}

const { sizes, train, test } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const side = Number(process.argv[2]), ticks = Number(process.argv[3]);
const layers = buildNetwork(sizes), net = flatNetwork(layers);
const maps = layers.slice(1).flat().map(() => Array.from({ length: side }, () => new Array(side).fill(0)));
const flatMaps = new Float64Array(net.a.length * side * side);
const [plain, loss] = medianSeconds(ticks, () => tick(layers, train, test, maps, side));
const [flat, again] = medianSeconds(ticks, () => flatTick(net, train, test, flatMaps, side));
if (Math.abs(loss - again) > 1e-6) throw new Error(`the two disagree: ${loss} ${again}`);
console.log(plain, flat);
