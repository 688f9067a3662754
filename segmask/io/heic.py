"""HEIC and HEIF, the photos of phones: by pi-heif (extra ``heic``), whose libraries are under the LGPL."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.io.limits import check_pixels
from segmask.io.orientation import UPRIGHT
from segmask.io.stored import Stored
from segmask.io.tiff import unmultiplied

USUAL_PRIMARIES, USUAL_TRANSFERS = (1, 2), (1, 2, 6, 13)
"""Of H.273: BT.709 or unspecified; those that are shown as sRGB is."""


def read_heic(data: bytes, name: str, max_pixels: int | None) -> Stored:
    """The main picture of a file, upright as the file says it is shown. Raises InputError."""
    if importlib.util.find_spec("pi_heif") is None:
        raise InputError(
            f"{name}: HEIC can't be read without pi-heif: run pip install 'segmask[heic]', or save it as PNG or JPEG"
        )
    import pi_heif

    found: Any = pi_heif.open_heif(data, convert_hdr_to_8bit=False)
    picture = found[found.primary_index]
    check_pixels(picture.size, len(data), name, max_pixels)
    info, bits = picture.info, int(picture.info["bit_depth"])
    samples = _samples(np.array(picture), bits)
    notes: tuple[str, ...] = ()
    if picture.premultiplied_alpha:
        colours, alpha = samples[..., :-1], samples[..., -1:]
        samples = np.concatenate([unmultiplied(colours, alpha), alpha], axis=2)
        notes = ("its colours are multiplied by their alpha; divided by it",)
    if len(found) > 1:
        notes += (f"{len(found)} pictures: the main one was used",)
    extra = info.get("aux") or {}
    gain = any("gainmap" in str(kind).lower() for kind in extra)
    others = [kind for kind in extra if "gainmap" not in str(kind).lower()]
    left_out = ("the depth map",) * bool(info.get("depth_images"))
    left_out += (f"{len(others)} further pictures that belong to it",) * bool(others)
    return Stored(
        samples,
        icc=info.get("icc_profile"),
        exif=info.get("exif"),
        xmp=info.get("xmp"),
        png_colour=_coded(info.get("nclx_profile")),
        orientation=UPRIGHT,  # the decoder has turned it; its EXIF may still say how
        has_gain_map=gain,
        left_out=left_out,
        notes=notes,
    )


def _samples(values: NDArray[Any], bits: int) -> NDArray[Any]:
    """(H, W, C); of 10 or 12 bits, which come shifted up, so that white is 65535."""
    values = values[..., None] if values.ndim == 2 else values
    if values.dtype != np.uint16:
        return values
    return values | values >> np.uint16(bits) if 8 < bits < 16 else values


def _coded(profile: Any) -> tuple[tuple[bytes, bytes], ...]:
    """Primaries and transfer by their numbers, as a PNG has them; empty where they are the usual ones."""
    if not isinstance(profile, dict):
        return ()
    codes = [int(profile.get(key, 2)) for key in ("color_primaries", "transfer_characteristics")]
    if codes[0] in USUAL_PRIMARIES and codes[1] in USUAL_TRANSFERS:
        return ()
    return ((b"cICP", bytes([*codes, 0, 1])),)
