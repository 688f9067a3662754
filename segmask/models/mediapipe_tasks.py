"""The only door to MediaPipe: BlazeFace, the face landmarker and the selfie segmenter, opened once in a process.

An installation may leave MediaPipe out (``slim.txt``): whoever asks for one of these then gets a MissingLibraryError.
"""

from __future__ import annotations

import os
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import MissingLibraryError, ModelError
from segmask.core.system import MEDIAPIPE_REMEDY, REMEDY
from segmask.core.types import Box, Image
from segmask.models.process import OncePerProcess, file_version, never_free

BUNDLE_SUFFIX, DETECTOR_IN_BUNDLE = ".task", "face_detector.tflite"  # a zip that holds BlazeFace as well
MAX_FACES_IN_CROP = 3


@dataclass(frozen=True)
class BlazeFaceTask:
    """MediaPipe's short-range face detector on one picture at one scale."""

    path: Path
    """Its own .tflite file, or the face landmarker's bundle, which holds it as well."""

    def check(self) -> None:
        """Open the task now: MissingLibraryError or ModelError where it can't be."""
        self._task()

    def detect(self, image: Image) -> list[tuple[Box, float]]:
        """Boxes in the picture's pixels and their scores in [0, 1]."""
        found = []
        for detection in self._task()(image).detections:
            box = detection.bounding_box
            x0, y0 = box.origin_x, box.origin_y
            found.append((Box(x0, y0, x0 + box.width, y0 + box.height), float(detection.categories[0].score)))
        return found

    def _task(self) -> _Task:
        return _open("FaceDetector", self.path, _detector_bytes)


@dataclass(frozen=True)
class FaceLandmarkerTask:
    """MediaPipe's 478 face landmarks, of which the face's outline is kept."""

    path: Path

    def check(self) -> None:
        """Open the task now: MissingLibraryError or ModelError where it can't be."""
        self._task()

    def ovals(self, crop: Image) -> list[NDArray[np.float32]]:
        """Outlines (36, 2) in x and y of the crop's pixels, of the faces in a crop around one."""
        order, size_xy = _oval_order(), np.array(crop.shape[1::-1], np.float32)
        return [
            np.array([(points[i].x, points[i].y) for i in order], np.float32) * size_xy
            for points in self._task()(crop).face_landmarks
        ]

    def _task(self) -> _Task:
        return _open("FaceLandmarker", self.path, Path.read_bytes, num_faces=MAX_FACES_IN_CROP)


@dataclass(frozen=True)
class SegmenterTask:
    """MediaPipe's ImageSegmenter: confidence of each class."""

    path: Path

    def check(self) -> None:
        """Open the task now: MissingLibraryError or ModelError where it can't be."""
        self._task()

    def confidences(self, image: Image) -> NDArray[np.float32]:
        """float32 (classes, H, W) in [0, 1]."""
        masks = self._task()(image).confidence_masks
        return np.stack([np.squeeze(mask.numpy_view()).astype(np.float32) for mask in masks])

    def _task(self) -> _Task:
        return _open("ImageSegmenter", self.path, Path.read_bytes)


class _Task:
    """An open task; calls are taken one at a time, since a graph is not made for several threads."""

    def __init__(self, opened: Any, run: Callable[[Any], Any]) -> None:
        self._run, self._lock = run, threading.Lock()
        never_free(opened)  # MediaPipe's destructor fails in an interpreter that is half gone

    def __call__(self, image: Image) -> Any:
        import mediapipe

        picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(image))
        try:
            with self._lock:
                return self._run(picture)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"MediaPipe failed on a picture of {image.shape}: {_first_line(error)}") from error


_tasks: OncePerProcess[_Task] = OncePerProcess()


def _open(kind: str, path: Path, read: Callable[[Path], bytes], **options: Any) -> _Task:
    return _tasks.get((kind, *file_version(path)), lambda: _start(kind, path, read, options))


def _start(kind: str, path: Path, read: Callable[[Path], bytes], options: dict[str, Any]) -> _Task:
    vision = _vision()
    from mediapipe.tasks.python import BaseOptions

    data = read(path)
    settings = getattr(vision, f"{kind}Options")(base_options=BaseOptions(model_asset_buffer=data), **options)
    with _quiet_stderr():
        try:
            opened = getattr(vision, kind).create_from_options(settings)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(f"{path}: expected a model for MediaPipe's {kind}: {_first_line(error)}") from error
        run = opened.segment if kind == "ImageSegmenter" else opened.detect
        task = _Task(opened, run)
        task(np.zeros((64, 64, 3), np.uint8))  # the first call logs as well
    return task


@contextmanager
def _without_sound() -> Iterator[None]:
    """No library for microphones: looking for its system library, it runs compilers. MediaPipe does without, of itself.

    Whoever wants MediaPipe's recorder in the same process imports ``sounddevice`` before.
    """
    name = "sounddevice"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules.pop(name, None)


def _vision() -> Any:
    instead = "or choose what runs without it: yunet-2026may for faces, builtin for parsing"
    try:
        with _without_sound():
            from mediapipe.tasks.python import vision
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            f"MediaPipe is not installed ({error}): `{MEDIAPIPE_REMEDY}` brings it and its OpenCV; {instead}"
        ) from error
    except (ImportError, OSError) as error:
        raise MissingLibraryError(
            f"MediaPipe can't be loaded ({str(error).strip()}); it needs system libraries that slim containers lack: "
            f"on Debian or Ubuntu `{REMEDY}` brings them; {instead}"
        ) from error
    return vision


def _detector_bytes(path: Path) -> bytes:
    """A detector's file, or the detector inside a landmarker bundle."""
    if path.suffix.lower() != BUNDLE_SUFFIX:
        return path.read_bytes()
    try:
        with zipfile.ZipFile(path) as bundle:
            return bundle.read(DETECTOR_IN_BUNDLE)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelError(f"{path}: expected a face landmarker bundle with {DETECTOR_IN_BUNDLE} in it") from error


def _oval_order() -> list[int]:
    """Landmark numbers around the face, each next to its neighbours."""
    follows = {edge.start: edge.end for edge in _vision().FaceLandmarksConnections.FACE_LANDMARKS_FACE_OVAL}
    first = next(iter(follows))
    order = [first]
    while follows[order[-1]] != first:
        order.append(follows[order[-1]])
    return order


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Without the C++ side's start-up chatter, which no setting of MediaPipe turns off."""
    try:
        saved = os.dup(2)
    except OSError:  # a process without a stderr has nothing to keep quiet
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
