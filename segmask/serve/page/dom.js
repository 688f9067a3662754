// Small helpers for the document.
export const $ = (id) => document.getElementById(id);

export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Said to screen readers, without moving the focus.
export function say(text) {
  $("status").textContent = "";
  requestAnimationFrame(() => { $("status").textContent = text; });
}

export function show(message, text, info = false) {
  message.hidden = !text;
  message.textContent = text || "";
  message.classList.toggle("info", info);
}

export const percent = (share) => {
  const value = share * 100;
  if (value === 0) return "0\u00a0%";
  return value < 1 ? "under\u00a01\u00a0%" : `${Math.round(value)}\u00a0%`;
};

export const stem = (name) => name.replace(/\.[^.]+$/, "");

export function saveBlob(blob, name) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
