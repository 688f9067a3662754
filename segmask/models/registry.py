"""From a name or a path to a loaded parser or face detector."""

from __future__ import annotations

import logging
from pathlib import Path

from segmask.core.errors import MissingLibraryError, ModelError, OptionError, unknown
from segmask.core.labels import set_parts
from segmask.models.base import FaceDetector, Parser
from segmask.models.catalog import BY_NAME, CATALOG, ModelEntry
from segmask.models.session import Network
from segmask.models.store import is_present, stored_path

log = logging.getLogger(__name__)

PARSERS = tuple(entry.name for entry in CATALOG if entry.task == "parser")
FACE_DETECTORS = tuple(entry.name for entry in CATALOG if entry.task == "face detector")
"""Best first: ``auto`` takes the first that is present."""
BY_MEDIAPIPE = "is run by MediaPipe: on the CPU, with as many threads as it likes"
DETECTOR_SUFFIXES = (".onnx", ".tflite", ".task")


def load_parser(
    name_or_path: str | Path = "auto",
    *,
    labels: str | Path | None = None,
    device: str = "cpu",
    threads: int | None = None,
) -> Parser:
    """The parser of a name (``auto`` or one of ``segmask models list``) or of an ONNX file.

    ``auto`` takes the first of the list that is present, permissively licensed and proven, else the built-in one.
    ``labels`` is the JSON file that describes an ONNX file of one's own (``segmask.models.own``); without it the file
    must have the built-in parser's signature. Raises OptionError for an unknown name, ModelError for a file that is
    missing, damaged or of another kind.

    >>> load_parser("builtin").name
    'builtin'
    """
    choice = str(name_or_path)
    if Path(choice).suffix.lower() == ".onnx":
        return _parser_file(Network(Path(choice), device, threads), labels)
    if labels is not None:
        raise OptionError(f"labels describe an .onnx file of your own; the parser {choice!r} has its own")
    if choice == "auto":
        return _parser(_best_parser(), device, threads)
    if choice not in PARSERS:
        raise unknown("parser", choice, ("auto", *PARSERS, "a path to an .onnx file"))
    return _parser(BY_NAME[choice], device, threads)


def load_face_detector(
    name_or_path: str | Path = "auto", *, device: str = "cpu", threads: int | None = None
) -> FaceDetector | None:
    """The face detector of a name or of a file (.onnx: YuNet; .tflite, .task: MediaPipe).

    ``auto`` takes the best that is present, or None where none is; ``none`` is None. Where the face landmarker is
    present, it draws the faces' outlines. Raises OptionError for an unknown name, ModelError for a file that is
    missing, damaged or of another kind, MissingLibraryError where only MediaPipe is present and can't run.

    >>> load_face_detector("none") is None
    True
    """
    choice = str(name_or_path)
    if choice == "none":
        return None
    if choice == "auto":
        return _best_face_detector(device, threads)
    if choice in FACE_DETECTORS:
        entry = BY_NAME[choice]
        return _outlined(_face_detector(entry.name, _present(entry), device, threads))
    if Path(choice).suffix.lower() in DETECTOR_SUFFIXES:
        path = Path(choice)
        return _outlined(_face_detector(path.stem, path, device, threads))
    known = ("auto", "none", *FACE_DETECTORS, "a path to a .onnx, .tflite or .task file")
    raise unknown("face detector", choice, known)


def _parser_file(network: Network, labels: str | Path | None) -> Parser:
    if labels is not None:
        from segmask.models.own import load_own_parser

        return load_own_parser(network, Path(labels))
    from segmask.models.builtin import BuiltinParser

    return BuiltinParser(network, network.path.stem)


def _best_parser() -> ModelEntry:
    downloaded = [entry for entry in CATALOG if entry.task == "parser" and entry.urls and is_present(entry)]
    return next((entry for entry in downloaded if entry.permissive and entry.proven), BY_NAME["builtin"])


def _parser(entry: ModelEntry, device: str, threads: int | None) -> Parser:
    path = _present(entry)
    if entry.adapter == "selfie":
        from segmask.models.mediapipe_tasks import SegmenterTask
        from segmask.models.selfie import SelfieParser

        if _asks_for_more(device, threads):
            raise OptionError(f"{entry.name} {BY_MEDIAPIPE}; leave device and threads out, or choose another parser")
        task = SegmenterTask(path)
        task.check()
        return SelfieParser(task, entry.name, set_parts(str(entry.labels)))
    network = Network(path, device, threads)
    if entry.adapter == "builtin" or entry.input is None:
        from segmask.models.builtin import BuiltinParser

        return BuiltinParser(network, entry.name)
    from segmask.models.onnx_parser import OnnxParser
    from segmask.models.schp import SCHP
    from segmask.models.segformer import SEGFORMER

    family = SCHP if entry.adapter == "schp" else SEGFORMER
    return OnnxParser(network, entry.name, entry.input, set_parts(str(entry.labels)), family)


def _best_face_detector(device: str, threads: int | None) -> FaceDetector | None:
    candidates = [entry for entry in CATALOG if entry.task != "parser" and is_present(entry)]
    for index, entry in enumerate(candidates):
        try:
            return _outlined(_face_detector(entry.name, stored_path(entry), device, threads))
        except MissingLibraryError as error:
            if index == len(candidates) - 1:
                raise
            log.warning("%s is passed over: %s", entry.name, error)
    return None


def _face_detector(name: str, path: Path, device: str, threads: int | None) -> FaceDetector:
    if path.suffix.lower() == ".onnx":
        from segmask.models.yunet import YuNet

        return YuNet(Network(path, device, threads), name)
    from segmask.models.faces import BlazeFace
    from segmask.models.mediapipe_tasks import BlazeFaceTask

    if _asks_for_more(device, threads):
        log.warning("%s %s: device and threads act on the parser alone", name, BY_MEDIAPIPE)
    task = BlazeFaceTask(path)
    task.check()
    return BlazeFace(task, name)


def _asks_for_more(device: str, threads: int | None) -> bool:
    """Whether a device or a number of threads is asked for that MediaPipe does not offer."""
    return device not in ("cpu", "auto") or threads is not None


def _outlined(detector: FaceDetector) -> FaceDetector:
    """The detector with the landmarker's outlines, where the landmarker is present and can run."""
    landmarker = BY_NAME["face-landmarker"]
    if not is_present(landmarker):
        return detector
    from segmask.models.faces import OutlinedFaces
    from segmask.models.mediapipe_tasks import FaceLandmarkerTask

    task = FaceLandmarkerTask(stored_path(landmarker))
    try:
        task.check()
    except MissingLibraryError as error:
        log.warning("faces go without outlines: %s", error)
        return detector
    return OutlinedFaces(detector, task, f"{detector.name}+{landmarker.name}")


def _present(entry: ModelEntry) -> Path:
    if not is_present(entry):
        raise ModelError(f"{entry.name} is not downloaded: `segmask models download {entry.name}` fetches it")
    return stored_path(entry)
