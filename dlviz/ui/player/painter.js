// The moving half of a picture: what the steps change, painted on canvases over and under Plotly's figure.

import {isSolid} from './base.js'
import {Bitmap} from './bitmap.js'
import {lookOf} from './look.js'
import {paintBars, paintScatter, Plane, Trail} from './paint2d.js'
import {Camera, paintSpace, SpaceTrail} from './paint3d.js'

const PIXEL_RATIO_MOST = 2;
let counting = new Float32Array(0);

/** 0, 1, 2 ...: where a trace names no positions of its own. */
function counted(n) {
  if (counting.length < n) counting = Float32Array.from({ length: 2 * n }, (_, i) => i);
  return counting;
}

let softwareGl = null;

/** Whether WebGL runs on the processor: canvases had better stay there too (twice as many frames a second). */
function drawsInSoftware() {
  if (softwareGl === null) {
    const gl = document.createElement('canvas').getContext('webgl');
    const names = gl?.getExtension('WEBGL_debug_renderer_info');
    softwareGl = /swiftshader|llvmpipe|software/i.test(gl?.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER) ?? '');
    gl?.getExtension('WEBGL_lose_context')?.loseContext();
  }
  return softwareGl;
}

/** As many cells as a bitmap has, over the whole of others. */
function stretched({ x, y }, [height, width]) {
  const edges = (old, count) => Array.from({ length: count + 1 }, (_, k) => old[0] + ((old[old.length - 1] - old[0]) * k) / count);
  return { x: edges(x, width), y: edges(y, height) };
}

/** A canvas as large as its picture. */
class Sheet {
  constructor(className) {
    this.canvas = document.createElement('canvas');
    this.canvas.className = className;
    this.canvas.setAttribute('aria-hidden', 'true');
    this.ctx = this.canvas.getContext('2d', { willReadFrequently: drawsInSoftware() });
    this.dirty = false;
  }

  /** A clean sheet of this size in CSS pixels. */
  begin(width, height) {
    const ratio = Math.min(PIXEL_RATIO_MOST, window.devicePixelRatio || 1);
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      Object.assign(this.canvas, { width: w, height: h });
      Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    } else if (this.dirty) {
      this.ctx.setTransform(1, 0, 0, 1, 0, 0);
      this.ctx.clearRect(0, 0, w, h);
    }
    this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.dirty = true;
    return this.ctx;
  }

  clear() {
    if (!this.dirty) return;
    this.ctx.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.dirty = false;
  }
}

/** Paints the moving traces of one film. */
export class Painter {
  constructor(gd) {
    this.gd = gd;
    this.over = new Sheet('dl-over');
    this.under = new Sheet('dl-under');
    this.movers = [];
    this.planes = new Map();
    this.cameras = new Map();
    this.state = '';
  }

  /** Takes over what moves in a film. */
  set(film) {
    const byTrace = new Map();
    film.head.moves.forEach((move, k) => {
      const mover = byTrace.get(move.trace) ?? { trace: move.trace, grow: {}, show: {}, trail: null };
      move.attrs.forEach((attribute, j) => (mover[move.kind][attribute] = [k, j]));
      byTrace.set(move.trace, mover);
    });
    this.film = film;
    this.movers = [...byTrace.values()].sort((a, b) => a.trace - b.trace);
    this.solids = this.movers.filter(({ trace }) => isSolid(film.head.figure.data[trace]));
    this.traces = new Set(byTrace.keys());
    this.forget();
  }

  /** Looks and axes are read again at the next step. */
  forget() {
    this.looks = null;
    this.state = '';
    this.planes.clear();
    for (const mover of this.movers) mover.trail = null;
  }

