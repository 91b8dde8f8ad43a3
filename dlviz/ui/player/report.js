// Where the learner looks: a page may ask to hear at which step the stage has come to rest.

const STILL = 250; // ms of rest until the page hears of it

/** Reports of one stage: once per rest, and never in the way of anything else. */
export class Look {
  constructor(stage) {
    Object.assign(this, { stage, timer: 0 });
  }

  /** The stage rests; `ui.report` is the step that the page knows of, null where it does not ask. */
  rest() {
    const { stage } = this;
    clearTimeout(this.timer);
    if (!stage.served || !stage.opened || (stage.ui.report ?? stage.step) === stage.step) return;
    this.timer = setTimeout(() => {
      if (!stage.resting || stage.clock.playing) return;
      if (stage.deeds.busy || stage.pull.busy || stage.wish !== null) this.rest();
      else stage.send('look', { tape: stage.reel.id, step: stage.step, have: stage.reel.have, heads: stage.reel.heads() });
    }, STILL);
  }

  remove() {
    clearTimeout(this.timer);
  }
}
