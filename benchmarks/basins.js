// The basin map as a plain JavaScript loop: the same starts, the same Adam, the same surface, the same map every
// ten updates, in float64. Prints one line per repetition: seconds of the plain loop, seconds of the blocked one.
"use strict";

const SIDE = 256, BALLS = SIDE * SIDE, UPDATES = 200, EVERY = 10;
const RATE = 0.06, BETA1 = 0.8, BETA2 = 0.999, EPSILON = 1e-8, RADIUS = 0.12, FARTHEST = 1e6;
const NOWHERE = 254, LOST = 255;
const MINIMA_X = [3, -2.805118086952745, -3.7793102533777469, 3.5844283403304917];
const MINIMA_Y = [2, 3.131312518250573, -3.2831859912861694, -1.8481265269644036];

function start() {
  const x = new Float64Array(BALLS), y = new Float64Array(BALLS);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      x[row * SIDE + column] = -6 + (12 * column) / (SIDE - 1);
      y[row * SIDE + column] = -6 + (12 * row) / (SIDE - 1);
    }
  }
  const zeros = () => new Float64Array(BALLS);
  const minimum = x.map((_, i) => nearest(x[i], y[i])), needed = new Int32Array(BALLS);
  return { x, y, mx: zeros(), my: zeros(), vx: zeros(), vy: zeros(), minimum: Uint8Array.from(minimum), needed };
}

function nearest(x, y) {
  for (let k = 0; k < 4; k++) {
    const dx = x - MINIMA_X[k], dy = y - MINIMA_Y[k];
    if (dx * dx + dy * dy < RADIUS * RADIUS) return k;
  }
  return Math.abs(x) <= FARTHEST && Math.abs(y) <= FARTHEST ? NOWHERE : LOST;
}

// Update by update, and in each ball by ball, as one would write it.
function plain() {
  const { x, y, mx, my, vx, vy, minimum, needed } = start();
  const frames = [];
  for (let update = 1; update <= UPDATES; update++) {
    const correct1 = 1 / (1 - Math.pow(BETA1, update)), correct2 = 1 / (1 - Math.pow(BETA2, update));
    for (let i = 0; i < BALLS; i++) {
      const a = x[i] * x[i] + y[i] - 11, b = x[i] + y[i] * y[i] - 7;
      const gx = 4 * x[i] * a + 2 * b, gy = 2 * a + 4 * y[i] * b;
      mx[i] = BETA1 * mx[i] + (1 - BETA1) * gx;
      my[i] = BETA1 * my[i] + (1 - BETA1) * gy;
      vx[i] = BETA2 * vx[i] + (1 - BETA2) * gx * gx;
      vy[i] = BETA2 * vy[i] + (1 - BETA2) * gy * gy;
      x[i] -= (RATE * mx[i] * correct1) / (Math.sqrt(vx[i] * correct2) + EPSILON);
      y[i] -= (RATE * my[i] * correct1) / (Math.sqrt(vy[i] * correct2) + EPSILON);
      const now = nearest(x[i], y[i]);
      if (now !== minimum[i] || now === NOWHERE) needed[i] = update;
      minimum[i] = now;
    }
    if (update % EVERY === 0) frames.push([minimum.slice(), needed.slice()]);
  }
  return frames;
}

// Ball by ball, ten updates each before the next: the numbers of a ball stay in the processor's registers.
function blocked() {
  const { x, y, mx, my, vx, vy, minimum, needed } = start();
  const frames = [];
  for (let update = 1; update <= UPDATES; update += EVERY) {
    const correct1 = new Float64Array(EVERY), correct2 = new Float64Array(EVERY);
    for (let s = 0; s < EVERY; s++) {
      correct1[s] = 1 / (1 - Math.pow(BETA1, update + s));
      correct2[s] = 1 / (1 - Math.pow(BETA2, update + s));
    }
    const pastX = new Float64Array(EVERY + 1), pastY = new Float64Array(EVERY + 1);
    for (let i = 0; i < BALLS; i++) {
      let px = x[i], py = y[i], m1 = mx[i], m2 = my[i], v1 = vx[i], v2 = vy[i];
      pastX[0] = px;
      pastY[0] = py;
      for (let s = 0; s < EVERY; s++) {
        const a = px * px + py - 11, b = px + py * py - 7;
        const gx = 4 * px * a + 2 * b, gy = 2 * a + 4 * py * b;
        m1 = BETA1 * m1 + (1 - BETA1) * gx;
        m2 = BETA1 * m2 + (1 - BETA1) * gy;
        v1 = BETA2 * v1 + (1 - BETA2) * gx * gx;
        v2 = BETA2 * v2 + (1 - BETA2) * gy * gy;
        px -= (RATE * m1 * correct1[s]) / (Math.sqrt(v1 * correct2[s]) + EPSILON);
        py -= (RATE * m2 * correct1[s]) / (Math.sqrt(v2 * correct2[s]) + EPSILON);
        pastX[s + 1] = px;
        pastY[s + 1] = py;
      }
      x[i] = px; y[i] = py; mx[i] = m1; my[i] = m2; vx[i] = v1; vy[i] = v2;
      const now = nearest(px, py);
      minimum[i] = now;
      let s = EVERY;
      while (s >= 0 && now < NOWHERE && nearest(pastX[s], pastY[s]) === now) s--;
      if (s >= 0) needed[i] = Math.min(update + s, update + EVERY - 1);
    }
    frames.push([minimum.slice(), needed.slice()]);
  }
  return frames;
}

function seconds(map) {
  const begun = performance.now();
  const frames = map();
  const [minimum, needed] = frames[frames.length - 1];
  return [(performance.now() - begun) / 1000, minimum.filter((m) => m < NOWHERE).length, needed.reduce((a, b) => a + b)];
}

for (let repetition = 0; repetition < Number(process.argv[2] || 7); repetition++) {
  const [plainly, arrived, needed] = seconds(plain), [inBlocks, again, neededAgain] = seconds(blocked);
  if (arrived !== again || needed !== neededAgain) throw new Error("the two loops disagree");
  console.log(plainly, inBlocks, arrived, needed);
}
