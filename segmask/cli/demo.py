"""``segmask demo``: the main job on a pair that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmask.cli.output import finish, say

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Where to put the pictures; made if it is not there.")]


def demo(folder: Folder = Path("segmask-demo")) -> None:
    """Write a sample pair into DIR, run the main job on it and say where the pictures are."""
    from segmask.core import files
    from segmask.core.errors import OutputError
    from segmask.masker import Masker
    from segmask.samples import RESULTS, write_pair

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: the folder can't be made ({error.strerror}); name another one") from error
    original, edited = write_pair(folder)
    result = Masker().apply(original, edited)
    composite, *others = (folder / name for name in RESULTS)
    paths = dict(zip(("mask", "report", "preview"), others, strict=True))
    contents, written = result.contents(composite, **paths)
    for path, data in contents.items():  # the report's timings differ each time
        if path.suffix == ".png" and path.exists() and path.read_bytes() != data:
            raise OutputError(f"{folder}: holds {path.name}, which the demo would overwrite; name another folder")
    files.check_outputs(list(contents), result.inputs)
    files.write_files(contents)
    say(f"original:  {original}")
    say(f"edited:    {edited}")
    say(f"composite: {composite} ({written.mask.share:.1%} from the edit; verdict {written.verdict})")
    for name, path in paths.items():
        say(f"{name + ':':<10} {path}")
    finish(written, None, strict=False)
