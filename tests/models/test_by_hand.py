"""Models that come without the network: carried by hand, or with the package."""

from __future__ import annotations

from dataclasses import replace

import pytest

from segmask.core.errors import ModelError, OptionError
from segmask.models.download import import_from, remove, verify
from tests.models.toys import BODY, OTHER, TOY, files

pytestmark = pytest.mark.usefixtures("home")


def test_files_carried_by_hand(tmp_path, home):
    entry = replace(TOY, urls=("https://example.org/model.onnx",))
    (tmp_path / "stick" / "deep").mkdir(parents=True)
    (tmp_path / "stick" / "model.onnx").write_bytes(OTHER)
    (tmp_path / "stick" / "deep" / "toy.onnx").write_bytes(BODY)
    (obtained,) = import_from(
        tmp_path / "stick", [entry, replace(entry, name="absent", file="absent.onnx", urls=("a",))]
    )
    assert obtained.source.endswith("deep/toy.onnx")
    assert files(home) == ["toy.lock.json", "toy.onnx"]


def test_a_damaged_file_carried_by_hand_is_refused(tmp_path, home):
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "toy.onnx").write_bytes(OTHER)
    with pytest.raises(ModelError, match=r"stick/toy\.onnx: "):
        import_from(tmp_path / "stick", [replace(TOY, urls=("x",))])
    assert files(home) == []


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(ModelError, match="expected a folder"):
        import_from(tmp_path / "nowhere", [TOY])


def test_what_comes_with_the_package_stays():
    with pytest.raises(OptionError, match="part of the package"):
        remove(replace(TOY, urls=()))


def test_what_is_not_there_is_absent_and_removing_it_says_so():
    entry = replace(TOY, urls=("x",))
    assert verify(entry).state == "absent"
    assert not remove(entry)
