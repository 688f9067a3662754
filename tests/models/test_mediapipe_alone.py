"""MediaPipe is loaded without what it brings along for microphones."""

from __future__ import annotations

import subprocess
import sys

import pytest

from segmask.core.system import has_mediapipe


@pytest.mark.skipif(not has_mediapipe(), reason="MediaPipe is not installed")
def test_no_library_for_microphones_is_loaded() -> None:
    script = (
        "import sys; from segmask.models.mediapipe_tasks import _vision; _vision(); "
        "assert 'mediapipe' in sys.modules; assert not {'sounddevice', '_sounddevice'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
