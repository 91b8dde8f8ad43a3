// Paths and marks in a 3-D scene, through its camera; what lies behind a surface is faint.

import {paintMark} from './paint2d.js'
import {pickColor} from './look.js'

const DEPTH_CELL = 3; // pixels of the screen per pixel of the depth buffer
const DEPTH_SLACK = 0.02; // of the scene's size: a path that lies on a surface is in front of it
const SURFACE_MOST = 56; // nodes per side that the depth buffer looks at

function product(a, b) {
  const out = new Float64Array(16);
  for (let c = 0; c < 4; c++) for (let r = 0; r < 4; r++) for (let k = 0; k < 4; k++) out[4 * c + r] += a[4 * k + r] * b[4 * c + k];
  return out;
}

/** The camera of one scene, read anew at each step. */
export class Camera {
  constructor(id) {
    this.id = id;
    this.version = 0;
    this.key = '';
    this.depth = null;
  }

  /** Takes over the present camera; false where there is no scene (no WebGL). */
  read(gd) {
    const layout = gd._fullLayout;
    const scene = layout[this.id]?._scene;
    const eye = scene?.glplot?.cameraParams;
    if (!eye) return false;
    const { _size: size } = layout;
    const { domain } = layout[this.id];
    this.rect = [size.l + domain.x[0] * size.w, size.t + (1 - domain.y[1]) * size.h, (domain.x[1] - domain.x[0]) * size.w, (domain.y[1] - domain.y[0]) * size.h];
    const full = scene.fullSceneLayout;
    const key = [...eye.view, ...eye.projection, ...eye.model, ...scene.dataScale, ...this.rect, full.xaxis.range, full.yaxis.range, full.zaxis.range].join();
    if (key !== this.key) {
      this.key = key;
      this.version += 1;
      this.eye = product(eye.view, eye.model);
      this.all = product(eye.projection, this.eye);
      this.scale = [...scene.dataScale];
      const axes = ['xaxis', 'yaxis', 'zaxis'].map((name) => full[name]);
      this.logs = axes.map((axis) => axis.type === 'log');
      this.box = axes.map(({ range: [a, b] }) => [Math.min(a, b), Math.max(a, b)]);
      this.depth = null;
    }
    this.scene = scene;
    return true;
  }

  /** A point of the data in pixels, with its distance from the eye; NaN outside of the scene's box. */
  project(x, y, z, out, i) {
    const p = [x, y, z];
    let inside = true;
    for (let k = 0; k < 3; k++) {
      if (this.logs[k]) p[k] = Math.log10(p[k]);
      inside = inside && p[k] >= this.box[k][0] && p[k] <= this.box[k][1];
      p[k] *= this.scale[k];
    }
    const m = this.all;
    const w = m[3] * p[0] + m[7] * p[1] + m[11] * p[2] + m[15];
    out[3 * i] = !inside ? NaN : this.rect[0] + (0.5 + (0.5 * (m[0] * p[0] + m[4] * p[1] + m[8] * p[2] + m[12])) / w) * this.rect[2];
    out[3 * i + 1] = this.rect[1] + (0.5 - (0.5 * (m[1] * p[0] + m[5] * p[1] + m[9] * p[2] + m[13])) / w) * this.rect[3];
    const e = this.eye;
    out[3 * i + 2] = -(e[2] * p[0] + e[6] * p[1] + e[10] * p[2] + e[14]);
  }

  /** How near the surfaces are at each pixel; made again only after the camera has moved. */
  shadow(traces) {
    if (this.depth) return this.depth;
    const [width, height] = [Math.ceil(this.rect[2] / DEPTH_CELL) + 1, Math.ceil(this.rect[3] / DEPTH_CELL) + 1];
    this.depth = { width, height, near: new Float32Array(width * height).fill(Infinity) };
    for (const trace of traces) if (trace.type === 'surface' && trace.visible === true && (trace.scene ?? 'scene') === this.id && trace.opacity > 0.3) this.cast(trace);
    return this.depth;
  }

  cast({ x, y, z }) {
    const [rows, columns] = [z.length, z[0]?.length ?? 0];
    const pick = (count) => {
      const most = Math.min(count, SURFACE_MOST);
      return Array.from({ length: most }, (_, k) => Math.round((k * (count - 1)) / Math.max(1, most - 1)));
    };
    const [is, js] = [pick(rows), pick(columns)];
    const nodes = new Float32Array(3 * is.length * js.length);
    const at = (list, i, j, k) => (list === undefined ? k : typeof list[i] === 'object' ? list[i][j] : list[k]);
    is.forEach((i, a) => js.forEach((j, b) => this.project(at(x, i, j, j), at(y, i, j, i), z[i][j], nodes, a * js.length + b)));
    for (let a = 0; a + 1 < is.length; a++) {
      for (let b = 0; b + 1 < js.length; b++) {
        const k = a * js.length + b;
        this.triangle(nodes, k, k + 1, k + js.length);
        this.triangle(nodes, k + 1, k + js.length + 1, k + js.length);
      }
    }
  }

