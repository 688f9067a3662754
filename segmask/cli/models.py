"""``segmask models``: what there is, fetching it, checking it, where it lies."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from segmask.models.catalog import ModelEntry
    from segmask.models.download import Obtained
    from segmask.models.http import Progress

app = typer.Typer(
    help="Better parsers and face detectors: list them, fetch them once, use them offline ever after.",
    no_args_is_help=True,
)

Names = Annotated[list[str] | None, typer.Argument(help="Models, by name; see `segmask models list`.")]
Name = Annotated[str, typer.Argument(help="A model's name; see `segmask models list`.")]

STAND_IN = "adapter tested on a stand-in graph only"
UNPINNED = "no published checksum: pinned on first download"
ASKS = "asks for --accept-license"
IN_MEDIAPIPE = "runs in MediaPipe, which a slim installation leaves out"
MARKS = {STAND_IN: "stand-in", UNPINNED: "unpinned", ASKS: "asks", IN_MEDIAPIPE: "MediaPipe"}
"""What stands for the long notes in the table."""
COLUMNS = ("NAME", "TASK", "HERE", "SIZE", "LICENCE", "NOTES")
WIDEST = 120  # columns of the table: more are not easier to read
RECOMMENDED = ("yunet-2026may", "face-landmarker")  # small, permissive, and the best pair that was measured


@app.command("list")
def list_models() -> None:
    """Show every model, its licence, its size and whether it is here.

    A table on a terminal; else one line a model, its fields apart by tabs.
    """
    from segmask.models.store import models_dir

    if sys.stdout.isatty():
        from rich.console import Console

        console = Console()
        console.print(list_table(min(console.width, WIDEST)))
        for note, mark in MARKS.items():
            console.print(f"{mark + ':':<10}{note}", style="dim", highlight=False)
    else:
        for row in (COLUMNS, *_rows()):
            typer.echo("\t".join(row))
    typer.echo(f"downloaded models lie in {models_dir()}; `segmask models show NAME` tells all about one", err=True)


@app.command()
def show(name: Name) -> None:
    """Show all that is known about one model: file, checksum, addresses, licence, and what the network is fed."""
    from segmask.models.catalog import find_entry
    from segmask.models.store import is_present, stored_path

    entry = find_entry(name)
    here = str(stored_path(entry)) if is_present(entry) else "no"
    facts = [
        ("name", entry.name),
        ("task", entry.task),
        ("here", here),
        ("file", entry.file),
        ("bytes", str(entry.size or ("part of the package" if not entry.urls else "not published"))),
        ("sha256", entry.sha256 or ("part of the package" if not entry.urls else UNPINNED)),
        *(("address", url) for url in entry.urls),
        ("licence", entry.licence),
        ("adapter", entry.adapter),
        ("classes", entry.labels or "none"),
        ("input", _input(entry)),
        *(("note", note) for note in _notes(entry)),
    ]
    for key, value in facts:
        typer.echo(f"{key + ':':<10}{value}")


@app.command()
def download(
    names: Names = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Take the files from a folder instead of the network.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All models whose licence allows any use.")] = False,
    accept_license: Annotated[
        bool, typer.Option("--accept-license", help="Accept the licences that `models list` shows.")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Never use the network (also SEGMASK_OFFLINE=1).")] = False,
) -> None:
    """Fetch models into the cache, checked; without names, the recommended face detector and outline.

    SEGMASK_HOME moves the cache; SEGMASK_MODEL_URL (http://, https:// or file://) names a mirror.
    """
    from segmask.models.catalog import DOWNLOADABLE, find_entry
    from segmask.models.download import import_from

    chosen = [find_entry(name) for name in names or ()]
    if everything or (source is not None and not chosen):
        chosen += [entry for entry in DOWNLOADABLE if entry.permissive or accept_license]
    if source is None:
        for entry in chosen or _recommended():
            _download(entry, accept_license, offline)
        return
    obtained = import_from(source, chosen, accept_license=accept_license)
    for model in obtained:
        _tell(model)
    _check_imported(source, obtained, [find_entry(name) for name in names or ()], chosen)


@app.command()
def verify(names: Names = None) -> None:
    """Compare the downloaded files with their checksums; exit code 1 if one is damaged or a named one is missing."""
    from segmask.models.catalog import CATALOG, find_entry
    from segmask.models.download import verify as check

    checks = [check(find_entry(name)) for name in names] if names else [check(entry) for entry in CATALOG]
    for found in checks:
        if names or found.state != "absent":
            typer.echo(f"{found.entry.name}: {found.state}{f' ({found.detail})' if found.detail else ''}")
    if any(found.state == "damaged" or (names and found.state == "absent") for found in checks):
        raise typer.Exit(1)


@app.command()
def path(name: Name) -> None:
    """Print where a model's file lies."""
    from segmask.core.errors import ModelError
    from segmask.models.catalog import find_entry
    from segmask.models.store import is_present, stored_path

    entry = find_entry(name)
    if not is_present(entry):
        raise ModelError(f"{name} is not here: `segmask models download {name}` fetches it")
    typer.echo(str(stored_path(entry)))


@app.command()
def remove(names: Annotated[list[str], typer.Argument(help="Models, by name.")]) -> None:
    """Delete models from the cache."""
    from segmask.models.catalog import find_entry
    from segmask.models.download import remove as delete

    for entry in [find_entry(name) for name in names]:
        typer.echo(f"{entry.name}: {'removed' if delete(entry) else 'was not here'}", err=True)


def list_table(width: int) -> Table:
    """The list as a table that is ``width`` columns wide."""
    from rich.table import Table

    table = Table(box=None, width=width, pad_edge=False, header_style="bold")
    for title in COLUMNS:
        table.add_column(title, ratio=1 if title == "LICENCE" else None, no_wrap=title not in ("LICENCE", "NOTES"))
    for *row, notes in _rows():
        table.add_row(*row, "\n".join(mark for note, mark in MARKS.items() if note in notes))
    return table


def _rows() -> list[tuple[str, ...]]:
    from segmask.models.catalog import CATALOG
    from segmask.models.store import is_present, stored_path

    rows = []
    for entry in CATALOG:
        here = is_present(entry)
        size = _size(stored_path(entry).stat().st_size if here else entry.size)
        task = entry.task.removeprefix("face ")
        rows.append((entry.name, task, "yes" if here else "no", size, entry.licence, "; ".join(_notes(entry))))
    return rows


def _input(entry: ModelEntry) -> str:
    """What the network is fed, in words."""
    spec = entry.input
    if spec is None:
        return "the library prepares it"
    size = "any size" if spec.size_hw is None else f"{spec.size_hw[1]}x{spec.size_hw[0]}"
    mean, std = (", ".join(f"{value:g}" for value in triple) for triple in (spec.mean, spec.std))
    return f"{size} {spec.channels}, (value / {spec.scale:g} - ({mean})) / ({std})"


def _recommended() -> list[ModelEntry]:
    """The models to have, less those that can't run here; says which."""
    from segmask.core.system import has_mediapipe
    from segmask.models.catalog import find_entry

    entries = [find_entry(name) for name in RECOMMENDED]
    if has_mediapipe():
        return entries
    for entry in entries:
        if entry.needs_mediapipe:
            typer.echo(f"{entry.name}: left out, since MediaPipe is not installed", err=True)
    return [entry for entry in entries if not entry.needs_mediapipe]


def _download(entry: ModelEntry, accept_license: bool, offline: bool) -> None:
    from segmask.models.download import check_licence, is_offline
    from segmask.models.download import download as fetch

    if not accept_license and sys.stdin.isatty() and not is_offline(offline):
        accept_license = _ask(entry)
    check_licence(entry, accept_license)
    with _progress(entry) as progress:
        model = fetch(entry, accept_license=accept_license, offline=offline, progress=progress)
    _tell(model)


def _ask(entry: ModelEntry) -> bool:
    """Put the licence before the person at the terminal, unless it is permissive or was accepted before."""
    from segmask.core.errors import OptionError
    from segmask.models.download import check_licence

    try:
        check_licence(entry, False)
    except OptionError:
        return typer.confirm(f"{entry.name} is under: {entry.licence}. Does that suit your use?", err=True)
    return False


def _check_imported(folder: Path, obtained: list[Obtained], named: list[ModelEntry], sought: list[ModelEntry]) -> None:
    from segmask.core.errors import ModelError

    got = {model.entry.name for model in obtained}
    missing = [entry for entry in (named or ([] if got else sought)) if entry.name not in got]
    if missing:
        files = ", ".join(entry.file for entry in missing)
        raise ModelError(f"{folder}: none of these files found there or in its folders: {files}")


def _tell(model: Obtained) -> None:
    origin = f" from {model.source}" if model.source else ", already there"
    typer.echo(f"{model.entry.name}: {model.path}{origin}", err=True)
    if model.trusted_on_first_use:
        typer.echo(
            f"warning: {model.entry.name} has no published checksum; this file (sha256 {model.sha256}) was trusted "
            "and recorded, and a later download must be the same",
            err=True,
        )


def _progress(entry: ModelEntry) -> AbstractContextManager[Progress | None]:
    """A progress bar on a terminal, else one plain line at the start."""
    if sys.stderr.isatty():
        from segmask.cli.progress import download_bar

        return download_bar(entry.name)
    typer.echo(f"{entry.name}: {_size(entry.size)}, {entry.licence}", err=True)
    return nullcontext(None)


def _notes(entry: ModelEntry) -> list[str]:
    notes = [entry.note] if entry.note else []
    if not entry.proven:
        notes.append(STAND_IN)
    if entry.urls and entry.sha256 is None:
        notes.append(UNPINNED)
    if not entry.permissive:
        notes.append(ASKS)
    if entry.needs_mediapipe:
        notes.append(IN_MEDIAPIPE)
    return notes


def _size(size: int | None) -> str:
    if size is None:
        return "?"
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
