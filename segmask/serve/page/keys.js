// The keyboard, wherever the focus is, unless it is in a field.
export function listenKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input, textarea, select, dialog[open]");
    const typing = field && !["range", "checkbox"].includes(field.type);
    if (typing || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const held = event.ctrlKey || event.metaKey;
    if (held && key === "z") return run(event, event.shiftKey ? "redo" : "undo");
    if (held && key === "y") return run(event, "redo");
    if (held) return undefined;
    if (/^[1-9]$/.test(key)) return run(event, "view", Number(key) - 1);
    const plain = { "+": ["zoom", 1.25], "=": ["zoom", 1.25], "-": ["zoom", 0.8], f: ["fit"], 0: ["one"], c: ["compare"], ",": ["divide", -0.04], ".": ["divide", 0.04], v: ["tool", "move"], b: ["tool", "include"], x: ["tool", "exclude"], e: ["tool", "erase"], "[": ["size", -6], "]": ["size", 6], "?": ["help"] }[key];
    if (plain) return run(event, ...plain);
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.target.id !== "viewer") return undefined;
    if (arrows[key]) return run(event, "arrow", ...arrows[key], event.shiftKey);
    if (key === " " && !event.repeat) return run(event, "space", true);
    if (key === "Enter") return run(event, "stamp");
    if (key === " ") event.preventDefault();
    return undefined;
  });
  document.addEventListener("keyup", (event) => { if (event.key === " ") actions.space(false); });

  function run(event, name, ...values) {
    if (actions[name](...values) !== false) event.preventDefault();
  }
}
