// Asking the server for more: one request at a time, only while someone looks on.

const AHEAD_LEAST = 1.5; // seconds of playing that should lie ready
const AHEAD_WANTED = 2.5;
const PACE = 150; // ms between requests
const PATIENCE = 8000; // ms until a request counts as lost

/** Requests of one stage. */
export class Pull {
  /** @param blocked whether something else is on its way, whose place a request would take */
  constructor(send, blocked) {
    Object.assign(this, { send, blocked, number: 0, pending: 0, asked: -Infinity, timer: 0 });
  }

  /** Whether an answer may still come. */
  get busy() {
    return this.pending > 0 && performance.now() - this.asked < PATIENCE;
  }

  /** An answer came: to `request`, or to nobody in particular (0). */
  answered(request) {
    if (request >= this.pending) this.pending = 0;
  }

  /** The request under way may have been lost. */
  forget() {
    this.pending = 0;
  }

  /** Asks for rows up to `want`, now or as soon as the pace allows. */
  ask(reel, want, plotly = false) {
    const now = performance.now();
    if (this.blocked()) return;
    if (this.busy) return;
    if (now - this.asked < PACE) return;
    this.asked = now;
    this.number += 1;
    this.pending = this.number;
    this.send('need', { tape: reel.id, have: reel.have, want, req: this.pending, heads: reel.heads(), plotly });
  }

  /** What a playing stage must ask for now; 0 if it has enough. */
  static wanted(reel, clock) {
    const rate = clock.rate(reel.length);
    const ahead = reel.held - 1 - clock.step;
    if (reel.done || ahead >= AHEAD_LEAST * rate) return 0;
    return Math.min(reel.length, clock.step + 1 + Math.ceil(AHEAD_WANTED * rate));
  }
}
