from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from segmask.register.align import align


def moved(image: Any, scale: float, degrees: float, shift: tuple[float, float], size: float) -> tuple[Any, np.ndarray]:
    """The picture as a model might return it, and the true map from original to edited pixels."""
    height, width = image.shape[:2]
    angle = np.deg2rad(degrees)
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    first = np.eye(3)
    first[:2, :2], first[:2, 2] = linear, centre - linear @ centre + shift
    second = np.diag([size, size, 1.0])
    second[:2, 2] = (size - 1) / 2
    matrix = second @ first
    out = (round(width * size), round(height * size))
    flags = cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
    return cv2.warpAffine(image, matrix[:2], out, flags=flags, borderMode=cv2.BORDER_REFLECT), matrix


def corner_error(matrix: np.ndarray, truth: np.ndarray, size_hw: tuple[int, int]) -> float:
    height, width = size_hw
    corners = np.array([[0, 0, 1], [width - 1, 0, 1], [0, height - 1, 1], [width - 1, height - 1, 1]], float).T
    return float(np.abs((matrix @ truth @ corners - corners)[:2]).max())


@pytest.mark.parametrize(
    ("scale", "degrees", "shift", "size"),
    [
        (1.0, 0.0, (3.4, -2.6), 1.0),
        (1.03, 0.5, (-6.0, 4.0), 1.25),
        (0.93, -1.5, (20.0, 12.0), 0.6),
        (1.08, 2.0, (-30.0, 25.0), 2.0),
    ],
)
def test_a_known_motion_is_found_to_a_quarter_pixel_though_a_third_is_edited(
    photo: Any, scale: float, degrees: float, shift: tuple[float, float], size: float
) -> None:
    edited, truth = moved(photo, scale, degrees, shift, size)
    height, width = edited.shape[:2]
    edited[int(height * 0.4) :, int(width * 0.1) : int(width * 0.65)] //= 3
    warped, alignment = align(photo, edited)
    assert alignment.trusted
    assert corner_error(alignment.matrix, truth, photo.shape[:2]) < 0.25
    assert warped.shape == photo.shape


def test_the_same_picture_comes_back_untouched(photo: Any) -> None:
    warped, alignment = align(photo, photo.copy())
    np.testing.assert_array_equal(warped, photo)
    assert alignment.method == "identity"
    assert alignment.trusted
    assert alignment.covered.all()


def test_a_crop_to_another_aspect_is_found_and_its_outside_is_not_covered(photo: Any) -> None:
    cropped = np.ascontiguousarray(photo[:, 64:448])
    _, alignment = align(photo, cropped)
    np.testing.assert_allclose(alignment.matrix[:2, 2], [64, 0], atol=0.3)
    assert alignment.covered[:, 70:440].all()
    assert not alignment.covered[:, :60].any()
    assert not alignment.covered[:, 452:].any()


def test_two_unrelated_pictures_are_not_trusted(photo: Any, rng: np.random.Generator) -> None:
    other: Any = cv2.GaussianBlur(rng.integers(0, 256, (400, 300, 3), dtype=np.uint8), (0, 0), 2)
    warped, alignment = align(photo, other)
    assert not alignment.trusted
    assert "only resized" in alignment.note
    assert warped.shape == photo.shape


def backdrop(shift: tuple[float, float] = (0.0, 0.0)) -> Any:
    """A soft figure before a grey studio backdrop: outlines, but no corners."""
    y, x = np.mgrid[:600, :450].astype(np.float32)
    x, y = x - shift[0], y - shift[1]
    picture = 150 + 30 * np.sin(x / 90) * np.cos(y / 130)
    for left, top, wide, high, level in ((225, 130, 60, 75, 205), (225, 380, 120, 210, 70), (120, 330, 35, 140, 190)):
        inside = 1 / (1 + np.exp(6 * (np.hypot((x - left) / wide, (y - top) / high) - 1)))
        picture = picture * (1 - inside) + level * inside
    noise = np.random.default_rng(int(10 * shift[0])).normal(0, 1.5, picture.shape)
    return np.repeat(np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def test_a_figure_before_a_plain_backdrop_is_aligned_by_its_outline() -> None:
    _, alignment = align(backdrop(), backdrop((5.0, -3.0)))
    assert alignment.trusted
    np.testing.assert_allclose(alignment.matrix[:2, 2], [-5, 3], atol=1.0)


def test_what_was_rejected_is_counted(photo: Any, rng: np.random.Generator) -> None:
    tiles = photo.reshape(16, 32, 16, 32, 3).swapaxes(1, 2).reshape(256, 32, 32, 3)
    shuffled = rng.permutation(tiles).reshape(16, 16, 32, 32, 3).swapaxes(1, 2).reshape(512, 512, 3)
    _, alignment = align(photo, np.asarray(shuffled, np.uint8))
    assert not alignment.trusted
    assert alignment.matches > alignment.inliers > 0
    np.testing.assert_array_equal(alignment.matrix, np.eye(3))
