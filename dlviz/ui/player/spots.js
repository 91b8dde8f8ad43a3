// Parts of a picture that are chosen as a click would, by a mouse that rests there or by the keyboard's focus.

import {make} from './icons.js'

const DWELL = 110; // ms that a mouse rests on a part until it is chosen

/** The parts of one picture: buttons that the keyboard reaches, under which Plotly still feels the mouse. */
class Spots {
  constructor(scene, picture) {
    Object.assign(this, { scene, picture, places: [], buttons: [], over: -1, timer: 0 });
    this.root = make('div', 'dl-spots', { hidden: true });
    picture.plot.append(this.root);
    picture.plot.addEventListener('pointermove', (event) => event.pointerType === 'mouse' && this.moved(event));
    picture.plot.addEventListener('pointerleave', () => this.leave());
    picture.plot.addEventListener('pointerdown', () => this.leave()); // a click is sooner
  }

  /** Takes over the parts that a film names, and lays them where its axes say. */
  arrange() {
    const { film, gd, plot } = this.picture;
    const { served, ui } = this.scene.stage;
    this.places = served && !ui.locked ? film?.head?.peek?.spots ?? [] : [];
    this.root.hidden = !this.places.length;
    plot.setAttribute('role', this.places.length ? 'group' : 'img');
    while (this.buttons.length > this.places.length) this.buttons.pop().remove();
    while (this.buttons.length < this.places.length) this.add(this.buttons.length);
    if (!this.places.length || !gd._fullLayout?.xaxis) return;
    const { xaxis, yaxis } = gd._fullLayout;
    this.buttons.forEach((button, k) => {
      const { box: [x0, y0, x1, y1], title, chosen } = this.places[k];
      const [left, right] = [xaxis.d2p(x0), xaxis.d2p(x1)].sort((a, b) => a - b);
      const [top, bottom] = [yaxis.d2p(y0), yaxis.d2p(y1)].sort((a, b) => a - b);
      Object.assign(button.style, { left: `${xaxis._offset + left}px`, top: `${yaxis._offset + top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
      button.setAttribute('aria-label', title);
      button.setAttribute('aria-pressed', String(Boolean(chosen)));
    });
  }

  add(k) {
    const button = make('button', 'dl-spot', { type: 'button' });
    button.addEventListener('focus', () => button.matches(':focus-visible') && this.choose(k));
    button.addEventListener('click', () => this.choose(k)); // of the keyboard: a mouse goes through
    this.buttons.push(button);
    this.root.append(button);
  }

  choose(k) {
    const place = this.places[k];
    if (!place || place.chosen || !this.picture.ready) return;
    const [x0, y0, x1, y1] = place.box;
    this.scene.clicked(this.picture, (x0 + x1) / 2, (y0 + y1) / 2, null);
  }

  /** The part below the mouse is chosen once it has rested there; not while the film plays. */
  moved(event) {
    if (!this.places.length || event.buttons || this.scene.stage.clock.playing) return this.leave();
    const { left, top } = this.picture.plot.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const over = this.buttons.findIndex(({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) => x >= offsetLeft && x < offsetLeft + offsetWidth && y >= offsetTop && y < offsetTop + offsetHeight);
    if (over === this.over) return;
    this.leave();
    this.over = over;
    if (over >= 0) this.timer = setTimeout(() => this.choose(over), DWELL);
  }

  leave() {
    clearTimeout(this.timer);
    this.over = -1;
  }
}

/** Lets parts of a picture be chosen where its film names some; returns the picture. */
export function watchSpots(scene, picture) {
  picture.spots = new Spots(scene, picture);
  return picture;
}
