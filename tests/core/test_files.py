from __future__ import annotations

import os
from pathlib import Path

import pytest

from segmask.core.errors import OptionError, OutputError
from segmask.core.files import check_outputs, write_files


def test_all_files_appear_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"old")
    write_files({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "b": b"2"}


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_bytes(b"x")
    with pytest.raises(OutputError, match="no file was"):  # a file can't replace a folder
        write_files({tmp_path / "a": b"new", tmp_path / "new": b"new", tmp_path / "folder": b"new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_missing_folder_is_said_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        check_outputs([tmp_path / "none" / "a.png"], [])
    with pytest.raises(OutputError, match="is a folder"):
        check_outputs([tmp_path], [])


def test_inputs_are_never_outputs(tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    source.write_bytes(b"x")
    os.link(source, tmp_path / "hard.png")
    (tmp_path / "soft.png").symlink_to(source)
    for output in (source, tmp_path / "." / "a.png", tmp_path / "hard.png", tmp_path / "soft.png"):
        with pytest.raises(OptionError, match="also an input"):
            check_outputs([output], [source])


def test_two_outputs_need_two_names(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="two outputs"):
        check_outputs([tmp_path / "a.png", tmp_path / "a.png"], [])
