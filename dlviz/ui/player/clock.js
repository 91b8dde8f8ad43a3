// The clock of a stage: where the playhead is, and how fast it goes.

const PLAY_SECONDS = 6; // the planned length at speed 1
const RATE_LEAST = 2; // steps per second
const RATE_MOST = 60;

/** Time of one stage; rows appear at its end while it runs. */
export class Clock {
  constructor() {
    Object.assign(this, { at: 0, playing: false, speed: 1, loop: false });
  }

  get step() {
    return Math.floor(this.at);
  }

  set step(step) {
    this.at = Math.max(0, step);
  }

  /** Steps per second. */
  rate(length) {
    return Math.min(RATE_MOST, Math.max(RATE_LEAST, length / PLAY_SECONDS)) * this.speed;
  }

  /**
   * Time goes on.
   * @returns {"on"|"waits"|"end"} "waits" at the edge of what is there, "end" after the last row of all.
   */
  advance(seconds, reel) {
    const edge = reel.held - 1;
    if (edge < 0) return 'waits';
    const next = this.at + Math.min(seconds, 0.25) * this.rate(reel.length);
    if (next < edge + 1) {
      this.at = next;
      return 'on';
    }
    const before = this.step;
    this.at = edge;
    if (!reel.done) return before < edge ? 'on' : 'waits';
    if (this.loop && edge > 0) {
      if (before < edge) return 'on';
      this.at = 0;
      return 'on';
    }
    return 'end';
  }
}
