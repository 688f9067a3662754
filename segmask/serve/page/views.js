// The views by number, how each is drawn, and its legend. A view draws in the original's pixels.
import { partName } from "./choices.js";

const dim = (context, layers, picture, strength) => {
  context.drawImage(picture, 0, 0, layers.width, layers.height);
  context.fillStyle = `rgb(12 13 18 / ${strength})`;
  context.fillRect(0, 0, layers.width, layers.height);
};
const whole = (context, layers, picture) => picture && context.drawImage(picture, 0, 0, layers.width, layers.height);

function result(context, { layers }) {
  whole(context, layers, layers.pictures.original);
  whole(context, layers, layers.cut);
}

export const VIEWS = [
  {
    id: "composite", name: "Result", draw: result,
    legend: ({ layers }) => (layers.guess ? [["#ff40a0", "likely to come from the edit"]] : []),
  },
  { id: "original", name: "Original", draw: (context, { layers }) => whole(context, layers, layers.pictures.original) },
  { id: "edited", name: "Edit", draw: (context, { layers }) => whole(context, layers, layers.pictures.edited || layers.pictures.aligned) },
  { id: "outline", name: "Outline", draw: result, outline: true, legend: () => [["#ff40a0", "edge of what comes from the edit"]] },
  {
    id: "taken", name: "Taken",
    draw(context, { layers }) { dim(context, layers, layers.pictures.original, 0.82); whole(context, layers, layers.cut); },
    legend: () => [["#ffffff", "bright: from the edit"], ["#2a2b30", "dark: stays original"]],
  },
  {
    id: "change", name: "Change", needs: ["change"], outline: true,
    draw: (context, { layers }) => whole(context, layers, layers.pictures.change),
    legend: () => [["scale", "nothing to strong change"], ["#ff40a0", "edge of what is taken; what glows outside stays original"]],
  },
  {
    id: "parts", name: "Parts", needs: ["parsing", "parsing-edited"],
    draw(context, { layers }, left) {
      whole(context, layers, layers.pictures[left ? "original" : "edited"] || layers.pictures.original);
      context.globalAlpha = 0.72;
      whole(context, layers, layers.pictures[left ? "parsing" : "parsing-edited"]);
      context.globalAlpha = 1;
    },
    both: true,
    legend: ({ about }) => (about?.parts || []).map(({ part }) => [about.colours[part], partName(part)]),
  },
  {
    id: "protected", name: "Protected", needs: ["protected"],
    draw(context, { layers }) {
      whole(context, layers, layers.pictures.original);
      context.globalAlpha = 0.6;
      whole(context, layers, layers.pictures.protected);
      context.globalAlpha = 1;
    },
    legend: () => [["#00b4ff", "stays original, unless you paint “From the edit”"]],
  },
  {
    id: "doubt", name: "Doubts", needs: ["doubt"], places: true,
    draw(context, scene) {
      result(context, scene);
      context.globalAlpha = 0.55;
      whole(context, scene.layers, scene.layers.pictures.doubt);
      context.globalAlpha = 1;
    },
    legend: ({ result: found }) => [["#ffb000", found?.report.findings.some((finding) => finding.level === "look") ? "look here" : "nothing is in doubt"]],
  },
];

export const TINTS = { protected: [0, 180, 255], doubt: [255, 176, 0], guess: [255, 64, 160] };
