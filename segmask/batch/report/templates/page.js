"use strict";
const rows = [];
function take(more) { for (const row of more) rows.push(row); }

function start() {
  const [NAME, VERDICT, CONFIDENCE, REASONS, ERROR, THUMB, SECONDS] = [0, 1, 2, 3, 4, 5, 6];
  const main = document.getElementById("rows");
  const size = Number(main.dataset.size), verdicts = main.dataset.verdicts.split(" ");
  const sort = document.getElementById("sort"), reason = document.getElementById("reason");
  const name = document.getElementById("name");
  const boxes = [...document.querySelectorAll("input[name=verdict]")];
  let found = rows, page = 0;

  const codes = new Map();
  for (const row of rows) for (const code of row[REASONS]) codes.set(code, (codes.get(code) || 0) + 1);
  for (const [code, count] of [...codes].sort((a, b) => b[1] - a[1])) {
    reason.add(new Option(`${code} (${count})`, code));
  }

  const sure = (row) => (row[CONFIDENCE] === null ? 1 : row[CONFIDENCE]);
  const byName = (a, b) => (a[NAME] < b[NAME] ? -1 : 1);
  const orders = {
    worst: (a, b) => a[VERDICT] - b[VERDICT] || sure(a) - sure(b) || byName(a, b),
    confidence: (a, b) => sure(a) - sure(b) || byName(a, b),
    name: byName,
    seconds: (a, b) => b[SECONDS] - a[SECONDS] || byName(a, b),
  };

  function choose() {
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => Number(box.value)));
    const part = name.value.toLowerCase();
    found = rows.filter((row) => wanted.has(row[VERDICT])
      && (!reason.value || row[REASONS].includes(reason.value))
      && (!part || row[NAME].toLowerCase().includes(part)));
    found.sort(orders[sort.value]);
    page = 0;
    show();
  }

  function element(kind, text) {
    const made = document.createElement(kind);
    if (text) made.textContent = text;
    return made;
  }

  function article(row) {
    const made = element("article");
    made.className = verdicts[row[VERDICT]];
    const address = row[NAME].split("/").map(encodeURIComponent).join("/");
    if (row[THUMB]) {
      const link = element("a"), image = element("img");
      link.href = address;
      image.loading = "lazy";
      image.alt = "";
      image.src = `${main.dataset.folder}/${row[THUMB]}`;
      link.append(image);
      made.append(link);
    }
    const sureness = row[CONFIDENCE] === null ? "" : `, confidence ${row[CONFIDENCE].toFixed(2)}`;
    made.append(element("p", row[NAME]), element("p", verdicts[row[VERDICT]] + sureness));
    if (row[ERROR]) made.append(element("p", row[ERROR]));
    else if (row[REASONS].length) made.append(element("p", row[REASONS].join(", ")));
    return made;
  }

  function show() {
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    document.getElementById("where").textContent = `${found.length} rows, page ${page + 1} of ${pages}`;
    main.replaceChildren(...found.slice(page * size, (page + 1) * size).map(article));
    window.scrollTo(0, 0);
  }

  for (const input of [sort, reason, ...boxes]) input.addEventListener("change", choose);
  name.addEventListener("input", choose);
  document.getElementById("back").addEventListener("click", () => { page -= 1; show(); });
  document.getElementById("on").addEventListener("click", () => { page += 1; show(); });
  choose();
}
