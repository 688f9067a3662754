// The panel: prompt, fine tuning, masks and downloads.
import * as api from "./api.js";
import { $, saveBlob, say, show } from "./dom.js";
import { complaint } from "./intake.js";
import { commandHint, commandLine, copyCommand, download, savedName, showFormats } from "./keep.js";
import { INKS } from "./pair.js";

export function listenPanel({ current, limits, set, painted }) {
  // Prompt, tuning, masks.

  $("prompt-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("prompt").value.trim();
    set(text ? { prompt: text, target: null } : { prompt: null });
  });
  const number = (field) => (field.value === "" || !field.checkValidity() ? null : Number(field.value));
  $("feather").addEventListener("change", () => set({ feather: number($("feather")) }));
  $("grow").addEventListener("change", () => set({ grow: number($("grow")) || null }));
  $("threshold").addEventListener("change", () => set({ threshold: number($("threshold")) }));
  $("tone").addEventListener("change", () => set({ tone_match: $("tone").checked ? null : false }));
  $("strategy").addEventListener("change", () => {
    const strategy = $("strategy").value, pair = current();
    pair.options = strategy === "diff" ? { strategy, feather: pair.options.feather, grow: pair.options.grow, tone_match: pair.options.tone_match } : { ...pair.options, strategy, threshold: null, min_area: null };
    pair.reopen();
  });
  $("mask-save").addEventListener("click", () => keep("mask.png"));
  $("mask-load").addEventListener("click", () => $("mask-file").click());
  $("painting-load").addEventListener("click", () => $("painting-file").click());
  $("painting-save").addEventListener("click", async () => {
    saveBlob(await current().painting.file(), savedName(current(), "painting.png"));
  });
  $("mask-file").addEventListener("change", () => {
    const [file] = $("mask-file").files, pair = current();
    $("mask-file").value = "";
    const wrong = complaint(file, limits());
    if (wrong) return show($("work-message"), wrong);
    pair.maskIn = file;
    return set({ feather: null, grow: null, person: null });
  });
  $("mask-drop").addEventListener("click", () => { current().maskIn = null; set({}); });
  $("painting-file").addEventListener("change", async () => {
    const [file] = $("painting-file").files, { painting, layers } = current();
    $("painting-file").value = "";
    try {
      await painting.load(file);
    } catch (error) {
      show($("work-message"), error.message);
      return;
    }
    layers.update(painting, INKS);
    painted(true);
  });

  // Downloads.

  $("download").addEventListener("click", () => keep($("format").value));
  for (const button of document.querySelectorAll("[data-file]")) button.addEventListener("click", () => keep(button.dataset.file));
  $("format").addEventListener("change", showCommand);
  $("mark").addEventListener("change", showCommand);
  $("copy").addEventListener("click", async () => say((await copyCommand()) ? "Copied" : "Press Control C to copy"));

  async function keep(name) {
    say("Preparing the file");
    try {
      await download(current(), name, $("mark").checked);
      say("Saved");
    } catch (error) {
      show($("work-message"), api.plain(error));
    }
  }

  function showCommand() { command(current()); }
}

export function command(pair) {
  if (!pair) return;
  showFormats(pair);
  $("command").textContent = commandLine(pair, $("format").value, $("mark").checked);
  $("command-hint").textContent = commandHint(pair);
  $("command-box").hidden = !pair.result;
}