  triangle(nodes, a, b, c) {
    const { width, height, near } = this.depth;
    const [left, top] = this.rect;
    const u = (k) => (nodes[3 * k] - left) / DEPTH_CELL;
    const v = (k) => (nodes[3 * k + 1] - top) / DEPTH_CELL;
    const [ax, ay, bx, by, cx, cy] = [u(a), v(a), u(b), v(b), u(c), v(c)];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (!Number.isFinite(area) || area === 0) return;
    const [da, db, dc] = [nodes[3 * a + 2], nodes[3 * b + 2], nodes[3 * c + 2]];
    const x1 = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx)));
    const y1 = Math.min(height - 1, Math.floor(Math.max(ay, by, cy)));
    for (let py = Math.max(0, Math.ceil(Math.min(ay, by, cy))); py <= y1; py++) {
      for (let px = Math.max(0, Math.ceil(Math.min(ax, bx, cx))); px <= x1; px++) {
        const s = ((px - ax) * (cy - ay) - (cx - ax) * (py - ay)) / area;
        const t = ((bx - ax) * (py - ay) - (px - ax) * (by - ay)) / area;
        if (s < -1e-3 || t < -1e-3 || s + t > 1.001) continue;
        const depth = da + s * (db - da) + t * (dc - da);
        if (depth < near[py * width + px]) near[py * width + px] = depth;
      }
    }
  }

  /** Whether a projected point lies behind a surface. */
  hides(points, i, depth) {
    const px = Math.round((points[3 * i] - this.rect[0]) / DEPTH_CELL);
    const py = Math.round((points[3 * i + 1] - this.rect[1]) / DEPTH_CELL);
    if (px < 0 || py < 0 || px >= depth.width || py >= depth.height) return false;
    return points[3 * i + 2] > depth.near[py * depth.width + px] + DEPTH_SLACK;
  }
}

const edgePoint = new Float32Array(3);

/** Where a path leaves the scene's box, between a point inside and one outside. */
function crossing(camera, lists, inside, outside) {
  let [low, high] = [0, 1];
  const to = (share) => camera.project(...lists.map((list) => list[inside] + share * (list[outside] - list[inside])), edgePoint, 0);
  for (let k = 0; k < 8; k++) {
    const middle = (low + high) / 2;
    to(middle);
    if (Number.isNaN(edgePoint[0])) high = middle;
    else low = middle;
  }
  to(low);
  return [edgePoint[0], edgePoint[1]];
}

/** A path in space that remembers what it has drawn. */
export class SpaceTrail {
  constructor() {
    this.reset(-1);
  }

  reset(version) {
    Object.assign(this, { version, n: 0, seen: new Path2D(), faint: new Path2D(), points: new Float32Array(384), hidden: new Uint8Array(128) });
  }

  /** Brings the path to n points. */
  update(camera, traces, xs, ys, zs, n, growing) {
    if (!growing || this.version !== camera.version || n < this.n) this.reset(camera.version);
    if (n > this.hidden.length) {
      const [points, hidden] = [new Float32Array(6 * n), new Uint8Array(2 * n)];
      points.set(this.points);
      hidden.set(this.hidden);
      Object.assign(this, { points, hidden });
    }
    const depth = camera.shadow(traces);
    const { points, hidden } = this;
    for (let i = this.n; i < n; i++) {
      camera.project(xs[i], ys[i], zs[i], points, i);
      hidden[i] = camera.hides(points, i, depth) ? 1 : 0;
      if (i === 0) continue;
      const path = hidden[i] && hidden[i - 1] ? this.faint : this.seen;
      const [from, to] = [3 * i - 3, 3 * i].map((k) => [points[k], points[k + 1]]);
      const [out, off] = [Number.isNaN(from[0]), Number.isNaN(to[0])];
      if (out && off) continue;
      const edge = out || off ? crossing(camera, [xs, ys, zs], out ? i : i - 1, out ? i - 1 : i) : null;
      path.moveTo(...(out ? edge : from));
      path.lineTo(...(off ? edge : to));
    }
    this.n = n;
    return this;
  }
}

const FAINT = 0.25;
const SOLID_LINE = 0.36; // CSS pixels per unit of a scatter3d line's width, as Plotly's WebGL draws it
const SOLID_MARK = 1.5; // the same for a mark's size

/** A scatter3d trace: its line and its marks. */
export function paintSpace(ctx, look, trail, values) {
  const { points, hidden, n } = trail;
  if (look.line && look.line.width > 0) {
    ctx.lineWidth = Math.max(1.2, look.line.width * SOLID_LINE);
    ctx.lineCap = ctx.lineJoin = 'round';
    ctx.setLineDash(look.line.dash);
    ctx.strokeStyle = look.line.one ?? pickColor(look.line, Math.max(0, n - 1));
    ctx.globalAlpha = look.opacity * FAINT;
    ctx.stroke(trail.faint);
    ctx.globalAlpha = look.opacity;
    ctx.stroke(trail.seen);
    ctx.setLineDash([]);
  }
  if (look.marker) {
    const { sizeOf } = look.marker;
    const marker = { ...look.marker, sizeOf: (size) => SOLID_MARK * sizeOf(size) };
    for (let i = 0; i < n; i++) {
      const one = { marker, opacity: look.opacity * (hidden[i] ? FAINT : 1) };
      paintMark(ctx, one, i, points[3 * i], points[3 * i + 1], values);
    }
  }
  ctx.globalAlpha = 1;
}
