"""Decodes a HEIC in a process of its own, ``python heic_child.py``: asked by ``io.heic``, imports nothing of ours.

Standard input: eight bytes, big endian, how long the file is, and the file. Standard output: a line of JSON, what the
file declares, or why it can't be read. After another byte of input the samples follow, rows from above, native order.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from typing import Any


def main() -> None:
    """Answer one file."""
    given, answer = sys.stdin.buffer, sys.stdout.buffer
    data = given.read(int.from_bytes(given.read(8), "big"))
    try:
        picture, declared = opened(data)
    except Exception as error:  # the decoder raises what it pleases
        answer.write(json.dumps({"error": str(error) or type(error).__name__}).encode() + b"\n")
        return
    answer.write(json.dumps(declared).encode() + b"\n")
    answer.flush()
    if given.read(1):
        import numpy as np

        samples = np.array(picture)
        answer.write(json.dumps({"shape": samples.shape, "dtype": samples.dtype.name}).encode() + b"\n")
        answer.write(samples.tobytes())


def opened(data: bytes) -> tuple[Any, dict[str, Any]]:
    """The main picture, not decoded, and what the file declares."""
    import pi_heif

    found: Any = pi_heif.open_heif(data, convert_hdr_to_8bit=False)
    picture = found[found.primary_index]
    info = picture.info
    blobs = {key: b64encode(info[of]).decode() for key, of in BLOBS.items() if info.get(of)}
    profile = info.get("nclx_profile")
    coded = {key: int(profile.get(key, 2)) for key in CODED} if isinstance(profile, dict) else {}
    return picture, {
        "size": picture.size,
        "bits": int(info["bit_depth"]),
        "premultiplied": bool(picture.premultiplied_alpha),
        "pictures": len(found),
        "aux": [str(kind) for kind in info.get("aux") or {}],
        "depth": bool(info.get("depth_images")),
        "coded": coded,
        **blobs,
    }


BLOBS = {"icc": "icc_profile", "exif": "exif", "xmp": "xmp"}
CODED = ("color_primaries", "transfer_characteristics")

if __name__ == "__main__":
    main()
