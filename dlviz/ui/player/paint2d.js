// Lines, marks, bars and bitmaps on a canvas, through Plotly's own axes.

import {pickColor, pickFrom} from './look.js'

const axisName = (id, letter) => `${letter}axis${(id ?? letter).slice(1)}`;

/** From data to pixels in one subplot; knows when Plotly's axes have changed. */
export class Plane {
  constructor(layout, trace) {
    this.names = [axisName(trace.xaxis, 'x'), axisName(trace.yaxis, 'y')];
    this.version = 0;
    this.read(layout);
  }

  /** Takes over the present axes. */
  read(layout) {
    const [xaxis, yaxis] = this.names.map((name) => layout[name]);
    const [x0, x1] = xaxis.range.map((value) => xaxis.r2l(value));
    const [y0, y1] = yaxis.range.map((value) => yaxis.r2l(value));
    const mx = xaxis._length / (x1 - x0);
    const my = yaxis._length / (y0 - y1);
    const next = [mx, xaxis._offset - mx * x0, my, yaxis._offset - my * y1, xaxis._length, yaxis._length];
    if (!this.now || next.some((value, k) => value !== this.now[k])) {
      this.now = next;
      this.version += 1;
    }
    Object.assign(this, { xaxis, yaxis, xlog: xaxis.type === 'log', ylog: yaxis.type === 'log' });
    this.rect = [xaxis._offset, yaxis._offset, xaxis._length, yaxis._length];
    return this;
  }

  x(value) {
    return this.now[1] + this.now[0] * (this.xlog ? Math.log10(value) : value);
  }

  y(value) {
    return this.now[3] + this.now[2] * (this.ylog ? Math.log10(value) : value);
  }

  /** In units of Plotly's calculation (log already taken). */
  cx(value) {
    return this.now[1] + this.now[0] * value;
  }

  cy(value) {
    return this.now[3] + this.now[2] * value;
  }
}

/** Pixels of n points; what is not finite stays NaN and breaks a line. */
function project(plane, xs, ys, n, from, out) {
  for (let i = from; i < n; i++) {
    const [x, y] = [plane.x(xs[i]), plane.y(ys[i])];
    out[2 * i] = Number.isFinite(y) ? x : NaN;
    out[2 * i + 1] = y;
  }
  return out;
}

function extendPath(path, points, from, n) {
  for (let i = from; i < n; i++) {
    if (Number.isNaN(points[2 * i])) continue;
    if (i > 0 && !Number.isNaN(points[2 * i - 2])) {
      if (i === from) path.moveTo(points[2 * i - 2], points[2 * i - 1]);
      path.lineTo(points[2 * i], points[2 * i + 1]);
    } else path.moveTo(points[2 * i], points[2 * i + 1]);
  }
}

function shortened(points, n, by) {
  const out = points.slice(0, 2 * n);
  const [dx, dy] = [out[2 * n - 2] - out[2 * n - 4], out[2 * n - 1] - out[2 * n - 3]];
  const share = Math.max(0, 1 - by / (Math.hypot(dx, dy) || 1));
  out[2 * n - 2] = out[2 * n - 4] + share * dx;
  out[2 * n - 1] = out[2 * n - 3] + share * dy;
  return out;
}

/** A polyline that remembers what it has drawn, so that one more step costs one more point. */
export class Trail {
  constructor() {
    this.reset(-1);
  }

  reset(version) {
    Object.assign(this, { version, n: 0, path: new Path2D(), points: new Float32Array(256) });
  }

  /** Brings the trail to n points; `short`: pixels by which the line ends before its last point (under an arrow head). */
  update(plane, xs, ys, n, growing, short = 0) {
    if (!growing || this.version !== plane.version || n < this.n) this.reset(plane.version);
    if (2 * n > this.points.length) {
      const points = new Float32Array(4 * n);
      points.set(this.points);
      this.points = points;
    }
    project(plane, xs, ys, n, this.n, this.points);
    extendPath(this.path, short > 0 && n > 1 ? shortened(this.points, n, short) : this.points, this.n, n);
    this.n = n;
    return this;
  }
}

/** A scatter trace: fill, line, marks, texts. */
export function paintScatter(ctx, plane, look, trail, values) {
  const { points, n, path } = trail;
  ctx.globalAlpha = look.opacity;
  if (look.fill && n) paintFill(ctx, plane, look.fill, trail);
  if (look.line && look.line.width > 0) {
    ctx.lineWidth = look.line.width;
    ctx.lineJoin = 'round';
    ctx.lineCap = look.marker?.previous || look.line.dash.length ? 'butt' : 'round';
    ctx.setLineDash(look.line.dash);
    ctx.strokeStyle = look.line.one ?? '#888';
    ctx.stroke(path);
    ctx.setLineDash([]);
  }
  if (look.marker) paintMarks(ctx, look, points, n, values);
  if (look.text) paintTexts(ctx, look.text, points, n);
  ctx.globalAlpha = 1;
}

function paintFill(ctx, plane, fill, { points, n, path }) {
  const area = new Path2D(path);
  if (fill.to === 'tozeroy') {
    const [, top, , height] = plane.rect;
    const zero = plane.ylog ? top + height : plane.y(0);
    area.lineTo(points[2 * n - 2], zero);
    area.lineTo(points[0], zero);
  }
  ctx.fillStyle = fill.color;
  ctx.fill(area);
}

