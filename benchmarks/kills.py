"""kill -9 at random moments: ``python -m benchmarks.kills --runs 200 --models DIR`` writes its section of RESULTS.md.

Each run is the command itself in a process of its own, over outputs of an earlier run. After the kill each output must
be whole, the old one or the new one; after a later run that writes in the same folder, all must be old or all new, and
nothing temporary may be left. Half of the kills of ``apply`` come at any time, half from the moment when the first
temporary file shows. ``models download`` is killed while it copies from a local mirror, ``evaluate`` at any time and
then resumed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.sections import replace_section
from segmask.core.publish import PREFIX
from segmask.samples import write_pair

SEGMASK = [sys.executable, "-m", "segmask"]
OUTPUTS = ("out.png", "mask.png", "report.json", "preview.png")
OLD = b"old "
LATER = "from pathlib import Path; from segmask.core.files import write_files; write_files({Path('later'): b'x'})"
MODEL, MODEL_FILE = "yunet-2026may", "face_detection_yunet_2026may.onnx"


def digest(path: Path) -> str:
    """Of a file's contents; of a report without its timings."""
    data = path.read_bytes()
    if path.suffix == ".json" and not data.startswith(OLD):
        data = json.dumps({**json.loads(data), "timings": 0}, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()


def killed(command: list[str], folder: Path, wait: Callable[[subprocess.Popen[bytes]], None], **options: object) -> int:
    """Run a command, kill it when ``wait`` returns; its exit code."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **options,  # type: ignore[call-overload]
    )
    wait(process)
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    return process.wait()


def temporary(folder: Path) -> list[str]:
    """Temporary files of ours."""
    return [path.name for path in folder.iterdir() if path.name.startswith(PREFIX)]


def small_pair(folder: Path, side: int) -> tuple[Path, Path]:
    """The sample pair at ``side`` pixels, so that much of a run is the writing."""
    from PIL import Image

    paths = write_pair(folder)
    for path in paths:
        with Image.open(path) as picture:
            picture.resize((side, side)).save(path, quality=95)
    return paths


def apply_kills(
    folder: Path, runs: int, until: float, rng: random.Random, side: int
) -> tuple[Counter[str], Counter[str]]:
    """What the outputs were right after the kill, and after a later run."""
    original, edited = small_pair(folder, side)
    out, mask, report, preview = OUTPUTS
    command = [*SEGMASK, "apply", original.name, edited.name, "-o", out, "--mask", mask, "-s", "diff"]
    command += ["--report", report, "--preview", preview]
    inputs = [digest(path) for path in (original, edited)]
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    whole, new = time.monotonic() - began, {name: digest(folder / name) for name in OUTPUTS}

    def any_time(_process: subprocess.Popen[bytes]) -> None:
        time.sleep(rng.uniform(0, 1.05 * whole))

    def while_writing(process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None and not temporary(folder):
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.03))

    def state() -> str:
        found = set()
        for name in OUTPUTS:
            data = (folder / name).read_bytes()
            found.add("old" if data == OLD + name.encode() else "new" if digest(folder / name) == new[name] else "half")
        return "half" if "half" in found else found.pop() if len(found) == 1 else "old and new"

    right_after: Counter[str] = Counter()
    later: Counter[str] = Counter()
    for run in range(runs):
        if time.monotonic() > until:
            break
        for name in OUTPUTS:
            (folder / name).write_bytes(OLD + name.encode())
        killed(command, folder, any_time if run % 2 else while_writing)
        right_after[state()] += 1
        subprocess.run([sys.executable, "-c", LATER], cwd=folder, check=True)
        later[state() if not temporary(folder) else "left over"] += 1
        assert [digest(path) for path in (original, edited)] == inputs
        if run % 10 == 9:
            print(run + 1, dict(right_after), dict(later), flush=True)
    return right_after, later


def download_kills(folder: Path, runs: int, mirror: Path, rng: random.Random) -> Counter[str]:
    """What the cache held after each kill, and whether a later download put it right."""
    found: Counter[str] = Counter()
    environment = {**os.environ, "SEGMASK_HOME": str(folder / "home"), "SEGMASK_MODEL_URL": mirror.resolve().as_uri()}
    command = [*SEGMASK, "models", "download", MODEL, "--accept-license"]
    began = time.monotonic()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    whole = time.monotonic() - began
    stored = next(path for path in (folder / "home").rglob("*.onnx"))
    right = digest(stored)
    for _ in range(runs):
        stored.unlink()
        killed(command, folder, lambda _process: time.sleep(rng.uniform(0.3 * whole, whole)), env=environment)
        state = "absent" if not stored.exists() else "whole" if digest(stored) == right else "half"
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
        left = [path.name for path in stored.parent.iterdir() if path.name.endswith(".part")]
        found[state if digest(stored) == right and not left else "not put right"] += 1
    return found


def evaluate_kills(folder: Path, runs: int, rng: random.Random) -> Counter[str]:
    """Whether an evaluation that was killed and then resumed gives what one at a stretch gives."""
    original, edited = write_pair(folder)
    from segmask import io

    io.write_png(folder / "mask.png", io.read_picture(original).image[..., 0] // 128 * 255)
    rows = [f"case {n},{original.name},{edited.name},mask.png" for n in range(4)]
    (folder / "set.csv").write_text("\n".join(["name,original,edited,mask", *rows]) + "\n")
    command = [*SEGMASK, "evaluate", "set.csv", "-s", "diff", "-o"]
    began = time.monotonic()
    subprocess.run([*command, "whole"], cwd=folder, check=True, capture_output=True)
    whole = time.monotonic() - began

    def scores(name: str) -> object:
        cases = json.loads((folder / name / "results.json").read_text())["cases"]
        return [{key: value for key, value in case.items() if "second" not in key} for case in cases]

    found: Counter[str] = Counter()
    for run in range(runs):
        killed([*command, f"run{run}"], folder, lambda _process: time.sleep(rng.uniform(0.2 * whole, whole)))
        subprocess.run([*command, f"run{run}"], cwd=folder, check=True, capture_output=True)
        found["same" if scores(f"run{run}") == scores("whole") else "other"] += 1
    return found


def main() -> None:
    """Kill, count, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--models", type=Path, help=f"folder with {MODEL_FILE}")
    options.add_argument("--minutes", type=float, default=60, help="for the kills of `apply`")
    options.add_argument("--side", type=int, default=256, help="pixels of the pictures")
    options.add_argument("--seed", type=int, default=17, help="of the moments")
    options.add_argument("--dry", action="store_true")
    given = options.parse_args()
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch) / name for name in ("apply", "download", "evaluate")]
        for folder in folders:
            folder.mkdir()
        right_after, later = apply_kills(folders[0], given.runs, time.monotonic() + 60 * given.minutes, rng, given.side)
        lines = [
            "| command | kills | right after | after a later run |",
            "| --- | ---: | --- | --- |",
            f"| `apply`, four outputs over old ones | {sum(later.values())} | {told(right_after)} | {told(later)} |",
        ]
        few = max(1, given.runs // 10)
        print(lines[-1], flush=True)
        if given.models:
            found = download_kills(folders[1], few, given.models, rng)
            lines.append(f"| `models download` from a mirror | {few} | {told(found)} | whole, nothing left over |")
            print(lines[-1], flush=True)
        found = evaluate_kills(folders[2], few, rng)
        lines.append(f"| `evaluate`, 4 cases, resumed | {few} | | scores of one run at a stretch: {told(found)} |")
    text = "## kill -9 at random moments\n\n`python -m benchmarks.kills`\n\n" + "\n".join(lines) + "\n"
    print(text)
    if not given.dry:
        replace_section("kills", text)


def told(found: Counter[str]) -> str:
    """Counts in words."""
    return ", ".join(f"{count} {state}" for state, count in sorted(found.items()))


if __name__ == "__main__":
    main()
