// The mask's outline as wide on the screen as it is at any zoom: the mask widened by shifting, less itself.
const AROUND = Array.from({ length: 12 }, (_, index) => [Math.cos((index * Math.PI) / 6), Math.sin((index * Math.PI) / 6)]);
let canvas = null;
let inner = null;

export function ring(layers, width, height, scale, x, y, ratio) {
  canvas ||= new OffscreenCanvas(1, 1);
  inner ||= new OffscreenCanvas(1, 1);
  for (const one of [canvas, inner]) {
    if (one.width !== width || one.height !== height) Object.assign(one, { width, height });
  }
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalCompositeOperation = "source-over";
  context.clearRect(0, 0, width, height);
  for (const [reach, colour] of [[3.2, "rgb(0 0 0 / 70%)"], [2, "#ff40a0"]]) {
    context.drawImage(around(layers, width, height, scale, x, y, reach * ratio, colour), 0, 0);
  }
  return canvas;
}

function around(layers, width, height, scale, x, y, reach, colour) {
  const context = inner.getContext("2d");
  context.globalCompositeOperation = "source-over";
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  const draw = (dx, dy) => {
    context.setTransform(scale, 0, 0, scale, x + dx, y + dy);
    context.drawImage(layers.mask, 0, 0, layers.width, layers.height);
  };
  for (const [dx, dy] of AROUND) draw(dx * reach, dy * reach);
  context.globalCompositeOperation = "destination-out";
  draw(0, 0);
  draw(0, 0);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  return inner;
}
