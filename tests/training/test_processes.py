"""``training.processes``: workers that call OpenCV end, also where their parent has used its threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import time

import cv2
import numpy as np

from training.processes import pool


def bounded(side):
    cv2.setNumThreads(1)
    return cv2.resize(np.zeros((side, side), np.uint8), (2, 2)).shape


if __name__ == "__main__":
    photo = np.zeros((1200, 900, 3), np.float32)
    across, down = np.meshgrid(np.arange(900, dtype=np.float32), np.arange(1200, dtype=np.float32))
    for _ in range(6):
        for _ in range(20):
            cv2.remap(photo, across, down, cv2.INTER_LINEAR)
        time.sleep(0.3)  # till OpenCV's threads wait for work
        with pool(2) as processes:
            print(list(processes.map(bounded, [8, 9])))
"""


@pytest.mark.training
def test_a_pool_works_after_opencv_has(tmp_path: Path) -> None:
    """With forked workers each of the six rounds stood still in about half of the runs."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    told = subprocess.run(
        [sys.executable, program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert told.stdout.splitlines() == ["[(2, 2), (2, 2)]"] * 6
