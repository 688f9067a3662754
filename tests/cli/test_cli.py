from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pil

from segmask import io
from segmask.cli.main import run
from segmask.result import Result


def segmask(*arguments: object) -> int:
    """Run the command line in this process; its exit code."""
    with pytest.raises(SystemExit) as left:
        run([str(argument) for argument in arguments])
    return int(left.value.code or 0)


def test_the_command_line_writes_the_very_bytes_of_the_api(
    pair: tuple[Path, Path], composed: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, mask, preview = tmp_path / "out.png", tmp_path / "mask.png", tmp_path / "preview.png"
    assert segmask("apply", *pair, "-o", out, "--mask", mask, "--preview", preview, "--report", "-") == 0
    said = capsys.readouterr()
    by_api = composed.save(tmp_path / "api.png", mask=tmp_path / "api-mask.png", preview=tmp_path / "api-preview.png")
    assert out.read_bytes() == (tmp_path / "api.png").read_bytes()
    assert mask.read_bytes() == (tmp_path / "api-mask.png").read_bytes()
    assert preview.read_bytes() == (tmp_path / "api-preview.png").read_bytes()
    report = json.loads(said.out)
    assert report["verdict"] == "ok"
    assert {**report, "timings": 0} == {**json.loads(json.dumps(by_api.to_dict())), "timings": 0}
    assert "verdict ok" in said.err


def test_a_fresh_process_gives_the_same_bytes(pair: tuple[Path, Path], composed: Result, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "segmask", "apply", *map(str, pair), "-o", str(tmp_path / "out.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    composed.save(tmp_path / "api.png")
    assert (tmp_path / "out.png").read_bytes() == (tmp_path / "api.png").read_bytes()


def test_demo_needs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "demo"
    assert segmask("demo", folder) == 0
    names = {"original.jpg", "edited.jpg", "result.png", "mask.png", "report.json", "preview.png"}
    assert {path.name for path in folder.iterdir()} == names
    assert str(folder / "result.png") in capsys.readouterr().err
    assert segmask("demo", folder) == 0, "a second run replaces the first one's files"
    (folder / "mask.png").write_bytes(b"painted by hand")
    assert segmask("demo", folder) == 1
    assert "holds mask.png" in capsys.readouterr().err
    assert (folder / "mask.png").read_bytes() == b"painted by hand"


@pytest.mark.parametrize("name", ["original.jpg", "result.png"])
def test_demo_overwrites_nobodys_pictures(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_bytes(b"mine")
    assert segmask("demo", tmp_path) == 1
    assert f"holds {name}" in capsys.readouterr().err
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"mine"]


def test_a_report_that_cannot_be_printed_is_one_line(pair: tuple[Path, Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "segmask", "mask", str(pair[0]), "-o", str(tmp_path / "m.png"), "--report", "-"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("segmask: ")
    assert "Traceback" not in done.stderr


def test_mask_formats_and_polarity(pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [tmp_path / f"{index}.png" for index in range(4)]
    assert segmask("mask", pair[0], "-o", paths[0]) == 0
    assert "white is edited" in capsys.readouterr().err
    assert segmask("mask", pair[0], "-o", paths[1], "--invert") == 0
    assert "black is edited" in capsys.readouterr().err
    assert segmask("mask", pair[0], "-o", paths[2], "--mask-format", "rgba") == 0
    assert "transparent is edited" in capsys.readouterr().err
    assert segmask("mask", *pair, "-o", paths[3]) == 0
    white, black, cut, changed = (io.read_picture(path).raster for path in paths)
    np.testing.assert_array_equal(white, 255 - black)
    np.testing.assert_array_equal(white[..., 0], 255 - cut[..., 3])
    np.testing.assert_array_equal(cut[..., :3], io.read_image(pair[0]))
    assert changed[440, 80, 0] == 255


def test_of_several_edits_the_best_is_written_and_all_are_named(
    pair: tuple[Path, Path], composed: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.png").write_text("no picture")
    out = tmp_path / "out.png"
    io.write_png(tmp_path / "same.png", io.read_image(pair[0]))
    edits = (tmp_path / "same.png", tmp_path / "text.png", pair[1])
    assert segmask("apply", pair[0], *edits, "-o", out, "--report", tmp_path / "r.json") == 0
    said = capsys.readouterr().err
    composed.save(tmp_path / "api.png")
    assert out.read_bytes() == (tmp_path / "api.png").read_bytes()
    assert f"{pair[1]} was chosen of 3 edits: it changed something of the target" in said
    assert f"edit: {tmp_path / 'text.png'}: failed" in said
    places = [candidate["place"] for candidate in json.loads((tmp_path / "r.json").read_text())["candidates"]]
    assert places == [2, None, 1]


def test_a_written_mask_is_taken_back(pair: tuple[Path, Path], tmp_path: Path) -> None:
    assert segmask("apply", *pair, "-o", tmp_path / "a.png", "--mask", tmp_path / "m.png") == 0
    assert segmask("apply", *pair, "-o", tmp_path / "b.png", "--mask-in", tmp_path / "m.png") == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_one_dialect_for_the_mask_that_is_written_and_read(pair: tuple[Path, Path], tmp_path: Path) -> None:
    named = ("--mask-format", "comfy")
    assert segmask("apply", *pair, "-o", tmp_path / "a.png", "--mask", tmp_path / "m.png", *named) == 0
    assert segmask("apply", *pair, "-o", tmp_path / "b.png", "--mask-in", tmp_path / "m.png", *named) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert segmask("apply", *pair, "-o", tmp_path / "c.png", *named) == 2, "there is no mask to read or write"


def test_json_is_the_report_on_one_line(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "r.json"
    assert segmask("apply", *pair, "-o", tmp_path / "a.png", "--json", "--report", report) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == json.loads(report.read_text())
    assert segmask("apply", *pair, "-o", tmp_path / "a.png", "--json", "--report", "-") == 2
    assert segmask("apply", *pair, "-o", "-", "--json") == 2


def test_a_prompt_says_what_it_understood(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = "replace the space suit with a black one, keep the hair"
    assert segmask("mask", pair[0], "-o", tmp_path / "m.png", "--prompt", prompt) == 0
    assert "prompt: changes suit (upper+outerwear+lower); stays hair" in capsys.readouterr().err


def test_strict_exits_with_3_where_a_look_is_needed(tmp_path: Path, rng: np.random.Generator) -> None:
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    io.write_png(first, rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    io.write_png(second, rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    assert segmask("apply", first, second, "-o", tmp_path / "out.png", "--strict") == 3
    assert (tmp_path / "out.png").exists()
    assert segmask("apply", first, second, "-o", tmp_path / "out.png") == 0


BAD = {
    "missing": ("apply", "nowhere.png", "good.jpg", "-o", "out.png"),
    "empty": ("apply", "empty.png", "good.jpg", "-o", "out.png"),
    "text": ("apply", "good.jpg", "text.png", "-o", "out.png"),
    "cut": ("apply", "cut.jpg", "good.jpg", "-o", "out.png"),
    "tiny": ("apply", "tiny.png", "good.jpg", "-o", "out.png"),
    "output is an input": ("apply", "good.jpg", "edit.jpg", "-o", "good.jpg"),
    "unwritable": ("apply", "good.jpg", "edit.jpg", "-o", "nowhere/out.png"),
    "format": ("apply", "good.jpg", "edit.jpg", "-o", "out.bmp"),
    "lossy mask": ("mask", "good.jpg", "-o", "out.jpg"),
    "strategy": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--strategy", "magic"),
    "target": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--target", "cape"),
    "parser": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--parser", "nobody"),
    "detector": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--face-detector", "nobody"),
    "corrupt model": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--parser", "corrupt.onnx"),
    "mask twice": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--mask", "out.png"),
    "no output": ("apply", "good.jpg", "edit.jpg"),
    "no such option": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--magic"),
    "no such command": ("conjure",),
    "too much growth": ("mask", "good.jpg", "-o", "out.png", "--grow", "5000"),
    "mask format": ("mask", "good.jpg", "-o", "out.png", "--mask-format", "cmyk"),
    "report format": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--report", "r.png"),
    "prompt and target": ("apply", "good.jpg", "edit.jpg", "-o", "o.png", "--prompt", "a hat", "--target", "clothing"),
    "unknown words": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--prompt", "make it nicer"),
    "feather of a given mask": (
        "apply",
        "good.jpg",
        "edit.jpg",
        "-o",
        "out.png",
        "--mask-in",
        "good.jpg",
        "--feather",
        "2",
    ),
    "mask of another size": ("apply", "good.jpg", "edit.jpg", "-o", "out.png", "--mask-in", "wide.png"),
    "output is the given mask": ("apply", "good.jpg", "edit.jpg", "-o", "wide.png", "--mask-in", "wide.png"),
    "no edit is a picture": ("apply", "good.jpg", "text.png", "empty.png", "-o", "out.png"),
    "output is a later edit": ("apply", "good.jpg", "text.png", "edit.jpg", "-o", "edit.jpg"),
    "diff of one picture": ("mask", "good.jpg", "-o", "out.png", "--strategy", "diff"),
    "hybrid of one picture": ("mask", "good.jpg", "-o", "out.png", "--strategy", "hybrid"),
}
USAGE = {
    "output is an input", "format", "lossy mask", "strategy", "target", "parser", "detector", "mask twice", "no output",
    "report format", "prompt and target", "unknown words", "feather of a given mask", "output is the given mask",
    "output is a later edit", "no such option", "no such command", "too much growth", "mask format",
    "diff of one picture", "hybrid of one picture",
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_an_exit_code_and_no_file(
    name: str,
    pair: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    good = pair[0].read_bytes()
    contents = {
        "good.jpg": good,
        "edit.jpg": pair[1].read_bytes(),
        "empty.png": b"",
        "text.png": b"no picture",
        "cut.jpg": good[: len(good) // 2],
        "corrupt.onnx": b"\x08\x01 this is no network",
    }
    for file, content in contents.items():
        (tmp_path / file).write_bytes(content)
    Pil.new("RGB", (1, 1)).save(tmp_path / "tiny.png")
    Pil.new("L", (64, 20)).save(tmp_path / "wide.png")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert segmask(*BAD[name]) == (2 if name in USAGE else 1)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("segmask: ")
    assert said.err.count("\n") == 1, said.err
    assert "Traceback" not in said.err
    command = "" if name == "no such command" else f" {BAD[name][0]}"
    assert (f"(see segmask{command} --help)" in said.err) == (name in USAGE)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "segmask", "apply", "no.png", "no.png", "-o", str(tmp_path / "o.png"), "--debug"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_a_missing_system_library_is_named_with_its_remedy(pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    command = [sys.executable, "-m", "segmask", "apply", *map(str, pair), "-o", str(tmp_path / "o.png")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1
    assert "libGL.so.1" in done.stderr
    assert "apt-get install -y libgl1" in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_shows_the_defaults(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    for command in ("apply", "mask", "demo"):
        assert segmask(command, "--help") == 0
        assert "default" in capsys.readouterr().out
    assert segmask("--version") == 0
