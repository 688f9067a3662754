// What is painted, at the original's size: 0 nothing, 1 from the edit, 2 stays original. With undo by tiles.
import { greyPng, redOf } from "./png.js";

export const NOTHING = 0, INCLUDE = 1, EXCLUDE = 2;
const TILE = 256;
const KEPT = 60; // strokes that can be taken back
const LEVELS = [128, 255, 0]; // of a painting's file, by value

export class Painting {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.data = new Uint8Array(width * height);
    this.columns = Math.ceil(width / TILE);
    this.done = [];
    this.undone = [];
    this.open = null;
  }

  begin() { this.open = new Map(); }

  // A piece of a stroke from one point to the other, with a round brush; returns the box that it touched.
  stroke(value, x0, y0, x1, y1, radius) {
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - radius));
    const right = Math.min(this.width - 1, Math.ceil(Math.max(x0, x1) + radius));
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - radius));
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(y0, y1) + radius));
    if (left > right || top > bottom) return null;
    this.remember(left, top, right, bottom);
    const dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy || 1, limit = radius * radius;
    for (let y = top; y <= bottom; y += 1) {
      const row = y * this.width;
      for (let x = left; x <= right; x += 1) {
        const px = x + 0.5 - x0, py = y + 0.5 - y0;
        const along = Math.min(1, Math.max(0, (px * dx + py * dy) / length));
        const ax = px - along * dx, ay = py - along * dy;
        if (ax * ax + ay * ay <= limit) this.data[row + x] = value;
      }
    }
    return { left, top, right: right + 1, bottom: bottom + 1 };
  }

  end() {
    if (this.open?.size) {
      this.done.push(this.open);
      if (this.done.length > KEPT) this.done.shift();
      this.undone = [];
    }
    this.open = null;
  }

  clear() {
    this.begin();
    this.remember(0, 0, this.width - 1, this.height - 1);
    this.data.fill(NOTHING);
    this.end();
  }

  undo() { return this.swap(this.done, this.undone); }
  redo() { return this.swap(this.undone, this.done); }

  has(value) { return this.data.includes(value); }
  get empty() { return !this.has(INCLUDE) && !this.has(EXCLUDE); }

  // A mask, white where a value was painted; null where it was nowhere.
  async mask(value) {
    if (!this.has(value)) return null;
    return greyPng(this.width, this.height, this.data, [0, 0, 0].map((_, index) => (index === value ? 255 : 0)));
  }

  file() { return greyPng(this.width, this.height, this.data, LEVELS); }

  // From a painting's file. Throws where it has another size.
  async load(blob) {
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    if (bitmap.width !== this.width || bitmap.height !== this.height) {
      throw new Error(`The painting has ${bitmap.width} × ${bitmap.height} pixels, the original ${this.width} × ${this.height}.`);
    }
    const levels = redOf(bitmap, this.width, this.height, false);
    this.begin();
    this.remember(0, 0, this.width - 1, this.height - 1);
    for (let index = 0; index < levels.length; index += 1) {
      this.data[index] = levels[index] > 191 ? INCLUDE : levels[index] < 64 ? EXCLUDE : NOTHING;
    }
    this.end();
  }

  remember(left, top, right, bottom) {
    for (let ty = Math.floor(top / TILE); ty <= Math.floor(bottom / TILE); ty += 1) {
      for (let tx = Math.floor(left / TILE); tx <= Math.floor(right / TILE); tx += 1) {
        const tile = ty * this.columns + tx;
        if (this.open && !this.open.has(tile)) this.open.set(tile, this.read(tile));
      }
    }
  }

  box(tile) {
    const left = (tile % this.columns) * TILE, top = Math.floor(tile / this.columns) * TILE;
    return { left, top, right: Math.min(this.width, left + TILE), bottom: Math.min(this.height, top + TILE) };
  }

  read(tile) {
    const { left, top, right, bottom } = this.box(tile);
    const values = new Uint8Array((right - left) * (bottom - top));
    for (let y = top; y < bottom; y += 1) {
      values.set(this.data.subarray(y * this.width + left, y * this.width + right), (y - top) * (right - left));
    }
    return values;
  }

  swap(from, to) {
    const tiles = from.pop();
    if (!tiles) return null;
    const before = new Map();
    let touched = null;
    for (const [tile, values] of tiles) {
      before.set(tile, this.read(tile));
      const { left, top, right, bottom } = this.box(tile);
      for (let y = top; y < bottom; y += 1) {
        this.data.set(values.subarray((y - top) * (right - left), (y - top + 1) * (right - left)), y * this.width + left);
      }
      touched = joined(touched, { left, top, right, bottom });
    }
    to.push(before);
    return touched;
  }
}

export function joined(one, other) {
  if (!one) return other;
  return {
    left: Math.min(one.left, other.left), top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right), bottom: Math.max(one.bottom, other.bottom),
  };
}
