// Messages of the server: a JSON header, then arrays as they lie in memory.

const WIRE_ARRAYS = { f4: Float32Array, u1: Uint8Array, i4: Int32Array };

/** Reads one message: its header, and where its arrays begin. */
export function decodeMessage(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, blob: bytes.subarray(4 + length) };
}

/** The array that a reference stands for: {values, shape, lo, hi}. */
export function arrayOf(reference, blob) {
  const [offset, dtype, shape] = reference.$a;
  const Type = WIRE_ARRAYS[dtype];
  const count = shape.reduce((a, b) => a * b, 1);
  const size = count * Type.BYTES_PER_ELEMENT;
  const values = new Type(blob.slice(offset, offset + size).buffer);
  return { values, shape, lo: reference.lo ?? null, hi: reference.hi ?? null };
}

/** Levels back to numbers; 255 is nothing. */
export function unlevelled(values, lo, hi) {
  const out = new Float32Array(values.length);
  const step = (hi - lo) / 254;
  for (let i = 0; i < values.length; i++) out[i] = values[i] === 255 ? NaN : lo + step * values[i];
  return out;
}

/** A copy of a part of a header with its arrays put in: nested where they have rows, as Plotly wants them. */
export function filled(part, blob) {
  if (Array.isArray(part)) return part.map((value) => filled(value, blob));
  if (!part || typeof part !== 'object') return part;
  if (!part.$a) return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, filled(value, blob)]));
  const { values, shape, lo, hi } = arrayOf(part, blob);
  return nested(lo === null ? values : unlevelled(values, lo, hi), shape);
}

/** A flat array as rows of rows; the innermost stay typed. */
export function nested(values, shape) {
  if (shape.length === 0) return values[0];
  if (shape.length === 1) return values;
  const size = values.length / shape[0] || 0;
  return Array.from({ length: shape[0] }, (_, k) => nested(values.subarray(k * size, (k + 1) * size), shape.slice(1)));
}

/** What one attribute is at every step; grows at its end, copies as rarely as it can. */
export class Column {
  constructor() {
    this.rows = 0;
    this.shape = null; // of one row
    this.size = 1;
    this.data = new Float32Array(0);
    this.lo = null; // levels stay bytes while their bounds stay: a picture of 100 x 100 then costs a quarter
    this.hi = null;
  }

  /** Adds the rows of a message from `skip` on. */
  append({ values, shape, lo, hi }, skip) {
    const levels = lo !== null && shape.length > 1;
    if (this.shape === null) {
      this.shape = shape.slice(1);
      this.size = this.shape.reduce((a, b) => a * b, 1);
      if (levels) [this.data, this.lo, this.hi] = [new Uint8Array(0), lo, hi];
    }
    if (this.lo !== null && !(levels && lo === this.lo && hi === this.hi)) {
      this.data = unlevelled(this.data, this.lo, this.hi);
      this.lo = this.hi = null;
    }
    const plain = this.lo === null && lo !== null ? unlevelled(values, lo, hi) : values;
    const fresh = plain.subarray(skip * this.size);
    const used = this.rows * this.size;
    if (used + fresh.length > this.data.length) {
      const grown = new this.data.constructor(Math.max(used + fresh.length, 2 * this.data.length));
      grown.set(this.data.subarray(0, used));
      this.data = grown;
    }
    this.data.set(fresh, used);
    this.rows += shape[0] - skip;
  }

  /** Row t as it is stored (levels as bytes). */
  raw(t) {
    return this.data.subarray(t * this.size, (t + 1) * this.size);
  }

  /** Row t as numbers. */
  row(t) {
    return this.lo === null ? this.raw(t) : unlevelled(this.raw(t), this.lo, this.hi);
  }

  /** Rows 0 to t of a column of single numbers. */
  upTo(t) {
    return this.data.subarray(0, (t + 1) * this.size);
  }

  /** The smallest and the largest finite number, of the positive ones alone if asked. */
  extent(positive = false) {
    let [low, high] = [Infinity, -Infinity];
    const used = this.rows * this.size;
    for (let i = 0; i < used; i++) {
      const value = this.lo === null ? this.data[i] : this.lo + ((this.hi - this.lo) * this.data[i]) / 254;
      if (!Number.isFinite(value) || (positive && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high];
  }
}
