// The canvas: zoom, pan, the divider between before and after, and where the pointer is in the picture.
import { $ } from "./dom.js";
import { ring } from "./ring.js";
import { VIEWS } from "./views.js";

const MOST_ZOOM = 32; // screen pixels a picture's pixel
const GRIP = 18; // screen pixels around the divider in which it is taken hold of

export class Viewer {
  constructor(on) {
    this.on = on; // zoomed(), divided()
    this.box = $("viewer");
    this.canvas = $("canvas");
    this.context = this.canvas.getContext("2d");
    this.scene = null;
    this.view = VIEWS[0];
    this.divider = 0.5; // share of the viewer's width; null without one
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.fitted = true;
    this.brush = null; // { x, y, radius, colour } in the picture
    this.waiting = false;
    this.hasty = false; // while a stroke is drawn: rather soon than fine
    new ResizeObserver(() => this.resized()).observe(this.box);
  }

  get width() { return this.canvas.width / this.ratio; }
  get height() { return this.canvas.height / this.ratio; }
  get ratio() { return window.devicePixelRatio || 1; }

  show(scene) {
    const same = this.scene && scene && this.scene.layers.width === scene.layers.width && this.scene.layers.height === scene.layers.height;
    this.scene = scene;
    if (scene && !same) this.fit();
    this.draw();
  }

  resized() {
    const { clientWidth, clientHeight } = this.box;
    this.canvas.width = Math.max(1, Math.round(clientWidth * this.ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * this.ratio));
    if (this.fitted) this.fit();
    else this.bound();
    this.render(); // at once: a canvas that was resized is empty
  }

  get fitScale() {
    const { width, height } = this.scene.layers;
    return Math.min((this.width - 24) / width, (this.height - 24) / height);
  }

  fit() {
    if (!this.scene) return;
    const { width, height } = this.scene.layers;
    this.scale = this.fitScale;
    this.x = (this.width - width * this.scale) / 2;
    this.y = (this.height - height * this.scale) / 2;
    this.fitted = true;
    this.changed();
  }

  // Zoom so that the place under a point of the viewer stays there.
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    if (!this.scene) return;
    const scale = Math.min(MOST_ZOOM, Math.max(Math.min(this.fitScale, 1) * 0.5, this.scale * factor));
    this.x = px - ((px - this.x) * scale) / this.scale;
    this.y = py - ((py - this.y) * scale) / this.scale;
    this.scale = scale;
    this.fitted = false;
    this.bound();
    this.changed();
  }

  oneToOne() { this.zoom(1 / this.ratio / this.scale); }

  zoomTo([left, top, right, bottom]) {
    const { width, height } = this.scene.layers;
    const room = 2.2 * Math.max(right - left, bottom - top, 0.06 * Math.max(width, height));
    this.scale = Math.min(8, Math.max(this.fitScale, Math.min(this.width, this.height) / room));
    this.x = this.width / 2 - ((left + right) / 2) * this.scale;
    this.y = this.height / 2 - ((top + bottom) / 2) * this.scale;
    this.fitted = false;
    this.bound();
    this.changed();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.bound();
    this.changed();
  }

  // Some of the picture always stays in sight.
  bound() {
    if (!this.scene) return;
    const { width, height } = this.scene.layers;
    const keep = 60;
    this.x = Math.min(this.width - keep, Math.max(keep - width * this.scale, this.x));
    this.y = Math.min(this.height - keep, Math.max(keep - height * this.scale, this.y));
  }

  divide(share) {
    this.divider = share === null ? null : Math.min(1, Math.max(0, share));
    this.on.divided();
    this.draw();
  }

  // There is an after to compare with, once there is a result.
  get divides() { return this.divider !== null && Boolean(this.scene?.result) && this.view.id !== "original"; }
  atDivider(px) { return this.divides && Math.abs(px - this.divider * this.width) < GRIP; }
  place(px, py) { return { x: (px - this.x) / this.scale, y: (py - this.y) / this.scale }; }
  point(x, y) { return { px: x * this.scale + this.x, py: y * this.scale + this.y }; }

  changed() {
    this.on.zoomed();
    this.draw();
  }

  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.render(); });
  }

  render() {
    const { context, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.scene?.layers.pictures.original) return;
    const split = this.divides ? Math.round(this.divider * this.canvas.width) : 0;
    if (split > 0) this.half(0, split, this.view.both ? this.view : VIEWS[1], true);
    this.half(split, this.canvas.width - split, this.view, false);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (this.divides) this.drawDivider(split / ratio);
    if (this.brush) this.drawBrush();
  }

  half(from, width, view, left) {
    const { context, ratio, scene } = this;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(from, 0, width, this.canvas.height);
    context.clip();
    const scale = this.scale * ratio;
    context.imageSmoothingEnabled = scale < 3;
    context.imageSmoothingQuality = this.hasty ? "low" : "high";
    context.setTransform(scale, 0, 0, scale, this.x * ratio, this.y * ratio);
    view.draw(context, scene, left);
    if (scene.layers.guess && view.id === "composite" && !left) {
      context.globalAlpha = 0.5;
      context.drawImage(scene.layers.guess, 0, 0, scene.layers.width, scene.layers.height);
      context.globalAlpha = 1;
    }
    if (!left && scene.showStrokes) {
      context.globalAlpha = 0.3;
      context.drawImage(scene.layers.strokes, 0, 0, scene.layers.width, scene.layers.height);
      context.globalAlpha = 1;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (view.outline && !left && scene.layers.alpha) {
      const { canvas } = this;
      context.drawImage(ring(scene.layers, canvas.width, canvas.height, scale, this.x * ratio, this.y * ratio, ratio), 0, 0);
    }
    context.restore();
  }

  drawDivider(px) {
    const { context } = this;
    const middle = this.height / 2;
    context.lineWidth = 4;
    context.strokeStyle = "rgb(0 0 0 / 35%)";
    line(context, px, 0, px, this.height);
    context.lineWidth = 2;
    context.strokeStyle = "#fff";
    line(context, px, 0, px, this.height);
    context.beginPath();
    context.arc(px, middle, 17, 0, 2 * Math.PI);
    context.fillStyle = "#fff";
    context.shadowColor = "rgb(0 0 0 / 45%)";
    context.shadowBlur = 8;
    context.fill();
    context.shadowBlur = 0;
    context.strokeStyle = "#33353d";
    context.lineCap = context.lineJoin = "round";
    for (const side of [-1, 1]) {
      context.beginPath();
      context.moveTo(px + side * 5, middle - 5);
      context.lineTo(px + side * 10, middle);
      context.lineTo(px + side * 5, middle + 5);
      context.stroke();
    }
  }

  drawBrush() {
    const { context, brush } = this;
    const { px, py } = this.point(brush.x, brush.y);
    for (const [width, colour] of [[3.5, "rgb(0 0 0 / 55%)"], [1.5, brush.colour]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(px, py, Math.max(2, brush.radius * this.scale), 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
