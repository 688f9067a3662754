// Many pairs, one after another: a table with pictures and verdicts, and all results as one zip.
import * as api from "./api.js";
import { $, el, percent, saveBlob, show, stem } from "./dom.js";
import { complaint, droppable } from "./intake.js";
import { unzipped, zipped } from "./zip.js";

const EDITED = /[-_ .]?(edited|edit|after|new|result)[-_ .]?\d*$/i;
const ORIGINAL = /[-_ .]?(original|orig|before|source|old)$/i;
const WORDS = { ok: "looks right", review: "please look", failed: "failed", waiting: "waiting", running: "working" };

export function listenMany({ limits, correct }) {
  const rows = [];
  let running = false;
  let stopped = false;

  $("file-many").addEventListener("change", () => { take([...$("file-many").files]); $("file-many").value = ""; });
  droppable($("zone-many"), take);
  $("many-filter").addEventListener("change", filter);
  $("many-stop").addEventListener("click", () => { stopped = true; });
  $("many-download").addEventListener("click", async () => {
    const done = rows.filter((row) => row.composite);
    const report = JSON.stringify(rows.map(({ name, state, share, problem }) => ({ name, verdict: state, share, problem })), null, 2);
    const entries = done.map((row) => [`${row.name}-segmask.png`, row.composite]);
    saveBlob(await zipped([...entries, ["results.json", new Blob([report])]]), "segmask-results.zip");
  });

  async function take(given) {
    show($("many-message"), "");
    let files;
    try {
      files = (await Promise.all(given.map((file) => (/\.zip$/i.test(file.name) ? unzipped(file) : [file])))).flat();
    } catch (error) {
      show($("many-message"), error.message);
      return;
    }
    const { pairs, left } = paired(files.filter((file) => !complaint(file, limits())));
    if (!pairs.length) {
      show($("many-message"), "No pairs were found. Name them like coat.jpg and coat-edited.jpg.");
      return;
    }
    if (left.length) show($("many-message"), `Left out, without a partner: ${left.slice(0, 6).join(", ")}${left.length > 6 ? ` and ${left.length - 6} more` : ""}.`, true);
    for (const pair of pairs) add(pair);
    if (!running) run();
  }

  function add({ name, original, edited }) {
    const picture = el("img", { alt: `Original of ${name}`, src: URL.createObjectURL(original) });
    picture.addEventListener("error", () => picture.replaceWith(el("div", { className: "blank" })));
    const row = { name, original, edited, state: "waiting", share: null, composite: null, problem: null };
    row.cells = { result: el("td", {}, el("div", { className: "blank" })), verdict: el("td"), share: el("td"), open: el("td") };
    row.node = el("tr", {}, el("td", {}, picture), row.cells.result, el("th", { scope: "row", className: "name-cell" }, name), row.cells.verdict, row.cells.share, row.cells.open);
    $("many-rows").append(row.node);
    rows.push(row);
    tell(row, "waiting");
  }

  async function run() {
    running = true;
    stopped = false;
    $("many-work").hidden = $("many-stop").hidden = false;
    for (let row = next(); row && !stopped; row = next()) await work(row);
    running = false;
    $("many-stop").hidden = true;
  }
  const next = () => rows.find((row) => row.state === "waiting");

  async function work(row) {
    tell(row, "running");
    let id = null;
    try {
      ({ id } = await api.openPair(row.original, row.edited, {}));
      const { report } = await api.applyPair(id, {}, {});
      row.composite = await api.file(id, "composite.png", $("mark").checked);
      row.cells.result.replaceChildren(el("img", { alt: `Result of ${row.name}`, src: URL.createObjectURL(await api.view(id, "composite", 160)) }));
      row.share = report.mask.share;
      tell(row, report.verdict);
    } catch (error) {
      row.problem = api.plain(error);
      tell(row, "failed");
    }
    if (id) await api.closePair(id);
  }

  function tell(row, state) {
    row.state = state;
    row.cells.verdict.replaceChildren(el("span", { className: `badge ${state}` }, WORDS[state]));
    if (row.problem) row.cells.verdict.append(el("p", { className: "hint" }, row.problem));
    row.cells.share.textContent = row.share === null ? "" : percent(row.share);
    if (row.composite && !row.cells.open.firstChild) {
      const open = el("button", { type: "button", className: "small", "aria-label": `Open ${row.name} to correct it` }, "Open");
      open.addEventListener("click", () => correct(row.original, row.edited));
      row.cells.open.append(open);
    }
    filter();
  }

  function filter() {
    const wanted = $("many-filter").value;
    for (const row of rows) row.node.hidden = wanted !== "all" && row.state !== wanted;
    const count = (state) => rows.filter((row) => row.state === state).length;
    const left = count("waiting") + count("running");
    $("many-count").textContent = `${rows.length} pairs: ${count("ok")} look right, ${count("review")} to look at, ${count("failed")} failed${left ? `, ${left} to go` : ""}`;
    $("many-download").disabled = !rows.some((row) => row.composite);
  }
}

// Pairs by name: coat + coat-edited, coat-original + coat-edited, or coat/original + coat/edited.
export function paired(files) {
  const groups = new Map();
  for (const file of files) {
    const path = stem(file.webkitRelativePath || file.name);
    const cut = path.lastIndexOf("/") + 1;
    const folder = path.slice(0, cut), name = path.slice(cut);
    const edited = EDITED.test(name);
    const key = folder + name.replace(edited ? EDITED : ORIGINAL, "");
    const group = groups.get(key) || groups.set(key, {}).get(key);
    group[edited ? "edited" : "original"] ||= file;
  }
  const pairs = [], left = [];
  for (const [key, { original, edited }] of groups) {
    if (original && edited) pairs.push({ name: key.replace(/\/$/, "").split("/").pop() || "pair", original, edited });
    else left.push((original || edited).name);
  }
  return { pairs, left };
}
