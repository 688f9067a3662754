"""Names in ComfyUI's folders to files, for the node that reads and writes them itself.

Whoever reaches a server may send it workflows. So names lead into ComfyUI's own folders, and paths beyond them are
taken only where the server listens to this machine alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from segmask.core.errors import InputError, OptionError

LOCAL = ("127.0.0.1", "localhost", "::1")
"""Addresses that only this machine reaches."""


def input_file(name: str, what: str) -> Path:
    """A picture in ComfyUI's input folder (``photo.tif``; ``photo.png [output]`` for another one), or at a path.

    Raises InputError for what is not there, OptionError for a path that a server for others does not take.
    """
    folders: Any = import_module("folder_paths")
    text = name.strip()
    if not text:
        raise InputError(f"{what}: expected the name of a picture in ComfyUI's input folder; got nothing")
    if Path(text).is_absolute():
        path = Path(text)
        homes = [folders.get_input_directory(), folders.get_output_directory(), folders.get_temp_directory()]
        if not any(_inside(path, Path(home)) for home in homes):
            _check_local(path, what)
    else:
        plain, home = folders.annotated_filepath(text)
        home = Path(home or folders.get_input_directory())
        path = home / plain
        if not _inside(path, home):
            raise OptionError(f"{what}: {text} leads out of {home}; name a picture inside of it")
    if not path.is_file():
        raise InputError(f"{what}: {path}: no such file")
    return path


def output_file(name: str) -> Path:
    """Where a result goes: a name in ComfyUI's output folder, or a path. Its folder is made if it is not there."""
    folders: Any = import_module("folder_paths")
    home, text = Path(folders.get_output_directory()), name.strip()
    if not text:
        raise OptionError("output: expected a name that ends in .png, .tif, .webp or .jpg; got nothing")
    path = home / text
    if not _inside(path, home):
        _check_local(path, "output")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def files_fingerprint(given: Mapping[str, Any]) -> str:
    """Digest of the named inputs' contents; empty where one can't be read, which the run then says."""
    digest = hashlib.sha256()
    for name in ("original", "edited"):
        try:
            digest.update(input_file(str(given.get(name) or ""), name).read_bytes())
        except (InputError, OptionError, OSError):
            return ""
    return digest.hexdigest()


def _inside(path: Path, home: Path) -> bool:
    return path.resolve().is_relative_to(home.resolve())


def _check_local(path: Path, what: str) -> None:
    listens = str(getattr(import_module("comfy.cli_args").args, "listen", ""))
    if listens not in LOCAL:
        raise OptionError(
            f"{what}: {path} lies outside of ComfyUI's folders, and this server listens on {listens}; "
            "name a file inside of them"
        )
