"""What is said where OpenCV or a part of it is missing."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from segmask.core.errors import MissingLibraryError
from segmask.core.system import OPENCV_REMEDY, require_opencv, require_opencv_contrib


def test_whichever_opencv_is_installed_serves() -> None:
    require_opencv_contrib()


@pytest.mark.parametrize("left", [None, ModuleType("cv2")], ids=["nothing", "an empty folder"])
def test_without_opencv_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, left: ModuleType | None
) -> None:
    """An empty folder is what the removal of one of two OpenCV packages leaves of the other."""
    monkeypatch.setitem(sys.modules, "cv2", left)
    with pytest.raises(MissingLibraryError, match=OPENCV_REMEDY):
        require_opencv()


def test_without_the_contrib_modules_the_main_job_runs_and_synthetic_edits_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import cv2

    monkeypatch.delattr(cv2, "ximgproc")
    require_opencv()
    with pytest.raises(MissingLibraryError, match=OPENCV_REMEDY):
        require_opencv_contrib()
