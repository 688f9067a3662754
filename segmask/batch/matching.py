"""Which edits belong to which original, by their names alone."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segmask.core.errors import OptionError

PATTERNS = ("{stem}", "{stem}_edited", "{stem}_edit", "{stem}_out", "{stem}_tryon", "{stem}_result")
"""What an edit of ``{stem}`` is called; a hyphen for the underscore is as good."""
PICTURES = (
    ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif", ".gif", ".bmp", ".ppm", ".pgm", ".jp2", ".psd",
    ".heic", ".heif", ".jxl", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2",
)  # fmt: skip
"""Endings of pictures; those of the second line can't be read and become failed rows, instead of being passed over."""


@dataclass(frozen=True)
class Pair:
    """An original with its edits, as names under their folders."""

    original: str
    edited: tuple[str, ...]


@dataclass(frozen=True)
class Matched:
    """Pairs in order of name, and the files that are in none."""

    pairs: tuple[Pair, ...]
    lone_originals: tuple[str, ...] = ()
    lone_edits: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Files that are no pictures by their endings."""
    ambiguous: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Edits with the originals that they fit equally well."""


def match(originals: Iterable[str], edits: Iterable[str] | None, patterns: Sequence[str] = ()) -> Matched:
    """Pair two listings by relative folder and stem; of several originals that fit, the longest stem wins.

    Args:
        originals: names with ``/``.
        edits: the same of the edits; None where one folder holds both: the edit of another file is no original then.
        patterns: of an edit's stem, with ``{stem}`` and perhaps ``*``; without any, ``PATTERNS``.

    Raises OptionError for a pattern without ``{stem}``.

    >>> found = match(["a/x.jpg", "b.jpg"], ["a/x_edited.png", "b.png", "c.png"])
    >>> [(pair.original, pair.edited) for pair in found.pairs], found.lone_edits
    ([('a/x.jpg', ('a/x_edited.png',)), ('b.jpg', ('b.png',))], ('c.png',))
    """
    shapes = [_shape(pattern) for pattern in patterns or _both_dashes(PATTERNS)]
    names, others = _pictures(originals)
    same = edits is None
    edit_names, more = (names, others) if edits is None else _pictures(edits)
    by_stem: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in names:
        by_stem[_folder_stem(name)].append(name)
    found: dict[str, list[str]] = defaultdict(list)
    lone_edits: list[str] = []
    ambiguous: list[tuple[str, tuple[str, ...]]] = []
    for edit in edit_names:
        owners = _owners(edit, by_stem, shapes, same)
        if len(owners) == 1:
            found[owners[0]].append(edit)
        elif owners:
            ambiguous.append((edit, tuple(owners)))
        else:
            lone_edits.append(edit)
    taken = {edit for edits_of in found.values() for edit in edits_of} if same else set()
    pairs = tuple(Pair(name, tuple(found[name])) for name in names if name in found and name not in taken)
    paired = {name for pair in pairs for name in (pair.original, *pair.edited)} if same else set(found)
    lone = tuple(name for name in names if name not in paired)
    left = () if same else tuple(lone_edits)
    return Matched(pairs, lone, left, tuple(sorted({*others, *more})), tuple(ambiguous))


def match_cases(names: Iterable[str]) -> Matched:
    """Case folders: each holds ``original.*`` and ``edited*.*``; any other picture is left over.

    >>> [pair.edited for pair in match_cases(["1/original.jpg", "1/edited_a.png", "1/edited_b.png"]).pairs]
    [('1/edited_a.png', '1/edited_b.png')]
    """
    pictures, others = _pictures(names)
    folders: dict[str, list[str]] = defaultdict(list)
    for name in pictures:
        folders[posixpath.dirname(name)].append(name)
    pairs, lone, lone_edits = [], [], []
    for folder in sorted(folders):
        originals = [name for name in folders[folder] if _folder_stem(name)[1] == "original"]
        edits = [name for name in folders[folder] if _folder_stem(name)[1].startswith("edited")]
        if len(originals) == 1 and edits:
            pairs.append(Pair(originals[0], tuple(edits)))
            lone_edits += [name for name in folders[folder] if name not in (*originals, *edits)]
        else:
            lone += folders[folder]
    return Matched(tuple(pairs), tuple(lone), tuple(lone_edits), tuple(others))


