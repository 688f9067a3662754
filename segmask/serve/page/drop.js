// Places that files, and folders of files, can be dropped on.
export function droppable(box, take) {
  let depth = 0;
  box.addEventListener("dragenter", () => { depth += 1; box.classList.add("over"); });
  box.addEventListener("dragleave", () => { depth -= 1; if (!depth) box.classList.remove("over"); });
  box.addEventListener("dragover", (event) => event.preventDefault());
  box.addEventListener("drop", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    depth = 0;
    box.classList.remove("over");
    const files = await dropped(event.dataTransfer);
    if (files.length) take(files);
  });
}

// What is dropped, with the files in folders. Both lists are empty as soon as the event is over.
async function dropped({ items, files }) {
  const given = [...files];
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return given;
  return (await Promise.all(entries.map(filesIn))).flat();
}

// The files of an entry, each with its path as pairs are found by; hidden ones are left out.
async function filesIn(entry) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) {
    const file = await new Promise((done, failed) => { entry.file(done, failed); });
    return [Object.defineProperty(file, "webkitRelativePath", { value: entry.fullPath.slice(1) })];
  }
  const reader = entry.createReader(), found = [];
  for (;;) { // a hundred at a time
    const some = await new Promise((done, failed) => { reader.readEntries(done, failed); });
    if (!some.length) return (await Promise.all(found.map(filesIn))).flat();
    found.push(...some);
  }
}
