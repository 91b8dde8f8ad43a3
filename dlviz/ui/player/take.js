// Taking a picture away: as it is, as numbers, as a moving picture.

import {putStep} from './base.js'
import {plainText, plotlyText, say} from './format.js'
import {make} from './icons.js'
import {colorOf} from './theme.js'
import {arrayOf} from './wire.js'

const GIF_FRAMES_MOST = 60;
const GIF_SECONDS = 5;
const GIF_PIXELS_MOST = 1e6; // of a frame: the server holds all of them at once
const LOOK = 100; // ms between looks whether all rows have come
const CELLS_MOST = 400000; // of a table; above it, the present step alone

/** Gives the browser a file to keep. */
function saveFile(name, blob) {
  const address = URL.createObjectURL(blob);
  make('a', '', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function annotations(picture, step) {
  const { film, labels, stage } = picture;
  return labels.texts.map((text, k) => {
    const { x = 0, y = 0, xref = 'paper', yref = 'paper', xanchor = 'left', yanchor = 'top', size = 13, color } = text.place;
    return {
      x, y, xref, yref, xanchor, yanchor, showarrow: false, borderpad: 0,
      text: plotlyText(text.textAt(film.labels[k], step)),
      font: { size: size * stage.theme.scale, color: colorOf(color ?? stage.theme.text, stage.theme) },
    };
  });
}

/** The picture at its present step, as Plotly draws it, with its live texts. */
async function stillOf(picture, format, { scale = 2, without = null, texts = true } = {}) {
  const { gd, stage, film } = picture;
  const step = Math.min(stage.step, film.rows - 1);
  const { width, height } = gd._fullLayout;
  const whole = gd.data.map((trace) => ({ ...trace }));
  if (!without && film.rows) putStep(whole, film, step, true);
  const data = without ? gd.data.map((trace, k) => (without.has(k) ? { ...trace, opacity: 0, line: { ...trace.line, width: 0 } } : trace)) : whole;
  const own = gd.layout.annotations ?? [];
  const ranges = {};
  for (const [name, part] of Object.entries(gd._fullLayout)) if (/^[xy]axis/.test(name) && part?.range) ranges[name] = { ...gd.layout[name], range: part.range, autorange: false };
  for (const [name, part] of Object.entries(gd._fullLayout)) if (/^scene/.test(name) && part?._scene) ranges[name] = { ...gd.layout[name], camera: part._scene.getCamera() };
  const layout = { ...gd.layout, ...ranges, width, height, paper_bgcolor: without ? 'rgba(0,0,0,0)' : stage.theme.background, annotations: texts ? [...own, ...annotations(picture, step)] : own };
  return stage.plotly.toImage({ data, layout }, { format, width, height, scale });
}

/** PNG or SVG. */
async function takeStill(picture, format) {
  await picture.settle(picture.stage.step);
  const address = await stillOf(picture, format);
  saveFile(`${picture.name}-${picture.stage.step}.${format}`, await (await fetch(address)).blob());
}

const cell = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value));

/** What changes, as a table: a row per step, a column per number. */
function tableOf(film, step) {
  const columns = [];
  film.head.moves.forEach((move, k) => {
    const trace = film.head.figure?.data[move.trace] ?? {};
    move.attrs.forEach((attribute, j) => columns.push([`${trace.name ?? move.trace}.${attribute}`, film.columns[k]?.[j]]));
  });
  (film.head.labels ?? []).forEach((_, k) => {
    for (const [name, column] of Object.entries(film.labels[k] ?? {})) if (name !== 'strings') columns.push([name, column]);
  });
  const present = columns.filter(([, column]) => column);
  const width = present.reduce((sum, [, column]) => sum + column.size, 1);
  const steps = width * film.rows > CELLS_MOST ? [step] : Array.from({ length: film.rows }, (_, t) => t);
  const heads = present.flatMap(([name, column]) => (column.size === 1 ? [name] : Array.from({ length: column.size }, (_, i) => `${name}[${i}]`)));
  const rows = steps.map((t) => [t, ...present.flatMap(([, column]) => [...column.row(t)].map((value) => (Number.isNaN(value) ? '' : Number(value.toPrecision(7)))))]);
  return [['step', ...heads], ...rows].map((row) => row.map(cell).join(',')).join('\n') + '\n';
}

