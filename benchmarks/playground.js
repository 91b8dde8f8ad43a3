// A tick of a network playground as plain JavaScript: an object per unit and per connection, example by example, pixel
// by pixel, in float64. Data as text on standard input: {sizes, train: [[x, y, target]], test: [...]}.
// Arguments: side of the maps, ticks. Prints seconds per tick (median), and the losses after the last one.
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

const { sizes, train, test } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const side = Number(process.argv[2]), ticks = Number(process.argv[3]);
const layers = buildNetwork(sizes), seconds = [];
const maps = layers.slice(1).flat().map(() => Array.from({ length: side }, () => new Array(side).fill(0)));
let losses;
for (let k = 0; k < ticks; k++) {
  const begun = performance.now();
  losses = tick(layers, train, test, maps, side);
  seconds.push((performance.now() - begun) / 1000);
}
seconds.splice(0, Math.floor(ticks / 4)); // while the compiler warms up
seconds.sort((a, b) => a - b);
console.log(seconds[seconds.length >> 1], ...losses);
