"""A mask as a file's contents: grey, or as the photo's own transparency."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import OptionError
from segmask.core.findings import Finding, Findings
from segmask.io.picture import Metadata, Picture, Raster
from segmask.io.write import encode, output_format


def mask_contents(
    photo: Picture, mask: NDArray[np.uint8], file_format: str, mask_format: str, invert: bool, strip_metadata: bool
) -> tuple[bytes, Findings]:
    """A mask as a file's contents, and what there is to say of it.

    Args:
        photo: what it belongs to.
        mask: uint8 (H, W): 255 is to be edited.
        file_format: ``PNG``, ``TIFF`` or ``WEBP``.
        mask_format: ``gray``, white is to be edited; ``rgba``, the photo, clear where it is to be edited.
        invert: swap the polarity.
        strip_metadata: of ``rgba``, leave the photo's metadata out.

    >>> from segmask.io.read import read_picture
    >>> photo = read_picture(np.full((2, 2, 3), 90, np.uint8))
    >>> data, _ = mask_contents(photo, np.uint8([[255, 0], [0, 0]]), "PNG", "rgba", False, False)
    >>> import cv2
    >>> cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)[0].tolist()
    [[90, 90, 90, 0], [90, 90, 90, 255]]
    """
    levels = mask if (mask_format == "gray") != invert else 255 - mask
    if mask_format == "gray":
        return encode(levels[..., None], Metadata(), file_format)
    shown, said = stripped(photo) if strip_metadata else (photo, ())
    encoded, notes = encode(_cutout(shown, levels), shown.metadata, file_format)
    if photo.has_alpha:
        text = "the photo's own transparency is kept: what is clear in it is clear whatever the mask says"
        notes = (*notes, Finding("transparency-kept", text))
    return encoded, (*notes, *said)


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
