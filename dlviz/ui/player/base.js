// The resting half of a picture: Plotly's figure, with the rows of one step put into it.

import {nested} from './wire.js'

const SHOWN_ALONE = new Set(['x', 'y', 'z', 'marker.color']);

function assign(trace, attribute, value) {
  const path = attribute.split('.');
  let part = trace;
  for (const key of path.slice(0, -1)) part = part[key] = { ...part[key] };
  part[path.at(-1)] = value;
}

/** Whether a trace lies in a scene: drawing that again is dear, so what moves there is always painted. */
export const isSolid = (trace) => trace.type.endsWith('3d');

/** How high a figure is by its width where its one pair of axes keeps its proportions; null where it fills any room. */
export function ratioOf({ data, layout = {} }) {
  const [xaxis, yaxis] = ['xaxis', 'yaxis'].map((name) => layout[name] && { ...layout[name], ...layout.meta?.narrow?.[name] });
  const alone = data.every((trace) => (trace.xaxis ?? 'x') === 'x' && (trace.yaxis ?? 'y') === 'y');
  if (!alone || layout.showlegend || !yaxis?.scaleanchor || !xaxis?.range || !yaxis.range || xaxis.domain || yaxis.domain) return null;
  return Math.abs((yaxis.range[1] - yaxis.range[0]) / (xaxis.range[1] - xaxis.range[0]));
}

/** Puts the rows of a step into the traces that move; into those of a scene only if they are wanted there `whole`. */
export function putStep(traces, film, step, whole = false) {
  film.head.moves.forEach((move, k) => {
    const columns = film.columns[k];
    if (isSolid(traces[move.trace]) && !whole) {
      for (const axis of 'xyz') traces[move.trace][axis] = [null]; // there for the legend alone
      return;
    }
    if (!columns || !film.rows) return;
    move.attrs.forEach((attribute, j) => {
      const column = columns[j];
      let value;
      if (move.kind === 'grow') value = column.upTo(step);
      else if (column.shape.length) value = nested(column.row(step), column.shape);
      else value = SHOWN_ALONE.has(attribute) ? column.row(step) : column.row(step)[0];
      assign(traces[move.trace], attribute, value);
    });
  });
}

/** Axes of a flat figure that the author left free and that something moves along: {axis name: [columns]}. */
function freeAxes(film) {
  const free = {};
  const { data, layout = {} } = film.head.figure;
  film.head.moves.forEach((move, k) => {
    const trace = data[move.trace];
    if (trace.type === 'scatter3d' || trace.type === 'heatmap') return;
    move.attrs.forEach((attribute, j) => {
      if (attribute !== 'x' && attribute !== 'y') return;
      const name = `${attribute}axis${(trace[`${attribute}axis`] ?? attribute).slice(1)}`;
      if (layout[name]?.range || ['category', 'date'].includes(layout[name]?.type)) return;
      (free[name] ??= { columns: [], zero: layout[name]?.rangemode === 'tozero' }).columns.push(film.columns[k]?.[j]);
      if (trace.type === 'bar') free[name].zero = true;
    });
  });
  return free;
}

/**
 * Ranges for axes left free, wide enough for all rows that are here: an axis must not jump from step to step.
 * @returns {Object<string, number[]>} by axis name; empty for axes that hold what came, unless something outgrew `now`.
 */
export function freeRanges(film, now = {}) {
  const ranges = {};
  const { data, layout = {} } = film.head.figure;
  const moving = new Set(film.head.moves.map((move) => move.trace));
  for (const [name, { columns, zero }] of Object.entries(freeAxes(film))) {
    const letter = name[0];
    const log = layout[name]?.type === 'log';
    const { clipmin = -Infinity, clipmax = Infinity, include = [] } = layout[name]?.autorangeoptions ?? {};
    let [low, high] = zero ? [0, 0] : [Infinity, -Infinity];
    const widen = (a, b) => ([low, high] = [Math.min(low, a), Math.max(high, b)]);
    for (const column of columns) if (column) widen(...column.extent(log));
    data.forEach((trace, k) => {
      const own = `${letter}axis${(trace[`${letter}axis`] ?? letter).slice(1)}` === name;
      if (moving.has(k) || !own || !trace[letter]?.length || typeof trace[letter][0] === 'string') return;
      for (const value of trace[letter].flat?.() ?? trace[letter]) if (Number.isFinite(value) && !(log && value <= 0)) widen(value, value);
    });
    for (const value of include) widen(value, value);
    [low, high] = [Math.max(low, clipmin), Math.min(high, clipmax)];
    if (!(low <= high)) continue;
    if (log) [low, high] = [Math.log10(low), Math.log10(high)];
    if (now[name] && now[name][0] <= low && now[name][1] >= high) continue;
    const pad = 0.03 * (high - low) || Math.max(0.5, 0.1 * Math.abs(high));
    const grain = log ? 0.5 : 10 ** Math.floor(Math.log10(high - low + 2 * pad)) / 2; // held by round numbers: it seldom changes
    ranges[name] = [zero && low === 0 && !log ? 0 : Math.floor((low - pad) / grain) * grain, Math.ceil((high + pad) / grain) * grain];
    if (layout[name]?.autorange === 'reversed') ranges[name].reverse();
  }
  return ranges;
}

/** Hides or shows Plotly's own version of traces, without asking Plotly to draw anything. */
export function veil(gd, traces, hidden) {
  for (const node of gd.querySelectorAll('g.trace, g.hm')) {
    const index = node.__data__?.[0]?.trace?.index;
    if (traces.has(index)) node.style.visibility = hidden ? 'hidden' : '';
  }
}

/** Keeps a turned camera: Plotly writes it into the layout that a scene was first drawn with, and reads the present one. */
export function keepCameras(gd, change) {
  for (const [key, camera] of Object.entries(change)) {
    const scene = /^(scene\d*)\.camera$/.exec(key)?.[1];
    if (scene && gd.layout[scene]) gd.layout[scene].camera = camera;
  }
}
