"""Colours that PNG chunks describe without a profile (PNG 3rd edition, 11.3.2; ITU-T H.273), as a profile."""

from __future__ import annotations

import struct
from functools import lru_cache

from segmask.io.icc import SRGB_CURVE, SRGB_XY, profile_of
from segmask.io.picture import Metadata

D65 = SRGB_XY[3]
PRIMARIES = {
    1: SRGB_XY,
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), D65),  # BT.2020
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), D65),  # Display P3
}
"""H.273 table 2."""
BT_709 = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
CURVES = {1: BT_709, 4: (2.2,), 5: (2.8,), 6: BT_709, 8: (1.0,), 13: SRGB_CURVE, 14: BT_709, 15: BT_709}
"""H.273 table 3: transfer characteristics as parametric curves."""
HDR = {16: "PQ", 18: "HLG"}
SRGB_GAMMA = 45455
NEAR = 0.002
"""Rounding of chromaticities: what PNG writers make of sRGB's."""

Chunks = tuple[tuple[bytes, bytes], ...]


@lru_cache(maxsize=16)
def profile_from(chunks: Chunks) -> tuple[bytes | None, str]:
    """The profile that colour chunks mean, None for sRGB; and a note where they mean something else.

    >>> profile_from(((b"sRGB", b"\\0"),))
    (None, '')
    """
    found = dict(chunks)
    if len(found.get(b"cICP", b"")) == 4:
        return _from_code_points(*found[b"cICP"])
    gamma = struct.unpack(">I", found[b"gAMA"])[0] if len(found.get(b"gAMA", b"")) == 4 else SRGB_GAMMA
    places = struct.unpack(">8I", found[b"cHRM"]) if len(found.get(b"cHRM", b"")) == 32 else None
    if b"sRGB" in found or not gamma:
        return None, ""
    xy = SRGB_XY
    if places is not None:
        pairs = [(places[index] / 1e5, places[index + 1] / 1e5) for index in range(0, 8, 2)]
        xy = (*pairs[1:], pairs[0])
        if not all(0 < x < 1 and 0 < y < 1 and x + y <= 1 for x, y in xy):
            return None, "its primaries are no colours; read as sRGB"
    same = all(
        abs(a - b) < NEAR for one, other in zip(xy, SRGB_XY, strict=True) for a, b in zip(one, other, strict=True)
    )
    curve = SRGB_CURVE if abs(gamma - SRGB_GAMMA) < 100 else (1e5 / gamma,)
    return (None, "") if same and curve is SRGB_CURVE else (profile_of(xy, curve, "PNG gAMA cHRM"), "")


def _from_code_points(primaries: int, transfer: int, matrix: int, full: int) -> tuple[bytes | None, str]:
    if transfer in HDR:
        return None, f"its colours are HDR ({HDR[transfer]}): the stages look at them as if they were sRGB"
    if primaries not in PRIMARIES or transfer not in CURVES or matrix or full != 1:
        return None, f"its colours (cICP {primaries}/{transfer}/{matrix}/{full}) are not known; read as sRGB"
    if (primaries, transfer) == (1, 13):
        return None, ""
    return profile_of(PRIMARIES[primaries], CURVES[transfer], f"cICP {primaries}/{transfer}"), ""


def without_a_profile(metadata: Metadata) -> list[str]:
    """Colour chunks that other formats can't hold: those that the profile does not stand for, in words."""
    stands = metadata.icc is not None and profile_from(metadata.png_colour)[0] == metadata.icc
    names = [kind.decode() for kind, _ in metadata.png_colour if kind != b"sRGB"]
    return [] if stands or not names else [f"the PNG colour chunks {' '.join(names)}"]
