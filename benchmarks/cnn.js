// The digit network of ConvNetJS' MNIST demo as plain JavaScript: volumes of numbers, one example at a time, loops over
// places and filters, gradients kept beside the values, stochastic gradient descent with momentum per batch of 20.
// 24x24x1 -> conv 5x5x8 (pad 2) -> relu -> pool 2 -> conv 5x5x16 (pad 2) -> relu -> pool 3 -> dense 10 -> softmax.
// Arguments: examples, width of the picture. Prints seconds per example (median of five rounds).
"use strict";

const BATCH = 20, RATE = 0.01, MOMENTUM = 0.9;
let seed = 1;
const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const gauss = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

class Volume {
  constructor(width, height, depth, spread = 0) {
    Object.assign(this, { width, height, depth });
    const count = width * height * depth;
    this.w = new Float64Array(count);
    this.dw = new Float64Array(count);
    if (spread) for (let i = 0; i < count; i++) this.w[i] = spread * gauss();
  }
}

class Convolution {
  constructor(input, size, filters, pad) {
    Object.assign(this, { size, pad, out: new Volume(input.width, input.height, filters) });
    const spread = Math.sqrt(1 / (size * size * input.depth));
    this.filters = Array.from({ length: filters }, () => new Volume(size, size, input.depth, spread));
    this.biases = new Volume(1, 1, filters);
  }

  forward(input) {
    this.input = input;
    const { out, size, pad } = this;
    for (let d = 0; d < out.depth; d++) {
      const f = this.filters[d];
      for (let ay = 0, y = -pad; ay < out.height; ay++, y++) {
        for (let ax = 0, x = -pad; ax < out.width; ax++, x++) {
          let a = 0;
          for (let fy = 0; fy < size; fy++) {
            const oy = y + fy;
            for (let fx = 0; fx < size; fx++) {
              const ox = x + fx;
              if (oy >= 0 && oy < input.height && ox >= 0 && ox < input.width) {
                const from = (size * fy + fx) * f.depth, at = (input.width * oy + ox) * input.depth;
                for (let k = 0; k < f.depth; k++) a += f.w[from + k] * input.w[at + k];
              }
            }
          }
          out.w[(out.width * ay + ax) * out.depth + d] = a + this.biases.w[d];
        }
      }
    }
    return out;
  }

  backward() {
    const { out, size, pad, input } = this;
    input.dw.fill(0);
    for (let d = 0; d < out.depth; d++) {
      const f = this.filters[d];
      for (let ay = 0, y = -pad; ay < out.height; ay++, y++) {
        for (let ax = 0, x = -pad; ax < out.width; ax++, x++) {
          const slope = out.dw[(out.width * ay + ax) * out.depth + d];
          for (let fy = 0; fy < size; fy++) {
            const oy = y + fy;
            for (let fx = 0; fx < size; fx++) {
              const ox = x + fx;
              if (oy >= 0 && oy < input.height && ox >= 0 && ox < input.width) {
                const from = (size * fy + fx) * f.depth, at = (input.width * oy + ox) * input.depth;
                for (let k = 0; k < f.depth; k++) {
                  f.dw[from + k] += input.w[at + k] * slope;
                  input.dw[at + k] += f.w[from + k] * slope;
                }
              }
            }
          }
          this.biases.dw[d] += slope;
        }
      }
    }
  }

  get learnt() {
    return [...this.filters, this.biases];
  }
}

class Relu {
  constructor(input) {
    this.out = new Volume(input.width, input.height, input.depth);
    this.learnt = [];
  }

  forward(input) {
    this.input = input;
    for (let i = 0; i < input.w.length; i++) this.out.w[i] = Math.max(0, input.w[i]);
    return this.out;
  }

  backward() {
    for (let i = 0; i < this.out.w.length; i++) this.input.dw[i] = this.out.w[i] > 0 ? this.out.dw[i] : 0;
  }
}

