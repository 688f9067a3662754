"""What must stay original whatever the evidence says: faces and the core of the hair, unless they are targeted.

Old fabric between the strands of that hair is no hair: ``segmask.compose.hair`` finds it once the garment is decided.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_mask, resized_part
from segmask.core.labels import PART_ID
from segmask.core.morphology import blurred, disc, distance_to, widened
from segmask.core.regions import connected_regions, filled
from segmask.core.types import Box, Face, Mask, Parsing, Prob
from segmask.fusion.fists import find_fists
from segmask.fusion.scene import summed


@dataclass(frozen=True)
class ProtectConfig:
    """Numbers of the protected region."""

    face_prob: float = 0.15
    """Below even odds: a face pixel lost costs more than a collar pixel kept."""
    face_margin: float = 0.14
    """Of the face's height, upwards and sideways: the parser's outline errs so much. Below the chin the collar
    begins. On 118 training photos that a parser had not seen, before the chin had a margin, 96 % of the faces are
    covered to 98 % (92 % with .1 and a probability of .2; 98 % with .14 and a probability of .1, which reaches .10 of
    the face's area below the chin, twice as far)."""
    chin_margin: float = 0.03
    """Of the face's height, downwards: a pixel or two of the jaw's own edge."""
    fray: float = 0.015
    """Of the face's height, sigma of the blur that smooths the region's outline: collars end in lines, not frayed."""
    target_prob: float = 0.6
    """The margin ends where the parser sees the target: a collar beside the jaw is no face."""
    hair_prob: float = 0.6
    over_prob: float = 0.5
    """Of targeted hair or headwear in the edit, from which it may cover all but the face itself."""
    hair_core: float = 0.006
    """Of the long side: hair this far inside its outline is core; nearer, strands and garment interleave."""
    certain: float = 0.5
    """Somewhere a face must be likelier than not."""
    least_face: float = 0.00004
    """Of the picture: smaller specks of face are noise."""
    oval_margin: float = 0.03
    """Of a detected face's height, around the landmarker's oval: it runs along the middle of the jaw's contour."""
    unseen_score: float = 0.8
    """Score from which a detector's face needs neither landmarks nor a parser that sees it. On 100 street photos none
    above .7 was false; a fist scored .62."""
    fist_skin: float = 0.3
    """Share of such a box that is skin to the parser, from which it may be a fist."""
    seen: float = 0.5
    """Of a detected face: where the parser saw less of it as face, the detector alone answers for the whole head."""
    beside: float = 1.4
    above: float = 1.15
    below: float = 1.05
    """Half axes of that head, in those of the detected box. On 40 faces and 15 ears outlined by hand it leaves .003 of
    the faces and .045 of the ears unprotected; the landmarker's oval without its margin .101 and .897."""


DEFAULT = ProtectConfig()
GRID = 24
"""Pixels of a margin from twice which on it is drawn on a smaller grid, where it still has so many."""


def protected_region(
    parsing: Parsing,
    faces: tuple[Face, ...],
    parts: tuple[str, ...],
    edited: Parsing | None = None,
) -> Mask:
    """Pixels that must stay original, bool (H, W) at the picture's size: those of ``protected_parts`` together.

    >>> labels = np.zeros((60, 60), np.uint8)
    >>> labels[10:30, 20:40], labels[30:60, 10:50] = PART_ID["face"], PART_ID["upper"]
    >>> parsing = Parsing(np.eye(14, dtype=np.float32)[labels].transpose(2, 0, 1), (60, 60), "drawn")
    >>> protected = protected_region(parsing, (), ("upper",))
    >>> bool(protected[20, 30]), bool(protected[45, 30])
    (True, False)
    """
    face, hair = protected_parts(parsing, faces, parts, edited)
    return face | hair


def protected_parts(
    parsing: Parsing,
    faces: tuple[Face, ...],
    parts: tuple[str, ...],
    edited: Parsing | None = None,
    garment: Mask | None = None,
    neck: Mask | None = None,
) -> tuple[Mask, Mask]:
    """The faces and the core of the hair that must stay original, bool (H, W) each at the picture's size.

    Args:
        parsing: what the original shows.
        faces: what a detector found in the original; none is fine, the parser's own face part serves alone.
        parts: the targeted parts; what is targeted is not protected.
        edited: what the edit shows; targeted hair or a targeted hat may cover all but the face.
        garment: bool (h, w): where the change itself shows the garment; what only surrounds a face gives way to it.
        neck: bool (h, w): neck that the edit's garment covers; no face, however likely the parser says so.

    >>> labels = np.zeros((60, 60), np.uint8)
    >>> labels[5:15, 15:45], labels[15:30, 20:40] = PART_ID["hair"], PART_ID["face"]
    >>> parsing = Parsing(np.eye(14, dtype=np.float32)[labels].transpose(2, 0, 1), (60, 60), "drawn")
    >>> faces, hair = protected_parts(parsing, (), ("upper",))
    >>> bool(faces[22, 30]), bool(hair[10, 30])
    (True, True)
    >>> faces, hair = protected_parts(parsing, (), ("hair",))  # what is targeted is not protected
    >>> bool(faces[22, 30]), bool(hair[10, 30])
    (True, False)
    """
    protected, hair = np.zeros(parsing.size_hw, bool), np.zeros(parsing.size_hw, bool)
    if "face" not in parts:
        protected |= face_region(parsing, parts, garment, neck, faces)
        for face in (face for face in faces if _is_face(face, parsing)):
            oval = _oval(face, parsing.size_hw)
            if not oval.any() or protected[oval].mean() < DEFAULT.seen:
                oval |= _head(face.box, parsing.size_hw)
            protected |= oval
    if "hair" not in parts:
        hair = _hair_core(parsing)
    over = [part for part in ("hair", "headwear") if part in parts]
    if edited is not None and over:  # the face's margin, and hair under a hat, give way to them
        shown = np.sum([edited.probs(part) for part in over], axis=0)
        stays = (shown < DEFAULT.over_prob) | (parsing.probs("face") > DEFAULT.face_prob)
        protected, hair = protected & stays, hair & stays
    return protected, hair


def faces_of(parsing: Parsing) -> tuple[Face, ...]:
    """The faces that a parsing shows, best first: what serves where there is no detector.

    >>> probs = np.zeros((14, 60, 60), np.float32)
    >>> probs[PART_ID["face"], 10:30, 20:40] = 1
    >>> faces_of(Parsing(probs, (120, 120), "drawn"))
    (Face(box=Box(x0=40, y0=20, x1=80, y1=60), score=1.0, source='drawn', oval=None),)
    """
    small_hw = parsing.working_probs.shape[1:]
    found = [
        Face(box.scaled(small_hw, parsing.size_hw), score, parsing.source)
        for _, box, score in _face_regions(parsing, True)
    ]
    return tuple(sorted(found, key=lambda face: -face.score))


def face_region(
    parsing: Parsing,
    parts: tuple[str, ...],
    garment: Mask | None = None,
    neck: Mask | None = None,
    faces: tuple[Face, ...] = (),
) -> Mask:
    """The parser's faces with the glasses on them, holes filled, grown by a margin that gives way to the target.

    bool (H, W) at the picture's size; ``parts`` is what is targeted, the masks and ``faces`` are those of
    ``protected_parts``. No fists.

    >>> probs = np.zeros((14, 60, 60), np.float32)
    >>> probs[PART_ID["face"], 10:30, 20:40] = 1
    >>> region = face_region(Parsing(probs, (60, 60), "drawn"), ("upper",))
    >>> bool(region[20, 30]), bool(region[20, 41]), bool(region[20, 50])  # the face, its margin, outside
    (True, True, False)
    """
    with_eyewear = "eyewear" not in parts
    result = np.zeros(parsing.size_hw, bool)
    target = summed(parsing.working_probs, parts)
    union = _face_prob(parsing, with_eyewear)
    bare = np.zeros(union.shape, bool) if neck is None else resize_mask(neck, (union.shape[0], union.shape[1]))
    regions = _face_regions(parsing, with_eyewear)
    fists = find_fists(regions, parsing, faces)
    for pixels, box, _ in (region for index, region in enumerate(regions) if index not in fists):
        placed = box.scaled(union.shape, parsing.size_hw)
        margin = max(1, round(DEFAULT.face_margin * placed.height))
        below = max(1, round(DEFAULT.chin_margin * placed.height))
        area = Box(placed.x0 - margin, placed.y0 - margin, placed.x1 + margin, placed.y1 + below)
        area = area.clip(*parsing.size_hw)
        own = np.where(widened(pixels > 0) & ~bare, union, 0)
        face = filled(resized_part(own, area, parsing.size_hw) > DEFAULT.face_prob)
        is_target = resized_part(target, area, parsing.size_hw) > DEFAULT.target_prob
        gives_way = is_target | (resized_part(bare.astype(np.float32), area, parsing.size_hw) > 0.5)
        if garment is not None:
            gives_way |= resized_part(garment.astype(np.float32), area, parsing.size_hw) > 0.5
        region = face | (_grown(face, margin, below) & ~gives_way)
        smooth = blurred(region.astype(np.float32), DEFAULT.fray * placed.height) > 0.5
        smooth &= region | ~is_target
        result[area.slices] |= smooth | (resized_part(own, area, parsing.size_hw) > DEFAULT.certain)
    return result


def _is_face(face: Face, parsing: Parsing) -> bool:
    """Not a fist: a box without landmarks in which the parser sees skin and no face must be scored higher."""
    if face.oval is not None or face.score >= DEFAULT.unseen_score:
        return True
    small_hw = parsing.working_probs.shape[1:]
    box = face.box.scaled(parsing.size_hw, small_hw).clip(*small_hw)
    inside = parsing.working_probs[(slice(None), *box.slices)]
    if inside[0].size == 0:
        return True
    return bool(inside[PART_ID["face"]].max() >= DEFAULT.certain or inside[PART_ID["skin"]].mean() < DEFAULT.fist_skin)


def _face_prob(parsing: Parsing, with_eyewear: bool) -> Prob:
    """Probability of a face, glasses and all, at the working size."""
    face = parsing.working_probs[PART_ID["face"]]
    return face + parsing.working_probs[PART_ID["eyewear"]] if with_eyewear else face


def _face_regions(parsing: Parsing, with_eyewear: bool) -> list[tuple[NDArray[np.uint8], Box, float]]:
    """Each face of a parsing at the working size: its pixels (1, else 0), the box around them, its best probability."""
    face = parsing.working_probs[PART_ID["face"]]
    regions = connected_regions(_face_prob(parsing, with_eyewear) > DEFAULT.face_prob)
    found = []
    for index in range(1, len(regions) + 1):
        box = regions.boxes[index]
        score = float(face[box.slices][regions.labels[box.slices] == index].max())
        if regions.areas[index] >= DEFAULT.least_face * face.size and score >= DEFAULT.certain:
            found.append(((regions.labels == index).astype(np.uint8), box, score))
    return found


def _grown(region: Mask, margin: int, below: int) -> Mask:
    """A region dilated upwards and sideways by half a disc, and a little downwards.

    Of a large picture on a smaller grid, on which the margin still has ``GRID`` pixels.
    """
    import cv2

    step = max(1, margin // GRID)
    size_hw = (region.shape[0], region.shape[1])
    small = resize_mask(region, (max(1, size_hw[0] // step), max(1, size_hw[1] // step)))
    margin, below = round(margin / step), max(1, round(below / step))
    upwards = disc(margin, corners=False)
    upwards[:margin] = 0  # a pixel looks for the region beside and below itself
    grown = (cv2.dilate(small.astype(np.uint8), upwards) > 0) | widened(small, below, corners=False)
    return resize_mask(grown, size_hw) | region


def _oval(face: Face, size_hw: tuple[int, int]) -> Mask:
    """The landmarker's outline, or an ellipse in the detector's box, with its margin."""
    import cv2

    mask = np.zeros(size_hw, np.uint8)
    if face.oval is not None:
        cv2.fillPoly(mask, [np.rint(face.oval).astype(np.int32)], 1)
    else:
        centre = ((face.box.x0 + face.box.x1) // 2, (face.box.y0 + face.box.y1) // 2)
        cv2.ellipse(mask, centre, (max(1, face.box.width // 2), max(1, face.box.height // 2)), 0, 0, 360, 1, -1)
    return widened(mask > 0, round(DEFAULT.oval_margin * face.box.height), corners=False)


def _head(box: Box, size_hw: tuple[int, int]) -> Mask:
    """The head around a detected face: up to the hairline, with the ears, not far below the chin."""
    rows, columns = np.ogrid[: size_hw[0], : size_hw[1]]
    across = (columns + 0.5 - box.centre[0]) / max(1.0, DEFAULT.beside * box.width / 2)
    down = (rows + 0.5 - box.centre[1]) / max(1.0, box.height / 2)
    down = np.where(down < 0, down / DEFAULT.above, down / DEFAULT.below)
    return across**2 + down**2 <= 1


def _hair_core(parsing: Parsing) -> Mask:
    hair: Prob = parsing.working_probs[PART_ID["hair"]]
    radius = max(1.0, DEFAULT.hair_core * max(hair.shape))
    depth = distance_to(hair <= DEFAULT.hair_prob)
    return resize_mask(depth > radius, parsing.size_hw)
