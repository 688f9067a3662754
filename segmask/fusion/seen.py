"""An original as read and seen: what it shows, its faces and its people. It serves any number of edits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from segmask import io
from segmask.core.findings import Finding, Findings
from segmask.core.geometry import resize_mask
from segmask.core.types import Face, Mask, Parsing
from segmask.fusion.people import ALL, People, Person, find_people
from segmask.fusion.protect import faces_of
from segmask.fusion.scene import resized_probs


@dataclass(frozen=True, eq=False)
class Seen:
    """One picture as read and seen."""

    picture: io.Picture
    parsing: Parsing | None
    """What it shows; None for the strategy ``diff``."""
    detected: tuple[Face, ...] = ()
    """Faces that a detector found."""
    detector: str | None = None
    """The detector's name; None without one."""
    inputs: tuple[Path, ...] = ()
    """Files that this came from, resolved when they were read; never overwritten."""

    @property
    def face_source(self) -> str | None:
        """Who found the faces: the detector, or without one the parsing's own face part."""
        if self.parsing is None:
            return None
        return self.detector or f"{self.parsing.source} (face part)"

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """The detector's faces, or without one the parsing's."""
        return faces_of(self.parsing) if self.detector is None and self.parsing is not None else self.detected

    @cached_property
    def people(self) -> People:
        """The people of the picture; nobody without a parsing."""
        if self.parsing is None:
            return People((), np.zeros((1, 1), np.int32))
        return find_people(self.parsing, self.detected, self.picture.image)


@dataclass(frozen=True, eq=False)
class Choice:
    """Whose clothing is the target."""

    chosen: tuple[Person, ...]
    others: Mask | None = None
    """bool (H, W): the ground of the people who were not chosen; None where all are."""
    findings: Findings = ()


def choose_person(seen: Seen, person: str, edited: Parsing | None) -> Choice:
    """The people that an option names, and the ground of all others.

    Args:
        seen: the picture.
        person: ``all``, ``largest`` or a number from 1, counted from the left.
        edited: what the aligned edit shows; None without an edit.

    Raises InputError where the person is not there.

    >>> picture = io.read_picture(np.zeros((60, 60, 3), np.uint8))
    >>> probs = np.zeros((14, 60, 60), np.float32)
    >>> probs[2, 5:15, 25:35] = probs[4, 15:55, 20:40] = 1  # face, upper
    >>> probs[0] = 1 - probs.sum(0)
    >>> seen = Seen(picture, Parsing(probs, (60, 60), "drawn"))
    >>> [person.number for person in choose_person(seen, "largest", None).chosen]
    [1]
    """
    people = seen.people
    chosen = people.choose(person)
    if person == ALL:
        return Choice(chosen)
    text = f"person {chosen[0].number} of {len(people.persons)} was chosen, counted from the left"
    size_hw = people.owners.shape[0], people.owners.shape[1]
    later = None if edited is None else resized_probs(edited, size_hw)
    others = ~resize_mask(people.region(chosen, later), seen.picture.size_hw)
    return Choice(chosen, others, (Finding("person-chosen", text),))
