// The page: which screen is shown, which pair, and what happens when something is pressed.
import * as api from "./api.js";
import { showChips, showPeople, showTuning } from "./choices.js";
import { $, el, say, show } from "./dom.js";
import { Hand } from "./hand.js";
import { complaint, fill, listenZones, originalFirst } from "./intake.js";
import { listenKeys } from "./keys.js";
import { showLegend, showTags } from "./labels.js";
import { listenMany } from "./many.js";
import { Pair } from "./pair.js";
import { command, listenPanel } from "./panel.js";
import { placePins } from "./pins.js";
import { listen } from "./pointer.js";
import { listenTheme } from "./theme.js";
import { showVerdict, verdictBadge } from "./verdict.js";
import { Viewer } from "./viewer.js";
import { VIEWS } from "./views.js";

const state = { limits: null, original: null, edited: [], pairs: [], current: null };
const viewer = new Viewer({
  zoomed() {
    $("zoom-level").textContent = `${Math.round(viewer.scale * viewer.ratio * 100)} %`;
    pins();
  },
  divided() {
    $("divider").value = viewer.divider === null ? 0 : Math.round(viewer.divider * 1000);
    showTags(viewer);
  },
});
const hand = new Hand(viewer, () => state.current, painted);
listen(viewer, hand);
listenTheme(() => viewer.draw());

// Start.

listenZones({ original: (files) => take("original", files), edited: (files) => take("edited", files) });
$("sample").addEventListener("click", async () => {
  const [original, edited] = await Promise.all(["original.jpg", "edited.jpg"].map(async (name) =>
    new File([await (await fetch(`/sample/${name}`)).blob()], name, { type: "image/jpeg" })));
  take("original", [original]);
  take("edited", [edited]);
});

function take(kind, files) {
  show($("start-message"), "");
  const wrong = files.map((file) => complaint(file, state.limits)).find(Boolean);
  if (wrong) {
    $(`zone-${kind}`).classList.add("bad");
    show($("start-message"), wrong);
    return;
  }
  if (kind === "original") {
    const [first, ...others] = originalFirst(files);
    state.original = first;
    if (others.length && !state.edited.length) state.edited = others;
  } else state.edited = files;
  fill("original", state.original ? [state.original] : []);
  fill("edited", state.edited);
  if (state.original && state.edited.length) begin();
  else say(kind === "original" ? "Original chosen. Now choose the edited picture." : "Edit chosen. Now choose the original.");
}

async function begin(corrected = null) {
  screen("work");
  state.pairs = corrected ? [corrected] : state.edited.map((edited) => pairOf({ original: state.original, edited }));
  state.current = null;
  choose(state.pairs[0]);
  setView(0);
  document.querySelector(".panel").scrollTop = 0;
  $("main").focus({ preventScroll: true });
  for (const pair of state.pairs) if (!pair.closed) await pair.start();
}

const pairOf = (source) => new Pair(source, { changed, busy, wants: () => viewer.view.needs || [] });

function screen(name) {
  document.body.dataset.screen = name;
  for (const id of ["start", "work", "many"]) $(id).hidden = id !== name;
  $("again").hidden = name !== "work";
  $("tab-one").toggleAttribute("aria-current", name !== "many");
  $("tab-many").toggleAttribute("aria-current", name === "many");
  if (name !== "many") $("tab-one").setAttribute("aria-current", "page");
  else $("tab-many").setAttribute("aria-current", "page");
}

function again() {
  for (const pair of state.pairs) pair.close();
  Object.assign(state, { original: null, edited: [], pairs: [], current: null });
  viewer.show(null);
  hand.choose("move");
  setView(0);
  fill("original", []);
  fill("edited", []);
  screen("start");
  $("file-original").focus();
}
$("again").addEventListener("click", again);
$("retry").addEventListener("click", () => (state.current.error ? state.current.reopen() : state.current.refresh()));
$("tab-one").addEventListener("click", () => screen(state.pairs.length ? "work" : "start"));
$("tab-many").addEventListener("click", () => screen("many"));

// The pair that is shown.

function choose(pair) {
  state.current = pair;
  changed(pair);
  busy(pair, pair.running || !(pair.result || pair.error) ? "Working" : "");
}

function changed(pair) {
  showEdits();
  if (pair !== state.current) return;
  const ready = pair.layers?.pictures.original;
  viewer.show(ready ? { layers: pair.layers, about: pair.about, result: pair.result, showStrokes: hand.paints() } : null);
  $("batch-card").hidden = !pair.ofBatch;
  $("batch-name").textContent = pair.original.name;
  showVerdict(pair, goTo, showOutside);
  if (pair.about) {
    showChips(pair, (parts) => set({ target: parts.join(","), prompt: null }));
    showPeople(pair, (person) => set({ person: person === "all" ? null : person }));
  }
  showTuning(pair);
  hand.resize(hand.level);
  history();
  command(pair);
  pins();
  showLegend(viewer);
  if (pair.result && pair.answered === pair.asked) say(`${$("verdict-words").textContent}. ${$("verdict-text").textContent}`);
}

function busy(pair, text) {
  if (pair !== state.current) return;
  $("busy").hidden = !text;
  $("busy-text").textContent = text;
  $("viewer").setAttribute("aria-busy", String(Boolean(text)));
  for (const button of document.querySelectorAll("#download, [data-file], #mask-save, #painting-save")) button.disabled = !pair.result;
}

function showEdits() {
  const box = $("edits");
  box.hidden = state.pairs.length < 2;
  if (box.hidden) return;
  const best = bestOf(state.pairs);
  box.replaceChildren(...state.pairs.map((pair, index) => {
    pair.thumbnail ||= URL.createObjectURL(pair.edited);
    const [, words] = verdictBadge(pair);
    const name = el("span", {}, `Edit ${index + 1}`, el("small", {}, pair === best ? `${words}, best` : words));
    const button = el("button", { type: "button", "aria-pressed": String(pair === state.current), title: pair.edited.name }, el("img", { alt: "", src: pair.thumbnail }), name);
    button.addEventListener("click", () => choose(pair));
    return button;
  }));
}

