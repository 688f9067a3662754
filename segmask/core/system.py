"""Says which library is missing, and how to get it: a slim installation or container may lack OpenCV or MediaPipe."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from segmask.core.errors import MissingLibraryError

REMEDY = "apt-get install -y libgl1 libegl1 libgles2 libglib2.0-0"
"""On Debian and Ubuntu; other systems package the same libraries under like names."""
OPENCV_REMEDY = "pip install --force-reinstall opencv-contrib-python"
MEDIAPIPE_REMEDY = "pip uninstall -y opencv-contrib-python-headless opencv-python-headless && pip install mediapipe"
"""MediaPipe brings ``opencv-contrib-python``, which can't lie beside a headless build: docs/decisions/0001."""


def require_opencv() -> None:
    """Raise MissingLibraryError, with the command that mends it, where OpenCV can't be loaded.

    >>> require_opencv()
    """
    try:
        from cv2 import resize  # noqa: F401
    except ImportError as error:
        if error.name == "cv2" and error.path is None:  # no such package, or the folder that a removed one left
            raise MissingLibraryError(
                f"OpenCV is not installed or no longer whole: `{OPENCV_REMEDY}` brings it, or the same with "
                "opencv-contrib-python-headless where MediaPipe is left out"
            ) from error
        raise MissingLibraryError(
            f"OpenCV can't be loaded: {error}. Slim containers lack system libraries that it needs; "
            f"on Debian or Ubuntu `{REMEDY}` brings them"
        ) from error


def bound_opencv(threads: int | None) -> None:
    """Let OpenCV use so many threads in this process, as many as it likes with None; MissingLibraryError without it.

    >>> bound_opencv(None)
    """
    require_opencv()
    import cv2

    if threads is not None:
        cv2.setNumThreads(threads)


def require_opencv_contrib() -> None:
    """Raise MissingLibraryError where OpenCV can't be loaded or lacks its contrib modules.

    >>> require_opencv_contrib()
    """
    require_opencv()
    import cv2

    if not hasattr(cv2, "ximgproc"):
        raise MissingLibraryError(
            "this OpenCV has no contrib modules, which synthetic edits need; uninstall it "
            f"(`pip list` names its package), then `{OPENCV_REMEDY}`, or the same with opencv-contrib-python-headless"
        )


def has_mediapipe() -> bool:
    """Whether MediaPipe is installed; it is not loaded.

    >>> has_mediapipe() in (True, False)
    True
    """
    return importlib.util.find_spec("mediapipe") is not None


def usable_cores() -> int:
    """How many cores this process may use: its affinity, and the quota of its container where there is one.

    >>> usable_cores() >= 1
    True
    """
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return known if quota == "max" else max(1, min(known, int(quota) // int(period)))
    except (OSError, ValueError):
        return known
