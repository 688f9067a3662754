"""Opening files: every way in which that fails is one clear error."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from segmask.core.errors import InputError


class opened:  # noqa: N801  (reads as a verb: with opened(path) as picture)
    """An open PIL image, decoded; every way in which that fails is an InputError."""

    def __init__(self, path: Any) -> None:
        self.path = Path(path)

    def __enter__(self) -> Any:
        from PIL import Image as Pil

        path = self.path
        if not path.exists():
            raise InputError(f"{path}: no such file")
        if path.is_dir():
            raise InputError(f"{path}: is a folder; expected a picture file")
        try:
            if path.stat().st_size == 0:
                raise InputError(f"{path}: the file is empty (0 bytes)")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.picture = Pil.open(path)
                self._load()
        except Pil.UnidentifiedImageError as error:
            raise InputError(f"{path}: not a picture that can be read (PNG, JPEG, WebP, TIFF expected)") from error
        except Pil.DecompressionBombError as error:
            raise InputError(f"{path}: the picture is too large ({error})") from error
        except PermissionError as error:
            raise InputError(f"{path}: can't be read; check its permissions") from error
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise InputError(f"{path}: damaged or cut short, can't be decoded ({error})") from error
        return self.picture

    def _load(self) -> None:
        try:
            self.picture.load()
        except BaseException:
            self.picture.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.picture.close()
