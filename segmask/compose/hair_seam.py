"""Where hair comes from the edit as it lies there, by the seam between the original's hair and the edit's.

The original's hair, matted over the edit, is one picture, the edit the other. A minimum cut lets the seam run where the
two agree (Kwatra et al. 2003). Keeping the original's hair costs what is doubtful in its matte and the outline that it
draws across the edit's own hair; giving it up costs hair, and far more where the edit shows none nearby.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.compose.hair_view import OUTLINE
from segmask.compose.unmix import Mixture
from segmask.core.geometry import resize_map
from segmask.core.morphology import distance_to, slopes
from segmask.core.regions import connected_regions
from segmask.core.types import Mask
from segmask.fusion.cut import minimum_cut

Map = NDArray[np.float32]


@dataclass(frozen=True)
class HairSeamConfig:
    """Weights of the energy, per pixel of the working size or per pixel of a seam's length; chosen by looking."""

    full_step: float = 20.0
    """ΔE of a step that costs 1; costs are proportional up to ``most``."""
    most: float = 3.0
    """The most that any step costs."""
    least: float = 0.02
    """Cost of a seam where both pictures agree: outlines don't fray."""
    blur: float = 0.003
    """Of the long side; sigma before pictures are compared: single strands never agree."""
    doubtful: float = 0.8
    """Cost of a pixel that is half hair; ``seen`` and ``clear`` say when it counts."""
    seen: float = 0.5
    """Step from which all of ``doubtful`` counts: what looks like the edit is right whatever it is."""
    clear: float = 1.5
    """Distance of the hair's colour from that behind it from which ``doubtful`` does not count; RGB in [0, 1]."""
    crossing: float = 1.0
    """Times the step: cost of the matted hair's outline across the edit's own hair."""
    lost: float = 0.05
    """Times the step's square: cost of a pixel of hair that is given up, however well the edit's replaces it."""
    rather: float = 0.01
    """Cost of any pixel given up that isn't the replaced garment."""
    same: float = 0.15
    """Added to ``rather`` where both pictures agree: giving hair up gains nothing there."""
    missing: float = 2.0
    """Cost of a pixel of hair that is given up where the edit shows no hair within ``nearby``."""
    nearby: float = 0.025
    """Of the long side."""
    soft: float = 0.006
    """Of the long side; sigma of the passage from the original's hair to the edit's."""
    sharp: float = 0.0015
    """Of the long side; sigma of the passage beside hair."""
    nothing: float = 0.01
    """Share of the edit below which a pixel is the original's."""


DEFAULT = HairSeamConfig()


@dataclass(frozen=True)
class Strands:
    """What the seam is decided by; float32 (h, w) and (h, w, 3), all of one size."""

    matted: Map
    """CIELAB of the original with its hair laid over the edit where the garment is replaced."""
    edited: Map
    """CIELAB of the edit."""
    alpha: Map
    """Opacity of the original's hair."""
    mixture: Mixture
    """The hair's share by colour alone."""
    behind: Map
    """1 where the replaced garment lies behind or beside, 0 elsewhere."""
    garment: Mask
    """bool (h, w): the replaced garment itself."""
    hair: Map
    """Probability of hair in the original."""
    edited_hair: Map
    """Probability of hair in the edit."""


