"""kill -9 at random moments: ``python -m benchmarks.kills --runs 200 --models DIR`` writes its section of RESULTS.md.

Each run is the whole command, in a process forked from one that has loaded everything, so that the moments fall on its
work and not on imports. After a kill each output must be whole, the old one or the new one; after a later run that
writes in the same folder, all must be old or all new, and nothing temporary may be left. Half of the kills of ``apply``
come at any time, half from the moment when the first temporary file shows. ``models download`` is killed while it
fetches from a slow server on this machine, ``evaluate`` at any time; both are then run again to their end.
"""

from __future__ import annotations

import argparse
import hashlib
import io as memory
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import requests  # noqa: F401 - loaded once, before the forks
from PIL import Image as Pil

from benchmarks.sections import replace_section
from segmask import Masker, io
from segmask.__main__ import main as segmask
from segmask.core.files import write_files
from segmask.core.publish import PREFIX
from segmask.evaluation.workspace import JOURNAL
from segmask.samples import write_pair

OUTPUTS = ("out.png", "mask.png", "report.json", "preview.png")
OLD = b"old "
MODEL, MODEL_FILE = "yunet-2026may", "face_detection_yunet_2026may.onnx"
Wait = Callable[["Run"], None]


class Run:
    """The command in a process of its own."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.process = os.fork()
        if self.process == 0:
            code = 1
            try:
                os.chdir(folder)
                os.environ.update(environment)
                nowhere = os.open(os.devnull, os.O_RDWR)
                for stream in (1, 2):
                    os.dup2(nowhere, stream)
                sys.argv = ["segmask", *arguments]
                segmask()
                code = 0
            except SystemExit as ended:
                code = int(ended.code or 0)
            finally:
                os._exit(code)
        self.status: int | None = None

    def is_over(self) -> bool:
        """Has it ended?"""
        if self.status is None:
            process, status = os.waitpid(self.process, os.WNOHANG)
            self.status = status if process else None
        return self.status is not None

    def killed(self, wait: Wait) -> bool:
        """End it by SIGKILL when ``wait`` returns; was it still running?"""
        wait(self)
        alive = not self.is_over()
        if alive:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        return alive

    def to_its_end(self) -> float:
        """Wait for it; the seconds that it took. It must succeed."""
        began = time.monotonic()
        if self.status is None:
            _, self.status = os.waitpid(self.process, 0)
        assert self.status == 0, self.status
        return time.monotonic() - began


def at_any_time(rng: random.Random, first: float, last: float) -> Wait:
    """A moment between two, in seconds."""
    return lambda _run: time.sleep(rng.uniform(first, last))


def while_writing(rng: random.Random, folder: Path, seconds: float) -> Wait:
    """A moment in the ``seconds`` after the first temporary file shows."""

    def wait(run: Run) -> None:
        wait_for_writing(run, folder)
        time.sleep(rng.uniform(0, seconds))

    return wait


def wait_for_writing(run: Run, folder: Path) -> None:
    """Until the first temporary file shows, or the run is over."""
    while not run.is_over() and not temporary(folder):
        time.sleep(0.0005)


def digest(path: Path) -> str:
    """Of a file's contents; of a report without its timings."""
    data = path.read_bytes()
    if path.suffix == ".json" and not data.startswith(OLD):
        data = json.dumps({**json.loads(data), "timings": 0}, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()


def temporary(folder: Path) -> list[str]:
    """Temporary files of ours, in the folder and those in it."""
    return [path.name for path in folder.rglob("*") if path.name.startswith(PREFIX) or path.name.endswith(".part")]


def small_pair(folder: Path, side: int) -> tuple[Path, Path]:
    """The sample pair at ``side`` pixels, so that much of a run is the writing."""
    paths = write_pair(folder)
    for path in paths:
        with Pil.open(path) as picture:
            picture.resize((side, side)).save(path, quality=95)
    return paths


def apply_kills(
    folder: Path, runs: int, until: float, rng: random.Random, side: int
) -> tuple[Counter[str], Counter[str]]:
    """What the outputs were right after the kill, and after a later run."""
    original, edited = small_pair(folder, side)
    Masker(strategy="diff").apply(original, edited).save(folder / "loaded.png")  # all that the runs will need is loaded
    out, mask, report, preview = OUTPUTS
    command = ["apply", original.name, edited.name, "-o", out, "--mask", mask, "-s", "diff"]
    command += ["--report", report, "--preview", preview]
    inputs = [digest(path) for path in (original, edited)]
    whole = Run(folder, *command).to_its_end()
    watched = Run(folder, *command)
    wait_for_writing(watched, folder)
    writing = watched.to_its_end()
    new = {name: digest(folder / name) for name in OUTPUTS}

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
        wait = at_any_time(rng, 0, 1.05 * whole) if run % 2 else while_writing(rng, folder, writing)
        was_alive = Run(folder, *command).killed(wait)
        right_after[state() if was_alive else "ended before"] += 1
        write_files({folder / "later": b"x"})
        later[state() if not temporary(folder) else "left over"] += 1
        assert [digest(path) for path in (original, edited)] == inputs
        if run % 10 == 9:
            print(run + 1, dict(right_after), dict(later), flush=True)
    return right_after, later


class SlowServer(SimpleHTTPRequestHandler):
    """Hands out files by 8 kB each 10 ms: there is time for kills in between."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send a file; who is killed hears the rest no more."""
        try:
            while part := source.read(8192):
                outputfile.write(part)
                time.sleep(0.01)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said of requests."""


def download_kills(folder: Path, runs: int, models: Path, rng: random.Random) -> tuple[Counter[str], Counter[str]]:
    """What the cache held after each kill, and after a download to the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SlowServer, directory=models))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    right_after: Counter[str] = Counter()
    later: Counter[str] = Counter()
    command = ["models", "download", MODEL, "--accept-license"]
    environment = {"SEGMASK_HOME": str(folder / "home"), "NO_PROXY": "127.0.0.1"}
    environment["SEGMASK_MODEL_URL"] = f"http://127.0.0.1:{server.server_port}"
    whole = Run(folder, *command, **environment).to_its_end()
    stored = next(path for path in (folder / "home").rglob("*.onnx"))
    right = digest(stored)
    for _ in range(runs):
        stored.unlink()
        was_alive = Run(folder, *command, **environment).killed(at_any_time(rng, 0, whole))
        state = "absent" if not stored.exists() else "whole" if digest(stored) == right else "half"
        right_after[state if was_alive else "ended before"] += 1
        Run(folder, *command, **environment).to_its_end()
        later["left over" if temporary(folder) else "whole" if digest(stored) == right else "not put right"] += 1
    server.shutdown()
    return right_after, later


