// Numbers on faces, and frames around doubtful places.
import { pinsOf } from "./choices.js";
import { $, el } from "./dom.js";

export function placePins(viewer, pair, choose) {
  const box = $("pins"), hadFocus = box.contains(document.activeElement);
  box.replaceChildren();
  if (!viewer.scene || !pair) return;
  for (const { number, x, y } of pinsOf(pair)) {
    const chosen = String(pair.options.person || "all") === String(number);
    const pin = el("button", { type: "button", className: "pin", "aria-pressed": String(chosen), "aria-label": `Person ${number}` }, String(number));
    const { px, py } = viewer.point(x, y);
    Object.assign(pin.style, { left: `${px}px`, top: `${py}px` });
    pin.addEventListener("click", () => choose(chosen ? null : String(number)));
    box.append(pin);
    if (hadFocus && chosen) pin.focus();
  }
  if (!viewer.view.places || !pair.result) return;
  pair.result.report.findings.filter((finding) => finding.level === "look").forEach((finding, index) => {
    if (!finding.box) return;
    const [left, top, right, bottom] = finding.box;
    const from = viewer.point(left, top), to = viewer.point(right, bottom);
    const place = el("div", { className: "place" }, el("b", {}, String(index + 1)));
    Object.assign(place.style, { left: `${from.px}px`, top: `${from.py}px`, width: `${to.px - from.px}px`, height: `${to.py - from.py}px` });
    box.append(place);
  });
}
