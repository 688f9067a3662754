// What is taken: parts as chips, people, the prompt and fine tuning. They set a pair's options.
import { $, el, percent } from "./dom.js";

const NAMES = { upper: "top", outerwear: "jacket or coat", dress: "dress", lower: "trousers or skirt", legwear: "socks or tights", footwear: "shoes", headwear: "hat", eyewear: "glasses", accessory: "accessories" };
const CLOTHING = ["upper", "outerwear", "dress", "lower", "legwear"];
const ORDER = [...CLOTHING, "footwear", "headwear", "bag", "accessory", "eyewear", "hair", "face", "skin", "background"];

export const partsOf = (options) => (options.prompt ? [] : options.target ? options.target.split(",") : CLOTHING);
export const partName = (part) => NAMES[part] || part;

export function showChips(pair, choose) {
  const wanted = new Set(pair.options.prompt && pair.result ? pair.result.report.target : partsOf(pair.options));
  const known = new Map((pair.result || pair.about)?.parts.map((entry) => [entry.part, entry]));
  const focused = document.activeElement?.dataset?.part;
  const chip = (part) => {
    const found = known.get(part);
    const button = el("button", { type: "button", className: `chip${found ? "" : " absent"}`, "aria-pressed": String(wanted.has(part)) });
    button.dataset.part = part;
    if (found?.changed) button.append(el("i", { className: "dot", "aria-hidden": "true" }), el("span", { className: "hidden" }, "changed: "));
    button.append(partName(part));
    if (found) button.append(el("small", {}, percent(Math.max(found.share, found.edited_share))));
    button.addEventListener("click", () => {
      if (wanted.has(part)) wanted.delete(part);
      else wanted.add(part);
      if (wanted.size) choose(ORDER.filter((name) => wanted.has(name)));
      else showChips(pair, choose);
    });
    return button;
  };
  const shown = ORDER.filter((part) => known.has(part) || (wanted.has(part) && known.size && (pair.options.target || "").split(",").includes(part)));
  const hidden = ORDER.filter((part) => !shown.includes(part));
  $("chips").replaceChildren(...shown.map(chip));
  if (known.size && hidden.length) {
    const more = el("button", { type: "button", className: "chip absent" }, "more…");
    more.addEventListener("click", () => {
      more.replaceWith(...hidden.map(chip));
      $("chips").querySelector(`[data-part="${hidden[0]}"]`).focus();
    });
    $("chips").append(more);
  }
  if (focused) $("chips").querySelector(`[data-part="${focused}"]`)?.focus();
}

export function showPeople(pair, choose) {
  const box = $("people"), { people = [] } = pair.about || {};
  box.hidden = people.length < 2;
  if (box.hidden) return;
  const now = String(pair.options.person || "all");
  const choices = [["all", "Everyone"], ...people.map(({ number }) => [String(number), `Person ${number}`])];
  box.replaceChildren(el("span", {}, "Whose?"), ...choices.map(([value, name]) => {
    const button = el("button", { type: "button", className: "chip", "aria-pressed": String(value === now) }, name);
    button.addEventListener("click", () => choose(value));
    return button;
  }));
}

// Numbers on the picture, where faces are.
export function pinsOf(pair) {
  const { people = [], faces = [] } = pair.about || {};
  if (people.length < 2) return [];
  return people.map(({ number, box }) => {
    const inside = faces.find(([left, top, right, bottom]) => (left + right) / 2 >= box[0] && (left + right) / 2 <= box[2] && (top + bottom) / 2 >= box[1] && (top + bottom) / 2 <= box[3]);
    const [left, top, right, bottom] = inside || [box[0], box[1], box[2], box[1] + (box[3] - box[1]) * 0.2];
    return { number, x: (left + right) / 2, y: inside ? bottom : (top + bottom) / 2 };
  });
}

export function showTuning(pair) {
  const { automatic, report } = pair.result || {};
  const { options } = pair;
  document.body.dataset.strategy = options.strategy || "hybrid";
  $("strategy").value = options.strategy || "hybrid";
  $("feather").value = options.feather ?? "";
  $("tone").checked = options.tone_match !== false;
  $("threshold").value = options.threshold ?? "";
  $("prompt").value = options.prompt || "";
  $("grow").value = options.grow ?? "";
  $("feather").disabled = $("grow").disabled = Boolean(pair.maskIn);
  $("using").hidden = !pair.maskIn;
  $("feather").placeholder = automatic ? `automatic: ${automatic.feather}` : "automatic";
  $("feather-auto").textContent = automatic
    ? `Automatic: ${automatic.feather} px in a picture of 1024 px, ${automatic.feather_px} px in yours; wider where the edit's own outline is soft.`
    : "Automatic.";
  $("tone-auto").textContent = `Takes the edit's colour drift out.${automatic ? ` Found: ${drift(automatic.tone_gain)}.` : ""}`;
  $("threshold").placeholder = automatic ? `automatic: ${automatic.threshold}` : "automatic";
  $("threshold-auto").textContent = automatic ? `Automatic: ${automatic.threshold} times the noise.` : "Automatic.";
  const read = report?.prompt;
  $("prompt-hint").textContent = read
    ? `Understood: ${read.matched.map(([words, parts]) => `“${words}” is ${parts.map(partName).join(" or ")}`).join("; ")}${read.kept.length ? `; stays: ${read.kept.map(([words]) => words).join(", ")}` : ""}.`
    : "In English, as you told the editing model.";
}

// How much brighter the edit's colours are made: "red −4 %, green 0 %, blue +5 %".
function drift(gains) {
  const signed = new Intl.NumberFormat("en", { style: "percent", signDisplay: "exceptZero" });
  const told = gains.map((gain) => signed.format(gain - 1).replace("-", "−").replace("%", "\u00a0%"));
  return ["red", "green", "blue"].map((name, index) => `${name} ${told[index]}`).join(", ");
}
