// Texts of a picture that change over the steps: elements over the plot, never part of it.

import {makeEditable} from './edit.js'
import {make} from './icons.js'
import {filledTemplate, numberText, richNodes} from './format.js'
import {colorOf} from './theme.js'
import {Plane} from './paint2d.js'

const ANCHOR_SHIFT = { left: '0', center: '-50%', right: '-100%', top: '0', middle: '-50%', bottom: '-100%' };

/** One text and the values it is filled with. */
export class LiveText {
  constructor(place) {
    this.place = place;
    this.element = make('span', 'dl-label');
    this.template = place.template ?? '{text}';
    this.shown = null;
    if (!place.strings) this.build(this.template);
  }

  build(text) {
    const { nodes, slots } = richNodes(text);
    this.slots = slots;
    this.element.replaceChildren(...nodes);
  }

  /** Shows the values of a step. */
  show(values, step) {
    if (this.place.strings) {
      const text = values?.strings?.[step] ?? '';
      if (text === this.shown) return;
      this.shown = text;
      this.element.replaceChildren(...richNodes(text.replaceAll('{', '\u0001')).nodes);
      if (text.includes('{')) unmask(this.element);
      return;
    }
    if (this.place.shy) this.element.hidden = this.missing(values, step);
    for (const slot of this.slots) {
      const text = values?.[slot.name] ? numberText(values[slot.name].row(step)[0], slot.spec) : '–';
      if (slot.node.nodeValue !== text) slot.node.nodeValue = text;
    }
  }

  /** Whether a number of this step is not there. */
  missing(values, step) {
    return this.slots.some(({ name }) => Number.isNaN(values?.[name]?.row(step)[0] ?? NaN));
  }

  /** The text of a step, with its tags. */
  textAt(values, step) {
    if (this.place.strings) return values?.strings?.[step] ?? '';
    if (this.place.shy && this.missing(values, step)) return '';
    return filledTemplate(this.template, (name) => (values?.[name] ? values[name].row(step)[0] : NaN));
  }
}

/** A brace in a string of the recording is a brace, not a placeholder. */
function unmask(element) {
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) node.nodeValue = node.nodeValue.replaceAll('\u0001', '{');
    else unmask(node);
  }
}

/** All labels of one picture. */
export class Labels {
  constructor() {
    this.layer = make('div', 'dl-labels', { 'aria-hidden': 'true' });
    this.texts = [];
  }

  /** Takes over the labels of a head; `edit` takes the field and the number of one that was changed, if any may be. */
  set(places, theme, scale, hint = '', edit = null) {
    this.texts = places.map((place) => new LiveText(place));
    this.layer.replaceChildren(...this.texts.map((text) => text.element));
    for (const text of this.texts) {
      const { place, element } = text;
      if (place.edit && edit) makeEditable(text, hint, () => this.first(text), (value) => edit(place.edit, value));
      element.style.color = colorOf(place.color ?? theme.text, theme);
      element.style.fontSize = `${(place.size ?? 13) * scale}px`;
      element.style.textAlign = place.xanchor ?? 'left';
      element.style.transform = `translate(${ANCHOR_SHIFT[place.xanchor] ?? 0}, ${ANCHOR_SHIFT[place.yanchor] ?? 0})`;
    }
  }

  /** Puts the labels where Plotly's axes say. */
  arrange(layout) {
    const { l, t, w, h } = layout._size;
    for (const text of this.texts) {
      const { x = 0, y = 0, xref = 'paper', yref = 'paper' } = text.place;
      let [left, top] = [l + x * w, t + (1 - y) * h];
      const plane = planeOf(layout, xref, yref);
      if (plane && xref !== 'paper') left = plane.x(x);
      if (plane && yref !== 'paper') top = plane.y(y);
      text.element.style.left = `${left}px`;
      text.element.style.top = `${top}px`;
    }
  }

  /** The number that a label shows first. */
  first(text) {
    const column = this.columns?.[this.texts.indexOf(text)]?.[text.slots[0].name];
    return column?.upTo(column.rows - 1).find(Number.isFinite) ?? 0;
  }

  show(columns, step) {
    this.columns = columns;
    this.texts.forEach((text, k) => text.show(columns[k], step));
  }
}

function planeOf(layout, xref, yref) {
  if (xref === 'paper' && yref === 'paper') return null;
  const trace = { xaxis: xref === 'paper' ? 'x' : xref, yaxis: yref === 'paper' ? 'y' : yref };
  const has = [trace.xaxis, trace.yaxis].every((id) => layout[`${id[0]}axis${id.slice(1)}`]?.range);
  return has ? new Plane(layout, trace) : null;
}
