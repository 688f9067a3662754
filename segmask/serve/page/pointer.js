// Fingers, mouse, pen and wheel on the viewer: pan, pinch, the divider, and strokes.
export function listen(viewer, hand) {
  const { box } = viewer;
  const fingers = new Map();
  let doing = null; // "pan", "divide", "paint", "pinch"
  let last = null;

  const at = (event) => {
    const frame = box.getBoundingClientRect();
    return { px: event.clientX - frame.left, py: event.clientY - frame.top };
  };
  const spread = () => {
    const [one, two] = [...fingers.values()];
    return { distance: Math.hypot(one.px - two.px, one.py - two.py), px: (one.px + two.px) / 2, py: (one.py + two.py) / 2 };
  };

  box.addEventListener("pointerdown", (event) => {
    if (!viewer.scene || event.target.closest(".pin")) return;
    const here = at(event);
    fingers.set(event.pointerId, here);
    box.setPointerCapture(event.pointerId);
    box.focus({ preventScroll: true });
    event.preventDefault();
    if (fingers.size === 2) {
      if (doing === "paint") hand.cancel();
      doing = "pinch";
      last = spread();
      return;
    }
    const pans = event.button === 1 || hand.spaceHeld() || !hand.paints();
    if (viewer.atDivider(here.px)) doing = "divide";
    else if (pans || !hand.ready()) doing = "pan";
    else {
      doing = "paint";
      hand.start(viewer.place(here.px, here.py));
    }
    last = here;
  });

  box.addEventListener("pointermove", (event) => {
    if (!viewer.scene) return;
    const here = at(event);
    hand.hover(event.pointerType === "touch" && !fingers.size ? null : viewer.place(here.px, here.py));
    if (!fingers.has(event.pointerId)) {
      box.style.cursor = viewer.atDivider(here.px) ? "ew-resize" : hand.paints() && !hand.spaceHeld() ? "none" : "grab";
      return;
    }
    fingers.set(event.pointerId, here);
    if (doing === "pinch" && fingers.size === 2) {
      const now = spread();
      viewer.pan(now.px - last.px, now.py - last.py);
      viewer.zoom(now.distance / Math.max(1, last.distance), now.px, now.py);
      last = now;
      return;
    }
    if (doing === "divide") viewer.divide(here.px / viewer.width);
    if (doing === "pan") viewer.pan(here.px - last.px, here.py - last.py);
    if (doing === "paint") {
      const events = event.getCoalescedEvents?.() || [event];
      for (const one of events.length ? events : [event]) {
        const place = at(one);
        hand.move(viewer.place(place.px, place.py));
      }
    }
    last = here;
  });

  const up = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (doing === "paint") hand.end();
    doing = fingers.size ? "pan" : null;
    last = [...fingers.values()][0] || null;
  };
  box.addEventListener("pointerup", up);
  box.addEventListener("pointercancel", up);
  box.addEventListener("pointerleave", () => { if (!fingers.size) hand.hover(null); });
  box.addEventListener("wheel", (event) => {
    if (!viewer.scene) return;
    event.preventDefault();
    const here = at(event);
    const step = event.deltaMode === 1 ? 30 : 1;
    if (event.shiftKey && !event.ctrlKey) viewer.pan(-(event.deltaX || event.deltaY) * step, 0);
    else viewer.zoom(Math.exp(-event.deltaY * step * (event.ctrlKey ? 0.01 : 0.0018)), here.px, here.py);
  }, { passive: false });
  box.addEventListener("dblclick", (event) => {
    if (hand.paints()) return;
    const here = at(event);
    if (viewer.fitted) viewer.zoom(Math.max(1 / viewer.ratio, viewer.fitScale * 2.5) / viewer.scale, here.px, here.py);
    else viewer.fit();
  });
}
