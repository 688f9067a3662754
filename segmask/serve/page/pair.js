// One original and one edit of it: opened on the server, applied again whenever something was chosen or painted.
import * as api from "./api.js";
import { Layers } from "./layers.js";
import { EXCLUDE, INCLUDE, Painting } from "./paint.js";
import { TINTS } from "./views.js";

export const INKS = { include: 0xff7f1bd8, exclude: 0xffa87700 }; // alpha, blue, green, red
const PAUSE = 350; // milliseconds after the last change before the server is asked

export class Pair {
  // source.open, where there is one, opens the pair on the server from what it has already.
  constructor({ original, edited, open }, on) {
    this.original = original;
    this.edited = edited;
    this.opener = open || ((options, onBusy) => api.openPair(original, edited, options, onBusy));
    this.ofBatch = Boolean(open);
    this.on = on; // changed(pair), busy(pair, text or "")
    this.options = {};
    this.maskIn = null;
    this.layers = null;
    this.painting = null;
    this.about = null;
    this.result = null;
    this.error = null;
    this.failed = null; // what the last apply could not do; the result before it stands
    this.asked = 0;
    this.answered = 0;
    this.timer = 0;
    this.running = null;
    this.closed = false;
    this.versions = {};
  }

  // Reads the pair and applies it; what can be shown is shown as soon as it is there.
  async start() {
    try {
      this.on.busy(this, "Reading the pictures");
      const opened = this.early();
      this.about = await this.open();
      await opened;
      const [width, height] = this.about.original_size;
      if (this.layers?.width !== width || this.layers.height !== height) this.layers = new Layers(width, height);
      if (this.painting?.width !== width || this.painting.height !== height) this.painting = new Painting(width, height);
      this.on.busy(this, "Finding out what is in them");
      await Promise.all([this.fetch("original"), this.guess()]);
      await this.fetch("aligned");
      this.on.changed(this);
    } catch (error) {
      this.error = error;
      this.on.busy(this, "");
      this.on.changed(this);
      return;
    }
    await this.refresh();
  }

  async open() {
    const about = await this.opener(this.settled(), () => this.waiting());
    if (this.ofBatch && !this.about) this.options = { ...about.options, ...this.options };
    return about;
  }

  // The original as the browser reads it, until the server's own view is there.
  async early() {
    if (this.ofBatch) return;
    const picture = await createImageBitmap(this.original).catch(() => null);
    if (!picture || this.about || this.closed) return;
    this.layers = new Layers(picture.width, picture.height);
    this.layers.pictures.original = picture;
    this.on.changed(this);
  }

  // What is settled when a pair is opened.
  settled() {
    const { strategy } = this.options;
    return strategy ? { strategy } : {};
  }

  // Before the decision is there: the parts that are to be taken, as far as they are seen.
  async guess() {
    if (!this.about.parts.length) return;
    await Promise.all(["parsing", "parsing-edited"].map((name) => this.fetch(name)));
    const wanted = (this.options.target || "upper,outerwear,dress,lower,legwear").split(",");
    const colours = wanted.map((part) => this.about.colours[part]).filter(Boolean).map((colour) => parseInt(colour.slice(1), 16));
    this.layers.guessFrom("parsing", "parsing-edited", colours, TINTS.guess);
    this.on.changed(this);
  }

  // Ask again soon; several changes in a row are one question.
  later() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.timer = setTimeout(() => this.refresh(true), PAUSE);
  }

  refresh(counted = false) {
    clearTimeout(this.timer);
    if (!counted) this.asked += 1;
    this.running ||= this.run().finally(() => { this.running = null; });
    return this.running;
  }

  async run() {
    while (this.answered < this.asked && !this.closed && !this.error) {
      const now = this.asked;
      this.on.busy(this, this.result ? "Updating" : "Deciding what to take");
      try {
        await this.apply();
        this.failed = null;
      } catch (error) {
        if (error.code === "unknown-pair" && !this.closed) {
          const about = await this.open().catch((again) => { this.error = again; });
          if (about) { this.about.id = about.id; continue; }
        }
        this.failed = error;
      }
      this.answered = now;
    }
    this.on.busy(this, "");
    this.on.changed(this);
  }

  async apply() {
    const masks = { include: await this.painting.mask(INCLUDE), exclude: await this.painting.mask(EXCLUDE), mask_in: this.maskIn };
    const options = Object.fromEntries(Object.entries(this.options).filter(([, value]) => value !== null && value !== undefined));
    const result = await api.applyPair(this.about.id, options, masks, () => this.waiting());
    const [mask, edited] = await Promise.all(["mask", "edited"].map((name) => api.view(this.about.id, name, this.layers.side)));
    await this.layers.setAlpha(mask);
    await this.layers.set("edited", edited);
    this.layers.guess = null;
    this.versions = {};
    this.result = result;
    this.layers.update(this.painting, INKS);
    if (this.on.wants) await Promise.all(this.on.wants().map((name) => this.need(name)));
    this.on.changed(this);
  }

  // A picture that a view needs, fetched once a result.
  async need(name) {
    const fixed = name.startsWith("parsing");
    if (!this.about || (!fixed && !this.result)) return;
    const version = fixed ? 0 : this.answered;
    if (this.versions[name] === version && this.layers.pictures[name]) return;
    this.versions[name] = version;
    await this.fetch(name);
  }

  async fetch(name) {
    if (name.startsWith("parsing") && this.layers.pictures[name]) return;
    const blob = await api.view(this.about.id, name, this.layers.side);
    if (TINTS[name]) await this.layers.setTint(name, blob, TINTS[name]);
    else await this.layers.set(name, blob);
  }

  // The files by the names that the server has for them.
  names() { return { original: this.original.name, edited: this.edited.name, mask_in: this.maskIn?.name }; }

  waiting() { this.on.busy(this, "The server is busy, waiting for its turn"); }

  // Another way to decide means opening anew.
  async reopen() {
    const old = this.about?.id;
    this.error = null;
    this.layers = null;
    this.result = null;
    this.about = null;
    this.on.changed(this);
    await this.start();
    if (old) api.closePair(old);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.about) api.closePair(this.about.id);
  }
}