  read() {
    const { _fullLayout: layout, _fullData: traces } = this.gd;
    this.looks ??= new Map(this.movers.map(({ trace }) => [trace, lookOf(traces[trace], layout)]));
    const versions = [];
    for (const mover of this.movers) {
      const { trace } = this.looks.get(mover.trace);
      const solid = trace.type.endsWith('3d');
      const key = solid ? trace.scene ?? 'scene' : `${trace.xaxis}/${trace.yaxis}`;
      if (solid) {
        if (!this.cameras.has(key)) this.cameras.set(key, new Camera(key));
        mover.view = this.cameras.get(key).read(this.gd) ? this.cameras.get(key) : null;
      } else {
        if (!this.planes.has(key)) this.planes.set(key, new Plane(layout, trace));
        mover.view = this.planes.get(key).read(layout);
      }
      versions.push(trace.visible === true, mover.view?.version);
    }
    return versions.join();
  }

  /** Paints a step, at rest only what lies in a scene; nothing happens if that is what is seen already. */
  paint(step, resting = false) {
    const movers = resting ? this.solids : this.movers;
    if (!movers.length || !this.film.rows) return false;
    const state = `${resting} ${step} ${this.peek?.key} ${this.read()}`;
    if (state === this.state) return false;
    this.state = state;
    const { width, height } = this.gd._fullLayout;
    const over = this.over.begin(width, height);
    const flat = movers.some(({ trace }) => this.looks.get(trace).type === 'heatmap');
    const under = flat ? this.under.begin(width, height) : null;
    if (under) this.lay();
    for (const mover of movers) {
      const look = this.looks.get(mover.trace);
      if (look.trace.visible !== true || !mover.view) continue;
      const ctx = look.type === 'heatmap' ? under : over;
      ctx.save();
      ctx.beginPath();
      ctx.rect(...mover.view.rect);
      ctx.clip();
      this.one(ctx, mover, look, this.peek?.step === undefined || this.peek.stays.includes(mover.trace) ? step : this.peek.step);
      ctx.restore();
    }
    return true;
  }

  /** The colours by which the numbers of a trace that moves are read. */
  colorsOf(trace) {
    if (!this.looks) this.read();
    const { table, low, high } = this.looks.get(trace);
    return { table, low, high };
  }

  one(ctx, mover, look, step) {
    const column = ([k, j]) => this.film.columns[k][j];
    const values = {};
    for (const [name, place] of Object.entries(mover.grow)) values[name] = column(place).data;
    if (look.type === 'heatmap') {
      mover.trail ??= new Bitmap();
      const cells = this.gd.calcdata[mover.trace]?.[0];
      if (this.peek?.column) mover.trail.paint(ctx, mover.view, { ...look, ...this.peek.colors }, this.peek.column, step, stretched(cells, this.peek.column.shape));
      else mover.trail.paint(ctx, mover.view, look, column(mover.show.z), step, cells);
      return;
    }
    for (const [name, place] of Object.entries(mover.show)) values[name] = column(place).row(step);
    if (look.type === 'bar') {
      paintBars(ctx, mover.view, look, this.gd.calcdata[mover.trace] ?? [], values);
      return;
    }
    const growing = 'x' in mover.grow || 'y' in mover.grow;
    const own = (name) => values[name] ?? look.trace[name];
    const known = ['x', 'y', 'z'].map(own).filter(Boolean);
    const n = growing ? step + 1 : Math.min(...known.map((list) => list.length));
    const [xs, ys] = [own('x') ?? counted(n), own('y') ?? counted(n)];
    if (look.type === 'scatter3d') {
      mover.trail ??= new SpaceTrail();
      paintSpace(ctx, look, mover.trail.update(mover.view, this.gd._fullData, xs, ys, own('z'), n, growing), values);
    } else {
      mover.trail ??= new Trail();
      paintScatter(ctx, mover.view, look, mover.trail.update(mover.view, xs, ys, n, growing, growing ? 0 : look.short), values);
    }
  }

  /** Keeps the sheet of bitmaps below Plotly's marks and axes. */
  lay() {
    const box = this.gd.querySelector('.svg-container');
    if (box && this.under.canvas.parentNode !== box) box.prepend(this.under.canvas);
  }

  clear() {
    this.over.clear();
    this.under.clear();
    this.state = '';
  }
}
