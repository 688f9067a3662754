"""From a name or a path to a loaded parser or face detector."""

from __future__ import annotations

import logging
from pathlib import Path

from segmask.errors import MissingLibraryError, ModelError, OptionError, unknown
from segmask.models.base import FaceDetector, Parser
from segmask.models.catalog import CATALOG, ModelEntry
from segmask.models.store import is_present, stored_path

log = logging.getLogger(__name__)

FACE_DETECTORS = tuple(item.name for item in CATALOG if item.task == "face detector")
"""Best first: ``auto`` takes the first that is present."""
PARSERS = tuple(item.name for item in CATALOG if item.task == "parser")
DETECTOR_SUFFIXES = (".onnx", ".tflite", ".task")


def load_parser(
    name_or_path: str | Path = "auto",
    *,
    labels: str | Path | None = None,
    device: str = "cpu",
    threads: int | None = None,
) -> Parser:
    """The parser of a name (``builtin``, one of ``segmask models list``, ``auto``) or of an ONNX file.

    ``auto`` takes the best permissively licensed one that is present, else the built-in. ``labels`` is the JSON file
    that describes an ONNX file of one's own; without it the file must have the built-in parser's signature.
    """
    from segmask.models.builtin import NAME, WEIGHTS, BuiltinParser
    from segmask.models.session import Network

    choice = str(name_or_path)
    if choice in ("auto", NAME):
        return BuiltinParser(Network(WEIGHTS, device, threads))
    if not _is_path(choice, (".onnx",)):
        raise unknown("parser", choice, ("auto", NAME, *PARSERS, "a path to an .onnx file"))
    if labels is not None:
        raise OptionError("labels: not there yet")
    path = Path(choice)
    return BuiltinParser(Network(path, device, threads), path.stem)


def load_face_detector(
    name_or_path: str | Path = "auto", *, device: str = "cpu", threads: int | None = None
) -> FaceDetector | None:
    """The face detector of a name or of a file (.onnx: YuNet; .tflite, .task: MediaPipe).

    ``auto`` takes the best that is present, or None where none is; ``none`` is None. Where the face landmarker is
    present, it draws the faces' outlines.
    """
    choice = str(name_or_path)
    if choice == "none":
        return None
    if choice == "auto":
        return _best_face_detector(device, threads)
    if choice in FACE_DETECTORS:
        item = next(item for item in CATALOG if item.name == choice)
        return _outlined(_face_detector(item.name, _present(item), device, threads))
    if _is_path(choice, DETECTOR_SUFFIXES):
        path = Path(choice)
        return _outlined(_face_detector(path.stem, path, device, threads))
    raise unknown(
        "face detector", choice, ("auto", "none", *FACE_DETECTORS, "a path to a .onnx, .tflite or .task file")
    )


def _best_face_detector(device: str, threads: int | None) -> FaceDetector | None:
    candidates = [item for item in CATALOG if item.task in ("face detector", "face outline") and is_present(item)]
    for index, item in enumerate(candidates):
        try:
            return _outlined(_face_detector(item.name, stored_path(item), device, threads))
        except MissingLibraryError as error:
            if index == len(candidates) - 1:
                raise
            log.warning("%s is passed over: %s", item.name, error)
    return None


def _face_detector(name: str, path: Path, device: str, threads: int | None) -> FaceDetector:
    if not path.is_file():
        raise ModelError(f"{path}: no such model file")
    if path.suffix == ".onnx":
        from segmask.models.session import Network
        from segmask.models.yunet import YuNet

        return YuNet(Network(path, device, threads), name)
    from segmask.models.faces import BlazeFace
    from segmask.models.mediapipe_tasks import BlazeFaceTask, check_importable

    check_importable()
    return BlazeFace(BlazeFaceTask(path), name)


def _outlined(detector: FaceDetector) -> FaceDetector:
    """The detector with the landmarker's outlines, where the landmarker is present and can run."""
    landmarker = next(item for item in CATALOG if item.task == "face outline")
    if not is_present(landmarker):
        return detector
    from segmask.models.faces import OutlinedFaces
    from segmask.models.mediapipe_tasks import FaceLandmarkerTask, check_importable

    try:
        check_importable()
    except MissingLibraryError as error:
        log.warning("faces go without outlines: %s", error)
        return detector
    task = FaceLandmarkerTask(stored_path(landmarker))
    return OutlinedFaces(detector, task, f"{detector.name}+{landmarker.name}")


def _present(item: ModelEntry) -> Path:
    if not is_present(item):
        raise ModelError(f"{item.name} is not downloaded: `segmask models download {item.name}` fetches it")
    return stored_path(item)


def _is_path(choice: str, suffixes: tuple[str, ...]) -> bool:
    return Path(choice).suffix.lower() in suffixes
