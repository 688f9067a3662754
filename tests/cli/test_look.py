"""``segmask inspect`` and ``segmask compare``, and the pictures that ``apply`` writes besides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from segmask import io
from segmask.io.disclosure import is_marked
from tests.cli.test_cli import segmask


def test_inspect_tells_parts_faces_and_people(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "seen.png"
    assert segmask("inspect", pair[0], "-o", sheet, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["size"] == [512, 512]
    assert found["parts"]["face"] > 0.02
    assert found["people"][0]["number"] == 1
    assert found["faces"]
    assert io.read_image(sheet).shape[1] > 2 * 512
    assert segmask("inspect", pair[0]) == 0
    assert "face: box" in capsys.readouterr().out


def test_compare_tells_how_much_changed(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heat = tmp_path / "change.webp"
    assert segmask("compare", *pair, "-o", heat, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert 0.15 < found["changed_share"] < 0.4
    assert found["alignment"]["trusted"]
    assert io.read_image(heat).shape == (512, 512, 3)
    assert segmask("compare", pair[0], pair[0]) == 0
    assert "changed: 0.00%" in capsys.readouterr().out


def test_apply_writes_pictures_and_marks_the_composite(pair: tuple[Path, Path], tmp_path: Path) -> None:
    names = {"--overlay": "o.png", "--animation": "a.webp", "--layers": "l.ora"}
    more = [word for flag, name in names.items() for word in (flag, tmp_path / name)]
    assert segmask("apply", *pair, "-o", tmp_path / "out.png", "--strategy", "diff", "--mark", *more) == 0
    assert all((tmp_path / name).is_file() for name in names.values())
    assert is_marked(io.read_picture(tmp_path / "out.png").metadata.xmp)


@pytest.mark.parametrize(
    "more", [("--animation", "a.mp4"), ("--layers", "l.xcf"), ("--strategy", "diff", "--parsing-out", "p.png")]
)
def test_pictures_that_cannot_be_are_refused_before_any_work(
    pair: tuple[Path, Path], tmp_path: Path, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert segmask("apply", *pair, "-o", "out.png", *more) == 2
    assert list(tmp_path.iterdir()) == []


def test_serve_says_what_is_unsafe_or_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert segmask("serve", "--host", "0.0.0.0") == 2
    assert "--token" in capsys.readouterr().err
    assert segmask("serve", "--timeout", "0") == 2