// As the service ranks edits: by verdict, then by confidence.
function bestOf(pairs) {
  if (!pairs.every((pair) => pair.result || pair.error)) return null;
  const rank = ({ result }) => (result ? (result.report.verdict === "ok" ? 2 : 1) + (result.report.confidence ?? 0) : 0);
  return [...pairs].sort((one, other) => rank(other) - rank(one))[0];
}

function set(options) {
  const pair = state.current;
  Object.assign(pair.options, options);
  showChips(pair, (parts) => set({ target: parts.join(","), prompt: null }));
  showPeople(pair, (person) => set({ person: person === "all" ? null : person }));
  busy(pair, "Updating");
  pair.later();
}

// Views, divider, zoom.

$("views").append(...VIEWS.map((view, index) => {
  const button = el("button", { type: "button", "aria-pressed": String(!index) }, el("kbd", { "aria-hidden": "true" }, String(index + 1)), view.name);
  button.dataset.view = view.id;
  button.addEventListener("click", () => setView(index));
  return button;
}));

async function setView(index) {
  const view = VIEWS[index], pair = state.current;
  for (const button of $("views").children) button.setAttribute("aria-pressed", String(button.dataset.view === view.id));
  const { offsetLeft, offsetWidth } = $("views").children[index];
  $("views").scrollLeft = offsetLeft - ($("views").clientWidth - offsetWidth) / 2; // in sight, where not all fit
  viewer.view = view;
  showLegend(viewer);
  pins();
  viewer.draw();
  if (!pair?.layers) return;
  try {
    await Promise.all((view.needs || []).map((name) => pair.need(name)));
  } catch (error) {
    show($("work-message"), api.plain(error));
  }
  viewer.draw();
}

const pins = () => placePins(viewer, state.current, (person) => set({ person }));

function goTo(box) {
  showWhole("doubt");
  viewer.zoomTo(box);
}

function showOutside() {
  showWhole("change");
  viewer.fit();
}

function showWhole(name) {
  setView(VIEWS.findIndex((view) => view.id === name));
  viewer.divide(0);
  viewer.box.focus({ preventScroll: true });
  viewer.box.scrollIntoView({ block: "nearest" });
}

$("zoom-in").addEventListener("click", () => viewer.zoom(1.4));
$("zoom-out").addEventListener("click", () => viewer.zoom(1 / 1.4));
$("zoom-fit").addEventListener("click", () => viewer.fit());
$("zoom-one").addEventListener("click", () => viewer.oneToOne());
$("divider").addEventListener("input", () => viewer.divide($("divider").value / 1000));

// Painting.

for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => tool(button.dataset.tool));
$("brush-size").addEventListener("input", () => hand.resize(Number($("brush-size").value)));
$("undo").addEventListener("click", () => hand.back(false));
$("redo").addEventListener("click", () => hand.back(true));
$("clear").addEventListener("click", () => {
  const { painting, layers } = state.current;
  painting.clear();
  layers.update(painting, { include: 0, exclude: 0 });
  painted(true);
});

function tool(name) {
  hand.choose(name);
  if (viewer.scene) viewer.scene.showStrokes = hand.paints();
  if (hand.paints() && viewer.divides && viewer.divider > 0) viewer.divide(0);
  viewer.draw();
}

function painted(done) {
  viewer.draw();
  history();
  if (!done) return;
  busy(state.current, "Updating");
  state.current.later();
}

function history() {
  const painting = state.current?.painting;
  $("undo").disabled = !painting?.done.length;
  $("redo").disabled = !painting?.undone.length;
  $("clear").disabled = !painting || painting.empty;
}

// Keys.

listenKeys({
  view: (index) => onWork() && VIEWS[index] && setView(index),
  zoom: (factor) => onWork() && viewer.zoom(factor),
  fit: () => onWork() && viewer.fit(),
  one: () => onWork() && viewer.oneToOne(),
  compare: () => onWork() && viewer.divide(viewer.divider === null ? 0.5 : null),
  divide: (step) => onWork() && viewer.divide((viewer.divider ?? 0) + step),
  tool: (name) => onWork() && tool(name),
  size: (step) => onWork() && hand.resize(hand.level + step),
  undo: () => onWork() && hand.back(false),
  redo: () => onWork() && hand.back(true),
  arrow: (dx, dy, fine) => onWork() && (hand.paints() ? hand.step(dx, dy, fine) : viewer.pan(-dx * 60, -dy * 60)),
  space(held) { hand.space = held; if (held && hand.paints() && hand.at === null) hand.centre(); return true; },
  stamp: () => onWork() && (hand.paints() ? hand.stamp() : false),
  help: () => $("help-box").showModal(),
});
const onWork = () => document.body.dataset.screen === "work";
$("help").addEventListener("click", () => $("help-box").showModal());
$("help-box").addEventListener("click", (event) => { if (event.target === $("help-box")) $("help-box").close(); });

listenPanel({ current: () => state.current, limits: () => state.limits, set, painted });
listenMany({ limits: () => state.limits, current: () => state.current, back: () => screen("many"), correct(source) {
  for (const pair of state.pairs) pair.close();
  Object.assign(state, { original: null, edited: [] });
  begin(pairOf(source));
} });
window.addEventListener("pagehide", () => { for (const pair of state.pairs) pair.close(); });
api.about().then((limits) => { state.limits = limits; }).catch((error) => show($("start-message"), api.plain(error)));
screen("start");
