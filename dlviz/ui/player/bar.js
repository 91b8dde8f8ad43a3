// The time bar: one for all pictures; it shows a state and reports wishes, it decides nothing.

import {say} from './format.js'
import {icon, make} from './icons.js'

const SAID = 80; // a mark is said within the 80th part of the whole time
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

function button(className, name, act) {
  const element = make('button', className, { type: 'button' }, icon(name));
  element.addEventListener('click', act);
  return element;
}

/** What the bar shows of a stage. */
export function stateOf({ clock, reel, step, wish, served }) {
  const edge = !reel.done && step >= reel.held - 1;
  const busy = edge && (clock.playing || wish !== null) && served && reel.held >= reel.attached;
  return {
    step,
    last: reel.last,
    held: Math.max(reel.held, reel.frames),
    playing: clock.playing,
    loop: clock.loop,
    atEnd: reel.done && reel.held > 1 && step >= reel.held - 1,
    chip: busy ? 'training' : step < reel.attached || !served ? 'recorded' : 'trained',
    ended: reel.done ? reel.ended : null,
    marks: reel.marks,
  };
}

/** The controls under the pictures. */
export class TimeBar {
  /** @param acts what a control asks for: toggle, step(by), seek(to), speed(x), loop, train, share, full */
  constructor(acts) {
    this.play = button('dl-button dl-play', 'play', acts.toggle);
    this.back = button('dl-button', 'back', () => acts.step(-1));
    this.forward = button('dl-button', 'forward', () => acts.step(1));
    this.range = make('input', 'dl-range', { type: 'range', min: 0, max: 1, step: 1, value: 0 });
    this.range.addEventListener('input', () => acts.seek(Number(this.range.value)));
    this.marks = make('div', 'dl-marks');
    this.said = make('span', 'dl-said', { 'aria-hidden': 'true', hidden: true });
    this.track = make('div', 'dl-track', {}, make('div', 'dl-rail', {}, make('div', 'dl-buffer'), make('div', 'dl-gone')), this.marks, this.range, this.said);
    this.number = make('input', 'dl-number', { type: 'number', min: 0, step: 1, inputmode: 'numeric' });
    this.number.addEventListener('change', () => acts.seek(Number(this.number.value)));
    this.number.addEventListener('keydown', (event) => event.key === 'Enter' && this.number.blur());
    this.total = make('span', 'dl-total');
    this.speed = make('select', 'dl-speed');
    for (const value of SPEEDS) this.speed.append(make('option', '', { value, selected: value === 1 }, `${value}×`));
    this.speed.addEventListener('change', () => acts.speed(Number(this.speed.value)));
    this.loop = button('dl-button dl-loop', 'loop', acts.loop);
    this.chip = make('span', 'dl-chip', {}, make('i', 'dl-dot'), (this.chipText = make('span')));
    this.ended = make('span', 'dl-ended', { role: 'status', hidden: true });
    this.train = button('dl-train', 'train', acts.train);
    this.train.append((this.trainText = make('span')));
    this.share = button('dl-button', 'share', acts.share);
    this.full = button('dl-button', 'full', acts.full);
    this.address = make('input', 'dl-address', { type: 'text', readonly: true, hidden: true });
    this.address.addEventListener('blur', () => (this.address.hidden = true));
    this.told = make('span', 'dl-told', { role: 'status' });
    const steps = make('span', 'dl-steps', {}, this.number, this.total);
    const moves = make('div', 'dl-group dl-moves', {}, this.play, this.back, this.forward);
    const ways = make('div', 'dl-group dl-ways', {}, steps, this.speed, this.loop);
    const state = make('div', 'dl-group dl-state', {}, this.chip, this.ended);
    const deeds = make('div', 'dl-group dl-deeds', {}, this.train, this.share, this.full, this.told, this.address);
    this.root = make('div', 'dl-bar', { role: 'group' }, this.track, moves, ways, state, deeds);
    this.shown = {};
  }

