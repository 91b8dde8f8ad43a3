// The stage: all pictures of a page on one time bar, fed by messages, pulling while someone looks on.

import {plotlyComes, plotlyFrom, plotlyOf} from './assets.js'
import {stateOf, TimeBar} from './bar.js'
import {Clock} from './clock.js'
import {Deeds} from './deeds.js'
import {make} from './icons.js'
import {listenKeys} from './keys.js'
import {shareAddress, writeAddress} from './link.js'
import {Look} from './report.js'
import {Pull} from './pull.js'
import {Scene, shown} from './scene.js'
import {Reel} from './tape.js'
import {arrayOf, decodeMessage} from './wire.js'
import {saveAnswer, takeAway, TakeMenu} from './take.js'

const REST = 120; // ms after the last motion until Plotly takes over
const RETRY = 170; // ms between looks whether a wish has come true
const RETRY_MOST = 5000;

const stillMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** One stage; `served` where a server answers, not in a file from a disk. */
export class Stage {
  constructor(root, served) {
    Object.assign(this, { root, served, ui: {}, reel: new Reel(), clock: new Clock(), wish: null, misses: 0, takes: 0, opened: false, last: null });
    Object.assign(this, { paints: 0, work: [], resting: false, then: 0, frameId: 0 });
    this.deeds = new Deeds((name, value) => this.trigger(name, value));
    this.pull = new Pull((name, value) => this.trigger(name, value), () => this.deeds.busy);
    this.look = new Look(this);
    this.bar = new TimeBar({
      toggle: () => this.toggle(),
      step: (by) => this.stepBy(by),
      seek: (to) => this.seek(to),
      speed: (speed) => (this.clock.speed = speed),
      loop: () => this.change(() => (this.clock.loop = !this.clock.loop)),
      train: () => this.train(),
      share: () => this.share(),
      full: () => this.full(),
    });
    this.menu = new TakeMenu((picture, kind) => takeAway(this, picture, kind));
    this.scene = new Scene(this);
    this.body = make('div', 'dl-body', {}, this.scene.grid, this.scene.captions, this.bar.root);
    root.classList.add('dl-stage', 'dl-waiting');
    root.replaceChildren(this.body);
    this.ends = [listenKeys(this), this.scene.watch()];
  }

  get step() {
    return this.clock.step;
  }

  /** Tells the server what the learner did. */
  send(name, value) {
    return this.served ? this.deeds.do(name, value) : null;
  }

  trigger(name, value) {
    if (this.served) this.api?.setTriggerValue(name, value);
  }

  /** Takes a message of the server in. */
  receive(bytes, api) {
    this.api = api;
    if (!bytes || bytes === this.last) return;
    this.last = bytes;
    const message = decodeMessage(bytes);
    const { header, blob } = message;
    const { reel } = this;
    if (header.visit === this.visit && header.number < this.number) return; // overtaken by a newer one
    Object.assign(this, { visit: header.visit, number: header.number });
    if (this.deeds.answered(header.deed)) this.pull.forget();
    const before = { id: reel.id, step: this.ui.step, finished: reel.done && reel.held > 0 && this.step >= reel.held - 1 };
    this.ui = header.ui ?? this.ui;
    this.scene.flight.depart(message);
    const change = reel.merge(message);
    this.pull.answered(header.req ?? 0);
    this.misses = change.lacking ? this.misses + 1 : 0;
    if (header.plotly && !this.scene.plotly) {
      this.bare = false;
      this.plotlyReady = plotlyOf(arrayOf(header.plotly, blob).values).catch(() => null);
    }
    if (header.download) saveAnswer(this, header.download, blob);
    this.bar.words(this.ui.texts ?? {}, { locked: this.ui.locked, served: this.served });
    this.root.classList.toggle('dl-present', Boolean(this.ui.present));
    this.root.classList.toggle('dl-miniature', Boolean(this.ui.miniature));
    if (this.ui.miniature) this.clock.loop = true;
    this.scene.arrange(change.heads);
    if (change.fresh && before.id !== null) this.restart(before);
    this.follow(header.go);
    this.fetchPlotly();
    this.reach();
    this.grown = true;
    if (change.fresh && this.opened) this.frame(performance.now()); // at once: the screen comes soon enough
    else this.invalidate();
    if (!change.fresh && !change.heads.length) return;
    shown().then(() => this.gone || this.address()); // the picture first
    this.rest();
  }

  async fetchPlotly() {
    if (this.scene.plotly) return;
    this.plotlyReady ??= plotlyFrom(this.ui.assets);
    const plotly = await this.plotlyReady;
    if (this.gone) return; // the learner went to another page meanwhile
    if (plotly && !this.scene.plotly) {
      [this.scene.plotly, this.bare] = [plotly, false];
      await this.scene.dress();
      this.root.classList.remove('dl-waiting');
      this.open();
    } else if (!plotly) {
      this.plotlyReady = null;
      this.bare = true;
      this.reach();
    }
  }

  /** All is there for the first time: go where the address says, or play. */
  open() {
    if (this.opened || this.gone) return;
    this.opened = true;
    if (this.ui.miniature) this.ends.push(this.scene.watchView());
    else if (this.ui.step != null) this.seek(this.ui.step);
    else if (this.ui.autoplay && !stillMotion()) this.play();
    this.invalidate();
    this.rest();
  }

