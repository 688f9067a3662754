// Downloads, and the command line that gives the same bytes.
import * as api from "./api.js";
import { $, saveBlob, stem } from "./dom.js";

const SUFFIX = { "composite.png": ".png", "composite.tif": ".tif", "composite.webp": ".webp", "composite.jpg": ".jpg" };
const HINTS = {
  "composite.jpg": "JPEG changes every pixel a little. The other formats keep the original bit for bit.",
  "composite.webp": "Outside the mask every pixel is the original's, bit for bit. Pictures of 16 bits become 8.",
};
const KEPT = "The original is a JPEG: its blocks outside the mask are taken over as they are, bit for bit; touched blocks are coded anew.";

export function showFormats(pair) {
  const keeps = Boolean(pair.about?.keeps_jpeg), name = $("format").value;
  $("format").querySelector("[value='composite.jpg']").textContent = keeps ? "JPEG, without generation loss" : "JPEG, smaller, with loss";
  const hint = keeps && name === "composite.jpg" ? KEPT : HINTS[name];
  $("format-hint").textContent = hint || "Outside the mask every pixel is the original's, bit for bit.";
}

export function savedName(pair, name) {
  const base = stem(pair.original.name);
  return SUFFIX[name] ? `${base}-segmask${SUFFIX[name]}` : `${base}-${name}`;
}

export async function download(pair, name, mark) {
  await (pair.running || Promise.resolve());
  saveBlob(await api.file(pair.about.id, name, mark), savedName(pair, name));
}

export function commandLine(pair, format, mark) {
  if (!pair.result) return "";
  const names = {
    "{original}": pair.original.name, "{edited}": pair.edited.name, "{composite}": savedName(pair, format),
    "{include}": "include.png", "{exclude}": "exclude.png", "{mask_in}": pair.maskIn?.name || "mask.png",
  };
  const words = pair.result.command.filter((word) => word !== "--mark").map((word) => names[word] ?? word);
  return [...words, ...(mark ? ["--mark"] : [])].map(quoted).join(" ");
}

const quoted = (word) => {
  const safe = word.startsWith("-") && !/^--?[a-z]/.test(word) ? `./${word}` : word;
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
};

export function commandHint(pair) {
  const masks = pair.result?.command.filter((word) => ["{include}", "{exclude}"].includes(word)) || [];
  return masks.length ? "include.png and exclude.png hold what you painted; they are in the zip." : "Gives the same file, byte for byte.";
}

export async function copyCommand() {
  const text = $("command").textContent;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren($("command"));
    return false;
  }
}
