"""Colour profiles: whether one is sound and fits its pixels, and matrix profiles in full depth (ICC.1:2022)."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SPACES = {b"GRAY": (1, 2), b"RGB ": (3, 4)}
"""Colour space of a profile -> channels of the rasters it fits."""
D50 = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""To cone responses (ICC.1:2022 annex E)."""
SRGB_XY = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290))
"""x, y of red, green, blue and white (IEC 61966-2-1)."""
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""g, a, b, c, d of the parametric curve 3."""


def fault(icc: bytes, channels: int) -> str:
    """Why a profile can't be used for a raster of so many channels, in words; empty where it can."""
    from PIL import ImageCms

    space = icc[16:20]
    if len(icc) >= 128 and space in SPACES and channels not in SPACES[space]:
        return f"is made for {'grey' if space == b'GRAY' else 'colour'} pixels, and its own are not"
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        mode = "L" if channels < 3 else "RGB"
        ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        return f"is damaged or of another kind ({' '.join(str(error).split())[:80]})"
    return ""


@dataclass(frozen=True, eq=False)
class Curve:
    """From stored values to linear light, both 0 to 1."""

    table: NDArray[np.float64] | None = None
    """Samples at even steps; None for a formula."""
    formula: tuple[float, ...] = (1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    """g, a, b, c, d, e, f of (a x + b) ** g + e from d on, c x + f below."""

    def linear(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Linear light of stored values."""
        if self.table is not None:
            return np.interp(values, np.linspace(0, 1, len(self.table)), self.table)
        g, a, b, c, d, e, f = self.formula
        return np.where(values >= d, np.maximum(a * values + b, 0) ** g + e, c * values + f)

    def stored(self, light: NDArray[np.float64]) -> NDArray[np.float64]:
        """Stored values of linear light: a formula turned round, which holds beyond 1 too; a table up to its end."""
        if self.table is not None:
            steps = np.linspace(0, 1, len(self.table))
            return np.interp(light, np.maximum.accumulate(self.table), steps)
        g, a, b, c, d, e, f = self.formula
        curved = (np.maximum(light - e, 0) ** (1 / g) - b) / a
        return np.where((light >= c * d + f) | (c == 0), np.maximum(curved, d), (light - f) / c if c else d)


@dataclass(frozen=True, eq=False)
class Space:
    """An RGB colour space: linear light by three curves, then XYZ (D50) by a matrix."""

    curves: tuple[Curve, Curve, Curve]
    to_xyz: NDArray[np.float64]
    """(3, 3): columns are red, green, blue."""


@lru_cache(maxsize=16)
def space_of(icc: bytes | None) -> Space | None:
    """The space of a matrix profile; sRGB for None; None for profiles by tables, which have no such space."""
    if icc is None:
        curve = Curve(formula=(*SRGB_CURVE, 0.0, 0.0))
        return Space((curve, curve, curve), matrix_of(SRGB_XY))
    tags = _tags(icc)
    if icc[16:20] != b"RGB " or b"A2B0" in tags or b"B2A0" in tags:
        return None
    try:
        columns = [struct.unpack_from(">iii", tags[name], 8) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
        red, green, blue = (_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
    except (KeyError, struct.error, ValueError):
        return None
    return Space((red, green, blue), np.array(columns, np.float64).T / 65536)


def _tags(icc: bytes) -> dict[bytes, bytes]:
    found = {}
    count = struct.unpack_from(">I", icc, 128)[0] if len(icc) >= 132 else 0
    for index in range(min(count, 100)):
        if len(icc) < 144 + 12 * index:
            break
        name, offset, size = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        found[name] = icc[offset : offset + size]
    return found


def _curve(data: bytes) -> Curve:
    """A curveType or parametricCurveType. Raises ValueError or struct.error for others."""
    if data[:4] == b"curv":
        count = struct.unpack_from(">I", data, 8)[0]
        if count == 0:
            return Curve()
        if count == 1:
            return Curve(formula=(struct.unpack_from(">H", data, 12)[0] / 256, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
        return Curve(table=np.frombuffer(data, ">u2", count, 12) / 65535)
    if data[:4] != b"para":
        raise ValueError("not a curve")
    kind = struct.unpack_from(">H", data, 8)[0]
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}[kind] if kind < 5 else 0
    if not count:
        raise ValueError("not a curve of ICC.1")
    values = [value / 65536 for value in struct.unpack_from(f">{count}i", data, 12)]
    g, a, b, c, d, e, f = values + [0.0] * (7 - count) if count > 1 else (values[0], 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if kind in (1, 2):
        offset = c if kind == 2 else 0.0
        return Curve(formula=(g, a, b, 0.0, -b / a if a else 0.0, offset, offset))
    return Curve(formula=(g, a, b, c, d, e, f))


def matrix_of(xy: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """Linear RGB to XYZ under D50 for the x, y of red, green, blue and white."""
    xyz = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in xy]).T
    primaries, white = xyz[:, :3], xyz[:, 3]
    matrix = primaries * np.linalg.solve(primaries, white)
    gain = (BRADFORD @ D50) / (BRADFORD @ white)
    return np.linalg.solve(BRADFORD, gain[:, None] * BRADFORD) @ matrix


def profile_of(xy: tuple[tuple[float, float], ...], curve: tuple[float, ...], name: str) -> bytes:
    """A matrix profile (version 4) for primaries, white and a parametric curve (g alone, or g, a, b, c, d)."""

    def fixed(values: NDArray[np.float64] | tuple[float, ...]) -> bytes:
        return struct.pack(f">{len(values)}i", *(round(float(value) * 65536) for value in values))

    def words(text: str) -> bytes:
        coded = text.encode("utf-16-be")
        return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(coded), 28) + coded

    columns = matrix_of(xy).T
    trc = b"para" + bytes(4) + struct.pack(">HH", 0 if len(curve) == 1 else 3, 0) + fixed(curve)
    entries = {b"desc": words(name), b"cprt": words("CC0"), b"wtpt": b"XYZ " + bytes(4) + fixed(D50)}
    for tag, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True):
        entries[tag] = b"XYZ " + bytes(4) + fixed(column)
    entries |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), trc)
    place, table, body = 132 + 12 * len(entries), b"", b""
    for tag, data in entries.items():
        table += struct.pack(">4sII", tag, place + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4xI4s4s4s", place + len(body), 0x04400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2024, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + fixed(D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(entries)) + table + body
