from __future__ import annotations

import numpy as np

from segmask.compose.unmix import unmixed

BLOND, DARK_BLOND = (0.9, 0.75, 0.5), (0.6, 0.45, 0.25)
RED, WHITE = (0.8, 0.05, 0.1), (0.95, 0.95, 0.95)
SHAPE = (60, 90)


def scene(middle: np.ndarray, middle_hair: float = 0.5) -> dict:
    """Two tones of hair on the left, a garment in two colours on the right, ``middle`` (60, 30, 3) between."""
    image = np.zeros((*SHAPE, 3), np.float32)
    image[:30, :30], image[30:, :30] = BLOND, DARK_BLOND
    image[:30, 60:], image[30:, 60:] = RED, WHITE
    image[:, 30:60] = middle
    columns = np.arange(SHAPE[1])[None].repeat(SHAPE[0], 0)
    hair = np.select([columns < 30, columns < 60], [1, middle_hair], 0).astype(np.float32)
    front, back = columns < 25, columns >= 65
    return {"image": image, "front": front, "back": back, "asked": (columns >= 30) & (columns < 60), "hair": hair}


def mixture(share: np.ndarray, front: tuple, back: tuple) -> np.ndarray:
    return share[..., None] * np.array(front) + (1 - share[..., None]) * np.array(back)


def test_the_share_of_hair_and_its_own_colour_are_found() -> None:
    truth = np.linspace(0.1, 1, 30)[None].repeat(60, 0)
    found = unmixed(**scene(mixture(truth, BLOND, RED)), reach=40)
    middle = np.s_[:, 30:60]
    assert np.abs(found.share[middle] - truth).mean() < 0.03
    assert np.abs(found.pure[middle] - np.array(BLOND)).max() < 0.06
    assert found.certainty[middle].mean() > 0.8


def test_what_is_not_asked_for_stays_the_parsers() -> None:
    given = scene(mixture(np.full((60, 30), 0.5), BLOND, RED))
    found = unmixed(**given, reach=40)
    outside = ~given["asked"]
    np.testing.assert_array_equal(found.share[outside], given["hair"][outside])
    np.testing.assert_array_equal(found.pure[outside], given["image"][outside])


def test_a_colour_that_hair_and_garment_share_is_left_to_the_parser() -> None:
    given = scene(np.broadcast_to(np.array(BLOND), (60, 30, 3)))
    given["image"][:, 60:] = BLOND  # a garment of the hair's colour
    for hair, expected in ((0.9, 1), (0.1, 0)):
        given["hair"][:, 30:60] = hair
        found = unmixed(**given, reach=40)
        assert np.abs(found.share[:, 30:60] - expected).mean() < 0.1
    given["hair"][:, 30:60] = 0.5
    assert unmixed(**given, reach=40).certainty[:, 30:60].max() < 0.2


def test_each_run_gives_the_same() -> None:
    noisy = scene(np.random.default_rng(3).random((60, 30, 3)))
    first, second = unmixed(**noisy, reach=40), unmixed(**noisy, reach=40)
    np.testing.assert_array_equal(first.share, second.share)
    np.testing.assert_array_equal(first.pure, second.pure)
