"""A mask as a file's contents, in the dialect of whoever is to read it.

``openai``: the image-edit API takes a PNG of the picture's size and edits where it is fully transparent. ``comfy``: the
node Load Image gives the picture, and as the mask what is transparent in it. ``vton``: virtual try-on sets and models
take black and white without greys.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import OptionError, unknown
from segmask.core.findings import Finding, Findings
from segmask.io.masks import MASK_FORMATS
from segmask.io.picture import Metadata, Picture, Raster
from segmask.io.write import encode, output_format

HALF = 128
"""Levels from which a pixel is edited, where a dialect knows no shares."""


def mask_contents(
    photo: Picture, mask: NDArray[np.uint8], file_format: str, mask_format: str, invert: bool, strip_metadata: bool
) -> tuple[bytes, Findings]:
    """A mask as a file's contents, and what there is to say of it.

    Args:
        photo: what it belongs to.
        mask: uint8 (H, W): 255 is to be edited.
        file_format: ``PNG``, ``TIFF`` or ``WEBP``.
        mask_format: ``gray``, white is to be edited; ``rgba``, the photo, clear where it is to be edited; ``openai``,
            black, clear from one half on; ``comfy``, the photo as 8-bit sRGB, clear where it is to be edited; ``vton``,
            white from one half on.
        invert: of ``gray`` and ``rgba``, swap the polarity.
        strip_metadata: of ``rgba``, leave the photo's metadata out.

    Raises OptionError for a choice that goes not with the format.

    >>> from segmask.io.read import read_picture
    >>> photo = read_picture(np.full((2, 2, 3), 90, np.uint8))
    >>> data, _ = mask_contents(photo, np.uint8([[255, 0], [0, 0]]), "PNG", "rgba", False, False)
    >>> import cv2
    >>> cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)[0].tolist()
    [[90, 90, 90, 0], [90, 90, 90, 255]]
    """
    check_mask_format(mask_format, file_format, invert, strip_metadata)
    if mask_format == "comfy":
        return _for_comfy(photo, mask, file_format)
    if mask_format in ("openai", "vton"):
        hard = np.where(mask >= HALF, np.uint8(255), np.uint8(0))
        drawn = (
            hard[..., None] if mask_format == "vton" else np.dstack([np.zeros((*mask.shape, 3), np.uint8), 255 - hard])
        )
        return encode(drawn, Metadata(), file_format)
    levels = mask if (mask_format == "gray") != invert else 255 - mask
    if mask_format == "gray":
        return encode(levels[..., None], Metadata(), file_format)
    shown, said = stripped(photo) if strip_metadata else (photo, ())
    encoded, notes = encode(_cutout(shown, levels), shown.metadata, file_format)
    if photo.has_alpha:
        text = "the photo's own transparency is kept: what is clear in it is clear whatever the mask says"
        notes = (*notes, Finding("transparency-kept", text))
    return encoded, (*notes, *said)


def check_mask_format(mask_format: str, file_format: str, invert: bool, strip_metadata: bool) -> None:
    """Raise OptionError for an unknown dialect, or a choice that has nothing to act on in it.

    >>> check_mask_format("openai", "TIFF", False, False)
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: mask format openai: is a PNG; got TIFF
    """
    if mask_format not in MASK_FORMATS:
        raise unknown("mask format", mask_format, MASK_FORMATS)
    if mask_format == "openai" and file_format != "PNG":
        raise OptionError(f"mask format openai: is a PNG; got {file_format}")
    if mask_format == "comfy" and file_format == "TIFF":
        raise OptionError("mask format comfy: expected PNG or WebP, which ComfyUI shows; got TIFF")
    if invert and mask_format not in ("gray", "rgba"):
        raise OptionError(f"invert: {mask_format} says itself which side is edited; leave it out")
    if strip_metadata and mask_format != "rgba":
        raise OptionError(f"strip_metadata: a {mask_format} mask has no metadata; it goes with the format rgba")


def _for_comfy(photo: Picture, mask: NDArray[np.uint8], file_format: str) -> tuple[bytes, Findings]:
    encoded, notes = encode(np.dstack([photo.image, 255 - mask]), Metadata(), file_format)
    if photo.raster.dtype != np.uint8 or photo.metadata.icc is not None:
        text = "a comfy mask holds the photo as 8-bit sRGB: its own depth and colour profile were left out"
        notes = (*notes, Finding("not-written", text))
    return encoded, notes


def lossless_format(path: Path) -> str:
    """The format of a file's ending. OptionError for one with loss, or for none.

    >>> lossless_format(Path("mask.tif"))
    'TIFF'
    """
    file_format = output_format(path)
    if file_format == "JPEG":
        raise OptionError(f"{path}: masks and previews are written without loss; expected .png, .webp or .tif")
    return file_format


def stripped(photo: Picture) -> tuple[Picture, Findings]:
    """The picture without its metadata, and a line about what that was.

    >>> from segmask.io.read import read_picture
    >>> stripped(read_picture(np.full((2, 2, 3), 90, np.uint8)))[1][0].code
    'metadata-stripped'
    """
    metadata, names = photo.metadata.stripped()
    text = f"left out as asked: {', '.join(names) or 'there was no metadata'}"
    return replace(photo, metadata=metadata), (Finding("metadata-stripped", text),)


def _cutout(photo: Picture, levels: NDArray[np.uint8]) -> Raster:
    """The photo's own samples with an alpha channel (H, W, 2 or 4): the levels, less what is clear in it already."""
    raster: NDArray[Any] = photo.raster
    top = int(np.iinfo(raster.dtype).max)
    alpha: NDArray[Any] = levels.astype(np.uint64) * (top // 255)
    if photo.has_alpha:
        alpha = (alpha * raster[..., -1] + top // 2) // top
    colours: Any = raster[..., :-1] if photo.has_alpha else raster
    return np.concatenate([colours, alpha[..., None].astype(raster.dtype)], axis=2)
