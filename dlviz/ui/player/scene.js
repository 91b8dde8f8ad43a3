// The pictures of a stage in their places, in the theme of the page.

import {Brush} from './brush.js'
import {Flight} from './flight.js'
import {say} from './format.js'
import {icon, make} from './icons.js'
import {LiveText} from './labels.js'
import {Picture} from './picture.js'
import {watchPeeks} from './peek.js'
import {watchSpots} from './spots.js'
import {themeAt} from './theme.js'
import {watchTwins} from './twin.js'

const SOON = 50; // ms until it is not waited for the screen any longer: a hidden page has none

/** When the screen has shown what is painted. */
export const shown = () => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done));
  setTimeout(done, SOON);
});

/** All pictures of one stage; also what a picture asks of its stage. */
export class Scene {
  constructor(stage) {
    this.stage = stage;
    this.grid = make('div', 'dl-grid');
    this.captions = make('div', 'dl-captions', { hidden: true });
    this.pictures = [];
    this.flight = new Flight(this);
    this.words = [];
    this.glance = null; // the step that a pointer asks for, if any
    this.hush = null; // takes away what a pointer has asked for
    this.room = new ResizeObserver(() => this.keepRoom());
    this.room.observe(this.captions);
    this.plotly = null;
    this.coarse = matchMedia('(pointer: coarse)').matches;
  }

  get step() {
    return this.stage.step;
  }

  get texts() {
    return this.stage.ui.texts ?? {};
  }

  /** Puts pictures and captions in order after a message; only those with a new head are drawn anew. */
  arrange(heads) {
    const { reel } = this.stage;
    this.theme = themeAt(this.stage.root, this.stage.ui);
    const films = reel.order.map((name) => reel.films.get(name)).filter((film) => film.head);
    const flat = films.filter((film) => !film.head.words && film.head.figure);
    const gone = this.pictures.filter((picture) => !flat.some((film) => film.name === picture.name));
    for (const picture of gone) picture.remove();
    const fresh = [];
    this.pictures = flat.map((film) => {
      const old = this.pictures.find((picture) => picture.name === film.name);
      const picture = old ?? watchSpots(this, watchTwins(this, watchPeeks(this, new Picture(this, film.name))));
      if (!old || heads.includes(film.name)) fresh.push(picture);
      picture.set(film);
      if (film.head.draw || picture.brush) (picture.brush ??= new Brush(picture)).set(film);
      return picture;
    });
    const roots = this.pictures.map((picture) => picture.root);
    if (roots.some((root, k) => this.grid.children[k] !== root) || this.grid.children.length !== roots.length) this.grid.replaceChildren(...roots);
    this.grid.dataset.count = roots.length;
    this.stage.root.classList.toggle('dl-has-words', films.some((film) => film.head.words));
    this.write(films.filter((film) => film.head.words));
    if (this.theme.key !== this.themeKey) this.redress();
    else this.dressAll(fresh);
    for (const picture of this.pictures) picture.brush?.answered();
  }

  write(films) {
    const key = films.map((film) => film.digest).join();
    if (key === this.wordsKey && films.every((film) => this.words.some((word) => word.film === film))) return;
    this.wordsKey = key;
    this.words = films.flatMap((film) => (film.head.labels ?? []).map((place, k) => ({ film, k, text: new LiveText(place) })));
    this.captions.replaceChildren(...this.words.map(({ text }) => text.element));
    this.captions.hidden = !this.words.length;
  }

  /** Words may take one line more at some step: the bar below must not hop for it. */
  keepRoom() {
    const { offsetWidth: width, offsetHeight: height } = this.captions;
    if (width !== this.roomWidth) this.captions.style.minHeight = '';
    else if (height > 0) this.captions.style.minHeight = `${height}px`;
    this.roomWidth = width;
  }

  /** Draws pictures, first those whose parts are on their way, then the light ones: they are soon done, and each is seen before the next is drawn. */
  async dressAll(pictures) {
    if (!this.plotly) return void pictures.forEach((picture) => picture.dress(this.step)); // they only note that they are to be drawn
    for (const picture of pictures) picture.waits = picture.queued = true;
    if (pictures.length && pictures.length < this.pictures.length) await shown(); // what could be painted at once
    const { flight } = this;
    for (const picture of [...pictures].sort((a, b) => flight.awaits(b) - flight.awaits(a) || a.weight - b.weight)) {
      await picture.dress(this.step);
      flight.land(picture);
      await shown();
    }
  }

