// A brush: on a picture that is drawn on, the pointer paints points, and so do the arrow keys with Enter.

import {numberText, say} from './format.js'
import {make} from './icons.js'

const SPACING = 0.25; // data units between the points of a stroke
const STROKE_MOST = 300; // points
const REST_SOON = 30; // ms between looks whether the new picture is on its way
const KEY_STEPS = 40; // presses of an arrow key from one end of an axis to the other
const KEY_LEAP = 5; // times as far with Shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/** The brush of one picture; what is painted stays in sight until the server has answered and it is drawn. */
export class Brush {
  constructor(picture) {
    Object.assign(this, { picture, film: null, stroke: null, strokes: [], at: null });
    this.cross = make('i', 'dl-cross', { hidden: true });
    this.layer = make('div', 'dl-strokes', {}, this.cross);
    this.told = make('span', 'dl-unseen', { 'aria-live': 'polite' });
    const { plot } = picture;
    plot.append(this.layer, this.told);
    for (const type of ['pointerdown', 'mousedown', 'touchstart']) plot.addEventListener(type, (event) => this.press(event), { capture: true, passive: false });
    plot.addEventListener('keydown', (event) => this.key(event));
    plot.addEventListener('blur', () => {
      this.cross.hidden = true;
      plot.classList.remove('dl-by-hand');
    });
  }

  get stage() {
    return this.picture.stage.stage;
  }

  get look() {
    return this.stage.ui.brush ?? {};
  }

  get draws() {
    return Boolean(this.film?.head.draw && this.stage.served && !this.stage.ui.locked);
  }

  /** Takes over a film's head: whether it is drawn on, and how to. */
  set(film) {
    this.film = film;
    const { plot, hint } = this.picture;
    plot.classList.toggle('dl-drawn', this.draws);
    plot.setAttribute('role', this.draws ? 'application' : 'img');
    if (!this.draws) return plot.removeAttribute('tabindex');
    plot.tabIndex = 0;
    hint.textContent = hint.title = say(this.stage.ui.texts ?? {}, this.look.hint);
    plot.setAttribute('aria-label', `${film.head.alt || film.head.title}. ${hint.textContent}`);
  }

  /** After a message: strokes whose deed is done give way to the new picture, once it is drawn. */
  answered() {
    const done = this.strokes.filter(({ id }) => !this.stage.deeds.waits(id));
    this.strokes = this.strokes.filter((stroke) => !done.includes(stroke));
    if (done.length) this.giveWay(done);
  }

  giveWay(strokes) {
    if (this.picture.waits && this.picture.root.isConnected) setTimeout(() => this.giveWay(strokes), REST_SOON);
    else this.picture.work.then(() => strokes.forEach(({ dots }) => dots.remove()));
  }

  /** The axes at a place of the screen, and the place in their units; null outside of them. */
  placeAt({ clientX, clientY }, held = null) {
    const box = this.picture.gd.getBoundingClientRect();
    for (const { xaxis, yaxis } of held ? [held] : Object.values(this.picture.gd._fullLayout?._plots ?? {})) {
      const [left, top] = [clientX - box.left - xaxis._offset, clientY - box.top - yaxis._offset];
      const inside = left >= 0 && top >= 0 && left <= xaxis._length && top <= yaxis._length;
      if (inside) return { axes: { xaxis, yaxis }, point: [Number(xaxis.p2d(left)), Number(yaxis.p2d(top))] };
    }
    return null;
  }

  press(event) {
    if (!this.draws || !this.picture.ready || (event.button ?? 0) !== 0) return;
    const place = this.placeAt(event.touches?.[0] ?? event);
    if (!place) return;
    event.stopImmediatePropagation(); // Plotly would zoom
    event.preventDefault();
    if (event.type !== 'pointerdown' || this.stroke) return;
    this.picture.plot.classList.add('dl-by-hand');
    this.picture.plot.focus({ preventScroll: true });
    this.cross.hidden = true;
    this.begin(place);
    const move = (moved) => {
      if (moved.pointerId !== event.pointerId) return;
      for (const one of moved.getCoalescedEvents?.() ?? []) this.goTo(this.placeAt(one, place.axes)?.point);
      this.goTo(this.placeAt(moved, place.axes)?.point);
    };
    const end = (ended) => {
      if (ended.pointerId !== event.pointerId) return;
      window.removeEventListener('pointermove', move, true);
      for (const type of ['pointerup', 'pointercancel']) window.removeEventListener(type, end, true);
      this.end();
    };
    window.addEventListener('pointermove', move, true);
    for (const type of ['pointerup', 'pointercancel']) window.addEventListener(type, end, true);
  }

