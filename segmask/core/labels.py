"""The canonical parts of a dressed person, the targets made of them, and how other label sets map to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError, OptionError, unknown

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
    """Canonical ids of part names.

    >>> part_ids(("hair", "face"))
    (1, 2)
    """
    return tuple(PART_ID[part] for part in parts)


# The class lists of other networks and data sets, in the order of their ids, and the part that each class becomes.
# Sources: ATR and LIP, Pascal-Person-Part: Li et al. 2020, Self-Correction for Human Parsing; FASHN human parser;
# MediaPipe selfie multiclass; CelebAMask-HQ: Lee et al. 2020, MaskGAN.
LABEL_SETS: dict[str, tuple[tuple[str, str], ...]] = {
    "canonical": tuple((part, part) for part in PARTS),
    "atr-18": (
        ("Background", "background"),
        ("Hat", "headwear"),
        ("Hair", "hair"),
        ("Sunglasses", "eyewear"),
        ("Upper-clothes", "upper"),  # coats included
        ("Skirt", "lower"),
        ("Pants", "lower"),
        ("Dress", "dress"),
        ("Belt", "accessory"),
        ("Left-shoe", "footwear"),
        ("Right-shoe", "footwear"),
        ("Face", "face"),
        ("Left-leg", "skin"),
        ("Right-leg", "skin"),
        ("Left-arm", "skin"),
        ("Right-arm", "skin"),
        ("Bag", "bag"),
        ("Scarf", "accessory"),
    ),
    "lip-20": (
        ("Background", "background"),
        ("Hat", "headwear"),
        ("Hair", "hair"),
        ("Glove", "accessory"),
        ("Sunglasses", "eyewear"),
        ("Upper-clothes", "upper"),
        ("Dress", "dress"),
        ("Coat", "outerwear"),
        ("Socks", "legwear"),
        ("Pants", "lower"),
        ("Jumpsuits", "dress"),  # one garment over torso and legs
        ("Scarf", "accessory"),
        ("Skirt", "lower"),
        ("Face", "face"),
        ("Left-arm", "skin"),
        ("Right-arm", "skin"),
        ("Left-leg", "skin"),
        ("Right-leg", "skin"),
        ("Left-shoe", "footwear"),
        ("Right-shoe", "footwear"),
    ),
    "fashn-18": (
        ("background", "background"),
        ("face", "face"),
        ("hair", "hair"),
        ("top", "upper"),
        ("dress", "dress"),
        ("skirt", "lower"),
        ("pants", "lower"),
        ("belt", "accessory"),
        ("bag", "bag"),
        ("hat", "headwear"),
        ("scarf", "accessory"),
        ("glasses", "eyewear"),
        ("arms", "skin"),
        ("hands", "skin"),
        ("legs", "skin"),
        ("feet", "footwear"),  # the set has no class for shoes
        ("torso", "skin"),
        ("jewelry", "accessory"),
    ),
    "selfie-multiclass-6": (
        ("background", "background"),
        ("hair", "hair"),
        ("body-skin", "skin"),
        ("face-skin", "face"),
        ("clothes", "upper"),  # all garments: this set doesn't tell them apart
        ("others", "accessory"),
    ),
    "pascal-7": (  # parts of the body, dressed or not: the garment most often worn there
        ("Background", "background"),
        ("Head", "face"),
        ("Torso", "upper"),
        ("Upper Arms", "upper"),
        ("Lower Arms", "skin"),
        ("Upper Legs", "lower"),
        ("Lower Legs", "lower"),
    ),
    "celebamask-19": (
        ("background", "background"),
        ("skin", "face"),
        ("nose", "face"),
        ("eye_g", "eyewear"),
        ("l_eye", "face"),
        ("r_eye", "face"),
        ("l_brow", "face"),
        ("r_brow", "face"),
        ("l_ear", "face"),
        ("r_ear", "face"),
        ("mouth", "face"),
        ("u_lip", "face"),
        ("l_lip", "face"),
        ("hair", "hair"),
        ("hat", "headwear"),
        ("ear_r", "accessory"),  # earring
        ("neck_l", "accessory"),  # necklace
        ("neck", "skin"),
        ("cloth", "upper"),
    ),
}


def set_parts(label_set: str) -> tuple[str, ...]:
    """The canonical part of each class of a named set, in the order of the classes' ids. OptionError for other names.

    >>> set_parts("selfie-multiclass-6")
    ('background', 'hair', 'skin', 'face', 'upper', 'accessory')
    """
    if label_set not in LABEL_SETS:
        raise unknown("label set", label_set, tuple(LABEL_SETS))
    return tuple(part for _, part in LABEL_SETS[label_set])


def canonical_label_map(label_map: NDArray[np.integer], label_set: str) -> NDArray[np.uint8]:
    """A label map (H, W) of a named set as one of the canonical parts, uint8. InputError for ids the set lacks.

    >>> pants_and_face = np.array([[6, 11]])
    >>> [PARTS[part] for part in canonical_label_map(pants_and_face, "atr-18")[0]]
    ['lower', 'face']
    """
    table = np.array(part_ids(set_parts(label_set)), np.uint8)
    if label_map.size and not 0 <= int(label_map.min()) <= int(label_map.max()) < len(table):
        raise InputError(
            f"label map: expected class ids 0 to {len(table) - 1} of the label set {label_set}, "
            f"got {int(label_map.min())} to {int(label_map.max())}"
        )
    return table[label_map]


def canonical_probs(probs: NDArray[np.float32], parts: Sequence[str]) -> NDArray[np.float32]:
    """Probabilities (K, h, w) of K classes, of which each becomes one of ``parts``, summed up to (14, h, w).

    >>> left_and_right_shoe = np.array([[[0.25]], [[0.5]]], np.float32)
    >>> float(canonical_probs(left_and_right_shoe, ("footwear", "footwear"))[PART_ID["footwear"], 0, 0])
    0.75
    """
    merged = np.zeros((len(PARTS), *probs.shape[1:]), np.float32)
    for plane, part in zip(probs, parts, strict=True):
        merged[PART_ID[part]] += plane
    return merged
