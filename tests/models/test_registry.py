"""Names, paths and ``auto``: what is loaded, and what an error says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from segmask.core.errors import ModelError, OptionError
from segmask.core.system import MEDIAPIPE_REMEDY, REMEDY
from segmask.models.catalog import BY_NAME, CATALOG
from segmask.models.registry import load_face_detector, load_parser

pytestmark = pytest.mark.usefixtures("home")


def put(home: Path, face_models: Path, *names: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    for name in names:
        (home / name).write_bytes((face_models / name).read_bytes())


@pytest.fixture
def face_models(shared) -> Path:
    return shared / "models" / "face"


def test_an_unknown_parser_lists_the_known_ones():
    with pytest.raises(OptionError, match=r"unknown parser 'best'; expected one of: auto, builtin, segformer"):
        load_parser("best")


def test_an_unknown_face_detector_lists_the_known_ones():
    with pytest.raises(OptionError, match=r"unknown face detector 'haar'.*auto, none, yunet-2026may.*blaze-face"):
        load_face_detector("haar")


def test_a_detector_that_is_not_downloaded():
    with pytest.raises(ModelError, match="segmask models download yunet-2026may"):
        load_face_detector("yunet-2026may")


@pytest.mark.parametrize("name", ["absent.onnx", "absent.tflite", "absent.task"])
def test_a_file_that_is_not_there(tmp_path, name):
    with pytest.raises(ModelError, match="absent"):
        load_face_detector(tmp_path / name)


def test_a_parser_file_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="No such file"):
        load_parser(tmp_path / "absent.onnx")


def test_none_and_an_empty_cache_are_no_detector():
    assert load_face_detector("none") is None
    assert load_face_detector("auto") is None


def test_a_cache_that_cant_be_read_counts_as_empty_with_one_warning(tmp_path, monkeypatch, caplog):
    """A name that is too long fails as a folder without permission does, for every user."""
    monkeypatch.setenv("SEGMASK_HOME", str(tmp_path / ("x" * 300)))
    assert load_face_detector("auto") is None
    assert load_parser("auto").name == "builtin"
    (warning,) = caplog.messages
    assert "SEGMASK_HOME" in warning


def test_a_home_of_no_known_user(monkeypatch):
    monkeypatch.setenv("SEGMASK_HOME", "~no-such-user/models")
    with pytest.raises(OptionError, match="SEGMASK_HOME"):
        load_parser("auto")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("present", "name"),
    [
        (["yunet_n_dynamic.onnx"], "yunet-n-dynamic"),
        (["blaze_face_short_range.tflite"], "blaze-face"),
        (["face_landmarker.task"], "face-landmarker+face-landmarker"),
        (["face_detection_yunet_2026may.onnx", "yunet_n_dynamic.onnx"], "yunet-2026may"),
        (
            ["blaze_face_short_range.tflite", "face_landmarker.task", "face_detection_yunet_2026may.onnx"],
            "yunet-2026may+face-landmarker",
        ),
    ],
)
def test_auto_takes_the_best_that_is_present_and_says_which(home, face_models, present, name):
    if any(file.endswith((".tflite", ".task")) for file in present):
        pytest.importorskip("mediapipe")
    put(home, face_models, *present)
    detector = load_face_detector("auto")
    assert detector is not None
    assert detector.name == name


@pytest.mark.shared
def test_a_half_copied_file_does_not_count(home, face_models):
    put(home, face_models, "yunet_n_dynamic.onnx")
    (home / "face_detection_yunet_2026may.onnx").write_bytes(b"\x08\x07")
    detector = load_face_detector("auto")
    assert detector is not None
    assert detector.name == "yunet-n-dynamic"


NO_LIBEGL = "OSError('libEGL.so.1: cannot open shared object file: No such file or directory')"
NOT_INSTALLED = "ModuleNotFoundError(\"No module named 'mediapipe'\", name='mediapipe')"


def run_where_importing_mediapipe_raises(error: str, home: Path, script: str) -> subprocess.CompletedProcess[str]:
    (home.parent / "mediapipe.py").write_text(f"raise {error}\n")
    environment = {**os.environ, "PYTHONPATH": f"{home.parent}{os.pathsep}{Path(__file__).resolve().parents[2]}"}
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment, timeout=60
    )


@pytest.mark.shared
@pytest.mark.parametrize("error", [NO_LIBEGL, NOT_INSTALLED])
def test_without_mediapipe_yunet_serves(home, face_models, error):
    put(home, face_models, "face_detection_yunet_2026may.onnx", "face_landmarker.task")
    script = "from segmask.models.registry import load_face_detector; print(load_face_detector().name)"
    done = run_where_importing_mediapipe_raises(error, home, script)
    assert done.stdout == "yunet-2026may\n"
    assert "faces go without outlines" in done.stderr


@pytest.mark.parametrize(("error", "remedy"), [(NO_LIBEGL, REMEDY), (NOT_INSTALLED, MEDIAPIPE_REMEDY)])
@pytest.mark.parametrize(
    ("file", "load"),
    [
        ("blaze_face_short_range.tflite", "load_face_detector('blaze-face')"),
        ("selfie_multiclass_256x256.tflite", "load_parser('selfie-multiclass')"),
    ],
)
def test_a_model_that_mediapipe_runs_says_what_to_install(home, error, remedy, file, load):
    home.mkdir(parents=True)
    with (home / file).open("wb") as stand_in:  # of the size in the table; it is never read
        stand_in.truncate(next(entry.size or 0 for entry in CATALOG if entry.file == file))
    script = f"from segmask.models.registry import load_face_detector, load_parser; {load}"
    done = run_where_importing_mediapipe_raises(error, home, script)
    assert "MissingLibraryError" in done.stderr
    assert remedy in done.stderr


@pytest.mark.parametrize("place", [{"device": "cuda"}, {"threads": 2}])
def test_mediapipe_takes_no_device_and_no_threads(home, place):
    home.mkdir(parents=True)
    entry = BY_NAME["selfie-multiclass"]
    with (home / entry.file).open("wb") as stand_in:  # of the size in the table; it is never read
        stand_in.truncate(entry.size or 0)
    with pytest.raises(OptionError, match="selfie-multiclass"):
        load_parser("selfie-multiclass", **place)


def test_importing_the_models_loads_no_heavy_library():
    heavy = ("cv2", "onnxruntime", "mediapipe", "scipy", "PIL", "requests", "rich")
    script = (
        "import importlib, pkgutil, sys, segmask.models\n"
        "for module in pkgutil.iter_modules(segmask.models.__path__):\n"
        "    importlib.import_module(f'segmask.models.{module.name}')\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_parser_of_another_kind(colour_reader):
    from segmask.models.catalog import NetworkInput

    with pytest.raises(ModelError, match=r"expected a parser with .* logits of 14 parts.*labels file"):
        load_parser(colour_reader(5, NetworkInput((64, 64))))


def test_a_parser_of_the_builtin_signature_needs_no_labels(colour_reader):
    """Fourteen classes: the canonical parts; the file fixes its input's size."""
    from segmask.models.catalog import BUILTIN_INPUT, NetworkInput

    path = colour_reader(14, NetworkInput((64, 64), scale=BUILTIN_INPUT.scale), stride=2)
    parsing = load_parser(path).parse(np.full((50, 30, 3), (0, 0, 255), np.uint8))
    assert parsing.source == path.stem
    assert (parsing.label_map == 2).all()  # blue is the third colour: face