/** Marks at points. */
export function paintMarks(ctx, look, points, n, values = {}) {
  for (let i = 0; i < n; i++) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    if (look.marker.previous && i === 0) continue; // points nowhere yet
    const turn = look.marker.previous ? Math.atan2(y - points[2 * i - 1], x - points[2 * i - 2]) + Math.PI / 2 : null;
    paintMark(ctx, look, i, x, y, values, turn);
  }
}

/** Mark i of a trace, with its own size, colour and angle. */
export function paintMark(ctx, { marker, opacity }, i, x, y, values = {}, turned = null) {
  if (Number.isNaN(x) || Number.isNaN(y)) return;
  const size = marker.sizeOf(pickFrom(values['marker.size'] ?? marker.size, i));
  if (!(size > 0)) return;
  const symbol = String(pickFrom(marker.symbol, i));
  const color = pickColor(marker, i, values['marker.color'] ?? null);
  ctx.globalAlpha = opacity * marker.opacity;
  markPath(ctx, symbol.replace('-open', ''), x, y, size / 2, turned ?? (pickFrom(marker.angle, i) * Math.PI) / 180);
  if (symbol.endsWith('-open')) {
    ctx.strokeStyle = color;
    ctx.lineWidth = Math.max(1, marker.outline.width);
    ctx.stroke();
    return;
  }
  ctx.fillStyle = color;
  ctx.fill();
  if (marker.outline.width > 0) {
    ctx.strokeStyle = pickColor(marker.outline, i);
    ctx.lineWidth = marker.outline.width;
    ctx.stroke();
  }
}

const X = 0.3;
const CROSS = [[-X, -1], [X, -1], [X, -X], [1, -X], [1, X], [X, X], [X, 1], [-X, 1], [-X, X], [-1, X], [-1, -X], [-X, -X]];
const STAR = Array.from({ length: 10 }, (_, k) => [Math.sin((k * Math.PI) / 5), -Math.cos((k * Math.PI) / 5)].map((v) => v * (k % 2 ? 0.55 : 1.4)));
const SHAPES = {
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
  cross: CROSS,
  x: CROSS.map(([x, y]) => [0.8 * (x - y), 0.8 * (x + y)]),
  star: STAR,
  'triangle-up': [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]],
  'triangle-down': [[0, 1.2], [1.1, -0.8], [-1.1, -0.8]],
  'triangle-right': [[1.2, 0], [-0.8, 1.1], [-0.8, -1.1]],
  'triangle-left': [[-1.2, 0], [0.8, 1.1], [0.8, -1.1]],
  arrow: [[0, 0], [0.67, 2], [-0.67, 2]],
};

function markPath(ctx, symbol, x, y, radius, turn) {
  const shape = SHAPES[symbol];
  ctx.beginPath();
  if (!shape) return ctx.arc(x, y, radius, 0, 2 * Math.PI);
  const [cos, sin] = [radius * Math.cos(turn), radius * Math.sin(turn)];
  for (const [u, v] of shape) ctx.lineTo(x + u * cos - v * sin, y + u * sin + v * cos);
  return ctx.closePath();
}

function paintTexts(ctx, text, points, n) {
  const [vertical, horizontal] = String(text.at).split(' ');
  const size = pickFrom(text.font?.size ?? 12, 0);
  ctx.font = `${size}px ${pickFrom(text.font?.family ?? 'sans-serif', 0)}`;
  ctx.textAlign = { left: 'right', right: 'left' }[horizontal] ?? 'center';
  ctx.textBaseline = { top: 'bottom', bottom: 'top' }[vertical] ?? 'middle';
  const shift = { top: -6, bottom: 6 }[vertical] ?? 0;
  for (let i = 0; i < n; i++) {
    ctx.fillStyle = pickFrom(text.font?.color ?? '#444', i);
    if (!Number.isNaN(points[2 * i])) ctx.fillText(pickFrom(text.list, i) ?? '', points[2 * i], points[2 * i + 1] + shift);
  }
}

/** Bars: where they stand is Plotly's, how long they are is the step's. */
export function paintBars(ctx, plane, look, cells, values) {
  const across = look.trace.orientation === 'h';
  const lengths = values[across ? 'x' : 'y'];
  ctx.globalAlpha = look.opacity * look.marker.opacity;
  for (let i = 0; i < lengths.length && i < cells.length; i++) {
    const { p0, p1, b = 0 } = cells[i];
    const base = Number.isFinite(b) ? b : 0;
    if (!Number.isFinite(lengths[i]) || p0 === undefined) continue;
    const log = across ? plane.xlog : plane.ylog;
    const [along, beside] = across ? ['cx', 'cy'] : ['cy', 'cx'];
    const floor = log ? (across ? plane.rect[0] : plane.rect[1] + plane.rect[3]) : plane[along](base);
    const end = log ? plane[along](Math.log10(base + lengths[i])) : plane[along](base + lengths[i]);
    const [side, other] = [plane[beside](p0), plane[beside](p1)];
    const box = across ? [floor, side, end - floor, other - side] : [side, floor, other - side, end - floor];
    ctx.fillStyle = pickColor(look.marker, i, values['marker.color'] ?? null);
    ctx.fillRect(...box);
    if (look.marker.outline.width > 0) {
      ctx.strokeStyle = pickColor(look.marker.outline, i);
      ctx.lineWidth = look.marker.outline.width;
      ctx.strokeRect(...box);
    }
  }
  ctx.globalAlpha = 1;
}