def match_globs(original: str, edited: str, originals: Iterable[str], edits: Iterable[str]) -> Matched:
    """Pair names by two patterns: what ``*`` and ``**`` stand for must be the same in both.

    Raises OptionError for patterns that don't have the same stars.

    >>> names = ["1_before.jpg", "1_after.png", "2_before.jpg"]
    >>> found = match_globs("*_before.jpg", "*_after.png", names, names)
    >>> found.pairs, found.lone_originals
    ((Pair(original='1_before.jpg', edited=('1_after.png',)),), ('2_before.jpg',))
    """
    stars = [re.findall(r"\*+", pattern) for pattern in (original, edited)]
    if not stars[0] or stars[0] != stars[1][: len(stars[0])]:
        raise OptionError(f"{original!r} and {edited!r}: expected the same stars in both, in the same order")
    keep = len(stars[0])
    by_key: dict[tuple[str, ...], list[str]] = defaultdict(list)
    lone_edits: list[str] = []
    keys = {name: found.groups() for name in originals if (found := _glob(original).fullmatch(name))}
    for name in edits:
        found = _glob(edited).fullmatch(name)
        if found:
            by_key[found.groups()[:keep]].append(name)
    taken = {name for names in by_key.values() for name in names}
    keys = {name: key for name, key in keys.items() if name not in taken or key not in by_key}
    pairs = tuple(Pair(name, tuple(by_key[key])) for name, key in keys.items() if key in by_key)
    paired = {name for pair in pairs for name in pair.edited}
    lone_edits = sorted(taken - paired)
    return Matched(pairs, tuple(name for name, key in keys.items() if key not in by_key), tuple(lone_edits))


def _glob(pattern: str) -> re.Pattern[str]:
    """``*`` is anything in a name, ``**`` also across folders, ``?`` one character."""
    parts = {"**/": "((?:.*/)?)", "**": "(.*)", "*": "([^/]*)", "?": "[^/]"}
    return re.compile("".join(parts.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern)))


def _shape(pattern: str) -> tuple[str, re.Pattern[str]]:
    """What stands before the stem, and the form of what stands after it."""
    before, found, after = pattern.partition("{stem}")
    if not found or "*" in before:
        raise OptionError(f"pattern {pattern!r}: expected {{stem}} in it, as in '{{stem}}_edited' or '{{stem}}_v*'")
    return before, re.compile(".*".join(re.escape(part) for part in after.split("*")))


def _owners(
    edit: str, by_stem: dict[tuple[str, str], list[str]], shapes: Sequence[tuple[str, re.Pattern[str]]], same: bool
) -> list[str]:
    """The originals of an edit: those with the longest stem that a pattern allows."""
    folder, stem = _folder_stem(edit)
    best: list[str] = []
    longest = 0
    for before, after in shapes:
        if not stem.startswith(before):
            continue
        rest = stem[len(before) :]
        for length in range(len(rest), longest, -1):
            owners = by_stem.get((folder, rest[:length]), [])
            owners = [name for name in owners if not (same and name == edit)]
            if owners and after.fullmatch(rest, length):
                best, longest = owners, length
                break
    return best


def _pictures(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Pictures and other files, each in order of name."""
    found: tuple[list[str], list[str]] = ([], [])
    for name in sorted(names):
        found[0 if name.lower().endswith(PICTURES) else 1].append(name)
    return found


def _folder_stem(name: str) -> tuple[str, str]:
    folder, file = posixpath.split(name)
    return folder, posixpath.splitext(file)[0]


def _both_dashes(patterns: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(form for pattern in patterns for form in (pattern, pattern.replace("_", "-"))))
