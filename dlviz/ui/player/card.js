// A card beside the pointer: where in the present picture a unit looks, and the pictures that it answers to most.

import {make} from './icons.js'
import {colorTable} from './look.js'
import {colorOf, dressed} from './theme.js'

const [LARGE, SMALL, SPACE, ACROSS] = [99, 31, 3, 3]; // CSS pixels of the present picture, of the others, between; columns

/** One card of one picture; its film's `peek` says what is on it, a hidden trace of it what belongs to a step. */
export class Card {
  constructor(picture) {
    this.picture = picture;
    this.title = make('b');
    this.canvas = make('canvas');
    this.root = make('div', 'dl-card', { hidden: true, 'aria-hidden': 'true' }, this.title, this.canvas);
    this.tile = make('canvas');
    picture.plot.append(this.root);
  }

  /** Shows the card of a unit beside a place of the picture; no unit hides it. */
  show(unit, x, y) {
    this.root.hidden = unit === null;
    if (unit === null || unit === this.unit) return void (this.unit = unit);
    [this.unit, this.step] = [unit, -1];
    this.title.textContent = this.picture.film.head.peek.titles[unit];
    this.paint(this.picture.stage.step);
    const { clientWidth: width, clientHeight: height } = this.picture.plot;
    const { offsetWidth, offsetHeight } = this.root;
    const left = x + 24 + offsetWidth <= width ? x + 24 : Math.max(0, x - 24 - offsetWidth);
    this.root.style.left = `${left}px`;
    this.root.style.top = `${Math.max(0, Math.min(height - offsetHeight, y - offsetHeight / 2))}px`;
  }

  /** Paints what belongs to a step. */
  paint(step) {
    const { film, stage } = this.picture;
    if (this.root.hidden || !film.rows || step === this.step) return;
    this.step = step;
    const { peek, moves } = film.head;
    const k = moves.findIndex((move) => film.head.figure.data[move.trace].name === 'strongest');
    const [numbers, places] = film.columns[k].map((column) => column.raw(Math.min(step, film.rows - 1)));
    const each = numbers.length / peek.fields.length;
    const ratio = window.devicePixelRatio || 1;
    const width = LARGE + SPACE + ACROSS * (SMALL + SPACE);
    Object.assign(this.canvas, { width: width * ratio, height: LARGE * ratio });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${LARGE}px` });
    const ctx = this.canvas.getContext('2d');
    ctx.scale(ratio, ratio);
    ctx.imageSmoothingEnabled = false;
    const look = dressed(peek.look, stage.theme);
    this.colors = { ...colorTable(look.colorscale), low: look.zmin, high: look.zmax, box: colorOf('--dl-attention', stage.theme) };
    for (let n = 0; n < each; n++) {
      const at = this.unit * each + n;
      if (numbers[at] < 0) continue;
      const [row, column] = [Math.floor((n - 1) / ACROSS), (n - 1) % ACROSS];
      const corner = n ? [LARGE + 2 * SPACE + column * (SMALL + SPACE), row * (SMALL + SPACE)] : [0, 0];
      this.one(ctx, numbers[at], places[at], corner, n ? SMALL : LARGE);
    }
  }

  /** One picture of the atlas, and the part of it that a place of the unit's map depends on. */
  one(ctx, number, place, [x, y], size) {
    const { atlas, size: [height, width], fields } = this.picture.film.head.peek;
    const { pixels, low, high, box } = this.colors;
    Object.assign(this.tile, { width, height });
    const context = this.tile.getContext('2d');
    const image = context.createImageData(width, height);
    const cells = new Uint32Array(image.data.buffer);
    const from = number * height * width;
    for (let i = 0; i < cells.length; i++) cells[i] = pixels[Math.round((255 * (atlas[from + i] - low)) / (high - low))];
    context.putImageData(image, 0, 0);
    ctx.drawImage(this.tile, x, y, size, size);
    const [side, field, jump, first] = fields[this.unit];
    const ends = [place % side, Math.floor(place / side)].map((at) => {
      const centre = at * jump + first + 0.5;
      return [Math.max(0, centre - field / 2), Math.min(width, centre + field / 2)];
    });
    const scale = size / width;
    Object.assign(ctx, { strokeStyle: box, lineWidth: size === LARGE ? 2 : 1.5 });
    const [[left, right], [top, bottom]] = ends;
    ctx.strokeRect(x + left * scale + 0.5, y + top * scale + 0.5, (right - left) * scale - 1, (bottom - top) * scale - 1);
  }
}
