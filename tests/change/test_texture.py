from __future__ import annotations

import numpy as np
import pytest

from segmask.change.texture import compare_texture
from segmask.core.types import Texture

SIZE = (400, 300)
MIDDLE = slice(60, 140), slice(40, 110)  # of the half-size maps, away from the border


def fabric(seed: int, strength: float = 12.0, colour: tuple[int, int, int] = (60, 80, 130)) -> np.ndarray:
    """Woven cloth of one colour: fine structure of its own."""
    import cv2

    rng = np.random.default_rng(seed)
    weave = cv2.GaussianBlur(rng.normal(0, 1, SIZE).astype(np.float32), (0, 0), 1.2)
    return np.clip(np.array(colour) + (strength * weave / weave.std())[..., None], 0, 255).astype(np.uint8)


def middle(texture: Texture, name: str) -> float:
    return float(np.median(getattr(texture, name)[MIDDLE]))


def test_another_cloth_of_the_same_colour_differs_in_structure_alone() -> None:
    other = compare_texture(fabric(1), fabric(2))
    same = compare_texture(fabric(1), fabric(1))
    assert middle(same, "structure_near") == 0
    assert middle(other, "structure_near") > 0.7
    assert middle(other, "energy_ratio") < 0.2
    assert middle(other, "colour_shift") < 1


def test_plain_cloth_has_no_structure_to_differ() -> None:
    first, second = (100 + np.random.default_rng(seed).normal(0, 0.7, (*SIZE, 3)) for seed in (1, 2))
    first, second = (np.rint(grain).astype(np.uint8) for grain in (first, second))
    assert middle(compare_texture(first, second), "structure_around") < 0.2


@pytest.mark.parametrize("step", [2, 4])
def test_a_faint_step_of_the_colour_is_measured_through_the_weave(step: int) -> None:
    redder = fabric(1, colour=(60 + step, 80, 130))
    got = compare_texture(fabric(1), redder)
    assert 0.2 * step < middle(got, "colour_shift") < 1.5 * step


def test_smoothed_cloth_is_weaker_but_not_unrelated() -> None:
    got = compare_texture(fabric(1), fabric(1, strength=4.0))
    assert middle(got, "energy_ratio") > 1
    assert middle(got, "structure_near") < 0.5
