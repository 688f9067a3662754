"""Posts the example workflows, and one for each other node, to a running ComfyUI; compares pixels with segmask's own.

``scripts/try_comfyui.sh`` starts it: URL of the server, and its base directory.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import segmask
from segmask import io
from segmask.comfy.nodes import NODES
from segmask.register.align import align
from segmask.samples import write_pair
from segmask.view.palette import coloured

PACK = Path(__file__).resolve().parents[1] / "comfyui"
PATIENCE = 600
"""Seconds for the start, and for one workflow: a machine that is busy is slow."""


def main() -> int:
    """0 if every picture is equal."""
    server, base = sys.argv[1], Path(sys.argv[2])
    pictures = write_inputs(base / "input")
    info = waited(lambda: asked(f"{server}/object_info"))
    missing = [node.name for node in NODES if node.name not in info]
    print(f"nodes: {len(NODES) - len(missing)} of {len(NODES)} loaded")  # noqa: T201
    failed = len(missing)
    for name, workflow, expected in cases(base / "input", pictures):
        started = time.monotonic()
        written = run(server, base, workflow)
        same = all(
            np.array_equal(io.read_picture(ours).raster, theirs) for ours, theirs in zip(written, expected, strict=True)
        )
        failed += not same
        print(f"{name}: {'equal' if same else 'DIFFERS'}, {time.monotonic() - started:.1f} s")  # noqa: T201
    failed += not refused(server)
    return int(failed > 0)


def write_inputs(folder: Path) -> dict[str, np.ndarray]:
    """The sample pair as PNG, a worse edit of it, and a deep original with metadata-free 16 bits."""
    folder.mkdir(parents=True, exist_ok=True)
    original, edited = (io.read_image(path) for path in write_pair(folder))
    second = np.clip(np.roll(edited, 9, 1).astype(int) * 1.1 + 12, 0, 255).astype(np.uint8)
    deep = original.astype(np.uint16) * 257 + np.uint16(7)
    found = {"original": original, "edited": edited, "second": second}
    for name, image in found.items():
        io.write_png(folder / f"{name}.png", image)
    (folder / "deep.tif").write_bytes(io.encode(deep, io.Metadata(), "TIFF")[0])
    return found


def cases(folder: Path, pictures: dict[str, np.ndarray]) -> list[tuple[str, dict[str, Any], list[np.ndarray]]]:
    """Name, workflow and what is expected of each."""
    original, edited, second = (folder / f"{name}.png" for name in ("original", "edited", "second"))
    examples = {path.stem: json.loads(path.read_text("utf-8")) for path in (PACK / "api").glob("*.json")}
    grown = segmask.mask(original, grow=12).mask
    return [
        ("example apply", examples["segmask_apply"], [segmask.apply(original, edited).image]),
        ("example mask", examples["segmask_inpainting_mask"], [np.dstack([grown] * 3)]),
        ("example best", examples["segmask_best_of_two"], [segmask.best(original, [edited, second]).image]),
        ("align", saved("SegmaskAlign", 0, edited="edited.png"), [align(pictures["original"], pictures["edited"])[0]]),
        ("parse", saved("SegmaskParse", 2), [coloured(segmask.parse(original).label_map)]),
        ("files", from_files(), [segmask.apply(folder / "deep.tif", edited, target="upper").raster]),
    ]


def saved(kind: str, output: int, edited: str | None = None) -> dict[str, Any]:
    """A workflow of one node whose output is saved."""
    loaded = {"1": {"class_type": "LoadImage", "inputs": {"image": "original.png"}}}
    inputs: dict[str, Any] = {"image" if edited is None else "original": ["1", 0]}
    if edited is None:
        inputs |= {"target": "clothing", "keep_models": True}
    else:
        loaded["2"] = {"class_type": "LoadImage", "inputs": {"image": edited}}
        inputs["edited"] = ["2", 0]
    node = {"class_type": kind, "inputs": inputs}
    return {
        **loaded,
        "3": node,
        "4": {"class_type": "SaveImage", "inputs": {"images": ["3", output], "filename_prefix": kind}},
    }


def from_files() -> dict[str, Any]:
    """The node that reads and writes files itself."""
    (node,) = (node for node in NODES if node.name == "SegmaskFiles")
    inputs = {entry.name: entry.default for entry in node.inputs}
    named = {"original": "deep.tif", "edited": "edited.png", "output": "done/deep.tif", "target": "upper"}
    return {"1": {"class_type": node.name, "inputs": inputs | named}}


def run(server: str, base: Path, workflow: dict[str, Any]) -> list[Path]:
    """Post a workflow, wait for its history, and give the files that it wrote into the output folder."""
    before = set((base / "output").rglob("*.*"))
    number = asked(f"{server}/prompt", {"prompt": workflow})["prompt_id"]
    history = waited(lambda: asked(f"{server}/history/{number}").get(number))
    status = history["status"]
    if status["status_str"] != "success":
        raise SystemExit(f"failed: {json.dumps(status['messages'][-1][1].get('exception_message'))}")
    return sorted(path for path in set((base / "output").rglob("*.*")) - before if not path.stem.endswith("_mask"))


def refused(server: str) -> bool:
    """A misspelt target is refused before anything runs, with the error on its node."""
    workflow = json.loads((PACK / "api" / "segmask_apply.json").read_text("utf-8"))
    workflow["3"]["inputs"]["target"] = "shoes"
    try:
        asked(f"{server}/prompt", {"prompt": workflow})
    except urllib.error.HTTPError as error:
        said = json.load(error)["node_errors"]["3"]["errors"][0]["details"]
        print(f"refused: {said}")  # noqa: T201
        return "shoes" in said
    return False


def asked(url: str, body: Any = None) -> Any:
    """The answer to a GET, or to a POST of JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def waited(ask: Callable[[], Any]) -> Any:
    """What a question gives as soon as it gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            found = ask()
        except urllib.error.URLError:
            found = None
        if found:
            return found
        time.sleep(0.5)
    raise SystemExit("ComfyUI does not answer")


if __name__ == "__main__":
    sys.exit(main())
