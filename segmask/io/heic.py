"""HEIC and HEIF, the photos of phones: by pi-heif (extra ``heic``), whose libraries are under the LGPL.

They are decoded in a process of their own (``heic_child``): of some damaged files the decoder ends its process.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
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
CHILD = Path(__file__).with_name("heic_child.py")


def read_heic(data: bytes, name: str, max_pixels: int | None) -> Stored:
    """The main picture of a file, upright as the file says it is shown. Raises InputError."""
    if importlib.util.find_spec("pi_heif") is None:
        raise InputError(
            f"{name}: HEIC can't be read without pi-heif: run pip install 'segmask[heic]', or save it as PNG or JPEG"
        )
    found, values = _decoded(data, name, max_pixels)
    samples = _samples(values, found["bits"])
    notes: tuple[str, ...] = ()
    if found["premultiplied"]:
        colours, alpha = samples[..., :-1], samples[..., -1:]
        samples = np.concatenate([unmultiplied(colours, alpha), alpha], axis=2)
        notes = ("its colours are multiplied by their alpha; divided by it",)
    if found["pictures"] > 1:
        notes += (f"{found['pictures']} pictures: the main one was used",)
    others = [kind for kind in found["aux"] if "gainmap" not in kind.lower()]
    left_out = ("the depth map",) * found["depth"]
    left_out += (f"{len(others)} further pictures that belong to it",) * bool(others)
    icc, exif, xmp = (b64decode(found[key]) if key in found else None for key in ("icc", "exif", "xmp"))
    return Stored(
        samples,
        icc=icc,
        exif=exif,
        xmp=xmp,
        png_colour=_coded(found["coded"]),
        orientation=UPRIGHT,  # the decoder has turned it; its EXIF may still say how
        has_gain_map=len(others) < len(found["aux"]),
        left_out=left_out,
        notes=notes,
    )


def _decoded(data: bytes, name: str, max_pixels: int | None) -> tuple[dict[str, Any], NDArray[Any]]:
    """What the file declares, and the main picture's samples. Raises InputError."""
    command = [sys.executable, "-P", str(CHILD)]
    broken = InputError(f"{name}: damaged or cut short, can't be decoded: its decoder stopped")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(len(data).to_bytes(8, "big") + data)
            child.stdin.flush()
            found = json.loads(child.stdout.readline() or "{}")
            if "error" in found:
                raise InputError(f"{name}: damaged or cut short, can't be decoded ({found['error'][:200]})")
            if "size" not in found:
                raise broken
            check_pixels(tuple(found["size"]), len(data), name, max_pixels)
            child.stdin.write(b"d")
            child.stdin.close()
            form = json.loads(child.stdout.readline() or "{}")
            samples = child.stdout.read()
        except OSError as error:  # a pipe whose other end is gone
            raise broken from error
        finally:
            child.kill()
    if not form or len(samples) != np.prod(form["shape"], dtype=np.int64) * np.dtype(form["dtype"]).itemsize:
        raise broken
    return found, np.frombuffer(samples, form["dtype"]).reshape(form["shape"])


def _samples(values: NDArray[Any], bits: int) -> NDArray[Any]:
    """(H, W, C); of 10 or 12 bits, which come shifted up, so that white is 65535."""
    values = values[..., None] if values.ndim == 2 else values
    if values.dtype != np.uint16:
        return values
    return values | values >> np.uint16(bits) if 8 < bits < 16 else values


def _coded(profile: dict[str, int]) -> tuple[tuple[bytes, bytes], ...]:
    """Primaries and transfer by their numbers, as a PNG has them; empty where they are the usual ones."""
    codes = list(profile.values())
    if not codes or (codes[0] in USUAL_PRIMARIES and codes[1] in USUAL_TRANSFERS):
        return ()
    return ((b"cICP", bytes([*codes, 0, 1])),)
