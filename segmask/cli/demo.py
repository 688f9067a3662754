"""``segmask demo``: the main job on a pair that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmask.cli.output import finish, say

Folder = Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to put the pictures; made if it is not there.")]


def demo(folder: Folder = Path("segmask-demo")) -> None:
    """Write a sample pair into DIR, run the main job on it and say where the pictures are."""
    from segmask.demo import write_pair
    from segmask.errors import OutputError
    from segmask.pipeline import Masker

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: the folder can't be made ({error.strerror}); name another one") from error
    original, edited = write_pair(folder)
    result = Masker().apply(original, edited)
    paths = {"mask": folder / "mask.png", "report": folder / "report.json", "preview": folder / "preview.png"}
    written = result.save(folder / "result.png", **paths)
    say(f"original:  {original}")
    say(f"edited:    {edited}")
    say(f"composite: {folder / 'result.png'} ({written.mask.share:.1%} from the edit; verdict {written.verdict})")
    for name, path in paths.items():
        say(f"{name + ':':<10} {path}")
    finish(written, None, strict=False)
