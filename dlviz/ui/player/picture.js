// One picture of the stage: Plotly holds what rests, canvases hold what moves, elements hold live texts.

import {freeRanges, isSolid, keepCameras, putStep, ratioOf, veil} from './base.js'
import {say} from './format.js'
import {icon, make} from './icons.js'
import {Labels} from './labels.js'
import {Painter} from './painter.js'
import {dressed, dressedLayout, NARROW} from './theme.js'

const PLOTLY_CONFIG = { displayModeBar: false, displaylogo: false, responsive: false, plotGlPixelRatio: Math.min(Math.max(1, devicePixelRatio || 1), 2), scrollZoom: 'gl3d', doubleClick: 'reset', showTips: false };
const CLICK_SLACK = 4; // pixels between press and release that still are a click
const CLICK_LATE = 400; // ms after the release until which Plotly may still say what was hit in a scene

/** One film with a figure, in its frame. */
export class Picture {
  /** @param stage what a picture asks of its stage: plotly, theme, texts, step, clicked(), enlarge(), menu() */
  constructor(stage, name) {
    Object.assign(this, { stage, name, film: null, ready: false, moving: false, settled: -1, turn: 0, ours: 0, zoomed: new Set(), followed: new WeakSet(), work: Promise.resolve() });
    this.gd = make('div', 'dl-base');
    this.painter = new Painter(this.gd);
    this.labels = new Labels();
    this.title = make('span', 'dl-title');
    this.hint = make('span', 'dl-hint');
    this.grow = make('button', 'dl-quiet', { type: 'button' }, icon('enlarge'));
    this.more = make('button', 'dl-quiet', { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false' }, icon('take'));
    this.note = make('p', 'dl-failed', { hidden: true });
    this.plot = make('div', 'dl-plot', { role: 'img' }, this.gd, this.painter.over.canvas, this.labels.layer, this.note);
    this.head = make('figcaption', 'dl-head', {}, this.title, this.hint, this.more, this.grow);
    this.root = make('figure', 'dl-picture', { 'data-film': name }, this.head, this.plot);
    this.grow.addEventListener('click', () => stage.enlarge(this));
    this.title.addEventListener('dblclick', () => stage.enlarge(this));
    this.more.addEventListener('click', () => stage.menu(this));
    this.plot.addEventListener('wheel', (event) => this.wheel(event), { capture: true, passive: true });
    this.watchClicks();
    this.size = new ResizeObserver(() => this.resized());
    this.size.observe(this.plot);
  }

  /** Takes over a film's head: titles, texts, what moves. */
  set(film) {
    const { texts } = this.stage;
    this.film = film;
    this.entitle();
    this.hint.textContent = film.head.click && this.stage.stage?.served ? say(texts, film.head.peek?.spots?.length && !this.stage.coarse ? 'point' : 'click') : '';
    this.plot.setAttribute('aria-label', film.head.alt || film.head.title || this.name);
    this.plot.classList.toggle('dl-clickable', Boolean(film.head.click));
    const ratio = ratioOf(film.head.figure);
    this.root.classList.toggle('dl-shaped', ratio !== null);
    this.root.style.setProperty('--ratio', ratio ?? 1);
    const high = film.head.figure.layout?.meta?.tall; // by its width, where there is little room
    this.root.classList.toggle('dl-tall', Boolean(high));
    this.root.style.setProperty('--high', high ?? 1);
    for (const [button, id] of [[this.grow, this.root.classList.contains('dl-solo') ? 'shrink' : 'enlarge'], [this.more, 'take']]) {
      const text = say(texts, id);
      button.setAttribute('aria-label', `${text}: ${film.head.title ?? ''}`);
      button.title = text;
    }
    this.note.textContent = say(texts, 'failed');
  }

  entitle() {
    this.title.textContent = this.painter.peek?.title ?? this.film.head.title ?? '';
  }

  /** Gives Plotly the figure with a step in it; a new head, a new theme. */
  dress(step) {
    return (this.work = this.work.then(() => this.dressNow(step)).catch((error) => this.fail(error)));
  }

  async dressNow(step) {
    const { film, gd, stage } = this;
    this.queued = false; // of those that wait for their turn
    if (!stage.plotly || !film?.head || !this.plot.clientWidth) {
      this.stale = true;
      return;
    }
    this.stale = this.waits = false; // it waits no longer for its new head
    const { theme, stage: live } = stage;
    const traces = dressed(film.head.figure.data ?? [], theme);
    const layout = dressedLayout(film.head.figure.layout, theme, stage.coarse, this.plot.clientWidth);
    this.own = freeRanges(film);
    for (const [name, range] of Object.entries(this.own)) layout[name] = { ...layout[name], range };
    this.wanted = Object.fromEntries(Object.entries(layout).filter(([, part]) => part?.range).map(([name, part]) => [name, [...part.range]])); // Plotly writes into its own
    for (const name of this.zoomed) {
      const range = gd._fullLayout?.[name]?.range;
      if (range) layout[name] = { ...layout[name], range: [...range] };
    }
    const shown = Math.max(0, Math.min(step, film.rows - 1));
    putStep(traces, film, shown);
    this.painter.set(film);
    const edit = live.served && !live.ui.locked ? (field, value) => stage.edited(this, field, value) : null;
    const letters = this.plot.clientWidth < NARROW ? film.head.figure.layout.meta?.letters ?? 1 : 1;
    this.labels.set(film.head.labels ?? [], theme, theme.scale * letters, say(stage.texts, 'edit'), edit);
    await this.quietly(() => stage.plotly.react(gd, traces, layout, PLOTLY_CONFIG));
    if (!this.ready) this.listen();
    this.ready = true;
    this.note.hidden = true;
    this.settled = film.rows ? shown : -1;
    this.settledRows = film.rows;
    if (film.rows) this.labels.show(film.labels, shown);
    this.stop();
    this.afterPlot();
  }

  /** Runs a change of ours, which must not be taken for the learner's zoom. */
  async quietly(change) {
    this.ours += 1;
    try {
      return await change();
    } finally {
      this.ours -= 1;
    }
  }

  listen() {
    this.gd.on('plotly_afterplot', () => this.afterPlot());
    this.gd.on('plotly_restyle', () => this.painter.forget());
    this.gd.on('plotly_relayout', (change) => {
      keepCameras(this.gd, change ?? {});
      for (const key of this.ours ? [] : Object.keys(change ?? {})) {
        const name = /^([xy]axis\d*)/.exec(key)?.[1];
        if (!name) continue;
        const [now, before] = [this.gd._fullLayout[name]?.range, this.wanted[name]];
        const same = now && before && now.every((value, k) => value === before[k]);
        this.zoomed[same ? 'delete' : 'add'](name);
      }
    });
    // Plotly says so at the press, also when a turn of the camera begins; of a press shorter than its look it says only "hover"
    this.gd.on('plotly_click', ({ points: [point] }) => this.points(point));
    this.gd.on('plotly_hover', ({ points: [point] }) => performance.now() - this.released < CLICK_LATE && this.points(point));
  }

  points(point) {
    if (!this.film.head.click || !/surface|3d/.test(point?.data.type)) return;
    this.pointed = point;
    if (performance.now() - this.released < CLICK_LATE) this.clickedSolid();
  }

  afterPlot() {
    if (!this.gd._fullLayout) return;
    this.painter.forget();
    this.labels.arrange(this.gd._fullLayout);
    this.spots?.arrange();
    if (this.moving) veil(this.gd, this.painter.traces, true);
    this.moving ? this.painter.paint(this.painted) : this.paintSolids(); // where the axes are now
    for (const [name, part] of Object.entries(this.gd._fullLayout)) if (name.startsWith('scene')) this.follow(part._scene?.glplot);
  }

  /** What moves in a scene is painted at rest too, wherever its camera looks from. */
  follow(scene) {
    if (!scene || this.followed.has(scene)) return;
    this.followed.add(scene);
    const render = scene.onrender;
    scene.onrender = () => {
      render?.();
      this.stage.stage.invalidate();
    };
  }

  paintSolids() {
    if (this.ready && this.settled >= 0) this.painter.paint(this.settled, true);
  }

  /** How slow it is to draw: lines, then planes, then scenes. */
  get weight() {
    const { data } = this.film.head.figure;
    return data.some((trace) => trace.type === 'surface' || isSolid(trace)) ? 2 : data.some((trace) => trace.type !== 'scatter') ? 1 : 0;
  }

  /** Paints a step without Plotly; true if anything was painted. */
  paint(step) {
    if (!this.ready || this.waits || !this.film.rows || !this.root.offsetParent) return false;
    const shown = Math.min(step, this.film.rows - 1);
    this.turn += 1;
    if (!this.moving && shown === this.settled) {
      this.paintSolids();
      return false;
    }
    if (!this.moving) {
      this.moving = true;
      this.root.classList.add('dl-moving');
      veil(this.gd, this.painter.traces, true);
    }
    this.labels.show(this.film.labels, this.painter.peek?.step ?? shown);
    return this.painter.paint((this.painted = shown));
  }

  /** Hands the step to Plotly, once, and takes the paint away. */
  settle(step) {
    this.work = this.work.then(() => this.settleNow(step)).catch((error) => this.fail(error));
    return this.work;
  }

  async settleNow(step) {
    if (!this.ready || !this.film.rows || this.painter.peek) return;
    const shown = Math.min(step, this.film.rows - 1);
    if (!this.moving && shown === this.settled) return;
    const { turn } = this;
    this.labels.show(this.film.labels, shown);
    if (this.painter.movers.length > this.painter.solids.length) {
      putStep(this.gd.data, this.film, shown);
      await this.quietly(() => this.stage.plotly.redraw(this.gd));
    }
    if (turn !== this.turn) return; // it moved again meanwhile
    this.settled = shown;
    this.stop();
  }

  stop() {
    this.moving = false;
    this.root.classList.remove('dl-moving');
    if (this.painter.traces) veil(this.gd, this.painter.traces, false);
    this.painter.clear();
    this.paintSolids();
  }

  /** Another recording begins: nothing of the last one may be taken for it. */
  renew() {
    this.painter.peek = null;
    if (this.film) this.entitle();
    this.settled = -1;
    this.turn += 1;
    this.painter.forget();
    for (const name of Object.keys(this.own ?? {})) delete this.wanted[name];
  }

  /** More rows have come: axes that the author left free may have to widen. */
  grown() {
    const ranges = this.ready && !this.stale && !this.widening ? freeRanges(this.film, this.wanted) : {};
    const names = Object.keys(ranges).filter((name) => !this.zoomed.has(name));
    if (!names.length) return;
    Object.assign(this.wanted, ranges);
    this.widening = true;
    this.work = this.work
      .then(() => this.quietly(() => this.stage.plotly.relayout(this.gd, Object.fromEntries(names.map((name) => [`${name}.range`, [...ranges[name]]])))))
      .catch((error) => this.fail(error))
      .finally(() => (this.widening = false));
  }

  resized() {
    if (!this.plot.clientWidth || !this.plot.clientHeight) return;
    const { width, height } = this.gd._fullLayout ?? {};
    if ((this.stale && !this.queued) || (this.ready && this.plot.clientWidth < NARROW !== width < NARROW)) return void this.dress(this.stage.step);
    if (!this.ready || (width === this.plot.clientWidth && height === this.plot.clientHeight)) return;
    this.work = this.work.then(() => this.quietly(() => this.gd.offsetParent && this.stage.plotly.Plots.resize(this.gd))).catch((error) => this.fail(error));
  }

  /** A wheel over a scene scrolls the page, unless the picture is enlarged or Ctrl is held. */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && !this.root.classList.contains('dl-solo')) event.stopImmediatePropagation();
  }

