// When pictures change, a part that keeps its name is seen on its way: from where it was, in this picture or another.

import {pixelOf} from './bitmap.js'
import {make} from './icons.js'
import {lookOf} from './look.js'
import {filled} from './wire.js'

const FLIGHT = { duration: 450, easing: 'cubic-bezier(.4, 0, .2, 1)', fill: 'both' }; // ms
const FAR = 0.94; // to what share of its size a picture shrinks that is left for another's part

/** Which of `count` cells begin and end at two places between the outermost edges. */
function span(edges, count, from, to) {
  const cell = (edges[edges.length - 1] - edges[0]) / count;
  return [from, to].map((value) => Math.round((value - edges[0]) / cell));
}

/** The cells of a bitmap in a box, one pixel each; null where no bitmap covers it. */
function cropOf({ gd, film, painter }, axes, [left, bottom, width, height], step) {
  for (const [k, trace] of gd._fullData.entries()) {
    const cells = gd.calcdata[k]?.[0];
    if (trace.type !== 'heatmap' || trace.xaxis !== `x${axes}` || !cells?.x) continue;
    const place = painter.movers.find((mover) => mover.trace === k)?.show.z;
    const column = place && film.columns[place[0]][place[1]];
    const rows = column ? column.shape[0] : trace.z.length;
    const across = column ? column.shape[1] : trace.z[0].length;
    const [x0, x1] = span(cells.x, across, left, left + width);
    const [y0, y1] = span(cells.y, rows, bottom, bottom + height);
    if (x0 < 0 || y0 < 0 || x1 > across || y1 > rows || x0 >= x1 || y0 >= y1) continue;
    const values = column?.row(Math.min(step, film.rows - 1));
    const canvas = make('canvas');
    Object.assign(canvas, { width: x1 - x0, height: y1 - y0 });
    const context = canvas.getContext('2d');
    const image = context.createImageData(x1 - x0, y1 - y0);
    const pixels = new Uint32Array(image.data.buffer);
    const look = lookOf(trace, gd._fullLayout);
    for (let i = 0; i < pixels.length; i++) {
      const [row, at] = [y1 - 1 - Math.floor(i / (x1 - x0)), x0 + (i % (x1 - x0))];
      pixels[i] = pixelOf(look, values ? values[row * across + at] : trace.z[row][at]);
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }
  return null;
}

/** A part of a picture as it is seen now: where on the screen, and its pixels; null where it is not seen. */
function partAt(picture, { names, boxes, axes }, name) {
  const k = names.indexOf(name);
  if (k < 0 || !picture.ready || !picture.film.rows || !picture.root.offsetParent) return null;
  const [left, bottom, width, height] = boxes[k];
  const { [`xaxis${axes[k]}`]: xaxis, [`yaxis${axes[k]}`]: yaxis } = picture.gd._fullLayout;
  const crop = xaxis && cropOf(picture, axes[k], boxes[k], picture.stage.step);
  if (!crop) return null;
  const box = picture.gd.getBoundingClientRect();
  const x = [left, left + width].map((value) => box.left + xaxis._offset + xaxis.c2p(value));
  const y = [bottom + height, bottom].map((value) => box.top + yaxis._offset + yaxis.c2p(value));
  return { rect: new DOMRect(x[0], y[0], x[1] - x[0], y[1] - y[0]), crop, picture };
}

/** A copy of what a picture shows, which stays while the picture itself becomes another. */
function shadow(picture) {
  const copy = make('div', 'dl-shadow', { 'aria-hidden': 'true' }, picture.gd.cloneNode(true), picture.labels.layer.cloneNode(true));
  for (const node of copy.querySelectorAll('[clip-path]')) node.removeAttribute('clip-path'); // it names what will be another's
  const sheets = [...picture.gd.querySelectorAll('canvas')];
  copy.querySelectorAll('canvas').forEach((canvas, k) => sheets[k].width && canvas.getContext('2d')?.drawImage(sheets[k], 0, 0));
  return copy;
}

/** What is about to change place, by the name of the picture that gets it. */
export class Flight {
  constructor(scene) {
    Object.assign(this, { scene, leaving: new Map(), reason: null, animations: [], parts: [], layer: make('div', 'dl-flight', { 'aria-hidden': 'true' }) });
  }

  /** Looks at the parts that a message will move, while they are still where they were; the message itself comes first. */
  depart(message) {
    this.leaving.clear();
    try {
      this.prepare(message);
    } catch (error) {
      Object.assign(this, { reason: error, leaving: new Map() });
    }
  }

  prepare({ header, blob }) {
    const { pictures, stage } = this.scene;
    if (header.tape !== stage.reel.id || header.start > 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    for (const packed of header.films) {
      const picture = pictures.find(({ name }) => name === packed.name);
      if (!packed.head?.parts || !picture?.ready || !picture.root.offsetParent || packed.digest === picture.film.digest) continue;
      const to = filled(packed.head.parts, blob);
      const before = picture.film.head.parts;
      const stays = (name, k) => before?.names[k] === name && before.axes[k] === to.axes[k] && before.boxes[k].every((value, j) => value === to.boxes[k][j]);
      if (to.names.every(stays)) continue;
      const sources = [picture, ...pictures.filter((other) => other !== picture)].filter(({ film }) => film.head.parts);
      const first = (name) => sources.reduce((found, source) => found ?? partAt(source, source.film.head.parts, name), null);
      this.leaving.set(picture.name, { from: to.names.map(first), old: shadow(picture) });
    }
  }

  /** Whether a picture is promised parts. */
  awaits(picture) {
    return this.leaving.has(picture.name);
  }

  /** A picture that was promised parts is drawn: they set off; without them it is as well there. */
  land(picture) {
    try {
      this.arrive(picture);
    } catch (error) {
      this.reason = error;
      this.end();
    }
  }

  arrive(picture) {
    const { from, old } = this.leaving.get(picture.name) ?? {};
    this.leaving.delete(picture.name);
    if (!from?.some(Boolean) || !picture.film.head.parts) return;
    this.end();
    const { body } = this.scene.stage;
    body.append(this.layer);
    const origin = body.getBoundingClientRect();
    const { names, boxes, axes } = picture.film.head.parts;
    let main = null; // the largest part that was in this picture before
    names.forEach((name, k) => {
      const to = from[k] && partAt(picture, { names: [name], boxes: [boxes[k]], axes: [axes[k]] }, name);
      if (!to) return;
      const part = { name, from: from[k].rect, to: to.rect };
      if (from[k].picture === picture && !(main?.to.width > to.rect.width)) main = part;
      this.parts.push(Object.assign(part, { ghost: this.send(part, from[k].crop, to.crop, origin) }));
    });
    this.change(picture, old, main);
    Promise.all(this.animations.map(({ finished }) => finished)).then(() => this.end(), () => null);
  }

  /** One part on its way; what it looked like becomes what it looks like. */
  send({ from, to }, before, after, origin) {
    const ghost = make('div', 'dl-ghost', {}, before, after);
    Object.assign(ghost.style, { left: `${to.left - origin.left}px`, top: `${to.top - origin.top}px`, width: `${to.width}px`, height: `${to.height}px` });
    this.layer.append(ghost);
    const start = `translate(${from.left - to.left}px, ${from.top - to.top}px) scale(${from.width / to.width}, ${from.height / to.height})`;
    this.animations.push(ghost.animate([{ transform: start }, { transform: 'none' }], FLIGHT));
    this.animations.push(after.animate([{ opacity: 0 }, { opacity: 1 }], FLIGHT));
    return ghost;
  }

  /** What the picture showed recedes, drawn along by its largest part; what it shows now comes up. */
  change(picture, old, main) {
    const { left, top } = picture.plot.getBoundingClientRect();
    let end = `scale(${FAR})`;
    if (main) {
      const { from, to } = main;
      old.style.transformOrigin = `${from.left - left}px ${from.top - top}px`;
      end = `translate(${to.left - from.left}px, ${to.top - from.top}px) scale(${to.width / from.width}, ${to.height / from.height})`;
    }
    picture.plot.append(old);
    this.old = old;
    this.animations.push(old.animate([{ transform: 'none', opacity: 1 }, { opacity: 0, offset: 0.6 }, { transform: end, opacity: 0 }], FLIGHT));
    for (const part of [picture.gd, picture.labels.layer, picture.painter.over.canvas]) {
      this.animations.push(part.animate([{ opacity: 0 }, { opacity: 0, offset: 0.35 }, { opacity: 1 }], FLIGHT));
    }
  }

  get flying() {
    return this.animations.length > 0;
  }

  /** All is where it belongs. */
  end() {
    for (const animation of this.animations) animation.cancel();
    Object.assign(this, { animations: [], parts: [] });
    this.layer.replaceChildren();
    this.layer.remove();
    this.old?.remove();
  }
}
