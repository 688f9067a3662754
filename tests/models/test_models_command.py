"""``segmask models``: what a person sees."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from segmask.cli.models import app, list_table
from segmask.core.errors import ModelError, OptionError
from segmask.core.system import has_mediapipe
from segmask.models.catalog import BY_NAME, CATALOG

pytestmark = pytest.mark.usefixtures("home")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_list_shows_licences_and_what_was_not_proven():
    done = run("list")
    assert done.exit_code == 0
    lines = {line.split("\t")[0]: line for line in done.stdout.splitlines()}
    assert set(lines) == {"NAME", *(entry.name for entry in CATALOG)}
    assert "non-commercial" in lines["segformer-b2-clothes"]
    assert "asks for --accept-license" in lines["segformer-b2-clothes"]
    assert "adapter tested on a stand-in graph only" in lines["schp-lip"]
    assert "no published checksum" in lines["segformer-b0-clothes"]
    assert lines["builtin"].split("\t")[2] == "yes"
    assert lines["yunet-2026may"].split("\t")[2] == "no"


@pytest.mark.parametrize("width", [80, 120])
def test_on_a_terminal_the_list_fits_and_every_licence_is_whole(width):
    text = StringIO()
    Console(file=text, width=width).print(list_table(width))
    assert max(map(len, text.getvalue().splitlines())) <= width
    words = text.getvalue().split()
    for entry in CATALOG:
        assert entry.name in words
        assert set(entry.licence.split()) <= set(words)


def test_all_about_one_model():
    done = run("show", "segformer-b2-clothes")
    assert done.exit_code == 0
    facts = dict(line.split(":", 1) for line in done.stdout.splitlines())
    assert facts["sha256"].strip() == BY_NAME["segformer-b2-clothes"].sha256
    assert facts["input"].strip() == "512x512 RGB, (value / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)"
    assert facts["here"].strip() == "no"


@pytest.mark.parametrize("entry", CATALOG, ids=lambda entry: entry.name)
def test_every_model_can_be_shown(entry):
    done = run("show", entry.name)
    assert done.exit_code == 0
    assert entry.licence in done.stdout
    assert all(url in done.stdout for url in entry.urls)


def test_the_list_tells_where_models_lie(home):
    assert str(home) in run("list").stderr


@pytest.mark.shared
def test_import_verify_path_remove(shared, home):
    done = run("download", "--from", shared / "models")
    assert done.exit_code == 0, done.stderr
    assert "face-landmarker" in done.stderr
    assert run("path", "yunet-2026may").stdout.strip() == str(home / "face_detection_yunet_2026may.onnx")
    assert run("verify").exit_code == 0
    assert run("remove", "yunet-2026may").exit_code == 0
    assert "was not here" in run("remove", "yunet-2026may").stderr
    assert run("verify", "yunet-2026may").exit_code == 1
    assert isinstance(run("path", "yunet-2026may").exception, ModelError)


@pytest.mark.shared
def test_a_damaged_file_is_found(shared, home):
    run("download", "blaze-face", "--from", shared / "models")
    path = home / "blaze_face_short_range.tflite"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    done = run("verify")
    assert done.exit_code == 1
    assert "blaze-face: damaged (blaze_face_short_range.tflite: wrong checksum" in done.stdout


@pytest.mark.shared
def test_without_names_the_recommended_pair_comes_from_the_mirror(shared, site, monkeypatch):
    for file in ("face_detection_yunet_2026may.onnx", "face_landmarker.task"):
        site.serve(file, (shared / "models" / "face" / file).read_bytes())
    monkeypatch.setenv("SEGMASK_MODEL_URL", site.url)
    assert run("download").exit_code == 0
    assert len(site.asked) == (2 if has_mediapipe() else 1)
    asked = list(site.asked)
    done = run("download", "--offline")
    assert done.exit_code == 0
    assert "already there" in done.stderr
    assert site.asked == asked


def test_without_names_what_cant_run_here_is_left_out_and_named():
    """Offline with an empty cache the command ends at the first model; what it leaves out is said before."""
    said = run("download", "--offline").stderr
    assert ("face-landmarker: left out" in said) == (not has_mediapipe())


def test_a_restricted_licence_is_not_assumed():
    done = run("download", "schp-atr")
    assert isinstance(done.exception, OptionError)
    assert "--accept-license" in str(done.exception)


def test_what_no_checksum_is_known_for_is_warned_about(site, monkeypatch):
    site.serve("segformer_b0_clothes.onnx", b"\x08\x07 stand-in")
    monkeypatch.setenv("SEGMASK_MODEL_URL", site.url)
    done = run("download", "segformer-b0-clothes", "--accept-license")
    assert done.exit_code == 0
    assert "warning: segformer-b0-clothes has no published checksum" in done.stderr


def test_a_folder_without_models(tmp_path: Path):
    done = run("download", "--from", tmp_path, "yunet-2026may")
    assert isinstance(done.exception, ModelError)
    assert "face_detection_yunet_2026may.onnx" in str(done.exception)


def test_an_unknown_model_lists_the_known_ones():
    done = run("download", "yunet")
    assert isinstance(done.exception, OptionError)
    assert "yunet-2026may" in str(done.exception)
