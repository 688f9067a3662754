"""Coverage-guided fuzzing of every reader: ``python -m benchmarks.fuzz OUT --runs 1000000`` (pip install atheris).

Only an InputError (OptionError, OutputError, ModelError for the other parsers) may come out, no other exception, no
input over 10 s of CPU or 1.5 GB. libFuzzer runs in child processes of a bounded number of runs, so that one that dies
costs its run alone; what it died of lies in OUT/crashes. Picture files are kept as corpus in OUT/corpus and grow from
run to run; OUT/done.json counts, and a later call goes on from there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

TARGETS = ("pictures", "blobs", "labels", "manifest", "parser", "results", "batch")
SECONDS, MEGABYTES = 10, 1500
"""Bounds of one input: CPU time, and the whole process's memory."""
HUNG = 300
"""Seconds by the clock after which an input hangs, however crowded the machine is."""
MAX_BYTES = 16384
PIXELS = 1 << 20
BUILTIN = Path(__file__).resolve().parents[1] / "segmask" / "models" / "weights" / "parser.onnx"
RUNS_A_CHILD = 50_000
DONE = re.compile(r"Done (\d+) runs|stat::number_of_executed_units: (\d+)")


def seeds(folder: Path) -> None:
    """Small files of every kind, by independent encoders."""
    from tests.io.test_mutations import seeds as made

    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made().items():
        (folder / name.replace(" ", "-")).write_bytes(data)


def harness(target: str) -> None:
    """One libFuzzer process; its arguments are in ``sys.argv``."""
    from importlib import import_module

    atheris: Any = import_module("atheris")  # for development alone, and not installed where types are checked
    with atheris.instrument_imports(
        include=["segmask.io", "segmask.evaluation", "segmask.models.own", "segmask.batch"]
    ):
        from segmask import io  # noqa: F401
        from segmask.batch import manifest as batch_manifest  # noqa: F401
        from segmask.evaluation import results  # noqa: F401
        from segmask.evaluation.datasets import manifest  # noqa: F401
        from segmask.io import read  # noqa: F401
        from segmask.models import own  # noqa: F401
    from tests.io.test_mutations import seeds as made  # not before: it imports the readers

    for file in made().values() if target in ("pictures", "labels") else ():
        CALLS[target](file)  # decoders are loaded with the first file of their kind, which counts for no input

    def timed(data: bytes) -> None:
        began = time.process_time()
        CALLS[target](data)
        if (spent := time.process_time() - began) > SECONDS:
            raise TimeoutError(f"{spent:.1f} s of CPU")

    atheris.Setup(sys.argv, timed)
    atheris.Fuzz()


def pictures(data: bytes) -> None:
    """A file's contents as a picture, and what was read as files of every format."""
    from segmask import io
    from segmask.core.errors import InputError, OutputError
    from segmask.io.assemble import picture_of
    from segmask.io.read import stored_of_bytes

    try:
        picture = picture_of(stored_of_bytes(data, "fuzz", PIXELS), None)
    except InputError:
        return
    if picture.raster.size > 20_000:
        return
    for file_format in ("PNG", "TIFF", "WEBP", "JPEG"):
        try:
            io.encode(picture.raster, picture.metadata, file_format)
        except OutputError:
            continue


def blobs(data: bytes) -> None:
    """EXIF, XMP, ICC, IPTC and colour chunks by themselves: no container has to be right first."""
    from segmask.io import exif, icc, iptc, png_colour, xmp

    kind, data = data[:1], data[1:]
    if kind == b"e":
        found = exif.parse(data)
        if found is not None:
            again = exif.parse(exif.to_bytes(exif.of_the_photo(found, (8, 6))) or b"")
            assert again is None or not again.odd, again.odd
    elif kind == b"x":
        text = xmp.text_of(data)
        if text is not None:
            xmp.agreeing(text, (8, 6))
            xmp.orientation_of(text)
    elif kind == b"i":
        icc.space_of(data)
        icc.fault(data, 3)
    elif kind == b"p":
        iptc.records_in(data)
    else:
        png_colour.profile_from(((b"cICP", data[:4]), (b"gAMA", data[4:8]), (b"cHRM", data[8:40])))


def _file(data: bytes, suffix: str) -> Path:
    path = Path(f"/dev/shm/segmask-fuzz-{os.getpid()}{suffix}")
    path.write_bytes(data)
    return path


