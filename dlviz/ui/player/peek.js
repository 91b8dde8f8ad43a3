// While a pointer rests on a part of a picture more is seen of it: a small map in large, or the step that made a cell.

import {Card} from './card.js'

const MAP_GAP = 255; // the level of a cell that is not there

/** Which of `count` equal cells between the outermost edges holds a value; -1 if none does. */
function cellAt(value, edges, count) {
  const share = (value - edges[0]) / (edges[edges.length - 1] - edges[0]);
  return share >= 0 && share < 1 ? Math.floor(share * count) : -1;
}

/** The small map at a place of a picture: rows of a bitmap between two gaps, counted from below; null where there is none. */
function mapAt({ gd, painter, film }, clientX, clientY, step) {
  const box = gd.getBoundingClientRect();
  const { xaxis, yaxis } = gd._fullLayout;
  const [x, y] = [xaxis.p2d(clientX - box.left - xaxis._offset), yaxis.p2d(clientY - box.top - yaxis._offset)];
  for (const { trace, show } of painter.movers) {
    const cells = gd.calcdata[trace]?.[0];
    if (!show.z || !cells?.x) continue;
    const column = film.columns[show.z[0]][show.z[1]];
    const [height, width] = column.shape;
    const [row, across] = [cellAt(y, cells.y, height), cellAt(x, cells.x, width)];
    const raw = column.raw(Math.min(step, film.rows - 1));
    const empty = (k) => raw[k * width] === MAP_GAP;
    if (row < 0 || across < 0 || empty(row)) continue;
    let [from, to, number] = [row, row + 1, 0];
    while (from > 0 && !empty(from - 1)) from -= 1;
    while (to < height && !empty(to)) to += 1;
    for (let k = 1; k <= from; k++) if (empty(k - 1) && !empty(k)) number += 1;
    const rows = (t) => column.raw(t).subarray(from * width, to * width);
    return { trace, number, key: `${trace} ${number}`, column: { shape: [to - from, width], lo: column.lo, hi: column.hi, raw: rows } };
  }
  return null;
}

/** The step that makes the cell at a place, and what stays as it is meanwhile; null where there is no such cell. */
function stepAt({ gd, film }, clientX, clientY) {
  const box = gd.getBoundingClientRect();
  const { xaxis, yaxis } = gd._fullLayout;
  const [x, y] = [xaxis.p2d(clientX - box.left - xaxis._offset), yaxis.p2d(clientY - box.top - yaxis._offset)];
  for (const { left, top, side, rows, columns, first } of film.head.peek.cells) {
    const [row, column] = [Math.floor((top - y) / side), Math.floor((x - left) / side)];
    if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
    const step = first + row * columns + column;
    return step < film.rows ? { key: `step ${step}`, step, stays: film.head.peek.stays } : null;
  }
  return null;
}

/** The card of the unit whose map is at a place. */
function showCard(picture, { clientX, clientY }, step) {
  const map = mapAt(picture, clientX, clientY, step);
  const units = map && picture.film.head.peek.units[map.trace];
  const box = picture.plot.getBoundingClientRect();
  picture.card ??= new Card(picture);
  picture.card.show(units?.[map.number] ?? null, clientX - box.left, clientY - box.top);
}

/** Lets a picture show more of what the pointer rests on, if its film says what; returns the picture. */
export function watchPeeks(scene, picture) {
  let shown = null; // the picture that shows something else now
  const show = (target, seen) => {
    if (target.painter.peek?.key === seen?.key) return;
    shown = seen ? target : null;
    target.painter.peek = seen;
    scene.glance = seen?.step ?? null;
    scene.hush = seen && (() => show(target, null));
    target.settled = -1; // Plotly shows something else
    target.entitle();
    scene.stage.invalidate();
    scene.stage.rest();
  };
  picture.plot.addEventListener('pointermove', (event) => {
    const { peek } = picture.film.head;
    if (!peek || !picture.ready || !picture.film.rows || event.pointerType !== 'mouse') return;
    if (peek.cells) return void (scene.stage.clock.playing || show(picture, stepAt(picture, event.clientX, event.clientY)));
    if (peek.units) return showCard(picture, event, scene.step);
    const target = scene.pictures.find((other) => other.name === peek.film);
    if (!target?.ready) return;
    const map = mapAt(picture, event.clientX, event.clientY, scene.step);
    show(target, map && { ...map, title: peek.titles[map.trace][map.number], colors: picture.painter.colorsOf(map.trace) });
  });
  picture.plot.addEventListener('pointerleave', () => {
    picture.card?.show(null);
    if (shown) show(shown, null);
  });
  return picture;
}
