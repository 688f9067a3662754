"""What `apply` costs: time against the usual recipe in the same process, stage by stage, and peak memory.

    python -m benchmarks.speed            # all pictures, writes its section of RESULTS.md
    python -m benchmarks.speed --pictures "6 square" --dry

Each picture and each measure runs in a fresh process, on the sample pair enlarged with grain. The usual recipe: RGB
difference, threshold, largest scipy label, erosion and dilation, gaussian of 30 px, composite in floating point.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.sections import replace_section
from segmask.core.types import Image

PICTURES_HW = {
    "0.5 square": (708, 708),
    "2 square": (1414, 1414),
    "6 square": (2450, 2450),
    "6 tall": (3000, 2000),
    "6 wide": (2000, 3000),
    "24 square": (4900, 4900),
}
"""Megapixels and shape: height and width."""
RUNS = ("hybrid", "again", "preview", "diff")
ROUNDS = 7  # timed runs; their median counts
THRESHOLD, STEPS, SIGMA = 0.10, 3, 30  # of full scale; pixels of erosion and dilation; pixels


def usual_recipe(original: Image, edited: Image) -> Image:
    """The composite that people make today, uint8 (H, W, 3)."""
    from scipy import ndimage

    difference = np.abs(original.astype(np.float64) - edited.astype(np.float64)).max(2)
    labels, _ = ndimage.label(difference > THRESHOLD * 255)  # type: ignore[misc]
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    mask = labels == sizes.argmax()
    mask = ndimage.binary_dilation(ndimage.binary_erosion(mask, iterations=STEPS), iterations=2 * STEPS)
    alpha = ndimage.gaussian_filter(mask.astype(np.float64), SIGMA)[..., None]
    return (original * (1 - alpha) + edited * alpha).astype(np.uint8)


def write_pair(folder: Path, size_hw: tuple[int, int]) -> None:
    """The sample pair, drawn to the size's shape and enlarged, with the grain that a camera would add, as PNG."""
    import cv2

    from segmask import io
    from segmask.samples import write_pair as write_sample

    rng = np.random.default_rng(0)
    grain = rng.normal(0, 2, (*size_hw, 1)).astype(np.float32)
    for path, name in zip(write_sample(folder), ("a.png", "b.png"), strict=True):
        image = io.read_image(path)
        side = max(size_hw)
        rows, columns = ((image.shape[0] * (side - part) // side) // 2 for part in size_hw)
        shaped = image[rows : image.shape[0] - rows, columns : image.shape[1] - columns]
        large = cv2.resize(shaped, size_hw[::-1], interpolation=cv2.INTER_CUBIC)
        io.write_png(folder / name, np.clip(np.rint(large + grain), 0, 255).astype(np.uint8))


def measure_time(folder: Path, threads: int | None, rounds: int) -> dict:
    """Seconds by clock and of the CPU, [median, least, most] each: two strategies warm on arrays, a second call on an
    opened pair, a preview, the stages, the usual recipe. What is excluded differs each time: nothing is decided yet."""
    from segmask import io
    from segmask.masker import Masker

    original, edited = (io.read_image(folder / name) for name in ("a.png", "b.png"))
    masker, diff = Masker(threads=threads), Masker(strategy="diff", threads=threads)
    opened = masker.open(original, edited)
    height = original.shape[0]
    rows = np.arange(height)[:, None].repeat(original.shape[1], 1)
    runs = {
        "hybrid": lambda _: masker.apply(original, edited),
        "diff": lambda _: diff.apply(original, edited),
        "again": lambda stays: opened.apply(exclude=stays),
        "preview": lambda stays: opened.preview(exclude=~stays),
        "recipe": lambda _: usual_recipe(original, edited),
    }
    seconds: dict[str, list[float]] = {}
    for turn in range(rounds + 1):
        stays = rows < height // 2 + 4 * turn
        for name, run in runs.items():
            began = time.perf_counter(), time.process_time()
            result = run(stays)
            spent = {name: time.perf_counter() - began[0], f"{name} cpu": time.process_time() - began[1]}
            if name == "hybrid":
                spent |= {f"stage {stage}": value for stage, value in result.report.timings}
            for key, value in spent.items() if turn else ():  # the first turn warms up
                seconds.setdefault(key, []).append(value)
    return {name: [statistics.median(values), min(values), max(values)] for name, values in seconds.items()}


def measure_memory(folder: Path) -> dict:
    """Peak resident memory of `apply` from files above the interpreter with all libraries loaded, MB."""
    import cv2  # noqa: F401
    import onnxruntime  # noqa: F401
    import PIL.Image  # noqa: F401
    import scipy.ndimage
    import scipy.sparse.csgraph  # noqa: F401

    from segmask.masker import Masker

    loaded = peak_mb()
    Masker().apply(folder / "a.png", folder / "b.png")
    return {"memory": peak_mb() - loaded}


def peak_mb() -> float:
    """Peak resident memory of this process so far."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would count what the parent held when it forked
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def in_fresh_process(measure: str, folder: Path, asked: argparse.Namespace) -> dict:
    command = [sys.executable, "-m", "benchmarks.speed", "--measure", measure, "--folder", str(folder)]
    command += ["--rounds", str(asked.rounds)] + (["--threads", str(asked.threads)] if asked.threads else [])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def table(found: dict[str, dict], asked: argparse.Namespace) -> str:
    """The section of RESULTS.md."""
    rows = []
    for picture, row in found.items():
        recipe, used = row["recipe"][0], row["recipe cpu"][0]
        cells = [f"{recipe:.2f}"]
        for name in RUNS:
            median, least, most = row[name]
            cells.append(f"{median:.2f} ({least:.2f}-{most:.2f})")
            cells.append(f"**{median / recipe:.2f}** ({row[f'{name} cpu'][0] / used:.2f})")
        rows.append(f"| {picture} | {' | '.join(cells)} | {row['memory']:.0f} |")
    runs = " | ".join(f"{name}, s | ratio (CPU)" for name in RUNS)
    titles = f"| MP | recipe, s | {runs} | memory |\n| --- |{' ---: |' * (2 * len(RUNS) + 2)}"
    names = [name for name in next(iter(found.values())) if name.startswith("stage ")]
    head = f"| MP | {' | '.join(name[6:] for name in names)} |\n| --- |{' ---: |' * len(names)}"
    stages = [
        f"| {picture} | {' | '.join(format(row[name][0], '.2f') for name in names)} |" for picture, row in found.items()
    ]
    return f"""## Speed and memory

`python -m benchmarks.speed`: the sample pair cut to a shape and enlarged, with grain; built-in parser, no face
detector, {os.cpu_count()} cores, {asked.threads or "all"} threads. Seconds by clock, warm, on arrays: median of
{asked.rounds} and (least-most); behind it the ratio to the usual recipe in the same process, by clock and (CPU time of
all threads). *Again*: an opened pair with another `exclude`. *Preview*: the same at 1024 pixels. *Usual recipe*: RGB
difference, threshold, largest scipy label, erosion and dilation, gaussian of 30 px, floating-point composite.
*Memory*: peak resident MB of `apply` from files in a fresh process, above the interpreter with the libraries loaded.
Load average at the end: {os.getloadavg()[1]:.1f} (other work stretches the clock, hardly the CPU time).

{titles}
{chr(10).join(rows)}

Seconds of each stage of `hybrid`, medians:

{head}
{chr(10).join(stages)}
"""


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--pictures", default=",".join(PICTURES_HW))
    reader.add_argument("--threads", type=int, help="as many as there are cores without it")
    reader.add_argument("--rounds", type=int, default=ROUNDS, help="timed runs, whose median counts")
    reader.add_argument("--dry", action="store_true", help="print instead of writing RESULTS.md")
    reader.add_argument("--measure", choices=("time", "memory"), help=argparse.SUPPRESS)
    reader.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.measure:
        if asked.measure == "time":
            measured = measure_time(asked.folder, asked.threads, asked.rounds)
        else:
            measured = measure_memory(asked.folder)
        print(json.dumps(measured))
        return
    found = {}
    for picture in asked.pictures.split(","):
        with tempfile.TemporaryDirectory() as name:
            write_pair(Path(name), PICTURES_HW[picture])
            found[picture] = in_fresh_process("time", Path(name), asked)
            found[picture] |= in_fresh_process("memory", Path(name), asked)
        print(picture, found[picture], file=sys.stderr, flush=True)
    text = table(found, asked)
    if asked.dry:
        print(text)
    else:
        replace_section("speed", text)


if __name__ == "__main__":
    main()