class Pool {
  constructor(input, size) {
    Object.assign(this, { size, learnt: [] });
    this.out = new Volume(Math.floor(input.width / size), Math.floor(input.height / size), input.depth);
    this.winner = new Int32Array(this.out.w.length);
  }

  forward(input) {
    this.input = input;
    const { out, size } = this;
    for (let d = 0; d < out.depth; d++) {
      for (let y = 0; y < out.height; y++) {
        for (let x = 0; x < out.width; x++) {
          let most = -Infinity, where = -1;
          for (let fy = 0; fy < size; fy++) {
            for (let fx = 0; fx < size; fx++) {
              const at = (input.width * (size * y + fy) + size * x + fx) * input.depth + d;
              if (input.w[at] > most) [most, where] = [input.w[at], at];
            }
          }
          const to = (out.width * y + x) * out.depth + d;
          out.w[to] = most;
          this.winner[to] = where;
        }
      }
    }
    return out;
  }

  backward() {
    this.input.dw.fill(0);
    for (let i = 0; i < this.winner.length; i++) this.input.dw[this.winner[i]] += this.out.dw[i];
  }
}

class Dense {
  constructor(input, units) {
    this.out = new Volume(1, 1, units);
    this.filters = Array.from({ length: units }, () => new Volume(1, 1, input.w.length, Math.sqrt(1 / input.w.length)));
    this.biases = new Volume(1, 1, units);
  }

  forward(input) {
    this.input = input;
    this.filters.forEach(({ w }, k) => {
      let a = this.biases.w[k];
      for (let i = 0; i < w.length; i++) a += w[i] * input.w[i];
      this.out.w[k] = a;
    });
    return this.out;
  }

  backward() {
    this.input.dw.fill(0);
    this.filters.forEach(({ w, dw }, k) => {
      const slope = this.out.dw[k];
      for (let i = 0; i < w.length; i++) {
        this.input.dw[i] += w[i] * slope;
        dw[i] += this.input.w[i] * slope;
      }
      this.biases.dw[k] += slope;
    });
  }

  get learnt() {
    return [...this.filters, this.biases];
  }
}

function lossOf(out, label) {
  const most = Math.max(...out.w), powers = Array.from(out.w, (value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b);
  powers.forEach((power, k) => (out.dw[k] = power / sum - (k === label ? 1 : 0)));
  return -Math.log(powers[label] / sum);
}

const [examples, side] = process.argv.slice(2).map(Number);
const first = new Volume(side, side, 1);
const layers = [];
const add = (layer) => layers.push(layer) && layer.out;
let shape = add(new Convolution(first, 5, 8, 2));
shape = add(new Pool(add(new Relu(shape)), 2));
shape = add(new Convolution(shape, 5, 16, 2));
shape = add(new Pool(add(new Relu(shape)), 3));
add(new Dense(shape, 10));
const speeds = layers.map((layer) => layer.learnt.map(({ w }) => new Float64Array(w.length)));
const pictures = Array.from({ length: 50 }, () => Float64Array.from({ length: side * side }, random));

function learn(count) {
  for (let n = 1; n <= count; n++) {
    first.w.set(pictures[n % pictures.length]);
    layers.reduce((volume, layer) => layer.forward(volume), first);
    lossOf(layers[layers.length - 1].out, n % 10);
    for (let l = layers.length - 1; l >= 0; l--) layers[l].backward();
    if (n % BATCH) continue;
    layers.forEach((layer, l) => layer.learnt.forEach(({ w, dw }, k) => {
      const speed = speeds[l][k];
      for (let i = 0; i < w.length; i++) {
        speed[i] = MOMENTUM * speed[i] - (RATE * dw[i]) / BATCH;
        w[i] += speed[i];
        dw[i] = 0;
      }
    }));
  }
}

learn(BATCH);
const seconds = Array.from({ length: 5 }, () => {
  const begun = process.hrtime.bigint();
  learn(examples);
  return Number(process.hrtime.bigint() - begun) / 1e9 / examples;
}).sort((a, b) => a - b);
console.log(seconds[2]);
