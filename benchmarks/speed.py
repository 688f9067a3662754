"""What `apply` costs: time against the usual recipe in the same process, stage by stage, and peak memory.

    python -m benchmarks.speed            # all sizes, writes its section of RESULTS.md
    python -m benchmarks.speed --sizes 6 --dry

Each size and each measure runs in a fresh process, on the sample pair enlarged with grain. The usual recipe: RGB
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

SIZES_HW = {"0.5": (812, 614), "2": (1628, 1230), "6": (2788, 2108), "24": (5640, 4264)}  # megapixels
ROUNDS = 3  # timed runs; their median counts
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
    """The sample pair, cut to the size's aspect and enlarged, with the grain that a camera would add, as PNG."""
    import cv2

    from segmask import io
    from segmask.samples import write_pair as write_sample

    rng = np.random.default_rng(0)
    grain = rng.normal(0, 2, (*size_hw, 1)).astype(np.float32)
    for path, name in zip(write_sample(folder), ("a.png", "b.png"), strict=True):
        image = io.read_image(path)
        width = round(image.shape[0] * size_hw[1] / size_hw[0])
        large = cv2.resize(image[:, :width], size_hw[::-1], interpolation=cv2.INTER_CUBIC)
        io.write_png(folder / name, np.clip(np.rint(large + grain), 0, 255).astype(np.uint8))


def measure_time(folder: Path) -> dict:
    """Seconds of `apply` warm on arrays, of its stages, and of the usual recipe, each the median of some rounds."""
    from segmask import io
    from segmask.masker import Masker

    original, edited = (io.read_image(folder / name) for name in ("a.png", "b.png"))
    masker = Masker()
    masker.apply(original, edited)
    seconds: dict[str, list[float]] = {}
    stages: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        clocks = [(time.perf_counter(), time.process_time())]
        result = masker.apply(original, edited)
        clocks.append((time.perf_counter(), time.process_time()))
        usual_recipe(original, edited)
        clocks.append((time.perf_counter(), time.process_time()))
        for name, begin, end in (("ours", *clocks[:2]), ("plain", *clocks[1:])):
            seconds.setdefault(name, []).append(end[0] - begin[0])
            seconds.setdefault(f"{name} cpu", []).append(end[1] - begin[1])
        for name, spent in result.report.timings:
            stages.setdefault(name, []).append(spent)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return {**medians, "stages": {name: statistics.median(values) for name, values in stages.items()}}


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


def in_fresh_process(measure: str, folder: Path) -> dict:
    command = [sys.executable, "-m", "benchmarks.speed", "--measure", measure, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def table(found: dict[str, dict]) -> str:
    """The section of RESULTS.md."""
    rows = [
        f"| {size} | {SIZES_HW[size][1]}x{SIZES_HW[size][0]} | {row['ours']:.2f} | {row['plain']:.2f} | "
        f"**{row['ours'] / row['plain']:.2f}** | {row['ours cpu']:.2f} | {row['plain cpu']:.2f} | {row['memory']:.0f} |"
        for size, row in found.items()
    ]
    names = list(next(iter(found.values()))["stages"])
    head = f"| MP | {' | '.join(names)} |\n| ---: |{' ---: |' * len(names)}"
    stages = [
        f"| {size} | {' | '.join(format(row['stages'][name], '.2f') for name in names)} |"
        for size, row in found.items()
    ]
    return f"""## Speed and memory

`python -m benchmarks.speed`: the sample pair enlarged with grain, built-in parser, no face detector, {os.cpu_count()}
cores. *s*: `apply` warm on arrays, median of {ROUNDS}; *CPU s*: of all threads together, which a busy machine stretches
less. *Usual recipe*: RGB difference, threshold, largest scipy
label, erosion and dilation, gaussian of 30 px, floating-point composite, in the same process. *Memory*: peak resident
of `apply` from files in a fresh process, above the interpreter with the libraries loaded. Load average of
the machine at the end: {os.getloadavg()[1]:.1f} (other work stretches seconds).

| MP | size | s | usual recipe, s | ratio | CPU s | usual recipe, CPU s | memory, MB |
| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |
{chr(10).join(rows)}

Seconds of each stage:

{head}
{chr(10).join(stages)}
"""


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--sizes", default=",".join(SIZES_HW))
    reader.add_argument("--dry", action="store_true", help="print instead of writing RESULTS.md")
    reader.add_argument("--measure", choices=("time", "memory"), help=argparse.SUPPRESS)
    reader.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.measure:
        measured = (measure_time if asked.measure == "time" else measure_memory)(asked.folder)
        print(json.dumps(measured))
        return
    found = {}
    for size in asked.sizes.split(","):
        with tempfile.TemporaryDirectory() as name:
            write_pair(Path(name), SIZES_HW[size])
            found[size] = in_fresh_process("time", Path(name)) | in_fresh_process("memory", Path(name))
        print(size, found[size], file=sys.stderr, flush=True)
    text = table(found)
    if asked.dry:
        print(text)
    else:
        replace_section("speed", text)


if __name__ == "__main__":
    main()
