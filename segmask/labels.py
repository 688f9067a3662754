"""The canonical parts of a dressed person, the targets made of them, and how other label sets map to them."""

from __future__ import annotations

from collections.abc import Iterable

from segmask.errors import OptionError, unknown

PARTS = (
    "background",
    "hair",
    "face",
    "skin",
    "upper",
    "outerwear",
    "dress",
    "lower",
    "legwear",
    "footwear",
    "headwear",
    "eyewear",
    "bag",
    "accessory",
)
PART_ID = {name: index for index, name in enumerate(PARTS)}

CLOTHING = ("upper", "outerwear", "dress", "lower", "legwear")
WORN = (*CLOTHING, "footwear", "headwear", "bag", "accessory")  # eyewear belongs to the face

# Names that stand for several parts.
GROUPS = {
    "clothing": CLOTHING,
    "person": PARTS[1:],
    "all": PARTS,
}
TARGETS = (*GROUPS, *PARTS)


def resolve_target(target: str | Iterable[str]) -> tuple[str, ...]:
    """The parts that a target stands for, in canonical order.

    ``target`` is one name of ``TARGETS``, several joined by commas, or an iterable of names.

    >>> resolve_target("upper,lower")
    ('upper', 'lower')
    """
    names = target.split(",") if isinstance(target, str) else list(target)
    names = [str(name).strip().lower() for name in names if str(name).strip()]
    if not names:
        raise OptionError(f"no target given; expected one or more of: {', '.join(TARGETS)}")
    wanted: set[str] = set()
    for name in names:
        if name not in TARGETS:
            raise unknown("target", name, TARGETS)
        wanted.update(GROUPS.get(name, (name,)))
    return tuple(part for part in PARTS if part in wanted)


def part_ids(parts: Iterable[str]) -> tuple[int, ...]:
    """Canonical ids of part names."""
    return tuple(PART_ID[part] for part in parts)
