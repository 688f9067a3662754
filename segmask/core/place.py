"""Place: where a crop lies in its original."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from segmask.core.errors import InputError
from segmask.core.types import Box
from segmask.core.window import Window


@dataclass(frozen=True)
class Place:
    """Where a crop lies in its original: what ``stitch`` needs, as JSON between the two commands."""

    window: Window
    original_wh: tuple[int, int]
    digest: str
    """SHA-256 of the original's upright samples."""

    def to_json(self) -> bytes:
        """As a file's contents.

        >>> json.loads(Place(Window(Box(0, 0, 8, 8), (64, 64)), (8, 8), "5f").to_json())["size"]
        [64, 64]
        """
        box, size = self.window.box.corners, self.window.size_wh
        values = {"box": box, "size": size, "original_size": self.original_wh, "original_sha256": self.digest}
        return (json.dumps({"segmask_place": 1, **values}) + "\n").encode()

    @classmethod
    def read(cls, path: Path | str) -> Place:
        """Read what ``to_json`` made. Raises InputError.

        >>> made = Place(Window(Box(0, 0, 8, 8), (64, 64)), (8, 8), "5f")
        >>> _ = Path("place.json").write_bytes(made.to_json())
        >>> Place.read("place.json") == made
        True
        """
        try:
            found = json.loads(Path(path).read_text("utf-8"))
            if found["segmask_place"] != 1:
                raise ValueError("it is of a later version")
            box, size, whole = (tuple(map(int, found[name])) for name in ("box", "size", "original_size"))
            window = Window(Box(*box), size)  # type: ignore[arg-type]
            if window.box.area < 1 or len(size) != 2 or min(size) < 1 or len(whole) != 2:
                raise ValueError("its numbers are no region")
            return cls(window, whole, str(found["original_sha256"]))  # type: ignore[arg-type]
        except OSError as error:
            raise InputError(f"{path}: can't be read ({error.strerror})") from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise InputError(f"{path}: expected the place that `segmask crop` wrote ({error})") from error
