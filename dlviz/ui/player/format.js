// Numbers and rich text as a learner reads them; nothing here ever becomes HTML.

const PLACEHOLDER = /\{(\w+)(?::([^}]*))?\}/g;
const TAGS = /<(\/?)(b|i|sub|sup)>|<br\s*\/?>|&(lt|gt|amp);/g;
const ENTITIES = { lt: '<', gt: '>', amp: '&' };

/** A number as text: `.3f`, `.2e`, `.3g` or `d`, perhaps with `+`. */
export function numberText(value, spec = '') {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const [, plus, digits, kind] = /^(\+?)(?:\.(\d+))?([fegd]?)$/.exec(spec || '.4g') ?? [null, '', '4', 'g'];
  const size = Math.abs(value);
  const precision = digits === undefined ? 6 : Number(digits);
  let text;
  if (kind === 'd') text = String(Math.round(size));
  else if (kind === 'f') text = size.toFixed(Math.min(precision, 20));
  else if (kind === 'e') text = pythonExponent(size.toExponential(precision));
  else text = general(size, Math.max(1, precision));
  const negative = value < 0 && /[1-9]/.test(text);
  return (negative ? '−' : plus) + text.replaceAll('-', '−');
}

function pythonExponent(text) {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function general(size, precision) {
  const [mantissa, exponent] = size.toExponential(precision - 1).split('e');
  const trim = (digits) => (digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits);
  if (size !== 0 && (exponent < -4 || exponent >= precision)) return pythonExponent(`${trim(mantissa)}e${exponent}`);
  return trim(size.toFixed(Math.max(0, precision - 1 - Number(exponent))));
}

/** A template with its numbers put in; values are given by name. */
export function filledTemplate(template, valueOf) {
  return template.replace(PLACEHOLDER, (_, name, spec) => {
    const value = valueOf(name);
    return typeof value === 'number' ? numberText(value, spec) : String(value ?? '');
  });
}

/**
 * Rich text as nodes. Placeholders become text nodes of their own, so that a step changes a few characters
 * and builds nothing.
 * @returns {{nodes: Node[], slots: {name: string, spec: string, node: Text}[]}}
 */
export function richNodes(text) {
  const top = document.createDocumentFragment();
  const slots = [];
  let open = [top];
  const write = (plain) => {
    let from = 0;
    for (const found of plain.matchAll(PLACEHOLDER)) {
      if (found.index > from) open.at(-1).append(plain.slice(from, found.index));
      const node = document.createTextNode('');
      slots.push({ name: found[1], spec: found[2] ?? '', node });
      open.at(-1).append(node);
      from = found.index + found[0].length;
    }
    if (from < plain.length) open.at(-1).append(plain.slice(from));
  };
  let from = 0;
  for (const found of text.matchAll(TAGS)) {
    write(text.slice(from, found.index));
    from = found.index + found[0].length;
    const [, closing, tag, entity] = found;
    if (entity) open.at(-1).append(ENTITIES[entity]);
    else if (!tag) open.at(-1).append(document.createElement('br'));
    else if (closing) open = open.length > 1 ? open.slice(0, -1) : open;
    else {
      const element = document.createElement(tag);
      open.at(-1).append(element);
      open = [...open, element];
    }
  }
  write(text.slice(from));
  return { nodes: [...top.childNodes], slots };
}

/** Rich text for Plotly: the same few tags, everything else as it reads. */
export function plotlyText(text) {
  let [out, from] = ['', 0];
  const literal = (plain) => plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  for (const found of text.matchAll(TAGS)) {
    out += literal(text.slice(from, found.index)) + found[0];
    from = found.index + found[0].length;
  }
  return out + literal(text.slice(from));
}

/** Rich text as plain text, for a canvas and for a table. */
export function plainText(text) {
  return text.replace(TAGS, (tag, _closing, _name, entity) => (entity ? ENTITIES[entity] : tag.startsWith('<br') ? '\n' : ''));
}

/** A text of the page with its gaps filled; its id where it is missing. */
export function say(texts, id, values = {}) {
  return (texts[id] ?? id).replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}
