// Many pairs: the server finds them by name and runs them; here stands the table of what became of them.
import * as api from "./api.js";
import { $, el, percent, saveBlob, say, show } from "./dom.js";
import { droppable } from "./drop.js";
import { complaint } from "./intake.js";
import { REASONS } from "./verdict.js";

const WORDS = { ok: "looks right", review: "please look", failed: "failed", quarantined: "failed", waiting: "waiting", running: "working", corrected: "corrected" };
const MOST_FILES = 200; // sent at a time

export function listenMany({ limits, correct, current, back }) {
  let job = null; // as the server told last
  let shown = []; // nodes and states of the table's rows
  let opened = null; // the row that is being corrected

  $("file-many").addEventListener("change", () => { take([...$("file-many").files]); $("file-many").value = ""; });
  droppable($("zone-many"), take);
  $("many-filter").addEventListener("change", filter);
  $("many-stop").addEventListener("click", () => api.stopJob(job.id).then(update));
  $("many-again").addEventListener("click", again);
  $("many-download").addEventListener("click", async () => {
    say("Preparing the file");
    await attempt(async () => saveBlob(await api.results(job.id), "segmask-results.zip"));
  });
  $("batch-back").addEventListener("click", back);
  $("batch-keep").addEventListener("click", async () => {
    const pair = current();
    await (pair.running || Promise.resolve());
    await attempt(async () => {
      await api.keepRow(job.id, opened, pair.about.id);
      if (shown[opened]) shown[opened].drawn = null; // its picture is another now
      update(await api.jobState(job.id));
      back();
      say("Put into the batch");
    }, $("work-message"));
  });
  window.addEventListener("pagehide", () => { if (job) api.deleteJob(job.id); });

  async function take(given) {
    if (!given.length || job) return;
    show($("many-message"), "");
    const wrong = given.map((file) => [file, problemOf(file)]).filter(([, text]) => text);
    const files = given.filter((file) => !wrong.some(([bad]) => bad === file));
    if (!files.length) {
      show($("many-message"), wrong[0][1]);
      return;
    }
    if (wrong.length) show($("many-message"), `Left out: ${listed(wrong.map(([file]) => file.name))}.`, true);
    $("zone-many").classList.add("sent");
    const done = await attempt(() => send(files));
    $("zone-many").classList.remove("sent");
    if (!done && job) again();
  }

  const isZip = (file) => /\.zip$/i.test(file.name);
  function problemOf(file) {
    const most = limits()?.max_bytes * 0.95;
    if (!isZip(file)) return complaint(file, limits());
    return file.size > most ? `“${file.name}” is larger than this server takes at a time. Unpack it, and drop its pictures.` : "";
  }

  async function send(files) {
    const target = $("many-target").value;
    const options = target === "clothing" ? {} : { target };
    const fields = { options: JSON.stringify(options), file_format: $("many-format").value, mark: String($("mark").checked), start: "false" };
    const parts = pieces(files, (limits()?.max_bytes ?? 64e6) * 0.95);
    for (const [index, part] of parts.entries()) {
      $("many-sending").textContent = `Sending ${index + 1} of ${parts.length}…`;
      const form = { pictures: part.filter((file) => !isZip(file)), archive: part.filter(isZip) };
      job = job ? await api.addPictures(job.id, form) : await api.makeJob({ ...fields, ...form });
    }
    update(await api.startJob(job.id));
    if (job.unmatched.length) show($("many-message"), `Left out, without a partner: ${listed(job.unmatched)}.`, true);
    watch(job.id);
    return true;
  }

  async function watch(id) {
    while (job?.id === id && job.state === "running") {
      const told = await api.jobState(id, job.version).catch((error) => { show($("many-message"), api.plain(error)); });
      if (!told) return;
      if (job?.id === id) update(told);
    }
    if (job?.id === id) say($("many-count").textContent);
  }

  // What can be asked of the server, with its failure said in words.
  async function attempt(work, message = $("many-message")) {
    try {
      return await work();
    } catch (error) {
      show(message, api.plain(error));
      return null;
    }
  }

  function again() {
    if (job) api.deleteJob(job.id);
    job = null;
    shown = [];
    $("many-rows").replaceChildren();
    $("many-work").hidden = true;
    $("many-start").hidden = false;
    $("file-many").focus();
  }

  function update(told) {
    job = told;
    $("many-start").hidden = true;
    $("many-work").hidden = false;
    $("many-sending").textContent = "";
    $("many-stop").hidden = job.state !== "running";
    $("many-again").hidden = job.state === "running";
    for (const row of job.rows) draw(row);
    filter();
  }

  function draw(row) {
    const state = row.corrected ? "corrected" : row.state;
    if (!shown[row.row]) {
      const cell = (...inside) => el("td", { role: "cell" }, ...inside); // roles stay where narrow screens stack them
      const cells = { picture: cell(el("div", { className: "blank strip" })), verdict: cell(), share: cell(), open: cell() };
      const name = el("th", { scope: "row", role: "rowheader", className: "name-cell" }, row.original);
      const node = el("tr", { role: "row" }, cells.picture, name, cells.verdict, cells.share, cells.open);
      $("many-rows").append(node);
      shown[row.row] = { node, cells, state: "", drawn: "" };
    }
    const entry = shown[row.row];
    if (entry.state === state && entry.drawn === state) return;
    entry.state = entry.drawn = state;
    const { cells } = entry;
    cells.verdict.replaceChildren(el("span", { className: `badge ${state}` }, WORDS[state]));
    const reason = row.error?.message || (state === "review" && REASONS[row.reasons[0]]);
    if (reason) cells.verdict.append(el("p", { className: "hint" }, reason));
    cells.share.textContent = row.share === null ? "" : percent(row.share);
    if (["failed", "quarantined"].includes(state)) cells.picture.replaceChildren();
    if (!["ok", "review", "corrected"].includes(state)) return;
    picture(row, cells.picture);
    const open = el("button", { type: "button", className: "small", "aria-label": `Open ${row.original} to correct it` }, "Open");
    open.addEventListener("click", () => { opened = row.row; correct(source(row)); });
    cells.open.replaceChildren(open);
  }

  async function picture(row, cell) {
    const blob = await api.rowFile(job.id, row.row, "thumbnail").catch(() => null);
    if (!blob) return;
    const image = el("img", { className: "strip", alt: `Original, edit and result of ${row.original}`, src: URL.createObjectURL(blob) });
    image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    cell.replaceChildren(image);
  }

  // A row as what a pair is opened from.
  function source(row) {
    const { id } = job;
    return {
      original: { name: row.original.split("/").pop() },
      edited: { name: (row.chosen || row.edited[0]).split("/").pop() },
      open: (options, onBusy) => api.openRow(id, row.row, options, onBusy),
    };
  }

  function filter() {
    const wanted = $("many-filter").value;
    const states = shown.map(({ state }) => (state === "quarantined" ? "failed" : state));
    shown.forEach(({ node }, index) => { node.hidden = wanted !== "all" && states[index] !== wanted; });
    const count = (state) => states.filter((one) => one === state).length;
    const left = count("waiting") + count("running");
    const parts = [`${count("ok")} ${count("ok") === 1 ? "looks" : "look"} right`, `${count("review")} to look at`, `${count("failed")} failed`];
    if (count("corrected")) parts.push(`${count("corrected")} corrected`);
    if (left) parts.push(job?.state === "stopped" ? `${left} not done` : `${left} to go`);
    $("many-count").textContent = `${states.length} ${states.length === 1 ? "pair" : "pairs"}: ${parts.join(", ")}`;
    $("many-download").disabled = !["ok", "review", "corrected"].some(count);
  }
}

const listed = (names) => `${names.slice(0, 6).join(", ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}`;

// Files in groups that a request may have.
function pieces(files, mostBytes) {
  const found = [];
  let size = Infinity;
  for (const file of files) {
    if (size + file.size > mostBytes || found.at(-1).length >= MOST_FILES) {
      found.push([]);
      size = 0;
    }
    found.at(-1).push(file);
    size += file.size;
  }
  return found;
}
