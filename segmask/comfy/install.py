"""Puts the node pack into a ComfyUI."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path

from segmask.core.errors import OutputError

FOLDER = "segmask-nodes"
"""In ``custom_nodes``; not ``segmask``, which would hide the package from packs that put their folder on the path."""
PYTHONS = (
    "venv/bin/python",
    ".venv/bin/python",
    "venv/Scripts/python.exe",
    ".venv/Scripts/python.exe",
    "../python_embeded/python.exe",
)
"""Where a ComfyUI keeps a Python of its own, from its folder."""


def pack_folder() -> Path:
    """The folder that ComfyUI is to load: in the installed package, or in a checkout beside it.

    >>> (pack_folder() / "__init__.py").is_file()
    True
    """
    package = Path(str(files("segmask")))
    packed = package / "comfy" / "pack"
    return packed if packed.is_dir() else package.parent / "comfyui"


def install(comfyui: Path, *, link: bool = False) -> Path:
    """Copy, or link, the pack into ``custom_nodes``; an earlier copy is replaced.

    Args:
        comfyui: ComfyUI's folder, or its ``custom_nodes``.
        link: a symbolic link instead of a copy.

    Returns the new folder. Raises OutputError where no ComfyUI is, and for a folder there that is not this pack's.

    >>> Path("ComfyUI/custom_nodes").mkdir(parents=True)
    >>> install(Path("ComfyUI")).as_posix()
    'ComfyUI/custom_nodes/segmask-nodes'
    """
    nodes = comfyui if comfyui.name == "custom_nodes" else comfyui / "custom_nodes"
    if not nodes.is_dir():
        raise OutputError(f"{comfyui}: no ComfyUI is there; expected its folder, with custom_nodes in it")
    target, pack = nodes / FOLDER, pack_folder()
    if target.exists() and not target.is_symlink() and not _is_ours(target):
        raise OutputError(f"{target}: is there already and is not this pack; move it away")
    try:
        with tempfile.TemporaryDirectory(dir=nodes, prefix=".segmask-", ignore_cleanup_errors=True) as scratch:
            made = Path(scratch) / FOLDER
            if link:
                made.symlink_to(pack.resolve(), target_is_directory=True)
            else:
                shutil.copytree(pack, made, ignore=shutil.ignore_patterns("__pycache__"))
            if target.exists() or target.is_symlink():
                target.rename(Path(scratch) / "old")
            made.rename(target)
    except OSError as error:
        raise OutputError(f"{target}: can't be written ({error.strerror}); nothing was changed") from error
    return target


def python_of(comfyui: Path) -> Path | None:
    """The Python that a ComfyUI keeps for itself; None where none is found.

    >>> python_of(Path("nowhere")) is None
    True
    """
    home = comfyui.parent if comfyui.name == "custom_nodes" else comfyui
    found = [home / name for name in PYTHONS if (home / name).exists()]
    return Path(os.path.abspath(found[0])) if found else None  # noqa: PTH100 - a link to a Python is not followed


def _is_ours(folder: Path) -> bool:
    try:
        return "segmask.comfy" in (folder / "__init__.py").read_text("utf-8")
    except OSError:
        return False
