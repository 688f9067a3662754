// The hand with the brush: strokes from the pointer or the keyboard into a pair's painting.
import { $ } from "./dom.js";
import { INKS } from "./pair.js";
import { EXCLUDE, INCLUDE, joined, NOTHING } from "./paint.js";

const VALUES = { include: INCLUDE, exclude: EXCLUDE, erase: NOTHING };
const RINGS = { include: "#ff6fb5", exclude: "#4cc3f0", erase: "#ffffff" };

export class Hand {
  constructor(viewer, current, painted) {
    this.viewer = viewer;
    this.current = current; // () => the pair that is shown
    this.painted = painted; // (done) is told after each piece of a stroke
    this.tool = "move";
    this.level = 58;
    this.space = false;
    this.last = null;
    this.at = null;
  }

  paints() { return this.tool !== "move"; }
  spaceHeld() { return this.space; }
  ready() { return Boolean(this.current()?.painting && this.current().result); }

  // Pixels of the picture: from 2 to a sixth of its long side.
  get radius() {
    const layers = this.viewer.scene?.layers;
    const most = layers ? Math.max(layers.width, layers.height) / 6 : 200;
    return Math.max(1, Math.exp((this.level / 100) * Math.log(most)));
  }

  choose(tool) {
    this.tool = tool;
    for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    if (!this.paints()) this.at = null;
    else if (document.activeElement === this.viewer.box) this.centre();
    this.ring();
  }

  resize(level) {
    this.level = Math.min(100, Math.max(0, level));
    $("brush-size").value = this.level;
    $("brush-px").textContent = `${Math.round(this.radius * 2)} px`;
    $("brush-size").setAttribute("aria-valuetext", `${Math.round(this.radius * 2)} pixels`);
    this.ring();
  }

  centre() { this.at = this.viewer.place(this.viewer.width / 2, this.viewer.height / 2); }

  hover(place) {
    this.at = place;
    this.ring();
  }

  ring() {
    this.viewer.brush = this.paints() && this.at ? { ...this.at, radius: this.radius, colour: RINGS[this.tool] } : null;
    this.viewer.draw();
  }

  start(place) {
    this.current().painting.begin();
    this.viewer.hasty = true;
    this.last = place;
    this.touch(place, place);
  }

  move(place) {
    if (!this.last) return;
    this.touch(this.last, place);
    this.last = place;
  }

  end() {
    if (!this.last) return;
    this.last = null;
    this.viewer.hasty = false;
    this.current().painting.end();
    this.painted(true);
  }

  cancel() {
    if (!this.last) return;
    this.last = null;
    this.viewer.hasty = false;
    const { painting, layers } = this.current();
    painting.end();
    layers.update(painting, INKS, painting.undo());
    painting.undone.pop();
    this.painted(false);
  }

  // By the keyboard: steps of half a brush, or of one pixel.
  step(dx, dy, fine) {
    if (!this.at) this.centre();
    const length = fine ? 1 : this.radius / 2;
    const { width, height } = this.viewer.scene.layers;
    this.at = { x: Math.min(width, Math.max(0, this.at.x + dx * length)), y: Math.min(height, Math.max(0, this.at.y + dy * length)) };
    const { px, py } = this.viewer.point(this.at.x, this.at.y);
    const out = (value, most) => (value < 20 ? 20 - value : value > most - 20 ? most - 20 - value : 0);
    this.viewer.pan(out(px, this.viewer.width), out(py, this.viewer.height));
    this.ring();
  }

  stamp() {
    if (!this.ready()) return;
    if (!this.at) this.centre();
    this.start(this.at);
    this.end();
  }

  touch(from, to) {
    const { painting, layers } = this.current();
    const box = painting.stroke(VALUES[this.tool], from.x, from.y, to.x, to.y, this.radius);
    if (!box) return;
    layers.update(painting, INKS, box);
    this.painted(false);
  }

  back(forward) {
    const pair = this.current();
    if (!pair?.painting || this.last) return;
    const box = forward ? pair.painting.redo() : pair.painting.undo();
    if (!box) return;
    pair.layers.update(pair.painting, INKS, joined(null, box));
    this.painted(true);
  }
}
