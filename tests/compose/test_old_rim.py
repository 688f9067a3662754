"""The old garment's own edge goes with it where the edit redrew the ground, and the outline can't go by agreement."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.compose.alpha import make_alpha
from segmask.compose.old_rim import Around
from segmask.core.types import Alpha, Image
from tests.compose.test_outline import NOTHING, SIZE, decision, disc, overlaid_of

RADIUS = 100


def gone(overshoot: float = 0.0, colour: tuple[int, int, int] = (120, 20, 40)) -> tuple[Image, Image]:
    """A disc, its edge perhaps sharpened, that the edit replaced by a ground of its own everywhere."""
    rng = np.random.default_rng(1)
    ground, other = (level + rng.normal(0, 2, (*SIZE, 1)) for level in (190, 150))
    cover = np.clip(0.5 - disc(RADIUS) / 3, 0, 1)
    beyond = overshoot * np.exp(-(((disc(RADIUS) - 1.5) / 0.8) ** 2))
    original = ground * (1 - cover) + np.array(colour) * cover + beyond
    first, second = (np.clip(np.rint(shot), 0, 255).astype(np.uint8) for shot in (original, other.repeat(3, 2)))
    return first, second


def around() -> Around:
    ground = (disc(RADIUS)[::2, ::2, 0] > 0).astype(np.float32)
    return Around(ground, np.ones_like(ground), np.zeros_like(ground))


def alpha_of(shots: tuple[Image, Image], where: Around | None) -> Alpha:
    return make_alpha(
        decision(RADIUS - 1), SIZE, NOTHING, overlaid=overlaid_of(*shots), around=() if where is None else (where,)
    )


def left_behind(shots: tuple[Image, Image], alpha: Alpha) -> int:
    """Pixels of the composite that neither ground looks like."""
    composite = shots[0] * (1 - alpha[..., None]) + shots[1] * alpha[..., None]
    grey = composite.mean(2)
    return int(((composite.max(2) - composite.min(2) > 20) | (grey > 205) | (grey < 130)).sum())


@pytest.mark.parametrize("overshoot", [0.0, 40.0])
def test_no_hairline_of_it_stays_on_the_wall(overshoot: float) -> None:
    shots = gone(overshoot)
    assert left_behind(shots, alpha_of(shots, None)) > 400  # of some 630 pixels around
    assert left_behind(shots, alpha_of(shots, around())) < 40


def test_the_outline_goes_no_further_than_the_rim() -> None:
    shots = gone()
    wider = (alpha_of(shots, around()) > 0.5).sum() - (alpha_of(shots, None) > 0.5).sum()
    assert 0 < wider < 4 * 2 * np.pi * RADIUS


def test_beside_gravel_nothing_moves() -> None:
    original, edited = gone(colour=(160, 160, 160))
    stones = np.random.default_rng(2).integers(-60, 60, (400, 400, 1)).repeat(2, 0).repeat(2, 1)
    outside = disc(RADIUS) > 0
    patterned = np.clip(original + stones * outside, 0, 255).astype(np.uint8)
    plain, moved = (alpha_of((patterned, edited), where) > 0.5 for where in (None, around()))
    assert (plain ^ moved).sum() < 0.2 * 2 * np.pi * RADIUS


def test_what_the_edit_shows_of_the_person_there_does_not_come_along() -> None:
    shots, where = gone(), around()
    held = Around(where.ground, np.zeros_like(where.free), where.bared)
    np.testing.assert_array_equal(alpha_of(shots, held), alpha_of(shots, None))


def test_the_shadow_of_the_old_hem_does_not_stay_on_the_skin() -> None:
    """Both pictures show skin outside; the garment cast a line of shadow there, which is none of its own colours."""
    shots = gone(overshoot=-60)
    skin = (disc(RADIUS)[::2, ::2, 0] > 0).astype(np.float32)
    old, none = 1 - skin, 0 * skin
    bare = Around(skin, np.ones_like(skin), np.ones_like(skin), gone=old)
    assert left_behind(shots, alpha_of(shots, None)) > 400
    assert left_behind(shots, alpha_of(shots, bare)) < 60
    elsewhere = Around(skin, np.ones_like(skin), np.ones_like(skin), gone=none)
    np.testing.assert_array_equal(alpha_of(shots, elsewhere), alpha_of(shots, None))
