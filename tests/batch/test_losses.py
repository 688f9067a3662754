"""Pictures that kill, hang or starve a worker become rows, and the others are made."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

import segmask
from segmask.core.labels import PART_ID
from segmask.core.types import Image, Parsing
from segmask.inputs import softened
from segmask.io import write_png

KILLS, HANGS, STARVES, BREAKS = 10, 20, 30, 40
"""Grey levels of a picture's first pixel that do something to its worker."""


class Dangerous:
    """A parser that does what a picture's first pixel says; else it sees a shirt in the middle."""

    name = "dangerous"

    def parse(self, image: Image) -> Parsing:
        """What the pixel says."""
        level = int(image[0, 0, 0])
        if level == KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        if level == HANGS:
            time.sleep(600)
        if level == STARVES:
            raise MemoryError
        if level == BREAKS:
            raise RuntimeError("a bug in somebody's parser")
        labels = np.zeros(image.shape[:2], np.uint8)
        labels[16:48, 16:48] = PART_ID["upper"]
        return Parsing(softened(labels), (image.shape[0], image.shape[1]), self.name)


def test_each_loss_is_a_row_and_the_rest_is_made(tmp_path: Path) -> None:
    levels = {"kills": KILLS, "hangs": HANGS, "starves": STARVES, "breaks": BREAKS, "a": 90, "b": 91}
    for name, level in levels.items():
        for folder, grey in (("in", level), ("edits", 200)):
            (tmp_path / folder).mkdir(exist_ok=True)
            write_png(tmp_path / folder / f"{name}.png", np.full((64, 64, 3), grey, np.uint8))
    options: dict[str, Any] = {
        "strategy": "semantic",
        "parser": Dangerous(),
        "face_detector": "none",
        "workers": 2,
        "timeout": 10.0,
    }
    result = segmask.batch(tmp_path / "in", tmp_path / "out", edited=tmp_path / "edits", **options)
    found = {row["output"][:-4]: (row["verdict"], (row["error"] or {}).get("code")) for row in result.rows()}
    assert found | {"a": "", "b": ""} == {
        "kills": ("quarantined", "killed"),
        "hangs": ("failed", "timeout"),
        "starves": ("failed", "memory"),
        "breaks": ("failed", "unexpected"),
        "a": "",
        "b": "",
    }
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"a.png", "b.png"}
    assert result.exit_code() == 1
    (tmp_path / "in/hangs.png").write_bytes((tmp_path / "in/a.png").read_bytes())
    again = segmask.batch(tmp_path / "in", tmp_path / "out", edited=tmp_path / "edits", **options)
    assert again.kept == 3, "two results, and the picture in quarantine"
    assert again.counts["quarantined"] == 1