def evaluate_kills(folder: Path, runs: int, rng: random.Random) -> tuple[Counter[str], Counter[str]]:
    """What files were there after each kill, and whether a resumed evaluation gives what one at a stretch gives."""
    original, edited = small_pair(folder, 192)
    io.write_png(folder / "mask.png", io.read_picture(original).image[..., 0] // 128 * 255)
    rows = [f"case {n},{original.name},{edited.name},mask.png" for n in range(4)]
    (folder / "set.csv").write_text("\n".join(["name,original,edited,mask", *rows]) + "\n")
    command = ["evaluate", "set.csv", "-s", "diff", "-o"]
    whole = Run(folder, *command, "whole").to_its_end()

    def scores(name: str) -> object:
        cases = json.loads((folder / name / "results.json").read_text())["cases"]
        return [{key: value for key, value in case.items() if "second" not in key} for case in cases]

    right_after: Counter[str] = Counter()
    later: Counter[str] = Counter()
    for number in range(runs):
        name = f"run{number}"
        was_alive = Run(folder, *command, name).killed(at_any_time(rng, 0, whole))
        files = [path for path in (folder / name).glob("**/*.*") if not path.name.startswith(PREFIX)]
        files = [path for path in files if path.parent.name != JOURNAL]  # its last line may be cut: it is read so
        state = "half" if not all(map(is_whole, files)) else "some whole files" if files else "no file"
        right_after[state if was_alive else "ended before"] += 1
        Run(folder, *command, name).to_its_end()
        later["left over" if temporary(folder / name) else "same" if scores(name) == scores("whole") else "other"] += 1
    return right_after, later


def is_whole(path: Path) -> bool:
    """Can a file of an evaluation be read to its end?"""
    data = path.read_bytes()
    try:
        if path.suffix == ".json":
            return json.loads(data) is not None
        if path.suffix in (".png", ".jpg"):
            return np.asarray(Pil.open(memory.BytesIO(data))).size > 0
    except (ValueError, OSError):
        return False
    return data.endswith((b"\n", b"</html>"))


def main() -> None:
    """Kill, count, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=200, help="of each command")
    options.add_argument("--models", type=Path, required=True, help=f"folder with {MODEL_FILE}")
    options.add_argument("--minutes", type=float, default=60, help="for the kills of `apply`")
    options.add_argument("--side", type=int, default=256, help="pixels of the pictures")
    options.add_argument("--seed", type=int, default=17, help="of the moments")
    options.add_argument("--dry", action="store_true")
    given = options.parse_args()
    rng, runs = random.Random(given.seed), given.runs
    lines = ["| command | kills | right after | after a later run |", "| --- | ---: | --- | --- |"]
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch) / name for name in ("apply", "download", "evaluate")]
        for folder in folders:
            folder.mkdir()
        until = time.monotonic() + 60 * given.minutes
        for name, kills in (
            (
                "`apply`, four outputs over old ones",
                lambda: apply_kills(folders[0], given.runs, until, rng, given.side),
            ),
            ("`models download` from a server", lambda: download_kills(folders[1], runs, given.models, rng)),
            ("`evaluate`, 4 cases, resumed", lambda: evaluate_kills(folders[2], runs, rng)),
        ):
            right_after, later = kills()
            lines.append(f"| {name} | {sum(later.values())} | {told(right_after)} | {told(later)} |")
            print(lines[-1], flush=True)
    text = "## kill -9 at random moments\n\n`python -m benchmarks.kills`\n\n" + "\n".join(lines) + "\n"
    print(text)
    if not given.dry:
        replace_section("kills", text)


def told(found: Counter[str]) -> str:
    """Counts in words."""
    return ", ".join(f"{count} {state}" for state, count in sorted(found.items()))


if __name__ == "__main__":
    main()