  begin({ axes, point }) {
    this.stroke = { axes, points: [], dots: make('div', this.look.erases ? 'dl-dots dl-erasing' : 'dl-dots') };
    this.layer.append(this.stroke.dots);
    this.put(point);
  }

  /** Points along the way from the last one, so that a fast hand leaves no gaps. */
  goTo(point) {
    if (!point) return;
    if (this.look.drags) return this.drag(point);
    const { points } = this.stroke;
    const spacing = this.look.spacing ?? SPACING;
    for (let last = points.at(-1); points.length < STROKE_MOST; last = points.at(-1)) {
      const far = Math.hypot(point[0] - last[0], point[1] - last[1]);
      if (far < spacing) return;
      this.put(last.map((from, k) => from + ((point[k] - from) * spacing) / far));
    }
  }

  /** What is taken goes along with the hand: the server hears where to whenever it has answered. */
  drag(point) {
    const { stroke } = this;
    const [x, y] = stroke.points[0];
    if (!stroke.at && Math.hypot(point[0] - x, point[1] - y) < (this.look.spacing ?? SPACING)) return; // a press alone
    stroke.at = point;
    this.lay(stroke.dots.lastChild, stroke.axes, point);
    if (!this.stage.deeds.busy) this.tell();
  }

  /** Says where the stroke has come to. */
  tell() {
    const { stroke } = this;
    if (stroke.at) stroke.points = [stroke.points[0], ...(stroke.told ? [stroke.told] : []), stroke.at];
    stroke.told = stroke.at;
    return this.stage.send('draw', { film: this.film.name, action: this.film.head.draw, points: stroke.points, step: this.stage.step });
  }

  put(point) {
    const { axes, points, dots } = this.stroke;
    points.push(point);
    const dot = this.lay(make('i'), axes, point);
    if (this.look.color) dot.style.background = this.picture.stage.theme.palette[this.look.color] ?? '';
    dots.append(dot);
  }

  lay(element, { xaxis, yaxis }, [x, y]) {
    element.style.left = `${xaxis._offset + xaxis.d2p(x)}px`;
    element.style.top = `${yaxis._offset + yaxis.d2p(y)}px`;
    return element;
  }

  end() {
    const { dots } = this.stroke;
    const id = this.tell();
    this.stroke = null;
    this.strokes.push({ id, dots });
  }

  key(event) {
    const axes = Object.values(this.picture.gd._fullLayout?._plots ?? {})[0];
    const enters = event.key === 'Enter' && !event.repeat && this.at && !this.cross.hidden;
    if (!this.draws || !axes || event.target !== this.picture.plot || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ARROWS[event.key] && !enters) return;
    event.preventDefault();
    this.picture.plot.classList.remove('dl-by-hand');
    if (enters) {
      this.begin({ axes, point: this.at });
      return this.end();
    }
    const leap = event.shiftKey ? KEY_LEAP : 1;
    const sides = [axes.xaxis.range, axes.yaxis.range].map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
    const from = this.at ?? sides.map(([low, high]) => (low + high) / 2);
    this.at = sides.map(([low, high], k) => Math.min(high, Math.max(low, from[k] + (ARROWS[event.key][k] * leap * (high - low)) / KEY_STEPS)));
    this.cross.hidden = false;
    this.lay(this.cross, axes, this.at);
    this.told.textContent = `x ${numberText(this.at[0], '.2f')}, y ${numberText(this.at[1], '.2f')}`;
  }
}
