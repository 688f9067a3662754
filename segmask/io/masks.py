"""Masks: what a grey level, a colour or a clear pixel means in them is known by rule, or asked for; never guessed.

``gray``: white is marked; greys are shares. ``painted``: what isn't black is marked. ``layer``: opaque is marked, as on
a layer that was painted on. ``hole``: transparent is marked, as in a photo with a hole; image-edit services take that.
``auto`` takes what the file can only be, and refuses the rest. The names of ``MASK_FORMATS`` say which tool a mask is
from, or for; ``segmask.io.mask_files`` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError, unknown
from segmask.core.findings import Finding, Findings
from segmask.io.colour import to_8bit
from segmask.io.picture import Picture
from segmask.io.read import Source, as_array, contents_of, is_path, is_pil, read_picture

MASK_FORMATS = ("gray", "rgba", "openai", "comfy", "vton")
"""What masks are written as, and can be read as."""
MASK_DIALECTS = ("auto", "gray", "painted", "layer", "hole", *MASK_FORMATS[1:])
NEUTRAL = 12
"""Levels that a grey's channels may differ by: what JPEG makes of greys."""
PHOTO_COLOURS = 256
"""Of more colours than a palette holds, a picture with transparency is a photo with a hole."""
JPEG_NOISE = 16
"""Levels from black or white: what JPEG's rounding leaves there at the usual qualities (75 and above)."""
MID_GREY = (32, 223)
"""Levels, both included: farther from black and white than noise and the ends of a soft edge."""
MOSTLY = 0.5
"""Share of a mask's marked pixels: of more in mid grey it may be a grey picture rather than a mask with soft edges."""
PICTURE_LEVELS = 64
"""Different levels: an even opacity has few."""
PAINTED_GREY, PAINTED_SHARE = (120, 136), 0.05
"""Levels, and share of the picture: virtual try-on sets paint the garment over with 128, and JPEG blurs that."""

Levels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class ReadMask:
    """A mask as read."""

    levels: Levels
    """uint8 (H, W): 255 is marked."""
    notes: Findings = ()
    """How it was read, where that is not a matter of course."""


def read_mask(source: Source, name: str = "mask", *, dialect: str = "auto", max_pixels: int | None = None) -> ReadMask:
    """A mask from a path, a PIL image or an array (bool; 0..1 floating point; uint8 or uint16).

    A mask that holds only 0 and 1 is black and white. Raises InputError for one whose meaning is open, OptionError for
    an unknown dialect.
    """
    if dialect not in MASK_DIALECTS:
        raise unknown("mask dialect", dialect, MASK_DIALECTS)
    if dialect in ("auto", "gray") and _is_flags(source):  # no picture is made of a brush stroke
        return ReadMask(np.asarray(source, np.uint8) * np.uint8(255))
    levels, notes = _levels(source, name, dialect, max_pixels)
    if levels.max(initial=0) == 1:
        text = f"{name}: holds only 0 and 1, read as black and white"
        return ReadMask(levels * np.uint8(255), (*notes, Finding("mask-read-as-binary", text)))
    marked = int((levels > 0).sum())
    grey = int(((levels >= MID_GREY[0]) & (levels <= MID_GREY[1])).sum())
    if grey > MOSTLY * marked and len(np.unique(levels)) > PICTURE_LEVELS:
        share = grey / marked
        text = f"{name}: {share:.0%} of what it marks is mid grey, read as shares; a picture handed in as a mask?"
        notes = (*notes, Finding("mask-unsure", text, measured=share))
    return ReadMask(levels, notes)


def read_gray(source: Source, name: str = "mask") -> Levels:
    """A mask's levels as ``read_mask`` reads them, uint8 (H, W), but 0 and 1 stay what they are."""
    return _levels(source, name, "auto", None)[0]


def _levels(source: Source, name: str, dialect: str, max_pixels: int | None) -> tuple[Levels, Findings]:
    a_file = is_path(source) or contents_of(source, name) is not None
    if not (a_file or is_pil(source) or isinstance(source, Picture)):
        source = _array_levels(as_array(source, name), name)
    picture = read_picture(source, name, max_pixels=max_pixels)
    raster, notes = _eight_bit(picture, name)
    levels, how = _meant(raster, name, dialect)
    if how:
        notes = (*notes, Finding("read-as", f"{name}: {how}"))
    if picture.jpeg is None:
        return levels, notes
    cleaned, share = _without_noise(levels)
    if share:
        text = (
            f"{name}: a JPEG; {share:.1%} of it lay within {JPEG_NOISE} levels of black or white and was taken for that"
        )
        notes = (*notes, Finding("mask-denoised", text, measured=share))
    return cleaned, notes


def _is_flags(source: Source) -> bool:
    """Is it a bool array (H, W), which is a mask that can be read in one way alone?"""
    return isinstance(source, np.ndarray) and source.dtype == np.bool_ and source.ndim == 2 and source.size > 0