def hair_from_edit(strands: Strands, must_keep: Mask, must_take: Mask, long_side: float) -> Map:
    """How much of each pixel comes from the edit, hair and all, float32 (h, w) in [0, 1].

    Args:
        strands: both pictures and the matte.
        must_keep: bool (h, w): stays as it is.
        must_take: bool (h, w): comes from the edit anyway.
        long_side: of the whole picture, in pixels of this size.

    >>> dark, grey = np.full((60, 60, 3), (20, 0, 0), np.float32), np.full((60, 60, 3), (24, 0, 0), np.float32)
    >>> hair, row = np.ones((60, 60), np.float32), np.arange(60)[:, None].repeat(60, 1)
    >>> unsure = Mixture(share=0.5 * hair, pure=dark, contrast=0 * hair, certainty=0 * hair)  # colour tells nothing
    >>> strands = Strands(dark, grey, 0.5 * hair, unsure, behind=hair, garment=row > 50, hair=hair, edited_hair=hair)
    >>> weight = hair_from_edit(strands, must_keep=row < 10, must_take=row > 50, long_side=60.0)
    >>> float(weight[5, 30]), float(weight[55, 30])
    (0.0, 1.0)
    """
    import cv2

    sigma = max(0.8, DEFAULT.blur * long_side)
    matted, edited = (cv2.GaussianBlur(lab, (0, 0), sigma) for lab in (strands.matted, strands.edited))
    step = np.minimum(np.linalg.norm(matted - edited, axis=2) / DEFAULT.full_step, DEFAULT.most).astype(np.float32)
    ambiguity = _ambiguity(strands) * np.minimum(step / DEFAULT.seen, 1)
    keep_cost = strands.behind * (ambiguity + _crossing(strands, step))
    agreement = 1 - np.minimum(step / DEFAULT.seen, 1)
    take_cost = (DEFAULT.rather + DEFAULT.same * agreement) * ~strands.garment
    take_cost += DEFAULT.lost * step**2 * strands.hair
    take_cost += _missing(strands, DEFAULT.nearby * long_side) * np.minimum(step, 1)
    half = max(1, round(step.shape[0] / 2)), max(1, round(step.shape[1] / 2))
    smaller = [resize_map(np.asarray(values, np.float32), half) for values in (keep_cost, take_cost, step)]
    keep, take = (resize_map(mask.astype(np.float32), half) > 0.5 for mask in (must_keep, must_take))
    # A pixel of half the size stands for four, and for two of a seam's length.
    taken = minimum_cut(2 * smaller[0], 2 * smaller[1], DEFAULT.least + smaller[2], keep, take)
    left = connected_regions(~taken)
    if keep.any():
        taken = ~left.select(left.total(keep) > 0)  # a lock that hangs from no head comes from the edit
    weight = resize_map(taken.astype(np.float32), (step.shape[0], step.shape[1]))
    inside = cv2.GaussianBlur(np.minimum(strands.hair, strands.edited_hair), (0, 0), sigma)
    sharp, soft = (cv2.GaussianBlur(weight, (0, 0), width * long_side) for width in (DEFAULT.sharp, DEFAULT.soft))
    weight = sharp + inside * (soft - sharp)
    return np.where(weight < DEFAULT.nothing, 0, weight).astype(np.float32)


def _ambiguity(strands: Strands) -> Map:
    """Cost of what is neither hair nor what lies behind, by its colour: wrong there shows as a veil or a hole."""
    share, alpha = strands.mixture.share, strands.alpha
    mixed = np.maximum(share * (1 - share), alpha * (1 - alpha))
    clear = np.minimum(strands.mixture.contrast / DEFAULT.clear, 1) * strands.mixture.certainty
    return np.asarray(DEFAULT.doubtful * 4 * mixed * (1 - clear), np.float32)


def _crossing(strands: Strands, step: Map) -> Map:
    """Cost of an outline that neither picture has: of the original's hair, across the edit's."""
    import cv2

    beside = np.minimum(cv2.dilate(step, np.ones((5, 5), np.uint8)), 1)
    return np.asarray(
        DEFAULT.crossing * np.hypot(*slopes(strands.alpha)) * beside * (strands.edited_hair > OUTLINE), np.float32
    )


def _missing(strands: Strands, nearby: float) -> Map:
    """Cost of hair that the edit doesn't show, nor any nearby."""
    apart = distance_to(strands.edited_hair > OUTLINE) > nearby
    return np.asarray(DEFAULT.missing * strands.alpha**2 * (apart & (strands.hair > OUTLINE)), np.float32)