  /** Puts the words of the present language in. */
  words(texts, { locked, served }) {
    this.texts = texts;
    const name = (element, id, keys) => {
      const text = say(texts, id);
      element.setAttribute('aria-label', text);
      element.title = keys ? `${text} (${keys})` : text;
      if (keys) element.setAttribute('aria-keyshortcuts', keys);
    };
    name(this.back, 'step_back', ',');
    name(this.forward, 'step_forward', '.');
    name(this.loop, 'loop');
    name(this.share, 'share');
    name(this.full, 'fullscreen');
    name(this.train, 'train');
    name(this.speed, 'speed');
    name(this.number, 'step');
    name(this.range, 'time_bar');
    this.root.setAttribute('aria-label', say(texts, 'time_bar'));
    this.trainText.textContent = say(texts, 'train');
    this.train.hidden = Boolean(locked) || !served;
    this.share.hidden = !served;
    this.full.hidden = !document.fullscreenEnabled;
    this.shown = {};
  }

  /** Shows a state; touches only what differs from what is seen. */
  show(state) {
    const { shown } = this;
    const differs = (key) => shown[key] !== state[key];
    if (differs('playing') || differs('atEnd')) {
      const id = state.playing ? 'pause' : state.atEnd ? 'replay' : 'play';
      this.play.replaceChildren(icon(id));
      this.play.setAttribute('aria-label', say(this.texts, id));
      this.play.setAttribute('aria-keyshortcuts', 'Space');
      this.play.title = `${say(this.texts, id)} (Space)`;
    }
    if (differs('last')) {
      this.range.max = Math.max(1, state.last);
      this.number.max = state.last;
      this.total.textContent = `/ ${state.last}`;
      this.number.style.width = `calc(${Math.max(2, String(state.last).length)}ch + 1.4em)`;
    }
    if (differs('step') || differs('last')) {
      this.range.value = state.step;
      const present = state.marks.filter(({ step }) => step === state.step).map(({ text }) => text);
      this.range.setAttribute('aria-valuetext', [say(this.texts, 'step_of', { step: state.step, last: state.last }), ...present].join(': '));
      if (document.activeElement !== this.number) this.number.value = state.step;
      this.track.style.setProperty('--gone', state.last ? state.step / state.last : 0);
    }
    if (differs('held') || differs('last')) this.track.style.setProperty('--held', state.last ? Math.min(1, Math.max(0, state.held - 1) / state.last) : 0);
    if (differs('chip')) {
      this.chip.dataset.state = state.chip;
      this.chipText.textContent = say(this.texts, state.chip);
    }
    if (differs('ended')) {
      this.ended.textContent = state.ended ?? '';
      this.ended.hidden = !state.ended;
      this.root.classList.toggle('dl-has-ended', Boolean(state.ended));
    }
    if (differs('loop')) this.loop.setAttribute('aria-pressed', String(state.loop));
    if (differs('marks') || differs('last')) this.mark(state.marks, state.last);
    if (differs('marks') || differs('last') || differs('step')) this.sayMark(state);
    this.shown = { ...state };
  }

  mark(marks, last) {
    const key = JSON.stringify([marks, last]);
    if (key === this.marked) return;
    this.marked = key;
    this.marks.replaceChildren(...marks.map(({ step, ends }) => {
      const mark = make('i', ends ? 'dl-mark-end' : '');
      mark.style.setProperty('--at', last ? step / last : 0);
      return mark;
    }));
  }

  /** What a mark means is said while the playhead is at it. */
  sayMark({ marks, step, last }) {
    const near = marks.filter((mark) => last > 0 && Math.abs(mark.step - step) <= last / SAID);
    this.said.hidden = !near.length;
    if (!near.length) return;
    this.said.textContent = near.map(({ text }) => text).join(' · ');
    this.said.style.setProperty('--at', last ? near[0].step / last : 0);
  }

  /** A word of confirmation that goes away by itself. */
  tell(id) {
    clearTimeout(this.timer);
    this.told.textContent = say(this.texts, id);
    this.timer = setTimeout(() => (this.told.textContent = ''), 2500);
  }
}