def _array_levels(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Bool and floating-point arrays as levels."""
    if values.dtype == np.bool_:
        return np.where(values, 255, 0).astype(np.uint8)
    if np.issubdtype(values.dtype, np.floating):
        if not (np.isfinite(values).all() and values.min(initial=0) >= 0 and values.max(initial=0) <= 1):
            raise InputError(f"{name}: a floating-point mask must lie in [0, 1]")
        return np.rint(values * 255).astype(np.uint8)
    return values


def _eight_bit(picture: Picture, name: str) -> tuple[NDArray[np.uint8], Findings]:
    """A mask's samples as 8 bits; 16-bit ones that hold 8-bit levels are taken for those."""
    raster = picture.raster
    if raster.dtype == np.uint16 and not picture.has_alpha and raster.max(initial=0) <= 255:
        text = f"{name}: 16 bits a pixel, but no level above 255: read as 8-bit levels"
        small = raster.max(initial=0) > 1
        return raster.astype(np.uint8), ((Finding("read-as", text),) if small else ())
    return to_8bit(raster), ()


def _without_noise(levels: Levels) -> tuple[Levels, float]:
    """A JPEG's levels with its noise near black and white taken out, and the share of pixels that had some.

    A mask that holds 0 and 1 alone, or nothing near white, stays as it is.
    """
    if levels.max(initial=0) <= 255 - JPEG_NOISE:
        return levels, 0.0
    low, high = (levels > 0) & (levels <= JPEG_NOISE), (levels < 255) & (levels >= 255 - JPEG_NOISE)
    cleaned = np.where(low, np.uint8(0), np.where(high, np.uint8(255), levels)).astype(np.uint8)
    return cleaned, float((low | high).mean())


def _meant(raster: NDArray[np.uint8], name: str, dialect: str) -> tuple[Levels, str]:
    """Levels (H, W), and how they were read where that is not a matter of course."""
    channels = raster.shape[2]
    alpha = raster[..., -1] if channels in (2, 4) else None
    colours = raster[..., : 1 if channels < 3 else 3]
    if dialect == "vton":
        _check_plain(colours, name)
    dialect, hard = {"rgba": "hole", "openai": "hole", "vton": "gray"}.get(dialect, dialect), dialect == "openai"
    if dialect == "comfy":
        dialect = "gray" if alpha is None else "hole"
    if dialect == "auto":
        dialect, how = _only_reading(colours, None if alpha is None or (alpha == 255).all() else alpha, name)
    else:
        how = ""
    if dialect in ("layer", "hole"):
        if alpha is None:
            raise InputError(f"{name}: read as {dialect!r}, a mask in the transparency, and it has no transparency")
        if hard:  # only what is fully transparent is edited
            return np.where(alpha == 0, 255, 0).astype(np.uint8), how
        return (alpha if dialect == "layer" else 255 - alpha), how
    if dialect == "painted":
        return np.where(colours.max(2) > 0, 255, 0).astype(np.uint8), how
    return _gray(colours), how


def _check_plain(colours: NDArray[np.uint8], name: str) -> None:
    """InputError for a picture in colour where a try-on set's mask is expected."""
    if _spread(colours) > NEUTRAL:
        raise InputError(f"{name}: a picture in colour, not a mask{_agnostic(colours)}")


def _agnostic(colours: NDArray[np.uint8]) -> str:
    """What to say of a picture whose garment is painted over with grey; empty for others."""
    painted = ((colours >= PAINTED_GREY[0]) & (colours <= PAINTED_GREY[1])).all(2)
    if painted.mean() < PAINTED_SHARE:
        return ""
    return (
        f"; {painted.mean():.0%} of it is painted in one grey, as in a try-on set's agnostic pictures: hand in the "
        "mask that belongs to it (agnostic-mask/ or agnostic_masks/)"
    )


def _gray(colours: NDArray[np.uint8]) -> Levels:
    return colours[..., 0] if colours.shape[2] == 1 else np.rint(colours.mean(2)).astype(np.uint8)


def _only_reading(colours: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, name: str) -> tuple[str, str]:
    """The dialect that a mask can only be in, and a word where that is not plain. InputError where it is open."""
    if alpha is None:
        return _opaque_reading(colours, name)
    shown = np.unique(colours[alpha > 0].reshape(-1, colours.shape[2]), axis=0)
    hidden = np.unique(colours[alpha == 0].reshape(-1, colours.shape[2]), axis=0)
    advice = f"; say which it is (one of {', '.join(MASK_DIALECTS[1:])}), or hand in black and white"
    if len(shown) > PHOTO_COLOURS and _spread(colours) > NEUTRAL:
        return "hole", "a photo with transparency: what is transparent is marked"
    if len(shown) == 1 and shown.any() and not hidden.any():
        return "layer", "a layer painted in one colour: what is opaque is marked"
    if len(shown) <= 1:
        raise InputError(f"{name}: one colour with transparency; either side could be marked{advice}")
    raise InputError(f"{name}: has {len(shown)} colours and transparency; expected grey levels{advice}")


def _opaque_reading(colours: NDArray[np.uint8], name: str) -> tuple[str, str]:
    if colours.shape[2] == 1 or _spread(colours) <= NEUTRAL:
        return "gray", ""
    found = np.unique(colours.reshape(-1, 3), axis=0)
    if len(found) == 2 and not found[0].any():
        return "painted", f"black and one colour {tuple(found[1].tolist())}: what is coloured is marked"
    raise InputError(
        f"{name}: has {len(found)} colours; expected grey levels, white is marked. Say that it is 'painted' if all "
        f"that isn't black is marked, or hand in black and white{_agnostic(colours)}"
    )


def _spread(colours: NDArray[np.uint8]) -> int:
    """How far the channels of the most colourful pixel differ, in levels."""
    return 0 if colours.shape[2] == 1 else int((colours.max(2) - colours.min(2)).max(initial=0))
