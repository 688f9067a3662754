// The pictures of a pair on one grid, and what is made of them here: the edit cut out by mask and painting.
import { EXCLUDE, INCLUDE } from "./paint.js";
import { redOf } from "./png.js";

const MOST = 24e6; // pixels that are shown at once; larger pictures are shown smaller

export class Layers {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    const shrink = Math.min(1, Math.sqrt(MOST / (width * height)), 8192 / Math.max(width, height));
    this.w = Math.max(1, Math.round(width * shrink));
    this.h = Math.max(1, Math.round(height * shrink));
    this.side = Math.max(this.w, this.h);
    this.pictures = {};
    this.alpha = null;
    this.mask = new OffscreenCanvas(this.w, this.h); // white, as opaque as the edit is taken
    this.cut = new OffscreenCanvas(this.w, this.h); // the edit, cut out by it
    this.strokes = new OffscreenCanvas(this.w, this.h); // what is painted, in colours
    this.guess = null;
  }

  async set(name, blob) { this.pictures[name] = await createImageBitmap(blob); }

  async setAlpha(blob) {
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    this.alpha = redOf(bitmap, this.w, this.h);
  }

  // A mask as a tint: grey levels become opacity.
  async setTint(name, blob, colour) {
    const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    this.pictures[name] = tinted(redOf(bitmap, bitmap.width, bitmap.height), bitmap.width, bitmap.height, colour);
  }

  // Before anything is decided: where either picture shows a part that is to be taken. Colours stand for parts.
  guessFrom(first, second, colours, colour) {
    const wanted = new Set(colours);
    const shown = [first, second].map((name) => {
      const bitmap = this.pictures[name];
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height);
    });
    const levels = new Uint8Array(shown[0].width * shown[0].height);
    for (const { data } of shown) {
      for (let index = 0; index < levels.length; index += 1) {
        const key = (data[index * 4] << 16) | (data[index * 4 + 1] << 8) | data[index * 4 + 2];
        if (wanted.has(key)) levels[index] = 255;
      }
    }
    this.guess = tinted(levels, shown[0].width, shown[0].height, colour);
  }

  // Draw mask, cut-out and strokes anew, in a box of the original's pixels or everywhere.
  update(painting, colours, box) {
    const scale = this.w / this.width;
    const all = { left: 0, top: 0, right: this.width, bottom: this.height };
    const { left, top, right, bottom } = box || all;
    const x0 = Math.max(0, Math.floor(left * scale)), y0 = Math.max(0, Math.floor(top * scale));
    const x1 = Math.min(this.w, Math.ceil(right * scale)), y1 = Math.min(this.h, Math.ceil(bottom * scale));
    const width = x1 - x0, height = y1 - y0;
    if (width < 1 || height < 1) return;
    const mask = new ImageData(width, height), strokes = new ImageData(width, height);
    const levels = new Uint32Array(mask.data.buffer), inks = new Uint32Array(strokes.data.buffer);
    const { data } = painting;
    for (let y = 0; y < height; y += 1) {
      const from = Math.min(this.height - 1, Math.floor((y + y0 + 0.5) / scale)) * this.width;
      for (let x = 0; x < width; x += 1) {
        const value = data[from + (scale === 1 ? x + x0 : Math.min(this.width - 1, Math.floor((x + x0 + 0.5) / scale)))];
        let level = this.alpha ? this.alpha[(y + y0) * this.w + x + x0] : 0;
        if (value === INCLUDE) { level = 255; inks[y * width + x] = colours.include; }
        if (value === EXCLUDE) { level = 0; inks[y * width + x] = colours.exclude; }
        levels[y * width + x] = (level << 24) | 0xffffff;
      }
    }
    this.mask.getContext("2d").putImageData(mask, x0, y0);
    this.strokes.getContext("2d").putImageData(strokes, x0, y0);
    if (!this.pictures.edited) return;
    const context = this.cut.getContext("2d");
    context.save();
    context.beginPath();
    context.rect(x0, y0, width, height);
    context.clip();
    context.clearRect(x0, y0, width, height);
    context.drawImage(this.pictures.edited, 0, 0, this.w, this.h);
    context.globalCompositeOperation = "destination-in";
    context.drawImage(this.mask, 0, 0);
    context.restore();
  }
}

function tinted(levels, width, height, [red, green, blue]) {
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const ink = (blue << 16) | (green << 8) | red;
  for (let index = 0; index < levels.length; index += 1) pixels[index] = (levels[index] << 24) | ink;
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
