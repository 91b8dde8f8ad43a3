// Colours and letters of the page around the stage, put into figures.

export const NARROW = 460; // CSS pixels: a legend then stands below its scene, and panels where their figure says
let colorPad = null;

/** Any CSS colour as [red, green, blue, alpha], 0 to 255. */
export function rgba(color) {
  colorPad ??= Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  colorPad.clearRect(0, 0, 1, 1);
  colorPad.fillStyle = '#888';
  colorPad.fillStyle = color;
  colorPad.fillRect(0, 0, 1, 1);
  return [...colorPad.getImageData(0, 0, 1, 1).data];
}

function isDark(color) {
  const [red, green, blue, alpha] = rgba(color);
  return alpha > 0 && 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** The theme at an element: colours, font, and the palette of tokens that figures name. */
export function themeAt(element, ui) {
  const style = getComputedStyle(element);
  const variable = (name) => style.getPropertyValue(name).trim();
  const background = variable('--st-background-color');
  const dark = background ? isDark(background) : matchMedia('(prefers-color-scheme: dark)').matches;
  const palette = ui.theme?.[dark ? 'dark' : 'light'] ?? {};
  const theme = {
    dark,
    background: background || palette['--dl-paper'] || (dark ? '#10141d' : '#ffffff'),
    text: variable('--st-text-color') || palette['--dl-text'] || (dark ? '#e8ecf3' : '#1d2433'),
    primary: variable('--st-primary-color') || palette['--dl-model'] || '#0072b2',
    font: variable('--st-font'),
    scale: ui.present ? 1.35 : 1,
    palette,
  };
  theme.key = JSON.stringify([dark, theme.background, theme.text, theme.font, theme.scale, palette]);
  return theme;
}

/** A colour of the house by its token, any other text as it is. */
export function colorOf(value, theme) {
  if (typeof value !== 'string' || !value.includes('--dl-')) return value;
  return theme.palette[value.replace(/^var\((.*)\)$/, '$1')] ?? theme.text;
}

/** A copy of a figure's part in the colours of the theme; arrays of numbers are shared, not copied. */
export function dressed(part, theme, key = '') {
  if (typeof part === 'string') return colorOf(part, theme);
  if (Array.isArray(part)) return part.map((value) => dressed(value, theme));
  if (!part || typeof part !== 'object' || ArrayBuffer.isView(part)) return part;
  const copy = {};
  for (const [name, value] of Object.entries(part)) copy[name] = dressed(value, theme, name);
  if (theme.scale !== 1 && /font$/.test(key) && typeof copy.size === 'number') copy.size *= theme.scale;
  return copy;
}

/** A figure's layout in the theme: clear ground, the page's letters. */
export function dressedLayout(layout, theme, coarse, width = Infinity) {
  const copy = dressed(layout ?? {}, theme);
  copy.paper_bgcolor ??= 'rgba(0,0,0,0)';
  copy.plot_bgcolor ??= 'rgba(0,0,0,0)';
  copy.uirevision ??= 'keep';
  copy.font = { size: 13 * theme.scale, color: theme.text, ...copy.font };
  if (theme.font) copy.font.family = theme.font;
  copy.margin = { l: 48, r: 12, t: 8, b: 40, ...copy.margin };
  for (const side of ['l', 'b']) copy.margin[side] = Math.round(copy.margin[side] * theme.scale);
  copy.hoverlabel ??= { font: { family: copy.font.family } };
  copy.autosize = true;
  if (width < NARROW) for (const [name, part] of Object.entries(copy.meta?.narrow ?? {})) copy[name] = { ...copy[name], ...part };
  delete copy.width;
  delete copy.height;
  const scenes = Object.keys(copy).filter((name) => name.startsWith('scene'));
  for (const name of scenes) copy[name].dragmode ??= 'turntable';
  if (scenes.length && width < NARROW && copy.showlegend) {
    copy.legend = { ...copy.legend, orientation: 'h', x: 0, xanchor: 'left', y: 0, yanchor: 'top' };
    copy.margin = { ...copy.margin, b: 64 };
  }
  if (coarse && !scenes.length) copy.dragmode = false; // a finger on a flat picture scrolls the page
  return copy;
}
