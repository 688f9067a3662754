// The verdict in words, its reasons as a list that leads to the places, and what stayed though it changed.
import { plain } from "./api.js";
import { $, el, percent, show } from "./dom.js";

export const REASONS = {
  "low-confidence": "Part of the outline may be wrong",
  "faint-change": "Hardly anything was taken",
  "seam-in-skin": "A seam shows in skin",
  "mask-covers-picture": "Nearly the whole picture was taken",
  "alignment-untrusted": "The pictures don't line up",
  "target-not-found": "The chosen parts aren't in the picture",
  "fell-back-to-diff": "No person or no clothing was found",
  "given-mask-protected": "Part of your mask is protected",
  "mask-unsure": "Your mask looks like a picture",
  "frame-cuts-target": "The edit ends inside of what was taken",
  "edit-turned": "The edit was turned or mirrored",
};
const PASSING = ["timed-out", "worker-lost", "busy", "unreachable", "internal"]; // may go well another time
const BIG = { "target-not-found": "Choose other parts, or “Only what changed” under fine tuning.", "faint-change": "If the edit was meant, paint it with “From the edit”." };

export function showVerdict(pair, goTo, showOutside) {
  const card = $("verdict"), reasons = $("reasons");
  reasons.replaceChildren();
  show($("work-message"), "");
  $("outside").hidden = $("notes").hidden = true;
  $("retry").hidden = !PASSING.includes((pair.error || pair.failed)?.code);
  if (pair.error) return words("failed", "This pair can't be used", plain(pair.error, pair.names()));
  if (pair.failed) show($("work-message"), plain(pair.failed, pair.names()));
  if (!pair.result) return words("busy", "Working", "Finding out what to take from the edit.");
  const { report } = pair.result;
  const looks = report.findings.filter((finding) => finding.level === "look");
  const share = percent(report.mask.share);
  if (report.mask.share === 0) {
    words(looks.length ? "review" : "ok", "Nothing was taken", "The result is the original. If you expected an edit, choose other parts, or paint what should come from it.");
  } else if (report.verdict === "ok") {
    words("ok", "Looks right", `${share} of the picture comes from the edit. All else is the original, bit for bit.`);
  } else {
    words("review", looks.length === 1 ? "Please look at one thing" : `Please look at ${looks.length} things`, `${share} of the picture comes from the edit. All else is the original, bit for bit.`);
  }
  looks.forEach((finding, index) => reasons.append(reason(finding, index + 1, goTo)));
  const outside = report.mask.changed_outside_share;
  if (outside > 0) {
    $("outside").hidden = false;
    const link = el("button", { type: "button", className: "small" }, "Show");
    link.addEventListener("click", showOutside);
    $("outside").replaceChildren(el("span", {}, `Changed outside, and stays original: ${percent(outside)}`), link);
  }
  const notes = report.findings.filter((finding) => finding.level === "note");
  $("notes").hidden = !notes.length;
  $("notes").querySelector("ul").replaceChildren(...notes.map((finding) => el("li", {}, capital(finding.text))));
  return undefined;

  function words(state, title, text) {
    card.dataset.state = state;
    document.body.dataset.pair = pair.error?.code === "picture-unusable" ? "unusable" : state;
    $("verdict-words").textContent = title;
    $("verdict-text").textContent = text;
  }
}

function reason(finding, number, goTo) {
  const text = el("span", {}, el("strong", {}, REASONS[finding.code] || capital(finding.text)), el("small", {}, BIG[finding.code] || capital(finding.text.replace(/^the confidence is [\d.]+, below [\d.]+: /, ""))));
  const item = el(finding.box ? "button" : "div", finding.box ? { type: "button" } : {}, el("b", {}, String(number)), text);
  if (finding.box) {
    text.append(el("em", {}, "Show the place"));
    item.addEventListener("click", () => goTo(finding.box));
  }
  return el("li", {}, item);
}

export function verdictBadge(pair) {
  if (pair.error) return ["failed", "can't be used"];
  if (!pair.result) return ["", "working"];
  return pair.result.report.verdict === "ok" ? ["ok", "looks right"] : ["review", "please look"];
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
