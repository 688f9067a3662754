"""Draw the pictures of README, docs/strategies.md and docs/limits.md: ``python scripts/make_guide_pictures.py``.

All of them come from the sample pair (photo: NASA, public domain; edit: drawn by scripts/make_demo.py) and from further
edits drawn here out of it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np

import segmask
from segmask import io
from segmask.core.box import Box
from segmask.core.colour import lab
from segmask.core.geometry import resize_image
from segmask.core.labels import PART_ID
from segmask.core.types import Image
from segmask.samples import write_pair
from segmask.view.preview import TAKEN, outline, tint
from segmask.view.text import draw_text

FOLDER = Path(__file__).parents[1] / "docs" / "images"
SIDE = 240  # px of a panel
GAP = 6
LINE = 22  # px of a caption
QUALITY = 88
WHITE, INK = 255, (30, 30, 30)
CROPS = {"the face": Box(150, 60, 370, 200), "a flag": Box(0, 60, 220, 200), "the collar": Box(150, 180, 370, 320)}
"""Places of the sample, in pixels of the original."""
AUBURN = (6.0, 26.0, 22.0)  # added to L, a, b of hair
DRIFT = (34, 6, -30)  # 8-bit levels: beyond what the tone match may take out
MISSING = 140  # px that a cut frame lacks at its left


def main() -> None:
    """Write all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        original, edited = (io.read_image(path) for path in write_pair(Path(folder)))
    write("crops.jpg", crops(original, edited))
    write("strategies.jpg", strategies(original, edited))
    write("targets.jpg", targets(original, dyed(edited)))
    write("limits.jpg", limits(original, edited))


def crops(original: Image, edited: Image) -> list[list[Image]]:
    """A row for each place, pixel for pixel: original, edit (resized, as one would lay it over), result."""
    result = segmask.apply(original, edited).image
    size_hw = (original.shape[0], original.shape[1])
    pictures = {"original": original, "edit": resize_image(edited, size_hw), "segmask": result}
    return [
        [captioned(cut(picture, box), f"{place}: {name}") for name, picture in pictures.items()]
        for place, box in CROPS.items()
    ]


def strategies(original: Image, edited: Image) -> list[list[Image]]:
    """What each strategy takes of the sample."""
    return [[marked(segmask.apply(original, edited, strategy=name), name) for name in ("hybrid", "semantic", "diff")]]


def targets(original: Image, edited: Image) -> list[list[Image]]:
    """An edit that changed suit and hair, and what each target takes of it."""
    pair = segmask.Masker().open(original, edited)
    results = {name: pair.apply(target=name) for name in ("clothing", "hair", "clothing,hair")}
    above = [captioned(small(edited), "the edit"), *(marked(result, name) for name, result in results.items())]
    below = [captioned(small(result.image), f"{name}: composite") for name, result in results.items()]
    return [above, [captioned(small(original), "the original"), *below]]


def limits(original: Image, edited: Image) -> list[list[Image]]:
    """A drift that is too strong, and a frame that ends inside the garment."""
    drifted = np.clip(edited.astype(np.int16) + DRIFT, 0, 255).astype(np.uint8)
    row = []
    for name, edit in (("a strong drift", drifted), ("a cut frame", edited[:, MISSING:])):
        composite = segmask.apply(original, edit).image
        row += [captioned(small(edit), f"{name}: edit"), captioned(small(composite), f"{name}: composite")]
    return [row]


def dyed(edited: Image) -> Image:
    """The sample's edit with auburn hair, as if it had been asked for too."""
    hair = segmask.parse(edited).label_map == PART_ID["hair"]
    hair[edited.shape[0] // 3 :] = False  # the head is above
    colour = lab(edited) + soft(hair) * np.array(AUBURN, np.float32)
    return np.clip(np.rint(cv2.cvtColor(colour, cv2.COLOR_LAB2RGB) * 255), 0, 255).astype(np.uint8)


def soft(mask: np.ndarray) -> np.ndarray:
    """A mask as a weight (H, W, 1) with an edge of three pixels."""
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.5)[..., None]


def marked(result: segmask.Result, caption: str) -> Image:
    """The original with what comes from the edit in pink."""
    shown = outline(tint(result.original.image, result.alpha, TAKEN), result.alpha >= 0.5)
    return captioned(small(shown), f"{caption}: {100 * result.report.mask.share:.1f} %")


def cut(picture: Image, box: Box) -> Image:
    """A place of a picture."""
    return picture[box.y0 : box.y1, box.x0 : box.x1]


def small(picture: Image) -> Image:
    """The picture at a panel's size."""
    scale = SIDE / max(picture.shape[:2])
    return resize_image(picture, (round(picture.shape[0] * scale), round(picture.shape[1] * scale)))


def captioned(picture: Image, caption: str) -> Image:
    """The picture under a line of text."""
    head = np.full((LINE, picture.shape[1], 3), WHITE, np.uint8)
    return np.vstack([draw_text(head, caption, (2, 2), 14, INK), picture])


def write(name: str, rows: list[list[Image]]) -> None:
    """Rows of panels on white, as a JPEG."""
    bands = [np.hstack([padded(panel, max(p.shape[0] for p in row)) for panel in row]) for row in rows]
    width = max(band.shape[1] for band in bands)
    bands = [np.pad(band, ((0, 0), (0, width - band.shape[1]), (0, 0)), constant_values=WHITE) for band in bands]
    picture = np.vstack(bands)[:, :-GAP]
    flags = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    (FOLDER / name).write_bytes(cv2.imencode(".jpg", picture[..., ::-1], flags)[1].tobytes())


def padded(panel: Image, height: int) -> Image:
    """A panel with white below, to a row's height, and the gap to its right."""
    return np.pad(panel, ((0, height - panel.shape[0] + GAP), (0, GAP), (0, 0)), constant_values=WHITE)


if __name__ == "__main__":
    main()
