// How a trace looks, read from Plotly's own resolved figure.

import {rgba} from './theme.js'

const DASHES = { dot: [1, 1], dash: [3, 3], longdash: [5, 5], dashdot: [3, 1, 1, 1], longdashdot: [5, 2, 1, 2] };

/** 256 colours of a scale, as CSS text and as the 32 bits of a pixel. */
export function colorTable(scale, reversed = false) {
  const stops = scale.map(([at, color]) => [Number(at), rgba(color)]);
  const css = [];
  const pixels = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const share = (reversed ? 255 - i : i) / 255;
    let k = 1;
    while (k < stops.length - 1 && stops[k][0] < share) k++;
    const [[from, a], [to, b]] = [stops[k - 1] ?? stops[0], stops[k] ?? stops[0]];
    const part = to > from ? Math.min(1, Math.max(0, (share - from) / (to - from))) : 0;
    const [red, green, blue, alpha] = a.map((value, j) => Math.round(value + part * (b[j] - value)));
    css.push(`rgba(${red},${green},${blue},${alpha / 255})`);
    pixels[i] = ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return { css, pixels };
}

/** The scale by which numbers of `part` become colours: its own, or the colour axis that it names. */
function scaleOf(part, layout, names) {
  const axis = part.coloraxis ? layout[part.coloraxis] : null;
  const source = axis ?? part;
  const [low, high] = axis ? [axis.cmin, axis.cmax] : names.map((name) => part[name]);
  if (!source.colorscale) return null;
  return { table: colorTable(source.colorscale, source.reversescale), low, high };
}

/** A colour for number i of a list, or the one colour of all. */
function colorist(color, part, layout) {
  const isList = Array.isArray(color) || ArrayBuffer.isView(color);
  const scale = scaleOf(part, layout, ['cmin', 'cmax']);
  const pick = (value) => {
    if (typeof value === 'string') return value;
    if (!scale || !Number.isFinite(value)) return 'rgba(0,0,0,0)';
    const share = (value - scale.low) / (scale.high - scale.low || 1);
    return scale.table.css[Math.max(0, Math.min(255, Math.round(255 * share)))];
  };
  return { pick, one: isList ? null : pick(color), list: isList ? color : null };
}

function sizer(marker) {
  const reference = marker.sizeref ?? 1;
  const least = marker.sizemin ?? 0;
  if (marker.sizemode === 'area') return (size) => Math.max(least, Math.sqrt(Math.max(0, size) / reference));
  return (size) => Math.max(least, size / reference);
}

/** The look of one trace: what its lines, marks or cells are painted with. */
export function lookOf(trace, layout) {
  const mode = trace.mode ?? '';
  const look = { trace, type: trace.type, opacity: trace.opacity ?? 1 };
  if (trace.type === 'heatmap') {
    return Object.assign(look, scaleOf(trace, layout, ['zmin', 'zmax']), { xgap: trace.xgap ?? 0, ygap: trace.ygap ?? 0 });
  }
  const flat = trace.type === 'scatter';
  if (mode.includes('lines')) {
    const width = trace.line.width ?? 2;
    const unit = Math.max(3, width);
    look.line = { width, dash: (DASHES[trace.line.dash] ?? []).map((part) => part * unit), ...colorist(trace.line.color, trace.line, layout) };
  }
  if (flat && trace.fill && trace.fill !== 'none') look.fill = { to: trace.fill, color: trace.fillcolor };
  const marker = trace.marker ?? {};
  if (mode.includes('markers') || trace.type === 'bar') {
    const outline = marker.line ?? {};
    look.marker = {
      ...colorist(marker.color, marker, layout),
      sizeOf: sizer(marker),
      size: marker.size ?? 6,
      symbol: marker.symbol ?? 'circle',
      angle: marker.angle ?? 0,
      previous: marker.angleref === 'previous',
      opacity: typeof marker.opacity === 'number' ? marker.opacity : 1,
      outline: { width: outline.width ?? 0, ...colorist(outline.color ?? '#444', outline, layout) },
    };
  }
  const arrow = look.marker?.previous && look.marker.symbol === 'arrow';
  look.short = arrow ? 0.9 * Number(look.marker.size) || 0 : 0;
  if (mode.includes('text') && trace.text) {
    look.text = { list: trace.text, at: trace.textposition ?? 'middle center', font: trace.textfont };
  }
  return look;
}

const at = (list, i) => (list.length > i ? list[i] : list[list.length - 1]);

/** Value i of what may be one value or a list of them. */
export function pickFrom(value, i) {
  return Array.isArray(value) || ArrayBuffer.isView(value) ? at(value, i) : value;
}

/** Colour i of a line, a mark or an outline; `fresh` are the colours of this step, if they move. */
export function pickColor(colors, i, fresh = null) {
  if (fresh) return colors.pick(pickFrom(fresh, i));
  return colors.list ? colors.pick(at(colors.list, i)) : colors.one;
}
