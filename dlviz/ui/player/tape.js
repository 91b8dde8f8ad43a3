// What the browser holds of a recording: heads of films, and rows that only ever grow.

import {arrayOf, filled, Column} from './wire.js'

/** One recording as far as it has arrived. */
export class Reel {
  constructor() {
    this.id = null;
    this.films = new Map();
    this.order = [];
    this.frames = 0;
    this.length = 1;
    this.done = false;
    this.ended = null;
    this.attached = 0;
    this.marks = [];
  }

  /** Rows that every film has. */
  get held() {
    const rows = this.order.map((name) => this.films.get(name).rows);
    return rows.length ? Math.min(...rows) : 0;
  }

  /** The first row that must be asked for: all of them where a film has changed under the same recording. */
  get have() {
    return this.order.some((name) => this.films.get(name).stale) ? 0 : this.held;
  }

  /** The last step that can ever be seen. */
  get last() {
    return Math.max(0, (this.done ? this.held : Math.max(this.length, this.held)) - 1);
  }

  /** Digests of the heads that are here, by film. */
  heads() {
    return Object.fromEntries(this.order.map((name) => this.films.get(name)).filter((film) => film.digest && !film.stale).map((film) => [film.name, film.digest]));
  }

  /**
   * Takes a message in; the same message twice is no harm.
   * @returns {{fresh: boolean, heads: string[], lacking: boolean}} a new recording; films with a new head; something
   *   is missing and must be asked for.
   */
  merge({ header, blob }) {
    const fresh = header.tape !== this.id;
    if (fresh) {
      this.id = header.tape;
      for (const film of this.films.values()) this.empty(film);
    }
    this.frames = header.frames ?? 0;
    this.length = Math.max(1, header.length ?? 1);
    this.done = Boolean(header.done);
    this.ended = header.ended ?? null;
    this.attached = header.attached ?? 0;
    this.working = Boolean(header.working); // another recording, which the pictures need whole, is still being made
    this.marks = header.marks ?? [];
    this.order = header.films.map((film) => film.name);
    for (const name of [...this.films.keys()]) if (!this.order.includes(name)) this.films.delete(name);
    const heads = [];
    let lacking = false;
    for (const packed of header.films) {
      const film = this.films.get(packed.name) ?? this.empty({ name: packed.name, digest: null, head: null });
      this.films.set(packed.name, film);
      // a new head is taken with its first row only: what is seen stays whole until all of the new is here
      if (packed.head && packed.digest !== film.digest && (header.start === 0 || !film.digest || fresh)) {
        Object.assign(film, { digest: packed.digest, head: filled(packed.head, blob) });
        this.empty(film);
        heads.push(packed.name);
      }
      const known = film.digest === packed.digest;
      film.stale = !known;
      const fits = known && header.start <= film.rows;
      if (fits) this.grow(film, packed, header, blob);
      else lacking = true;
    }
    // "done" speaks of the server: here it is true once all of its rows have arrived
    if (this.done && this.held < this.frames) [this.done, lacking] = [false, true];
    return { fresh, heads, lacking };
  }

  empty(film) {
    return Object.assign(film, { rows: 0, columns: [], labels: [] });
  }

  grow(film, packed, { start, rows }, blob) {
    const skip = film.rows - start;
    if (rows <= skip) return;
    packed.moves.forEach((references, k) => {
      film.columns[k] ??= references.map(() => new Column());
      references.forEach((reference, j) => film.columns[k][j].append(arrayOf(reference, blob), skip));
    });
    packed.labels.forEach((values, k) => {
      film.labels[k] ??= {};
      for (const [name, value] of Object.entries(values)) {
        if (Array.isArray(value)) (film.labels[k].strings ??= []).push(...value.slice(skip));
        else (film.labels[k][name] ??= new Column()).append(arrayOf(value, blob), skip);
      }
    });
    film.rows = start + rows;
  }
}