/** Saves the table of a film. */
function takeTable(picture) {
  const text = tableOf(picture.film, Math.min(picture.stage.step, picture.film.rows - 1));
  saveFile(`${picture.name}.csv`, new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
}

/** The frames of a moving picture: Plotly's resting half once, what moves painted over it. */
async function filmFrames(picture) {
  const { film, gd, painter, labels, stage } = picture;
  await picture.settle(stage.step);
  const base = new Image();
  base.src = await stillOf(picture, 'png', { scale: 1, without: painter.traces, texts: false });
  await base.decode();
  const { width, height } = gd._fullLayout;
  const scale = Math.min(1, Math.sqrt(GIF_PIXELS_MOST / (width * height)));
  const sheet = Object.assign(document.createElement('canvas'), { width: Math.round(scale * width), height: Math.round(scale * height) });
  const ctx = sheet.getContext('2d');
  ctx.scale(scale, scale);
  const count = Math.min(film.rows, GIF_FRAMES_MOST);
  const frames = [];
  for (let k = 0; k < count; k++) {
    const step = Math.round((k * (film.rows - 1)) / Math.max(1, count - 1));
    painter.state = '';
    painter.paint(step);
    ctx.fillStyle = stage.theme.background;
    ctx.fillRect(0, 0, width, height);
    for (const layer of [painter.under.dirty && painter.under.canvas, base, painter.over.dirty && painter.over.canvas]) if (layer) ctx.drawImage(layer, 0, 0, width, height);
    labels.texts.forEach((text, j) => writeLabel(ctx, text, text.textAt(film.labels[j], step), stage.theme));
    frames.push(sheet.toDataURL('image/png'));
  }
  painter.clear();
  picture.paintSolids();
  return { frames, delay: Math.max(40, Math.round((1000 * GIF_SECONDS) / Math.max(1, count))) };
}

function writeLabel(ctx, { place, element }, text, theme) {
  ctx.font = `${(place.size ?? 13) * theme.scale}px ${getComputedStyle(element).fontFamily}`;
  ctx.fillStyle = element.style.color;
  ctx.textAlign = place.xanchor ?? 'left';
  ctx.textBaseline = place.yanchor ?? 'top';
  plainText(text).split('\n').forEach((line, k) => ctx.fillText(line, parseFloat(element.style.left), parseFloat(element.style.top) + k * 1.25 * (place.size ?? 13)));
}

/** Has all rows fetched and comes back to where it was; false if the learner went elsewhere meanwhile. */
async function completed(stage) {
  const { step } = stage;
  if (stage.reel.done || !stage.served) return true;
  stage.seek(Infinity);
  while (stage.wish === Infinity) await new Promise((look) => setTimeout(look, LOOK));
  if (stage.reel.done) stage.seek(step);
  return stage.reel.done;
}

/** Takes a picture away in one of the forms of its menu. */
export async function takeAway(stage, picture, kind) {
  stage.pause();
  if (!['png', 'svg'].includes(kind) && !(await completed(stage))) return;
  try {
    if (kind === 'csv') takeTable(picture);
    else if (kind === 'gif') stage.send('gif', { film: picture.name, req: (stage.takes += 1), ...(await filmFrames(picture)) });
    else if (kind === 'html') stage.send('take', { what: 'html', film: picture.name, req: (stage.takes += 1) });
    else await takeStill(picture, kind);
  } catch {
    stage.bar.tell('failed');
  }
}

/** Saves a file that the server has made; messages may be repeated, files may not. */
export function saveAnswer(stage, { name, mime, data, req }, blob) {
  const key = `${req} ${name} ${data.$a}`;
  if (key === stage.downloaded) return;
  stage.downloaded = key;
  saveFile(name, new Blob([arrayOf(data, blob).values], { type: mime }));
}

/** The menu under a picture's button. */
export class TakeMenu {
  constructor(take) {
    this.root = make('div', 'dl-menu', { role: 'menu', hidden: true });
    this.take = take;
    this.picture = null;
    this.root.addEventListener('keydown', (event) => this.key(event));
    this.root.addEventListener('focusout', (event) => {
      if (!this.root.contains(event.relatedTarget) && event.relatedTarget !== this.picture?.more) this.close();
    });
  }

  /** Opens under the picture's button, or closes. */
  toggle(picture, kinds, texts) {
    if (this.picture === picture) return this.close(true);
    this.close();
    this.picture = picture;
    this.root.replaceChildren(...kinds.map((kind) => {
      const item = make('button', '', { type: 'button', role: 'menuitem', 'data-take': kind }, say(texts, `take_${kind}`));
      item.addEventListener('click', () => {
        this.close(true);
        this.take(picture, kind);
      });
      return item;
    }));
    picture.head.append(this.root);
    picture.more.setAttribute('aria-expanded', 'true');
    this.root.hidden = false;
    this.root.firstChild.focus();
    return true;
  }

  /** Closes; true if it was open. */
  close(refocus = false) {
    if (!this.picture) return false;
    const { more } = this.picture;
    this.picture = null;
    more.setAttribute('aria-expanded', 'false');
    this.root.hidden = true;
    if (refocus) more.focus();
    return true;
  }

  key(event) {
    const items = [...this.root.children];
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') this.close(true);
    else if (by) items[(items.indexOf(document.activeElement) + by + items.length) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