  /** Draws every picture in the present theme. */
  redress() {
    this.themeKey = this.theme.key;
    this.stage.root.dataset.theme = this.theme.dark ? 'dark' : 'light';
    return this.dressAll(this.pictures);
  }

  /** First drawing, once Plotly is here. */
  dress() {
    return this.redress();
  }

  /** Watches for another theme of the page; returns what ends it. */
  watch() {
    const look = () => {
      if (!this.stage.root.isConnected || !this.plotly) return;
      this.theme = themeAt(this.stage.root, this.stage.ui);
      if (this.theme.key !== this.themeKey) this.redress();
    };
    const seen = new MutationObserver(() => requestAnimationFrame(look));
    for (let node = this.stage.root.parentElement; node; node = node.parentElement) seen.observe(node, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', look);
    const outside = (event) => {
      const inside = this.stage.root.contains(event.target);
      if (inside) for (const probe of window.__dlviz.stages) probe.stage.chosen = probe.stage === this.stage;
      const { menu } = this.stage;
      if (menu.picture && !menu.root.contains(event.target) && !menu.picture.more.contains(event.target)) menu.close();
    };
    document.addEventListener('pointerdown', outside, true);
    return () => {
      seen.disconnect();
      scheme.removeEventListener('change', look);
      document.removeEventListener('pointerdown', outside, true);
    };
  }

  /** A miniature plays while it is in view; where motion is not wanted it goes to its last step once it is. */
  watchView() {
    const { stage } = this;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const come = () => (still ? stage.seek(Infinity) : stage.play());
    const view = new IntersectionObserver(([entry]) => (entry.isIntersecting ? come() : still || stage.pause()));
    view.observe(stage.root);
    return () => view.disconnect();
  }

  /** Paints a step; true if any picture changed. */
  paint(step) {
    let painted = false;
    if (step !== this.painted && this.glance !== null) this.hush();
    this.painted = step;
    for (const picture of this.pictures) {
      try {
        painted = picture.paint(step) || painted;
        picture.card?.paint(step);
      } catch (error) {
        picture.fail(error);
      }
    }
    for (const { film, k, text } of this.words) if (film.rows) text.show(film.labels[k], Math.min(this.glance ?? step, film.rows - 1));
    return painted;
  }

  settle() {
    return Promise.all(this.pictures.map((picture) => picture.settle(this.step)));
  }

  get moving() {
    return this.pictures.some((picture) => picture.moving);
  }

  renew() {
    this.glance = null;
    for (const picture of this.pictures) picture.renew();
  }

  grown() {
    for (const picture of this.pictures) picture.grown();
  }

  clicked(picture, x, y, z) {
    this.stage.send('click', { film: picture.name, action: picture.film.head.click, x, y, z, step: this.step });
  }

  /** A number was changed where it stands: as if its field had been clicked at that value. */
  edited(picture, field, value) {
    this.stage.send('click', { film: picture.name, action: `edit:${field}`, x: value, y: 0, z: null, step: this.step });
  }

  menu(picture) {
    const kinds = this.stage.served ? ['png', 'svg', 'csv', 'gif', 'html'] : ['png', 'svg', 'csv'];
    this.stage.menu.toggle(picture, kinds, this.texts);
  }

  /** Makes one picture as large as the stage, or gives the others back. */
  enlarge(picture) {
    const alone = picture.root.classList.contains('dl-solo');
    if (this.shrink() && alone) return;
    picture.root.classList.add('dl-solo');
    this.grid.classList.add('dl-has-solo');
    this.tell(picture, 'shrink');
  }

  /** Back to all pictures; false if none was enlarged. */
  shrink() {
    const solo = this.pictures.find((picture) => picture.root.classList.contains('dl-solo'));
    if (!solo) return false;
    solo.root.classList.remove('dl-solo');
    this.grid.classList.remove('dl-has-solo');
    this.tell(solo, 'enlarge');
    this.stage.invalidate();
    this.stage.rest();
    return true;
  }

  tell(picture, id) {
    const text = say(this.texts, id);
    picture.grow.replaceChildren(icon(id));
    picture.grow.title = text;
    picture.grow.setAttribute('aria-label', `${text}: ${picture.title.textContent}`);
  }

  remove() {
    this.room.disconnect();
    this.flight.end();
    for (const picture of this.pictures) picture.remove();
  }
}
