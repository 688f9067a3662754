"""From two soft parsings to the probability that a pixel belongs to the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.geometry import resize_map
from segmask.labels import PART_ID, PARTS, part_ids
from segmask.types import Parsing, Prob, Probs


@dataclass(frozen=True)
class Prior:
    """Probabilities at the working size, float32 (h, w)."""

    was: Prob
    """The original shows the target here."""
    becomes: Prob
    """The edit shows the target here."""
    either: Prob
    """The target was here or has come here, less what another thing in front covers."""


# Things in front of a garment: where the original has one, the edit's garment behind it counts less.
# Footwear less so: a longer hem covers it.
IN_FRONT = {"bag": 0.8, "accessory": 0.5, "headwear": 0.8, "eyewear": 0.9, "face": 0.9, "footwear": 0.4}


def resized_probs(parsing: Parsing, size_hw: tuple[int, int]) -> Probs:
    """A parsing's probabilities at another size, float32 (14, h, w)."""
    if parsing.working_probs.shape[1:] == size_hw:
        return parsing.working_probs
    return np.stack([resize_map(prob, size_hw) for prob in parsing.working_probs])


def target_prob(probs: Probs, parts: tuple[str, ...]) -> Prob:
    """Probability of any of the parts, float32 (h, w)."""
    return np.clip(probs[list(part_ids(parts))].sum(0), 0, 1)


def target_prior(before: Probs, after: Probs, parts: tuple[str, ...]) -> Prior:
    """Prior of the target from the parsings of the original (``before``) and the aligned edit (``after``)."""
    was, becomes = target_prob(before, parts), target_prob(after, parts)
    covered = np.zeros_like(was)
    for part, weight in IN_FRONT.items():
        if part not in parts:
            covered = np.maximum(covered, weight * before[PART_ID[part]])
    return Prior(was, becomes, np.maximum(was, becomes * (1 - covered)))


def moved_limbs(before: Probs, after: Probs, parts: tuple[str, ...]) -> Prob:
    """Bare skin in one picture and background in the other: an arm, hand or leg that the edit moved."""
    if "skin" in parts or "background" in parts:
        return np.zeros_like(before[0])
    skin, ground = PART_ID["skin"], PART_ID["background"]
    return np.maximum(before[skin] * after[ground], after[skin] * before[ground])


def shows_person(parsing: Parsing, least: float = 0.0005) -> bool:
    """Is there a person: do face, hair and skin win on at least this share of the picture?"""
    body = target_prob(parsing.working_probs, ("hair", "face", "skin"))
    return bool((body > 0.5).mean() >= least)


def shows_target(parsing: Parsing, parts: tuple[str, ...], least: float = 0.001) -> bool:
    """Does the target win on at least this share of the picture?"""
    if set(parts) == set(PARTS):
        return True
    return bool((target_prob(parsing.working_probs, parts) > 0.5).mean() >= least)
