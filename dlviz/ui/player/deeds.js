// What the learner does: it must arrive once, though Streamlit keeps only the newest trigger while it is busy.

const DEED_PATIENCES = { gif: 8000 }; // ms until a deed counts as lost
const DEED_PATIENCE = 1500;
const DEED_TRIES = 6;

/** Deeds in their order: each is sent until the server has said its id. */
export class Deeds {
  constructor(send) {
    Object.assign(this, { send, queue: [], timer: 0 });
  }

  /** Whether one is on its way: then nothing else may be asked, for it would take the deed's place. */
  get busy() {
    return this.queue.length > 0;
  }

  do(name, value) {
    const id = `${Date.now()}.${Math.random()}`;
    this.queue.push({ name, value: { ...value, id }, tries: 0 });
    if (this.queue.length === 1) this.ask();
    return id;
  }

  /** Whether a deed has not been answered yet. */
  waits(id) {
    return this.queue.some((deed) => deed.value.id === id);
  }

  /** The server has done a deed. */
  answered(id) {
    if (!this.busy || this.queue[0].value.id !== id) return false;
    this.next();
    return true;
  }

  next() {
    this.queue.shift();
    clearTimeout(this.timer);
    if (this.busy) this.ask();
  }

  ask() {
    const deed = this.queue[0];
    deed.tries += 1;
    if (deed.tries > DEED_TRIES) return this.next();
    this.timer = setTimeout(() => this.ask(), DEED_PATIENCES[deed.name] ?? DEED_PATIENCE);
    return this.send(deed.name, deed.value);
  }

  remove() {
    clearTimeout(this.timer);
    this.queue = [];
  }
}
