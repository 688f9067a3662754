// The two drop zones, paste, and what is wrong with files before they are sent.
import { $, el, stem } from "./dom.js";
import { droppable } from "./drop.js";

const OPENED = /\.(png|jpe?g|webp|tiff?|avif|gif|bmp|hei[cf]|p[bgp]m|jp2|j2k|psd)$/i;
const ADVICE = [
  [/\.(cr[23]|nef|arw|dng|raf|orf|rw2)$/i, "Camera raw files can't be read. Export the photo as TIFF or JPEG first."],
  [/\.(pdf|svg|eps)$/i, "Drawings and documents can't be read. A photo is needed."],
  [/\.(mp4|mov|avi|webm)$/i, "Films can't be read. A photo is needed."],
];

// A sentence about what is wrong with a file, or "".
export function complaint(file, limits) {
  if (!file.size) return `“${file.name}” is empty.`;
  const known = ADVICE.find(([pattern]) => pattern.test(file.name));
  if (known) return `“${file.name}”: ${known[1]}`;
  if (!file.type.startsWith("image/") && !OPENED.test(file.name)) return `“${file.name}” is no picture. PNG, JPEG, WebP, TIFF and AVIF are fine.`;
  if (limits && file.size > limits.max_bytes * 0.6) return `“${file.name}” has ${Math.round(file.size / 2 ** 20)} MB; this server takes at most ${Math.round((limits.max_bytes * 0.6) / 2 ** 20)} MB.`;
  return "";
}

const OF_EDIT = /(^|[-_ .])(edit(ed)?|out|tryon|result)(?=[-_ .\d]|$)/i;

// Several files at once: those that are named like edits come last.
export const originalFirst = (files) => [...files].sort((one, other) => OF_EDIT.test(stem(one.name)) - OF_EDIT.test(stem(other.name)));

export function listenZones({ original, edited }) {
  for (const [zone, take] of [["original", original], ["edited", edited]]) {
    const box = $(`zone-${zone}`), input = $(`file-${zone}`);
    input.addEventListener("change", () => { if (input.files.length) take([...input.files]); input.value = ""; });
    droppable(box, take);
  }
  // Pasted, or dropped beside the zones: the original first, then its edits.
  const starting = () => document.body.dataset.screen === "start";
  const either = (files) => ($("zone-original").dataset.filled ? edited(files) : original(files));
  droppable(document.documentElement, (files) => { if (starting()) either(files); });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length || !starting()) return;
    event.preventDefault();
    either(files);
  });
}

// What a zone holds; nothing empties it.
export async function fill(zone, files) {
  const box = $(`zone-${zone}`), filled = box.querySelector(".zone-filled");
  box.classList.remove("bad");
  filled.replaceChildren();
  filled.hidden = !files.length;
  box.dataset.filled = files.length ? "yes" : "";
  if (!files.length) return;
  for (const file of files.slice(0, 4)) {
    const picture = el("img", { alt: "", src: URL.createObjectURL(file) });
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
    picture.addEventListener("error", () => picture.replaceWith(el("div", { className: "zone-plain" }, "No preview for this kind of file")));
    filled.append(picture);
  }
  const name = files.length === 1 ? files[0].name : `${files.length} edits`;
  filled.append(el("span", { className: "zone-name" }, name));
}