  /** Another recording: of another config, or trained anew. */
  restart({ finished, step }) {
    const told = this.ui.step != null && this.ui.step !== step && this.ui.step !== this.written; // a link of the page names a step
    const asked = this.trained || this.clock.playing;
    const plays = asked || (finished && !this.ui.stays && !stillMotion());
    this.trained = false;
    this.bar.train.classList.remove('dl-busy');
    const last = finished || this.wish === Infinity; // it shows the end, or was asked for it a moment ago
    this.wish = null;
    this.scene.renew();
    if (told && !asked) this.seek(this.ui.step);
    else if (plays) {
      this.clock.step = 0;
      this.play();
    } else if (last) this.wish = Infinity;
    else if (this.step > 0) this.wish = this.step;
  }

  /** Works towards the step that was asked for, and for what is missing. */
  reach() {
    clearTimeout(this.wishTimer);
    const { reel, wish } = this;
    if (wish !== null) {
      const edge = Math.max(0, reel.held - 1);
      this.clock.step = Math.min(wish, edge);
      if (edge >= wish || reel.done) this.wish = null;
    }
    const bare = this.bare && !this.scene.plotly;
    if (bare && plotlyComes()) return void this.fetchPlotly();
    const asks = bare && window.__dlviz.stages.find((probe) => probe.stage.bare)?.stage === this; // one for all of the page
    const lacking = this.misses > 0;
    const working = reel.working && !document.hidden;
    if (!this.served || !(this.wish !== null || lacking || bare || reel.working)) return;
    const want = this.wish === null ? Math.max(1, reel.frames) : Math.min(reel.length, this.wish + 1);
    if (working || lacking || asks || this.wish !== null) this.pull.ask(reel, want, asks);
    const pause = asks ? RETRY_MOST : bare ? 3 * RETRY : lacking ? Math.min(RETRY_MOST, RETRY * 2 ** Math.min(8, this.misses - 1)) : RETRY;
    this.wishTimer = setTimeout(() => this.reach(), pause);
    this.invalidate();
  }

  toggle() {
    if (this.clock.playing) this.pause();
    else this.play();
  }

  play() {
    this.wish = null;
    if (this.reel.done && this.step >= this.reel.held - 1) this.clock.step = 0;
    this.clock.playing = true;
    this.then = performance.now();
    this.invalidate();
  }

  pause() {
    this.clock.playing = false;
    this.wish = null;
    this.invalidate();
    this.rest();
  }

  /** Goes to a step; beyond what is there it is fetched first. */
  seek(to) {
    const target = Math.max(0, Number.isNaN(to) ? 0 : Math.min(to, this.reel.last));
    this.clock.playing = false;
    this.wish = to === Infinity && !this.reel.done ? Infinity : target;
    this.reach();
    this.invalidate();
    this.rest();
  }

  /** Goes where a click has led, once; what was there before this stage is no wish of its learner. */
  follow(go) {
    const led = this.went !== undefined && go && go.id !== this.went;
    this.went = go?.id ?? null;
    if (led) this.seek(go.step);
  }

  stepBy(by) {
    const from = this.wish !== null && Number.isFinite(this.wish) ? this.wish : this.step;
    this.seek(from + by);
  }

  train() {
    this.trained = true;
    this.bar.train.classList.add('dl-busy');
    this.send('train', { tape: this.reel.id });
  }

  share() {
    this.address();
    shareAddress(this.bar);
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().catch(() => null);
  }

  escape() {
    return this.menu.close(true) || this.scene.shrink();
  }

  change(act) {
    act();
    this.invalidate();
  }

  /** Asks for one look at the state before the next screen. */
  invalidate() {
    this.frameId ||= requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    cancelAnimationFrame(this.frameId);
    this.frameId = 0;
    const begun = performance.now();
    const { clock, reel } = this;
    if (clock.playing && this.opened) {
      const outcome = clock.advance(Math.max(0, now - this.then) / 1000, reel);
      this.then = now;
      if (outcome === 'end') this.pause();
      const want = clock.playing ? Pull.wanted(reel, clock) : 0;
      if (want) this.pull.ask(reel, want, this.bare && !this.scene.plotly);
    }
    const painted = this.scene.paint(this.step);
    if (this.grown) setTimeout(() => this.scene.grown()); // axes may widen after the first look
    this.grown = false;
    this.bar.show(stateOf(this));
    if (painted) {
      this.paints += 1;
      this.work.push(performance.now() - begun);
      if (this.work.length > 600) this.work.splice(0, 300);
      this.resting = false;
      if (!clock.playing) this.rest();
    }
    if (clock.playing) this.invalidate();
  }

  /** Soon after the last motion Plotly takes over. */
  rest() {
    clearTimeout(this.restTimer);
    this.resting = false;
    const timer = (this.restTimer = setTimeout(async () => {
      if (this.clock.playing) return;
      await this.scene.settle();
      if (timer !== this.restTimer || this.clock.playing) return; // it moved again meanwhile
      this.resting = true;
      this.address();
      this.look.rest();
    }, REST));
  }

  address() {
    if (!this.served || !this.opened || this.ui.miniature) return;
    const atEnd = this.reel.done && this.step >= this.reel.held - 1;
    this.written = this.clock.playing || atEnd ? 0 : this.step;
    writeAddress(this.ui, this.written);
  }

  remove() {
    this.clock.playing = false;
    Object.assign(this, { gone: true, opened: false, wish: null }); // what still waits for something comes to nothing
    cancelAnimationFrame(this.frameId);
    this.deeds.remove();
    this.look.remove();
    for (const timer of [this.restTimer, this.wishTimer]) clearTimeout(timer);
    for (const end of this.ends) end();
    this.scene.remove();
    this.root.remove();
  }
}
