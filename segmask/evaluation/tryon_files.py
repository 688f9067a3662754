"""A picture and its mask as the files of a virtual try-on set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from segmask import io
from segmask.core.errors import InputError
from segmask.core.findings import Finding, Findings
from segmask.core.geometry import resize_image
from segmask.evaluation.datasets.tryon import SIZE_WH, garment_folder
from segmask.result import MaskResult, Result

SAME_ASPECT = 0.02
"""Natural logarithm of the ratio of two aspects: as for masks of another size (``segmask.inputs``)."""
GREY = 128
"""Level that these sets paint over with."""


def tryon_contents(
    found: MaskResult | Result, root: Path, name: str, preset: str, parts: tuple[str, ...]
) -> tuple[dict[Path, bytes], Findings]:
    """A picture and its mask in a set's folders and names, as contents by path, and what there is to say.

    Args:
        found: the mask with its picture.
        root: the set's folder.
        name: of the picture, without an ending.
        preset: ``viton-hd`` or ``dresscode``.
        parts: the garment that the mask is of.

    Raises OptionError for a garment that the set has not, InputError for a picture of another aspect.

    >>> import segmask
    >>> labels = np.zeros((400, 300), np.uint8)
    >>> labels[100:200, 50:250] = 4  # upper
    >>> photo = np.full((400, 300, 3), 90, np.uint8)
    >>> found = segmask.mask(photo, parsing=labels, target="upper", face_detector="none")
    >>> contents, _ = tryon_contents(found, Path("set"), "0001_00", "viton-hd", ("upper",))
    >>> [path.as_posix() for path in contents][:2]
    ['set/test/image/0001_00.jpg', 'set/test/agnostic-mask/0001_00_mask.png']
    """
    layout, folder = garment_folder(preset, parts)
    picture, (width, height) = found.original, found.original.size_wh
    if abs(np.log((width / height) / (SIZE_WH[0] / SIZE_WH[1]))) > SAME_ASPECT:
        raise InputError(
            f"preset {preset}: the set's pictures are {SIZE_WH[0]}x{SIZE_WH[1]}; got {width}x{height}. "
            f"Cut it to that first, as with `segmask crop --size {SIZE_WH[0]}x{SIZE_WH[1]}`"
        )
    size_hw = SIZE_WH[1], SIZE_WH[0]
    image, levels = resize_image(picture.image, size_hw), resize_image(found.mask, size_hw)
    mask = np.where(levels >= io.HALF, np.uint8(255), np.uint8(0))
    name = name if name.endswith(layout.name_ending) else name + layout.name_ending
    home, plain = root / folder, io.Metadata()
    contents = {
        home / layout.image / f"{name}.jpg": io.encode(image, plain, "JPEG")[0],
        home / layout.mask / f"{name}{layout.mask_ending}.png": io.encode(mask[..., None], plain, "PNG")[0],
    }
    if layout.agnostic is not None:
        painted = np.where(mask[..., None] > 0, np.uint8(GREY), image)
        contents[home / layout.agnostic / f"{name}.jpg"] = io.encode(painted, plain, "JPEG")[0]
    if picture.size_wh == SIZE_WH:
        return contents, ()
    text = f"written at {SIZE_WH[0]}x{SIZE_WH[1]}, as the set's pictures are; the photo has {width}x{height}"
    return contents, (Finding("region-scaled", text, measured=SIZE_WH[0] / width),)
