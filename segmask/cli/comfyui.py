"""``segmask comfyui``: the node pack."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from segmask.cli.output import say

app = typer.Typer(help="Nodes for ComfyUI.", no_args_is_help=True)

Home = Annotated[Path, typer.Argument(metavar="PATH", help="ComfyUI's folder, or its custom_nodes.")]
Link = Annotated[
    bool, typer.Option("--link", help="Link the pack instead of copying it: it follows this installation.")
]


@app.callback()
def _group() -> None:
    pass


@app.command()
def install(path: Home, link: Link = False) -> None:
    """Put the segmask nodes into the ComfyUI at PATH; an earlier copy is replaced.

    Exit codes: 0 done, 1 no ComfyUI is there, or it can't be written.
    """
    from segmask.comfy import install as pack

    target = pack.install(path, link=link)
    say(f"nodes: {target}")
    own = pack.python_of(path)
    if own is not None and own.resolve() != Path(sys.executable).resolve():
        say(f"next: {own} -m pip install segmask  (ComfyUI runs with a Python of its own)")
    say("next: restart ComfyUI and load its page anew; the nodes are under segmask, examples under Templates")
