"""A person painted by our own code, part by part, and what a model makes of the picture.

Parts are painted one over the other, each a polygon or ellipse of textured cloth, skin or hair; a part that is in both
pictures of a pair looks the same in both. Coordinates are those of a sheet of 320 x 480, painted at 1.5 times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID
from segmask.core.types import Image, LabelMap

SHEET_HW = (480, 320)
SCALE = 1.5
FINE = 3  # samples a pixel and side: smooth outlines
SKIN, HAIR, BLUE, GREY = (206, 160, 136), (74, 48, 34), (58, 84, 160), (92, 94, 100)
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Part:
    """One thing in the picture."""

    name: str
    part: str
    """Canonical part that it is labelled as."""
    points: Points
    """Corners of a polygon; or two points: centre and radii of an ellipse."""
    colour: tuple[int, int, int]
    pattern: str = ""
    """``stripes``, ``checks`` or plain."""
    opacity: float = 1.0

    def moved(self, x: float, y: float, zoom: float = 1.0) -> Part:
        """The same part elsewhere and at another size."""
        shifted = tuple((px * zoom + x, py * zoom + y) for px, py in self.points)
        if len(self.points) == 2:
            shifted = (shifted[0], (self.points[1][0] * zoom, self.points[1][1] * zoom))
        return replace(self, points=shifted)


@dataclass(frozen=True)
class Drawing:
    """Parts from the back to the front."""

    parts: tuple[Part, ...]

    def __getitem__(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def without(self, *names: str) -> Drawing:
        """Less the named parts."""
        return Drawing(tuple(part for part in self.parts if part.name not in names))

    def dyed(self, name: str, colour: tuple[int, int, int], pattern: str = "") -> Drawing:
        """The named part in another cloth."""
        return self.swapped(name, replace(self[name], colour=colour, pattern=pattern))

    def swapped(self, name: str, *new: Part) -> Drawing:
        """Other parts in the place of the named one."""
        at = next(index for index, part in enumerate(self.parts) if part.name == name)
        return Drawing((*self.parts[:at], *new, *self.parts[at + 1 :]))

    def over(self, name: str, *new: Part) -> Drawing:
        """Parts painted right over the named one."""
        return self.swapped(name, self[name], *new)

    def moved(self, x: float, y: float, zoom: float = 1.0, mark: str = "") -> Drawing:
        """All of it elsewhere and at another size; ``mark`` tells the names of a second person."""
        return Drawing(tuple(replace(p.moved(x, y, zoom), name=p.name + mark) for p in self.parts))

    def and_also(self, other: Drawing) -> Drawing:
        """Another drawing in front."""
        return Drawing((*self.parts, *other.parts))

    def coverage(self, name: str) -> NDArray[np.float32]:
        """Where a part is seen, float32 (H, W)."""
        seen = np.zeros(_size(1), np.float32)
        for part in self.parts:
            inside = _inside(part)
            seen = np.maximum(seen, inside) if part.name == name else seen * (1 - inside * (part.opacity > 0.9))
        return seen


def person() -> Drawing:
    """A standing woman with short hair in a shirt with long sleeves, trousers and shoes."""
    return Drawing(
        (
            Part("hair", "hair", ((160, 68), (31, 36)), HAIR),
            Part("neck", "skin", ((149, 96), (171, 96), (176, 128), (144, 128)), SKIN),
            Part("left leg", "skin", ((130, 236), (158, 236), (155, 424), (134, 424)), SKIN),
            Part("right leg", "skin", ((162, 236), (190, 236), (186, 424), (165, 424)), SKIN),
            Part("left arm", "skin", ((121, 122), (136, 132), (122, 200), (116, 266), (98, 264), (100, 196)), SKIN),
            Part("right arm", "skin", ((199, 122), (184, 132), (198, 200), (204, 266), (222, 264), (220, 196)), SKIN),
            Part("trousers", "lower", TROUSERS, GREY),
            Part("left shoe", "footwear", ((142, 432), (20, 11)), (40, 34, 34)),
            Part("right shoe", "footwear", ((178, 432), (20, 11)), (40, 34, 34)),
            Part("shirt", "upper", (*TORSO_LEFT, (150, 122), (160, 128), (170, 122), *TORSO_RIGHT), BLUE),
            Part("left sleeve", "upper", LEFT_SLEEVE, BLUE),
            Part("right sleeve", "upper", RIGHT_SLEEVE, BLUE),
            Part("face", "face", ((160, 80), (22, 30)), SKIN),
            *(Part(f"eye {x}", "face", ((x, 74), (4, 2.5)), (40, 34, 40)) for x in (151, 169)),
            Part("mouth", "face", ((160, 96), (8, 2.5)), (160, 84, 84)),
            Part("fringe", "hair", ((136, 74), (140, 46), (160, 36), (180, 46), (184, 74), (172, 58), (148, 58)), HAIR),
        )
    )


TROUSERS = ((125, 232), (195, 232), (192, 424), (162, 424), (160, 276), (158, 424), (128, 424))
TORSO_LEFT = ((126, 242), (127, 160), (119, 130), (122, 121), (146, 116))
TORSO_RIGHT = ((174, 116), (198, 121), (201, 130), (193, 160), (194, 242))
LEFT_SLEEVE = ((124, 120), (138, 136), (126, 202), (120, 252), (94, 250), (96, 194), (108, 136))
RIGHT_SLEEVE = ((196, 120), (182, 136), (194, 202), (200, 252), (226, 250), (224, 194), (212, 136))
LEFT_SHORT = ((124, 120), (138, 136), (130, 176), (100, 170), (108, 136))
RIGHT_SHORT = ((196, 120), (182, 136), (190, 176), (220, 170), (212, 136))


def paint(drawing: Drawing, ground: int = 0) -> tuple[Image, LabelMap]:
    """uint8 (720, 480, 3) before a wall with pictures and plants, and uint8 (720, 480) of canonical ids."""
    image = _wall(ground)
    label = np.zeros(_size(1), np.uint8)
    for part in drawing.parts:
        inside = _inside(part)
        share = (inside * part.opacity)[..., None]
        image = image * (1 - share) + _cloth(part) * share
        label[inside >= 0.5] = PART_ID[part.part]
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), label


def redrawn(image: Image, seed: int = 0) -> Image:
    """What a generative model makes of a picture that it leaves alone: softer, noisier, shifted, zoomed and tinted."""
    rng = np.random.default_rng([seed, 11])
    height, width = image.shape[:2]
    zoom = 1.004
    matrix = np.array([[zoom, 0, 1.3 - 0.002 * width], [0, zoom, -0.9 - 0.002 * height]])
    moved = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(moved, (0, 0), 0.6).astype(np.float32)
    tinted = soft * np.array([1.03, 1.0, 0.97], np.float32) + np.array([2.0, 1.0, -2.0], np.float32)
    return np.clip(np.rint(tinted + rng.normal(0, 2.0, tinted.shape)), 0, 255).astype(np.uint8)


def soft_label(label: LabelMap) -> LabelMap:
    """A label map as a fair parser would give it: outlines rounded, a pixel or two off."""
    ids = np.unique(label)
    blurred = [cv2.GaussianBlur((label == index).astype(np.float32), (0, 0), 2.0) for index in ids]
    return ids[np.argmax(np.stack(blurred), axis=0)].astype(np.uint8)


def _size(fine: int) -> tuple[int, int]:
    return round(SHEET_HW[0] * SCALE) * fine, round(SHEET_HW[1] * SCALE) * fine


@cache
def _inside(part: Part) -> NDArray[np.float32]:
    """Share of each pixel that lies in a part, float32 (H, W)."""
    canvas = np.zeros(_size(FINE), np.uint8)
    points = np.array(part.points) * SCALE * FINE
    if len(points) == 2:
        centre, radii = np.rint(points).astype(int).tolist()
        cv2.ellipse(canvas, centre, radii, 0, 0, 360, 255, -1)
    else:
        cv2.fillPoly(canvas, [np.rint(points).astype(np.int32)], 255)
    return cv2.resize(canvas, _size(1)[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)


def _cloth(part: Part) -> NDArray[np.float32]:
    """Colour with folds, weave and pattern, float32 (H, W, 3); the same name and colour give the same cloth."""
    rng = np.random.default_rng(crc32(f"{part.name} {part.colour} {part.pattern}".encode()))
    folds = _blobs(rng, 14) * 10 + _blobs(rng, 1) * 5
    colour = np.broadcast_to(np.array(part.colour, np.float32), (*_size(1), 3)).copy()
    rows, columns = np.indices(_size(1))
    if part.pattern == "stripes":
        colour[(rows // 12) % 2 == 0] = (232, 228, 220)
    elif part.pattern == "checks":
        colour[((rows // 16) + (columns // 16)) % 2 == 0] = (60, 60, 66)
    return (colour + folds[..., None]).astype(np.float32)


@cache
def _wall(seed: int) -> NDArray[np.float32]:
    """A wall with light, stains and framed pictures: something to align by."""
    rng = np.random.default_rng([seed, 5])
    height, width = _size(1)
    rows, columns = np.indices((height, width))
    base = np.stack([168 - rows * 0.05, 164 - columns * 0.04, np.full((height, width), 150.0)], 2).astype(np.float32)
    wall = base + (_blobs(rng, 20) * 8 + _blobs(rng, 2) * 6 + _blobs(rng, 0.8) * 4)[..., None]
    for _ in range(26):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = (int(value) for value in rng.integers(14, 46, 2))
        cv2.rectangle(wall, (x, y), (x + w, y + h), tuple(map(float, rng.integers(40, 220, 3))), -1, cv2.LINE_AA)
    return np.asarray(wall, np.float32)


def _blobs(rng: np.random.Generator, sigma: float) -> NDArray[np.float32]:
    """Smooth noise of deviation 1, float32 (H, W)."""
    noise = cv2.GaussianBlur(rng.normal(size=_size(1)).astype(np.float32), (0, 0), sigma)
    return np.asarray(noise / noise.std(), np.float32)


def thick(name: str, part: str, points: Sequence[tuple[float, float]], width: float, colour: tuple) -> Part:
    """A strip along a line of points: a strap, a strand, a chain."""
    line = np.array(points, float)
    along = np.gradient(line, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.linalg.norm(along, axis=1), 1e-6)[:, None]
    outline = np.vstack([line + across * width / 2, (line - across * width / 2)[::-1]])
    return Part(name, part, tuple((float(x), float(y)) for x, y in outline), colour)
