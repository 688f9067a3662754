// What is written on the picture: which view stands on either side of the divider, and what its colours mean.
import { $, el } from "./dom.js";

export function showTags(viewer) {
  const { scene, view, divider, divides } = viewer;
  $("tag-left").hidden = !divides || divider < 0.08;
  $("tag-right").hidden = !scene || (divides && divider > 0.92);
  $("tag-right").textContent = nameOf(scene, view);
  $("divider").disabled = !scene?.result;
  $("divider").setAttribute("aria-valuetext", divider === null ? "off" : `${Math.round(divider * 100)} % before`);
}

// Before there is a result, its view shows the original, soon with a guess.
function nameOf(scene, view) {
  if (view.id !== "composite" || scene?.result) return view.name;
  return scene?.layers.guess ? "First guess" : "Original";
}

export function showLegend(viewer) {
  const { scene, view } = viewer;
  const entries = scene && view.legend ? view.legend(scene) : [];
  $("legend").replaceChildren(...entries.map(([colour, words]) => {
    const mark = el(colour === "scale" ? "b" : "i", colour === "scale" ? { className: "scale" } : {});
    if (colour !== "scale") mark.style.background = colour;
    return el("span", {}, mark, words);
  }));
  showTags(viewer);
}
