"""``segmask synth``: labelled pairs from labelled photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmask.cli.output import say


def synth(
    labelled_set: Annotated[
        Path, typer.Argument(metavar="LABELLED_SET", help="Folder with photos/, labels/ and perhaps split.json.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="PAIRS", help="Folder for the pairs, one each.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same pairs.")] = 0,
    cases: Annotated[int | None, typer.Option(min=1, help="How many; without it, one a photo.")] = None,
    level: Annotated[
        str, typer.Option(metavar="easy|standard|hard", help="Strength of the faults; hard adds scenes.")
    ] = "standard",
    size: Annotated[
        int | None, typer.Option(help="Long side of the originals, px; without it, the photos' own.")
    ] = None,
    split: Annotated[str, typer.Option(metavar="train|val|all", help="Part of split.json.")] = "all",
    without: Annotated[
        list[str] | None, typer.Option(help="A fault to leave out (face, tone, jpeg …); may be given again.")
    ] = None,
) -> None:
    """Make labelled pairs: new outfits on labelled photos, with the faults of generative models and the true masks."""
    from rich.console import Console
    from rich.progress import Progress

    from segmask.core.system import require_opencv_contrib
    from segmask.evaluation.synth.generator import SWITCHES
    from segmask.evaluation.synth.levels import check_switches, find_level
    from segmask.evaluation.synth.writer import open_labelled_set, write_pairs

    require_opencv_contrib()
    find_level(level)
    off = check_switches(without or (), SWITCHES)
    labelled = open_labelled_set(labelled_set, split)
    console = Console(stderr=True)
    left_out = 0
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("pairs", total=cases or len(labelled.names))
        for written in write_pairs(labelled, output, seed=seed, cases=cases, level=level, without=off, size=size):
            progress.advance(task)
            if written.problem:
                left_out += 1
                console.print(f"{written.name}: left out: {written.problem}", markup=False, soft_wrap=True)
    total = cases or len(labelled.names)
    say(f"{total - left_out} pairs in {output}" + (f"; {left_out} left out" if left_out else ""))
