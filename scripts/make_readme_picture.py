"""Draw the README's picture from the demo pair: ``python scripts/make_readme_picture.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from segmask import apply, io
from segmask.core.geometry import resize_image
from segmask.samples import write_pair
from segmask.view.preview import PROTECTED, TAKEN, outline, tint

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "demo.jpg"
SIDE = 420  # px of each panel
GAP = 6


def main() -> None:
    """Original, edit, result, and what was taken and protected."""
    with tempfile.TemporaryDirectory() as folder:
        original, edited = write_pair(Path(folder))
        result = apply(original, edited)
        protected = result.stages.protected
        assert protected is not None
        explained = tint(tint(result.original.image, result.alpha, TAKEN), protected.astype(np.float32), PROTECTED)
        explained = outline(explained, result.alpha >= 0.5)
        panels = [result.original.image, io.read_image(edited), result.image, explained]
    gap = np.full((SIDE, GAP, 3), 255, np.uint8)
    row = [gap]
    for panel in panels:
        row += [resize_image(panel, (SIDE, SIDE)), gap]
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(io.encode(np.hstack(row[1:-1]), io.Metadata(), "JPEG")[0])


if __name__ == "__main__":
    main()
