"""``segmask models``: what there is, fetching it, checking it, where it lies."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from segmask.models.catalog import ModelEntry
    from segmask.models.download import Obtained, Progress

app = typer.Typer(
    help="Better parsers and face detectors: list them, fetch them once, use them offline ever after.",
    no_args_is_help=True,
)

Names = Annotated[list[str] | None, typer.Argument(help="Models, by name; see `segmask models list`.")]
Name = Annotated[str, typer.Argument(help="A model's name; see `segmask models list`.")]

STAND_IN = "adapter tested on a stand-in graph only"
UNPINNED = "no published checksum: pinned on first download"
RECOMMENDED = ("yunet-2026may", "face-landmarker")  # small, permissive, and the best pair that was measured


@app.command("list")
def list_models() -> None:
    """Show every model, its licence, its size and whether it is here."""
    from segmask.models.catalog import CATALOG
    from segmask.models.store import is_present, models_dir, stored_path

    rows = [("NAME", "TASK", "HERE", "SIZE", "LICENCE", "NOTES")]
    for entry in CATALOG:
        here = "yes" if is_present(entry) else "no"
        size = stored_path(entry).stat().st_size if here == "yes" else entry.size
        rows.append((entry.name, entry.task, here, _size(size), entry.licence, "; ".join(_notes(entry))))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        typer.echo(f"{line}  {row[-1]}".rstrip())
    typer.echo(f"downloaded models lie in {models_dir()}", err=True)


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
        for entry in chosen or [find_entry(name) for name in RECOMMENDED]:
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
    from segmask.errors import ModelError
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
    from segmask.errors import OptionError
    from segmask.models.download import check_licence

    try:
        check_licence(entry, False)
    except OptionError:
        return typer.confirm(f"{entry.name} is under: {entry.licence}. Does that suit your use?", err=True)
    return False


def _check_imported(folder: Path, obtained: list[Obtained], named: list[ModelEntry], sought: list[ModelEntry]) -> None:
    from segmask.errors import ModelError

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


def _progress(entry: ModelEntry) -> AbstractContextManager[Progress | None, None]:
    """A progress bar on a terminal, else one plain line at the start."""
    if sys.stderr.isatty():
        from segmask.cli.progress import DownloadBar

        return DownloadBar(entry.name)
    typer.echo(f"{entry.name}: {_size(entry.size)}, {entry.licence}", err=True)
    return nullcontext(None)


def _notes(entry: ModelEntry) -> list[str]:
    notes = [entry.note] if entry.note else []
    if not entry.proven:
        notes.append(STAND_IN)
    if entry.urls and entry.sha256 is None:
        notes.append(UNPINNED)
    if not entry.permissive:
        notes.append("asks for --accept-license")
    return notes


def _size(size: int | None) -> str:
    if size is None:
        return "?"
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
