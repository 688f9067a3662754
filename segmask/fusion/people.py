"""Who is who: the people in a picture, numbered from left to right, and the ground that belongs to each.

A person is a connected figure that holds some body. Where figures touch, each head has its own: a pixel goes to the
head that it most likely hangs under, and where two heads claim it alike, a watershed on the picture (Meyer 1992)
draws the line along its edges. Measured on 36 pairs of labelled street photos, put together so that one figure covers
up to a third of the other's width: .97 of each figure's pixels go to the right one; without the watershed .96, by
plain distance to the head .85.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.core.geometry import resize_image
from segmask.core.labels import PART_ID
from segmask.core.morphology import widened
from segmask.core.regions import connected_regions
from segmask.core.types import Box, Face, Image, Mask, Parsing, Prob, Probs
from segmask.fusion.protect import faces_of
from segmask.fusion.scene import BODY, target_prob

Owners = NDArray[np.int32]
ALL, LARGEST = "all", "largest"


@dataclass(frozen=True)
class PeopleConfig:
    """Numbers of the search."""

    bridge: float = 0.01
    """Of the long side: parts of a figure this close to each other belong together; a belt can cut one in two."""
    body: float = 0.02
    """Of a figure without a face: so much of it must be hair, face or skin, or it is a bush or a bag."""
    faceless: float = 0.15
    """Of the largest figure: smaller ones without a face are things, whatever the parser calls them."""
    least: float = 0.04
    """Of the largest figure: smaller ones are passers-by, who are nobody's choice and stay original."""
    beside: float = 1.0
    below: float = 4.0
    """Pixels this many face sizes beside a face, or below it, are equally likely to be that person's."""
    claim: float = 1.5
    """A head has a pixel for sure when the next one is this many times as far away."""
    head: float = 0.3
    """Of a face's box: so much must look like a head to the parser as well, or it is a passer-by's in front of whom or
    behind whom a figure stands (measured: .84 and more for a figure's own, .05 and less for passers-by)."""
    sure: float = 0.75
    """Least score of a face that only the parser sees: the lowest of 59 faces on photos has .99, a helmet .7."""
    hair: float = 0.15
    """Of a face's box: so much hair or hat around it, or a face that only the parser sees is a hand held up."""


DEFAULT = PeopleConfig()


@dataclass(frozen=True)
class Person:
    """One person of a picture."""

    number: int
    """From left to right, the first is 1."""
    box: Box
    """Around the figure, in the picture's pixels."""
    share: float
    """Of the picture."""


@dataclass(frozen=True)
class People:
    """The people of a picture."""

    persons: tuple[Person, ...]
    owners: Owners
    """int32 (h, w): whose figure a pixel lies in: a person's number, 0 for nobody's, -1 for a passer-by's."""

    def choose(self, choice: str) -> tuple[Person, ...]:
        """The persons of ``all``, ``largest`` or a number. InputError for one who is not there."""
        if choice == ALL:
            return self.persons
        if choice == LARGEST and self.persons:
            return (max(self.persons, key=lambda person: person.share),)
        chosen = tuple(person for person in self.persons if str(person.number) == choice)
        if not chosen:
            raise InputError(f"person {choice}: {self.describe()}")
        return chosen

    def describe(self) -> str:
        """Who was found, for messages: numbers and boxes."""
        if not self.persons:
            return "no person was found in the original"
        each = ", ".join(f"{p.number} at {p.box.x0},{p.box.y0}-{p.box.x1},{p.box.y1}" for p in self.persons)
        return f"{len(self.persons)} found in the original (number at x0,y0-x1,y1): {each}"

    def region(self, chosen: Sequence[Person], after: Probs | None = None) -> Mask:
        """The ground of the chosen persons, bool (h, w): each pixel belongs to whose figure is nearest.

        Args:
            chosen: some of ``persons``.
            after: float32 (14, h, w), what the aligned edit shows; a new garment that meets one figure alone is that
                person's as a whole, though it may reach nearer to another.
        """
        owners = self.owners
        if after is not None:
            owners = _with_new_garments(owners, after[PART_ID["background"]] < 0.5)
        return np.isin(_nearest(owners), [person.number for person in chosen])


def find_people(parsing: Parsing, faces: tuple[Face, ...], image: Image) -> People:
    """The people whom a parsing shows.

    Args:
        parsing: what the picture shows.
        faces: what a detector found; none is fine, the parser's faces serve.
        image: the picture, uint8 (H, W, 3) RGB.

    >>> labels = np.zeros((60, 100), np.uint8)
    >>> for left in (10, 60):  # two people
    ...     labels[5:15, left + 5 : left + 15], labels[15:55, left : left + 20] = PART_ID["face"], 4
    >>> parsing = Parsing(np.eye(14, dtype=np.float32)[labels].transpose(2, 0, 1), (60, 100), "drawn")
    >>> people = find_people(parsing, (), np.zeros((60, 100, 3), np.uint8))
    >>> [(person.number, person.box.x0) for person in people.persons]
    [(1, 10), (2, 60)]
    """
    probs = parsing.working_probs
    figure: Mask = probs[PART_ID["background"]] < 0.5
    groups = _groups(figure)
    heads = _heads(parsing, faces, groups)
    body = target_prob(probs, BODY) > 0.5
    areas = np.bincount(groups.ravel())
    floor = DEFAULT.faceless * areas[1:].max(initial=0)
    owners, count = np.zeros(figure.shape, np.int32), 0
    for index in range(1, int(groups.max(initial=0)) + 1):
        group = groups == index
        own = [box for box, home in heads if home == index]
        if not own and (areas[index] < floor or body[group].mean() < DEFAULT.body):
            continue
        parts = _split(group, own, image) if len(own) > 1 else group.astype(np.int32)
        owners += np.where(group, parts + count, 0)
        count += max(1, len(own))
    if not count:  # a cropped torso, or a parsing that knows no body
        owners = groups
    return _numbered(owners, parsing.size_hw)


