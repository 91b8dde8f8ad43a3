// Heat maps as small bitmaps, stretched over their cells.

/** A heat map painter: colours through a table, one pixel a cell. */
export class Bitmap {
  constructor() {
    this.canvas = document.createElement('canvas');
    this.ctx = this.canvas.getContext('2d');
    this.key = null;
  }

  fit(height, width) {
    if (this.image && this.image.width === width && this.image.height === height) return;
    Object.assign(this.canvas, { width, height });
    this.image = this.ctx.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  /** One colour per level, so that a byte is a look-up. */
  levels(look, lo, hi) {
    if (this.key === look && this.lo === lo && this.hi === hi) return this.table;
    Object.assign(this, { key: look, lo, hi, table: new Uint32Array(256) });
    for (let u = 0; u < 255; u++) this.table[u] = pixelOf(look, lo + ((hi - lo) * u) / 254);
    return this.table;
  }

  /** Row t of a column of (height, width) cells onto the canvas, over the rectangle of its cells. */
  paint(ctx, plane, look, column, t, cells) {
    const [height, width] = column.shape;
    this.fit(height, width);
    const raw = column.raw(t);
    const { pixels } = this;
    if (column.lo !== null) {
      const table = this.levels(look, column.lo, column.hi);
      for (let i = 0; i < raw.length; i++) pixels[i] = table[raw[i]];
    } else for (let i = 0; i < raw.length; i++) pixels[i] = pixelOf(look, raw[i]);
    this.ctx.putImageData(this.image, 0, 0);
    const [x0, x1] = ends(cells?.x, width).map((value) => plane.cx(value));
    const [y0, y1] = ends(cells?.y, height).map((value) => plane.cy(value));
    ctx.save();
    ctx.imageSmoothingEnabled = Boolean(look.trace.zsmooth);
    ctx.globalAlpha = look.opacity;
    ctx.transform((x1 - x0) / width, 0, 0, (y1 - y0) / height, x0, y0);
    ctx.drawImage(this.canvas, 0, 0);
    ctx.restore();
    gaps(ctx, look, [x0, x1, width], [y0, y1, height]);
  }
}

/** The 32 bits of a number's colour. */
export function pixelOf({ table, low, high }, value) {
  if (Number.isNaN(value) || !table) return 0;
  const share = (value - low) / (high - low || 1);
  return table.pixels[share <= 0 ? 0 : share >= 1 ? 255 : Math.round(255 * share)];
}

function ends(edges, count) {
  return edges?.length === count + 1 ? [edges[0], edges[count]] : [-0.5, count - 0.5];
}

function gaps(ctx, { xgap, ygap }, [x0, x1, columns], [y0, y1, rows]) {
  const [left, top, width, height] = [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];
  if (xgap) for (let k = 0; k <= columns; k++) ctx.clearRect(left + (k * width) / columns - xgap / 2, top, xgap, height);
  if (ygap) for (let k = 0; k <= rows; k++) ctx.clearRect(left, top + (k * height) / rows - ygap / 2, width, ygap);
}