  /** A press and a release at one place; Plotly may lay a cover over the page in between. */
  watchClicks() {
    this.plot.addEventListener('pointerdown', (press) => {
      if (press.button !== 0 || !this.ready || !this.film.head.click) return;
      Object.assign(this, { pointed: null, released: -Infinity });
      const release = (event) => {
        const far = Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) > CLICK_SLACK;
        if (event.type === 'pointerup' && !far) this.clickedAt(press.clientX, press.clientY);
        for (const type of ['pointerup', 'pointercancel']) window.removeEventListener(type, release, true);
      };
      for (const type of ['pointerup', 'pointercancel']) window.addEventListener(type, release, true);
    }, true);
    this.plot.addEventListener('pointermove', (event) => {
      if (event.movementX || event.movementY) this.released = -Infinity; // what lies there was not clicked
    }, true);
  }

  clickedSolid() {
    if (!this.pointed) return;
    const { x, y, z } = this.pointed;
    Object.assign(this, { pointed: null, released: -Infinity });
    this.stage.clicked(this, x, y, z);
  }

  clickedAt(clientX, clientY) {
    this.released = performance.now();
    this.clickedSolid();
    if (!this.gd.isConnected) return; // another picture took its place meanwhile
    const box = this.gd.getBoundingClientRect();
    for (const { xaxis, yaxis } of Object.values(this.gd._fullLayout._plots ?? {})) {
      const [x, y] = [clientX - box.left - xaxis._offset, clientY - box.top - yaxis._offset];
      if (x < 0 || y < 0 || x > xaxis._length || y > yaxis._length) continue;
      this.stage.clicked(this, Number(xaxis.p2d(x)), Number(yaxis.p2d(y)), null);
      return;
    }
  }

  fail(error) {
    this.reason = error;
    this.note.hidden = false;
  }

  remove() {
    this.size.disconnect();
    this.root.remove();
    if (this.ready) this.stage.plotly.purge(this.gd);
  }
}
