// A landscape is seen twice, in space and from above: where a pointer rests on one, the other shows the same place.

import {make} from './icons.js'
import {Camera} from './paint3d.js'

const camera = new Camera('scene');
const seen = new Float32Array(3);

/** The landscape of a picture: its surface or its level lines; undefined where it has none. */
const groundOf = ({ gd, ready }) => (ready ? gd._fullData?.find(({ type }) => type === 'surface' || type === 'contour') : undefined);

/** Whether two traces are the same landscape, one in space and one from above. */
function twins(a, b) {
  const same = (name) => a[name]?.length > 1 && a[name].length === b[name]?.length && a[name][0] === b[name][0] && a[name].at(-1) === b[name].at(-1);
  return a.type !== b.type && same('x') && same('y');
}

/** Between which entries of a rising list a value lies, and how far; null outside of it. */
function between(list, value) {
  const k = list.findIndex((edge) => edge >= value);
  if (k < 0 || value < list[0]) return null;
  const from = Math.max(0, k - 1);
  return [from, (value - list[from]) / (list[from + 1] - list[from])];
}

/** The height of a surface between its nodes; NaN beside it. */
function heightAt({ x, y, z }, px, py) {
  const [across, up] = [between(x, px), between(y, py)];
  if (!across || !up) return NaN;
  const [[j, s], [i, t]] = [across, up];
  const along = (row) => z[row][j] * (1 - s) + z[row][j + 1] * s;
  return along(i) * (1 - t) + along(i + 1) * t;
}

/** Where a place of the landscape is in a picture, in its pixels; NaN where it is not seen. */
function placeIn({ gd }, ground, x, y) {
  if (ground.type === 'surface') {
    if (!camera.read(gd)) return [NaN, NaN];
    camera.project(x, y, heightAt(ground, x, y), seen, 0);
    return [seen[0], seen[1]];
  }
  const { xaxis, yaxis } = gd._fullLayout;
  const [px, py] = [xaxis.d2p(x), yaxis.d2p(y)];
  const inside = px >= 0 && py >= 0 && px <= xaxis._length && py <= yaxis._length;
  return inside ? [xaxis._offset + px, yaxis._offset + py] : [NaN, NaN];
}

/** Lets a picture show in its twins where the pointer is; returns the picture. */
export function watchTwins(scene, picture) {
  let heard = false;
  const point = (x, y) => {
    const ground = groundOf(picture);
    for (const other of scene.pictures) {
      if (other === picture) continue;
      const theirs = groundOf(other);
      const [left, top] = ground && theirs && twins(ground, theirs) ? placeIn(other, theirs, x, y) : [NaN, NaN];
      const shown = Number.isFinite(left + top);
      if (!shown && !other.mark) continue;
      other.mark ??= other.plot.appendChild(make('i', 'dl-twin', { 'aria-hidden': 'true' }));
      other.mark.hidden = !shown;
      if (shown) other.mark.style.transform = `translate(${left}px, ${top}px)`;
    }
  };
  picture.plot.addEventListener('pointermove', (event) => {
    const ground = groundOf(picture);
    if (!ground || event.pointerType !== 'mouse') return;
    const { gd } = picture;
    if (ground.type === 'contour') {
      const box = gd.getBoundingClientRect();
      const { xaxis, yaxis } = gd._fullLayout;
      const [px, py] = [event.clientX - box.left - xaxis._offset, event.clientY - box.top - yaxis._offset];
      const inside = px >= 0 && py >= 0 && px <= xaxis._length && py <= yaxis._length;
      point(inside ? xaxis.p2d(px) : NaN, yaxis.p2d(py));
    } else if (!heard) {
      heard = true; // only Plotly knows what of a surface is under a pointer
      gd.on('plotly_hover', ({ points: [at] }) => at.data.type === 'surface' && point(at.x, at.y));
      gd.on('plotly_unhover', () => point(NaN, NaN));
    }
  });
  picture.plot.addEventListener('pointerleave', () => point(NaN, NaN));
  return picture;
}