def labels(data: bytes) -> None:
    """Label maps and masks."""
    from segmask import io
    from segmask.core.errors import InputError

    path = _file(data, ".bin")
    for read in (io.read_labels, io.read_mask):
        try:
            read(path, max_pixels=PIXELS)
        except InputError:
            continue


def manifest_file(data: bytes) -> None:
    """Manifests of an evaluation."""
    from segmask.core.errors import SegmaskError
    from segmask.evaluation.datasets import manifest

    path = _file(data[1:], ".csv" if data[:1] < b"\x80" else ".jsonl")
    try:
        manifest.read(path)
    except SegmaskError:
        return


def parser(data: bytes) -> None:
    """Descriptions of a parser of one's own, for the built-in network."""
    from segmask.core.errors import SegmaskError
    from segmask.models.own import load_own_parser
    from segmask.models.session import Network

    try:
        load_own_parser(Network(BUILTIN), _file(data, ".json"))
    except SegmaskError:
        return


def results(data: bytes) -> None:
    """Results of an evaluation."""
    from segmask.core.errors import SegmaskError
    from segmask.evaluation.results import read_results

    try:
        read_results(_file(data, ".json"))
    except SegmaskError:
        return


def batch(data: bytes) -> None:
    """Manifests of a batch, and each row's options."""
    from segmask.batch import manifest
    from segmask.batch.plan import problem_of
    from segmask.batch.task import Task
    from segmask.core.errors import SegmaskError
    from segmask.options import Options

    path = _file(data[1:], ".csv" if data[:1] < b"\x80" else ".jsonl")
    try:
        for task in manifest.read(str(path)):
            if isinstance(task, Task):
                problem_of(task, Options())
    except SegmaskError:
        return


CALLS = {
    "pictures": pictures,
    "blobs": blobs,
    "labels": labels,
    "manifest": manifest_file,
    "parser": parser,
    "results": results,
    "batch": batch,
}


def main() -> None:
    """Run all targets in turn until each has had its share of the runs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out", type=Path)
    options.add_argument("--runs", type=int, default=1_000_000)
    options.add_argument("--minutes", type=float, default=60)
    given = options.parse_args()
    seeds(given.out / "corpus" / "pictures")
    until, counts, found = time.monotonic() + 60 * given.minutes, given.out / "done.json", 0
    done = dict.fromkeys(TARGETS, 0) | (json.loads(counts.read_text()) if counts.exists() else {})
    share = {"pictures": 0.5, "labels": 0.2, "blobs": 0.15, "manifest": 0.04, "parser": 0.04}
    share |= {"results": 0.035, "batch": 0.035}
    while time.monotonic() < until and any(done[name] < given.runs * share[name] for name in TARGETS):
        for name in TARGETS:
            wanted = min(RUNS_A_CHILD, int(given.runs * share[name]) - done[name])
            if wanted > 0 and time.monotonic() < until:
                runs, died = child(name, given.out, wanted, until - time.monotonic())
                done[name] += runs
                found += died
                counts.write_text(json.dumps(done))
                print(f"{name}: {done[name]} runs, {found} findings in all", flush=True)
    print(f"{sum(done.values())} executions: {done}; {found} findings")


def child(name: str, out: Path, runs: int, seconds: float) -> tuple[int, bool]:
    """One bounded child: how many inputs it ran, and whether it died of one."""
    corpus, crashes = out / "corpus" / ("pictures" if name == "labels" else name), out / "crashes"
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    flags = [f"-runs={runs}", f"-timeout={HUNG}", f"-rss_limit_mb={MEGABYTES}", f"-max_len={MAX_BYTES}"]
    flags += [f"-artifact_prefix={crashes}/{name}-", "-print_final_stats=1", "-verbosity=0", "-close_fd_mask=0"]
    flags += [f"-max_total_time={max(5, int(min(seconds, 600)))}"]
    command = [sys.executable, "-c", f"from benchmarks.fuzz import harness; harness({name!r})", *flags, str(corpus)]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    (out / f"{name}.log").write_text(ended.stderr[-20000:])
    counts = [int(one or other) for one, other in DONE.findall(ended.stderr)]
    if ended.returncode:
        with (out / "found.txt").open("a") as file:
            file.write(f"== {name} ({ended.returncode})\n{ended.stderr[-3000:]}\n")
    return max(counts, default=0), ended.returncode != 0


if __name__ == "__main__":
    main()
