"""How hard the composite's PNG is packed: the same pixels in more or fewer bytes, and never asked of another format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import segmask
from segmask import OptionError, io
from segmask.cli.main import run
from segmask.result import Result


@pytest.fixture(params=[np.uint8, np.uint16])
def result(request: pytest.FixtureRequest) -> Result:
    """Of a photo with texture in 8 bits or 16."""
    rows, columns = np.mgrid[:120, :160]
    photo = np.stack([rows + columns, 2 * rows, columns], 2) % 251
    original = (photo * (1 if request.param is np.uint8 else 257)).astype(request.param)
    edited = original.copy()
    edited[30:90, 40:120] = 7
    return segmask.apply(original, edited, strategy="diff")


def test_more_effort_makes_fewer_bytes_of_the_same_pixels(result: Result, tmp_path: Path) -> None:
    sizes = []
    for effort in (0, 1, 9):
        path = tmp_path / f"{effort}.png"
        result.save(path, compression=effort)
        assert (io.read_picture(path).raster == result.raster).all()
        sizes.append(path.stat().st_size)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 2 * sizes[2]


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.tif"])
def test_other_formats_have_no_such_choice(result: Result, tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match="compression"):
        result.save(tmp_path / name, compression=1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("effort", [-1, 10, 1.5, True, "fast"])
def test_efforts_that_are_none_are_refused(effort: object) -> None:
    with pytest.raises(OptionError, match="compression"):
        io.check_compression(effort, "PNG")  # type: ignore[arg-type]


def code(words: list[str]) -> object:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as left:
        run(words)
    return left.value.code


def test_the_commands_take_it_and_refuse_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "pairs"
    folder.mkdir()
    for name, level in (("a", 90), ("a_edited", 200)):
        io.write_png(folder / f"{name}.png", np.full((64, 64, 3), level, np.uint8))
    words = ["--strategy", "diff", "--compression", "0"]
    pair = [str(folder / "a.png"), str(folder / "a_edited.png")]
    assert code(["apply", *pair, "-o", "plain.png", *words]) == 0
    assert Path("plain.png").stat().st_size > 3 * 64 * 64
    assert code(["apply", *pair, "-o", "plain.jpg", *words]) == 2
    assert code(["batch", str(folder), "-o", "out", "--workers", "1", *words]) == 0
    assert Path("out/a.png").stat().st_size > 3 * 64 * 64
    assert code(["batch", str(folder), "-o", "lossy", "--format", "jpg", *words]) == 2
    assert not Path("lossy").exists()


def test_another_effort_makes_a_batchs_results_anew(tmp_path: Path) -> None:
    pairs, out = tmp_path / "pairs", tmp_path / "out"
    pairs.mkdir()
    for name, level in (("a", 90), ("a_edited", 200)):
        io.write_png(pairs / f"{name}.png", np.full((64, 64, 3), level, np.uint8))
    first, again = (segmask.batch(pairs, out, workers=1, strategy="diff", compression=9) for _ in range(2))
    other = segmask.batch(pairs, out, workers=1, strategy="diff", compression=0, resume=False)
    assert (first.kept, again.kept, other.kept) == (0, 1, 0)
    with pytest.raises(OptionError):
        segmask.batch(pairs, tmp_path / "lossy", workers=1, strategy="diff", compression=0, file_format="jpg")
