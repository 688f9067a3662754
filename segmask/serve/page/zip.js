// Zip files: written without compression, since pictures are compressed already; read with it.
import { crc32 } from "./png.js";

export async function zipped(entries) {
  const parts = [], directory = [];
  let place = 0;
  for (const [name, blob] of entries) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const title = new TextEncoder().encode(name);
    const head = new DataView(new ArrayBuffer(30));
    const values = [[0, 0x04034b50, 4], [4, 20, 2], [6, 0x800, 2], [10, 0, 2], [12, 33, 2], [14, crc32(bytes), 4], [18, bytes.length, 4], [22, bytes.length, 4], [26, title.length, 2]];
    write(head, values);
    parts.push(head.buffer, title, bytes);
    const entry = new DataView(new ArrayBuffer(46));
    write(entry, [[0, 0x02014b50, 4], [4, 20, 2], ...values.slice(1).map(([at, value, size]) => [at + 2, value, size]), [42, place, 4]]);
    directory.push(entry.buffer, title);
    place += 30 + title.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const end = new DataView(new ArrayBuffer(22));
  write(end, [[0, 0x06054b50, 4], [8, entries.length, 2], [10, entries.length, 2], [12, size, 4], [16, place, 4]]);
  return new Blob([...parts, ...directory, end.buffer], { type: "application/zip" });
}

function write(view, values) {
  for (const [at, value, size] of values) {
    if (size === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
  }
}

// The files in a zip, as File objects. Throws for what is none.
export async function unzipped(blob) {
  const view = new DataView(await blob.arrayBuffer());
  let end = view.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error("This is no zip file, or it is damaged.");
  const files = [];
  let at = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count -= 1) {
    const method = view.getUint16(at + 10, true), packed = view.getUint32(at + 20, true);
    const [named, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, named));
    const head = view.getUint32(at + 42, true);
    const from = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true);
    const raw = new Blob([new Uint8Array(view.buffer, from, packed)]);
    if (!name.endsWith("/") && !name.includes("__MACOSX")) {
      const data = method === 8 ? await new Response(raw.stream().pipeThrough(new DecompressionStream("deflate-raw"))).blob() : raw;
      files.push(new File([data], name, { type: typeOf(name) }));
    }
    at += 46 + named + extra + comment;
  }
  return files;
}

const TYPES = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", webp: "image/webp", tif: "image/tiff", tiff: "image/tiff", avif: "image/avif" };
const typeOf = (name) => TYPES[name.split(".").pop().toLowerCase()] || "";