def _groups(figure: Mask) -> Owners:
    """Connected figures, int32 (h, w): 0 outside, 1..n."""
    radius = max(1, round(DEFAULT.bridge * max(figure.shape) / 2))
    return np.where(figure, connected_regions(widened(figure, radius, corners=False)).labels, 0)


def _heads(parsing: Parsing, faces: tuple[Face, ...], groups: Owners) -> list[tuple[Box, int]]:
    """Boxes of the faces in working pixels, and the figure that each belongs to."""
    hair = target_prob(parsing.working_probs, ("hair", "headwear"))
    head = target_prob(parsing.working_probs, ("hair", "headwear", "face", "eyewear"))
    heads: list[tuple[Box, int]] = []
    for face in faces:
        box = face.box.scaled(parsing.size_hw, groups.shape).clip(*groups.shape)
        if box.area and head[box.slices].mean() >= DEFAULT.head:
            heads += [(box, home) for home in _home(box, groups)]
    seen = [box for box, _ in heads]
    for face in faces_of(replace(parsing, size_hw=groups.shape)):  # at the working size
        box = face.box
        around = hair[box.grow(2).clip(*groups.shape).slices].sum()
        known = any(other.grow(2).contains(*box.centre) or box.grow(2).contains(*other.centre) for other in seen)
        if not known and face.score >= DEFAULT.sure and around >= DEFAULT.hair * box.area:
            heads += [(box, home) for home in _home(box, groups)]
    return heads


def _home(box: Box, groups: Owners) -> list[int]:
    """The figure that most of a box lies in, as a list of one; none where there is no figure."""
    inside = groups[box.clip(*groups.shape).slices]
    found = inside[inside > 0]
    return [int(np.bincount(found).argmax())] if found.size else []


def _split(group: Mask, heads: list[Box], image: Image) -> Owners:
    """Which head each pixel of a group of touching figures belongs to, int32 (h, w): 0.. in the order of ``heads``."""
    import cv2

    image = resize_image(image, (group.shape[0], group.shape[1]))

    claims = np.stack([_distance(box, group.shape) for box in heads])
    order = np.partition(claims, 1, axis=0)
    nearest = claims.argmin(0).astype(np.int32)
    markers = np.where(order[1] > DEFAULT.claim * order[0], nearest + 1, 0).astype(np.int32)
    for number, box in enumerate(heads, start=1):
        markers[box.clip(*group.shape).slices] = number
    markers[~group] = len(heads) + 1
    flooded = cv2.watershed(np.ascontiguousarray(image), markers)
    drawn = (flooded >= 1) & (flooded <= len(heads))  # the line itself is -1
    return np.where(drawn, flooded - 1, nearest).astype(np.int32) + 1


def _distance(face: Box, size_hw: tuple[int, int]) -> Prob:
    """How far each pixel is from hanging under a face, in the face's size: bodies are taller than wide."""
    rows, columns = np.mgrid[: size_hw[0], : size_hw[1]].astype(np.float32)
    size = max(1.0, face.area**0.5)
    across = (columns - face.centre[0]) / (DEFAULT.beside * size)
    down = (rows - face.centre[1]) / size
    return np.hypot(across, np.where(down > 0, down / DEFAULT.below, down))


def _numbered(owners: Owners, size_hw: tuple[int, int]) -> People:
    """People from left to right; figures too small to count become a passer-by's."""
    indices, counts = np.unique(owners[owners > 0], return_counts=True)
    floor = DEFAULT.least * counts.max(initial=0)
    found = [
        (box, int(index), int(count))
        for index, count in zip(indices, counts, strict=True)
        if count >= floor and (box := Box.around(owners == index))
    ]
    found.sort(key=lambda item: (item[0].x0 + item[0].x1, item[1]))
    numbers = np.where(np.arange(owners.max(initial=0) + 1) > 0, -1, 0).astype(np.int32)
    persons = []
    for number, (box, index, count) in enumerate(found, start=1):
        numbers[index] = number
        persons.append(Person(number, box.scaled(owners.shape, size_hw), round(count / owners.size, 6)))
    return People(tuple(persons), numbers[owners])


def _with_new_garments(owners: Owners, figure: Mask) -> Owners:
    """``owners`` with the edit's new ground given, piece by piece, to the one figure that it meets."""
    fresh = connected_regions(figure & (owners == 0))
    result = owners.copy()
    near = widened(owners != 0)
    closest = _nearest(owners)
    for index, box in enumerate(fresh.boxes[1:], start=1):
        piece = fresh.labels[box.slices] == index
        met = np.unique(closest[box.slices][piece & near[box.slices]])
        if len(met) == 1:
            result[box.slices][piece] = met[0]
    return result


def _nearest(owners: Owners) -> Owners:
    """The owner of the nearest figure at every pixel."""
    import cv2

    if not owners.any():
        return owners
    _, labels = cv2.distanceTransformWithLabels(
        (owners == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(int(labels.max()) + 1, np.int32)
    table[labels[owners != 0]] = owners[owners != 0]
    return table[labels]
