"""A person drawn by hand in front of a wall: enough of one to be dressed anew."""

import cv2
import numpy as np
import pytest

from segmask.core.labels import PART_ID

HEIGHT, WIDTH = 320, 220
COLOURS = {
    "hair": (70, 45, 30),
    "face": (205, 160, 135),
    "skin": (200, 155, 130),
    "upper": (60, 90, 170),
    "lower": (50, 50, 60),
    "footwear": (30, 25, 25),
}


def draw_label() -> np.ndarray:
    """uint8 (320, 220): head, neck, a shirt with sleeves, hands, trousers, shoes."""
    label = np.zeros((HEIGHT, WIDTH), np.uint8)

    def paint(part: str, *corners: tuple[int, int]) -> None:
        cv2.fillPoly(label, [np.array(corners, np.int32)], PART_ID[part])

    paint("skin", (103, 50), (117, 50), (117, 70), (103, 70))
    cv2.ellipse(label, (110, 34), (15, 20), 0, 0, 360, PART_ID["hair"], -1)
    cv2.ellipse(label, (110, 38), (11, 15), 0, 0, 360, PART_ID["face"], -1)
    paint("lower", (86, 160), (134, 160), (132, 285), (116, 285), (110, 190), (104, 285), (88, 285))
    paint("skin", (56, 150), (66, 150), (64, 176), (54, 176))
    paint("skin", (154, 150), (164, 150), (166, 176), (156, 176))
    right = (136, 66), (166, 150), (152, 152), (134, 104), (136, 162)
    paint("upper", (84, 66), *right, (84, 162), (86, 104), (68, 152), (54, 150))
    paint("footwear", (84, 285), (106, 285), (106, 300), (80, 300))
    paint("footwear", (114, 285), (136, 285), (140, 300), (114, 300))
    return label


@pytest.fixture(scope="session")
def label() -> np.ndarray:
    return draw_label()


@pytest.fixture(scope="session")
def photo(label: np.ndarray) -> np.ndarray:
    """uint8 (320, 220, 3): the figure before a speckled wall, with folds in its clothes."""
    random = np.random.default_rng(3)
    rows, columns = np.indices(label.shape)
    image = np.stack([150 + rows * 0.2, 148 + columns * 0.1, np.full(label.shape, 140.0)], axis=2)
    for part, colour in COLOURS.items():
        image[label == PART_ID[part]] = colour
    folds = 1 + 0.12 * np.sin(columns / 5 + rows / 17) * (label > 3)
    speckle = cv2.GaussianBlur(random.normal(0, 14, label.shape), (0, 0), 1.0)
    return np.clip(np.rint(image * folds[..., None] + speckle[..., None]), 0, 255).astype(np.uint8)
