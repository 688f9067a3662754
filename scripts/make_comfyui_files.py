"""Draws the node pack's icon and writes its example workflows, for the page and for the API, from one description."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from segmask.comfy.nodes import NODES
from segmask.io import write_png

PACK = Path(__file__).resolve().parents[1] / "comfyui"
Wire = tuple[int, int]
"""Number of a step, from 0, and of its output."""


@dataclass(frozen=True)
class Step:
    """A node of a workflow."""

    kind: str
    values: dict[str, Any]
    """By input: a widget's value, or a ``Wire``."""
    place: tuple[int, int]


CORE: dict[str, tuple[list[tuple[str, str]], list[str], list[str]]] = {
    "LoadImage": ([], ["IMAGE", "MASK"], ["image"]),
    "SaveImage": ([("images", "IMAGE")], [], ["filename_prefix"]),
    "MaskToImage": ([("mask", "MASK")], ["IMAGE"], []),
    "ImageBatch": ([("image1", "IMAGE"), ("image2", "IMAGE")], ["IMAGE"], []),
}
"""ComfyUI's own nodes: sockets, outputs, widgets."""
SIZES = {"LoadImage": (300, 320), "SaveImage": (420, 460), "MaskToImage": (220, 30), "ImageBatch": (220, 50)}


def load(name: str, place: tuple[int, int]) -> Step:
    """A picture from the input folder."""
    return Step("LoadImage", {"image": name}, place)


def save(source: Wire, name: str, place: tuple[int, int]) -> Step:
    """A picture into the output folder."""
    return Step("SaveImage", {"images": source, "filename_prefix": name}, place)


WORKFLOWS = {
    "segmask_apply": [
        load("original.png", (0, 0)),
        load("edited.png", (0, 400)),
        Step("SegmaskApply", {"original": (0, 0), "edited": (1, 0)}, (360, 0)),
        save((2, 0), "segmask_apply", (820, 0)),
    ],
    "segmask_inpainting_mask": [
        load("original.png", (0, 0)),
        Step("SegmaskMask", {"image": (0, 0), "grow": 12.0}, (360, 0)),
        Step("MaskToImage", {"mask": (1, 0)}, (820, 0)),
        save((2, 0), "segmask_mask", (1080, 0)),
    ],
    "segmask_best_of_two": [
        load("original.png", (0, 0)),
        load("edited.png", (0, 400)),
        load("second.png", (0, 800)),
        Step("ImageBatch", {"image1": (1, 0), "image2": (2, 0)}, (360, 600)),
        Step("SegmaskBest", {"original": (0, 0), "edits": (3, 0)}, (640, 0)),
        save((4, 0), "segmask_best", (1100, 0)),
    ],
}


def sockets_and_widgets(kind: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]], dict[str, Any]]:
    """A node's wired inputs, its outputs as (name, kind), and its widgets with their defaults."""
    if kind in CORE:
        inputs, outputs, widgets = CORE[kind]
        return inputs, [(output, output) for output in outputs], dict.fromkeys(widgets)
    (node,) = (node for node in NODES if node.name == kind)
    wired = [(entry.name, entry.kind) for entry in node.inputs if entry.kind in ("IMAGE", "MASK")]
    widgets = {entry.name: entry.default for entry in node.inputs if entry.kind not in ("IMAGE", "MASK")}
    return wired, [(output.name, output.kind) for output in node.outputs], widgets


def for_the_api(steps: list[Step]) -> dict[str, Any]:
    """A workflow as POST /prompt takes it."""
    found = {}
    for number, step in enumerate(steps):
        inputs = {**sockets_and_widgets(step.kind)[2], **step.values}
        wired = {name: [str(value[0] + 1), value[1]] for name, value in inputs.items() if isinstance(value, tuple)}
        found[str(number + 1)] = {"class_type": step.kind, "inputs": {**inputs, **wired}}
    return found


def for_the_page(steps: list[Step]) -> dict[str, Any]:
    """The same as the page's own format."""
    nodes, links = [], []
    for number, step in enumerate(steps):
        wired, outputs, widgets = sockets_and_widgets(step.kind)
        slots: list[dict[str, Any]] = []
        for slot, (name, kind) in enumerate(wired):
            source, link = step.values.get(name), None
            if source is not None:
                link = len(links) + 1
                links.append([link, source[0] + 1, source[1], number + 1, slot, kind])
                nodes[source[0]]["outputs"][source[1]]["links"].append(link)
            slots.append({"name": name, "type": kind, "link": link})
        values = [step.values.get(name, default) for name, default in widgets.items()]
        nodes.append(
            {
                "id": number + 1,
                "type": step.kind,
                "pos": list(step.place),
                "size": list(SIZES.get(step.kind, (400, 520))),
                "flags": {},
                "order": number,
                "mode": 0,
                "inputs": slots,
                "outputs": [{"name": name, "type": kind, "links": []} for name, kind in outputs],
                "properties": {"Node name for S&R": step.kind},
                "widgets_values": [*values, "image"] if step.kind == "LoadImage" else values,
            }
        )
    counts = {"last_node_id": len(nodes), "last_link_id": len(links)}
    return {**counts, "nodes": nodes, "links": links, "groups": [], "config": {}, "extra": {}, "version": 0.4}


def draw_icon(side: int = 400, oversampled: int = 4) -> np.ndarray:
    """A shirt cut out along a dashed line, uint8 (side, side, 3)."""
    scale = side * oversampled / 100
    canvas = np.full((round(100 * scale), round(100 * scale), 3), (38, 41, 48), np.uint8)
    shirt = [
        (36, 22),
        (44, 28),
        (56, 28),
        (64, 22),
        (86, 34),
        (78, 52),
        (69, 47),
        (69, 80),
        (31, 80),
        (31, 47),
        (22, 52),
    ]
    shirt.append((14, 34))
    outline = (np.array(shirt) * scale).astype(np.int32)
    cv2.fillPoly(canvas, [outline], (236, 72, 153), cv2.LINE_AA)
    wider = ((np.array(shirt) - (50, 51)) * 1.14 + (50, 51)) * scale
    for start, end in zip(wider, np.roll(wider, -1, 0), strict=True):
        dashes = max(2, round(float(np.hypot(*(end - start))) / (5 * scale)))
        for index in range(dashes):
            ends = [start + (end - start) * (index + share) / dashes for share in (0.2, 0.75)]
            first, last = (tuple(int(value) for value in point) for point in ends)
            cv2.line(canvas, first, last, (235, 238, 245), round(1.8 * scale), cv2.LINE_AA)
    return cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)


def main() -> None:
    """Write icon and workflows."""
    write_png(PACK / "icon.png", draw_icon())
    for folder, made in (("example_workflows", for_the_page), ("api", for_the_api)):
        (PACK / folder).mkdir(exist_ok=True)
        for name, steps in WORKFLOWS.items():
            (PACK / folder / f"{name}.json").write_text(json.dumps(made(steps), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
