"""What can be handed to a batch: a manifest, two folders, one folder, or two patterns with stars."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace

from segmask.batch import manifest, places
from segmask.batch.manifest import BadRow, per_edit
from segmask.batch.matching import Matched, Pair, match, match_cases, match_globs
from segmask.batch.plan import TOLD, Source
from segmask.batch.table_in import is_table
from segmask.batch.task import SIDES, Task
from segmask.core.errors import InputError, OptionError, unknown
from segmask.io import FORMATS

LAYERS = ("psd", "ora", "tif")
SIDE_NAMES = {"mask": ".mask.png", "report": ".report.json", "preview": ".preview.png"} | {
    f"layers.{kind}": f".layers.{kind}" for kind in LAYERS
}
"""What can be written beside a composite, and what is put behind its stem for it."""


def open_source(
    source: str | os.PathLike[str],
    *,
    edited: str | os.PathLike[str] | None = None,
    patterns: Sequence[str] = (),
    each: bool = False,
    file_format: str = "png",
    sides: Sequence[str] = (),
) -> Source:
    """The tasks of a source.

    Args:
        source: a manifest (.csv, .jsonl, .parquet), a folder or a pattern such as ``shoot/**/*_before.jpg``.
        edited: the edits' folder or pattern; without it, ``source`` holds both.
        patterns: what an edit is called, as ``{stem}_v*``; for folders only.
        each: of several edits of an original, all instead of the best.
        file_format: ending of the outputs where no manifest names them.
        sides: outputs beside each composite, of ``SIDE_NAMES``.

    Raises InputError where nothing is found, OptionError for choices that have nothing to act on.

    >>> for name in ("in/a.jpg", "out/a_edited.png"):
    ...     places.write({name: b""})
    >>> found = open_source("in", edited="out")
    >>> found.layout, [task.output for task in found.tasks()]
    ('two folders', ['a.png'])
    """
    suffix = _suffix(file_format)
    wanted = _sides(sides)
    name = os.fspath(source)
    edits = None if edited is None else os.fspath(edited)
    if "*" in name or (edits is not None and "*" in edits):
        return _of_patterns(name, edits, patterns, suffix, wanted, each)
    root = places.settled(name)
    if is_table(name):
        for given, option in ((edits, "edited"), (patterns, "pattern")):
            if given:
                raise OptionError(f"--{option}: a manifest names its edits itself; leave it out")
        return Source(name, "manifest", lambda: _with_sides(manifest.read(root, suffix=suffix, each=each), wanted))
    if not places.is_url(root) and not places.is_folder(root):
        raise InputError(f"{name}: no such folder or manifest; expected a folder, or a .csv, .jsonl or .parquet file")
    if edits is not None and places.settled(edits) != root:
        edit_root = places.settled(edits)
        found = match(places.listing(root), places.listing(edit_root), patterns)
        return _made(name, "two folders", found, (root, edit_root), suffix, wanted, each)
    return _of_names(name, root, places.listing(root), patterns, suffix, wanted, each)


def named_source(
    names: Sequence[str], *, each: bool = False, file_format: str = "png", sides: Sequence[str] = ()
) -> Source:
    """The tasks of pictures that are known by their names alone, paired as those of one folder are.

    Arguments as for ``open_source``; names have ``/`` and are the tasks' inputs.

    >>> [(task.original, task.edited) for task in named_source(["a.jpg", "a_edited.png"]).tasks()]
    [('a.jpg', ('a_edited.png',))]
    """
    return _of_names("the pictures", "", names, (), _suffix(file_format), _sides(sides), each)


def _of_names(
    name: str,
    root: str,
    names: Sequence[str],
    patterns: Sequence[str],
    suffix: str,
    sides: Sequence[str],
    each: bool,
) -> Source:
    """A source of one listing: case folders where there are any, else pairs side by side."""
    cases = match_cases(names)
    if cases.pairs and not patterns:
        return _made(name, "case folders", cases, (root, root), suffix, sides, each, named_by_folder=True)
    return _made(name, "one folder", match(names, None, patterns), (root, root), suffix, sides, each)


def _made(
    name: str,
    layout: str,
    found: Matched,
    roots: tuple[str, str],
    suffix: str,
    sides: Sequence[str],
    each: bool,
    named_by_folder: bool = False,
) -> Source:
    """A source of matched pairs. InputError where an edit fits several originals equally well."""
    if found.ambiguous:
        lines = "; ".join(f"{edit} fits {' and '.join(owners)}" for edit, owners in found.ambiguous[:TOLD])
        raise InputError(f"{name}: {len(found.ambiguous)} edits fit several originals: {lines}. Rename, or list pairs")

    def tasks() -> Iterator[Task | BadRow]:
        for pair in found.pairs:
            own = _output(pair, suffix, named_by_folder)
            edits = tuple(places.join(roots[1], edit) for edit in pair.edited)
            task = Task(own, places.join(roots[0], pair.original), edits)
            yield from _with_sides(_each(task, named_by_folder) if each else (task,), sides)

    lone = [places.join(roots[0], one) for one in found.lone_originals]
    lone += [places.join(roots[1], one) for one in found.lone_edits]
    return Source(name, layout, tasks, tuple(dict.fromkeys(roots)), tuple(lone), found.others)


def _output(pair: Pair, suffix: str, named_by_folder: bool) -> str:
    folder = posixpath.dirname(pair.original)
    if named_by_folder and folder:
        return folder + suffix
    return posixpath.splitext(pair.original)[0] + suffix


def _each(task: Task, named_by_folder: bool) -> Iterator[Task]:
    """A task for each edit; those of a case folder go into a folder of its name."""
    if named_by_folder and len(task.edited) > 1:
        stem, suffix = posixpath.splitext(task.output)
        return per_edit(Task(f"{stem}/x{suffix}", task.original, task.edited))
    return per_edit(task)


def _of_patterns(
    original: str, edited: str | None, patterns: Sequence[str], suffix: str, sides: Sequence[str], each: bool
) -> Source:
    if edited is None or "*" not in original or "*" not in edited:
        raise OptionError(f"{original}: a pattern of originals goes with one of edits: --edited 'shoot/*_after.png'")
    if patterns:
        raise OptionError("--pattern: goes with folders; two patterns with stars say themselves what belongs together")
    roots, tails = zip(*(_split_pattern(pattern) for pattern in (original, edited)), strict=True)
    listings = [places.listing(root, deep="/" in tail or "**" in tail) for root, tail in zip(roots, tails, strict=True)]
    found = match_globs(tails[0], tails[1], listings[0], listings[1])
    made = _made(original, "patterns", found, (roots[0], roots[1]), suffix, sides, each)
    return made if "**" in original + edited else replace(made, folders=())  # what is written deeper is not found again


def _split_pattern(pattern: str) -> tuple[str, str]:
    """The folder that is searched, settled, and the pattern of the names in it."""
    plain = pattern.replace(os.sep, "/")
    fixed = plain[: plain.index("*")]
    root, slash, _ = fixed.rpartition("/")
    start = root if slash else ""
    return places.settled(start or ("/" if slash else ".")), plain[len(root) + 1 if slash else 0 :]


def _with_sides(tasks: Iterator[Task | BadRow] | Sequence[Task], sides: Sequence[str]) -> Iterator[Task | BadRow]:
    """The tasks with what is wanted beside every output, unless the manifest names it."""
    for task in tasks:
        if isinstance(task, BadRow) or not sides:
            yield task
            continue
        stem = posixpath.splitext(task.output)[0]
        own = {name.partition(".")[0]: stem + SIDE_NAMES[name] for name in sides} | dict(task.sides)
        made = tuple((name, own[name]) for name in SIDES if name in own)
        yield Task(task.output, task.original, task.edited, task.masks, made, task.options, task.facts)


def _suffix(file_format: str) -> str:
    suffix = "." + file_format.lower().lstrip(".")
    if suffix not in FORMATS:
        raise unknown("format", file_format, [known[1:] for known in FORMATS])
    return suffix


def _sides(sides: Sequence[str]) -> tuple[str, ...]:
    for name in sides:
        if name not in SIDE_NAMES:
            raise unknown("output beside the composites", name, SIDE_NAMES)
    return tuple(sides)
