"""What a labelled case says about each pixel: it must change, it must stay, or it does not count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.core.labels import PART_ID
from segmask.core.types import Alpha, LabelMap, Mask

STAY, DONT_CARE, CHANGE = 0, 128, 255


@dataclass(frozen=True)
class Truth:
    """The truth of one case at the original's size.

    ``values`` is uint8 (H, W): 0 must stay, 255 must change, 128 does not count anywhere. Other levels are a soft
    truth (alpha = level / 255): the matte metrics compare with it and the region metrics decide it at one half,
    but *kept* and *coverage*, which ask for certainty, count 0 and 255 only.
    """

    values: NDArray[np.uint8]
    parsing: LabelMap | None = None
    """Canonical part of each pixel of the original, where it is known."""
    face_mask: Mask | None = None
    """bool (H, W): the face in the original, where it is known."""

    @cached_property
    def is_known(self) -> bool:
        """Does any pixel count? Not in a set of pairs, which has no masks."""
        return bool(self.counted.any())

    @cached_property
    def stay(self) -> Mask:
        """Pixels that must stay the original's."""
        return self.values == STAY

    @cached_property
    def change(self) -> Mask:
        """Pixels that must come from the edit."""
        return self.values == CHANGE

    @cached_property
    def counted(self) -> Mask:
        """All pixels but those that don't count."""
        return self.values != DONT_CARE

    @cached_property
    def alpha(self) -> Alpha:
        """The truth as a matte, float32 (H, W); what it says where nothing counts has no meaning."""
        return self.values.astype(np.float32) / np.float32(255)

    @cached_property
    def region(self) -> Mask:
        """The region to change with the don't-care pixels given to the nearer side, for outlines."""
        import cv2

        region = self.values > DONT_CARE
        open_pixels = ~self.counted
        if not open_pixels.any():
            return region
        outside = (self.values < DONT_CARE).astype(np.uint8)
        if not region.any() or not outside.any():
            return region
        to_region = cv2.distanceTransform((~region).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        to_outside = cv2.distanceTransform(1 - outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return region | (open_pixels & (to_region < to_outside))

    @cached_property
    def face(self) -> Mask | None:
        """Face pixels that must not be touched: all but those that the truth wants changed; None if unknown."""
        face = self.face_mask if self.face_mask is not None else self.part("face")
        return None if face is None else face & ~self.change

    def part(self, name: str) -> Mask | None:
        """Where the original shows a part; None without a parsing."""
        return None if self.parsing is None else self.parsing == PART_ID[name]


def make_truth(
    mask: NDArray[np.uint8],
    *,
    keep: Mask | None = None,
    parsing: LabelMap | None = None,
    face: Mask | None = None,
) -> Truth:
    """The truth of a mask as stored, uint8 (H, W), and what else is known about the case.

    A mask of 0 and 1 is read as 0 and 255. With ``keep`` (bool, H x W) only its pixels must stay, and pixels in
    neither don't count. Raises InputError on sizes that differ and on pixels that must both stay and change.

    >>> mask, keep = np.uint8([[255, 0, 0]]), np.array([[False, True, False]])
    >>> make_truth(mask).values.tolist(), make_truth(mask, keep=keep).values.tolist()
    ([[255, 0, 0]], [[255, 0, 128]])
    """
    values = mask * np.uint8(255) if mask.size and mask.max() == 1 else mask
    for name, other in (("keep", keep), ("parsing", parsing), ("face", face)):
        if other is not None and other.shape != mask.shape:
            raise InputError(f"{name} is {_size(other)}, the mask is {_size(mask)}; expected the same size")
    if keep is not None:
        both = int((keep & (values == CHANGE)).sum())
        if both:
            raise InputError(
                f"{both} pixels must change (mask) and must stay (keep); expected them to exclude each other"
            )
        values = np.where(keep, STAY, np.where(values == STAY, DONT_CARE, values)).astype(np.uint8)
    return Truth(values, parsing, face)


def _size(array: np.ndarray) -> str:
    return f"{array.shape[1]}x{array.shape[0]}"
