"""From two soft parsings to the probability that a pixel belongs to the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.geometry import resize_map
from segmask.core.labels import PART_ID, PARTS, part_ids
from segmask.core.morphology import connected_regions
from segmask.core.types import Mask, Parsing, Prob, Probs


@dataclass(frozen=True)
class Prior:
    """Probabilities at the working size, float32 (h, w)."""

    was: Prob
    """The original shows the target here."""
    becomes: Prob
    """The edit shows the target here."""
    either: Prob
    """The target was here or has come here, less what another thing in front covers."""


BODY = ("hair", "face", "skin")
BARE = ("face", "skin")
VANISHED = 0.35
"""Doubt in a garment of the original where the edit shows background: hems rise, but parsers also dress bushes."""
LEAST_BODY = 0.0005
"""Of the picture: less hair, face and skin than this is a parser's slip, not a person."""

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
    vanished = 1 - VANISHED * after[PART_ID["background"]] if "background" not in parts else 1
    return Prior(was, becomes, np.maximum(was * vanished, becomes * (1 - covered)).astype(np.float32))


def near_body(before: Probs, after: Probs, bridge: float = 0.02) -> Mask:
    """Where people are: regions that are no background in either picture and hold some body; bool (h, w).

    A cup or a curtain that a parser takes for cloth lies apart and is dressed on nobody. Without any body in sight
    (a cropped torso in a parsing of the user's own) nothing is ruled out.

    Args:
        before: float32 (14, h, w).
        after: float32 (14, h, w).
        bridge: as a share of the long side: what lies closer belongs together.
    """
    import cv2

    figure = np.minimum(before[PART_ID["background"]], after[PART_ID["background"]]) < 0.5
    radius = max(1, round(bridge * max(figure.shape) / 2))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    regions = connected_regions(cv2.dilate(figure.astype(np.uint8), disc) > 0)
    body = target_prob(before, BODY) > 0.5
    if body.mean() < LEAST_BODY:
        return np.ones(body.shape, bool)
    return regions.select(regions.total(body) >= LEAST_BODY * body.size)


def moved_limbs(before: Probs, after: Probs, parts: tuple[str, ...]) -> Prob:
    """Bare skin in one picture and background in the other: an arm, hand or leg that the edit moved."""
    if "skin" in parts or "background" in parts:
        return np.zeros_like(before[0])
    skin, ground = PART_ID["skin"], PART_ID["background"]
    return np.maximum(before[skin] * after[ground], after[skin] * before[ground])


def bare_body(probs: Probs, parts: tuple[str, ...]) -> Prob:
    """Bare skin in a picture, faces too (parsers call raised hands so); none where it is targeted; float32 (h, w)."""
    if not set(parts).isdisjoint(BARE):
        return np.zeros_like(probs[0])
    return target_prob(probs, BARE)


def shows_person(parsing: Parsing) -> bool:
    """Is there a person: do hair, face and skin win on more of the picture than a slip would?"""
    return bool((target_prob(parsing.working_probs, BODY) > 0.5).mean() >= LEAST_BODY)


def shows_target(parsing: Parsing, parts: tuple[str, ...], least: float = 0.001) -> bool:
    """Does the target win on at least this share of the picture?"""
    if set(parts) == set(PARTS):
        return True
    return bool((target_prob(parsing.working_probs, parts) > 0.5).mean() >= least)
