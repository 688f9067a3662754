"""Draw the demo pair: ``python scripts/make_demo.py`` writes segmask/samples/{original,edited}.jpg.

The original is scikit-image's ``astronaut``: Eileen Collins, photographed by NASA, public domain. The edit is drawn
here: the orange suit becomes a teal quilted one, and, as a generative model would, the whole picture is redrawn a
little: another zoom and size, warmer colours, a smoother and slightly moved face, a background with less detail, JPEG.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SAMPLES = Path(__file__).parents[1] / "segmask" / "samples"
EDITED_SIDE = 640  # the model returns another size than it was given
ZOOM, SHIFT_PX = 0.988, (2.3, -1.7)
GAIN, OFFSET = (1.04, 1.0, 0.95), (-3.0, 2.0, 4.0)
TEAL = (-26.0, -9.0)  # a and b of CIELAB
FACE = (226, 115, 62, 78)  # centre x, y and half axes of the head, px
# The outer edge of the sleeve on the left: rows and columns, px.
SLEEVE = ((195, 215, 240, 262, 300, 340, 385, 450, 490, 511), (112, 89, 66, 49, 37, 24, 14, 13, 18, 44))


def main() -> None:
    """Write both files."""
    from skimage.data import astronaut

    original = astronaut()
    SAMPLES.mkdir(exist_ok=True)
    write_jpeg(SAMPLES / "original.jpg", original, 93)
    write_jpeg(SAMPLES / "edited.jpg", redrawn(new_suit(original)), 88)


def write_jpeg(path: Path, image: np.ndarray, quality: int) -> None:
    """RGB to a JPEG without chroma subsampling."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    path.write_bytes(cv2.imencode(".jpg", image[..., ::-1], flags)[1].tobytes())


def new_suit(image: np.ndarray) -> np.ndarray:
    """The orange cloth in teal with quilting seams; its folds, patches and straps stay."""
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    weight = suit_weight(lab)[..., None]
    light = lab[..., 0]
    folds = light - cv2.GaussianBlur(light, (0, 0), 18)
    cloth = np.dstack([36 + 0.9 * folds + quilting(light.shape), *(np.full(light.shape, value) for value in TEAL)])
    mixed = lab * (1 - weight) + cloth.astype(np.float32) * weight
    return to_bytes(cv2.cvtColor(mixed.astype(np.float32), cv2.COLOR_LAB2RGB) * 255)


def suit_weight(lab: np.ndarray) -> np.ndarray:
    """How much a pixel is orange cloth, float32 (H, W) in [0, 1]: its hue, right of the flag and below the face."""
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    orange = np.clip((chroma - 16) / 12, 0, 1) * np.clip((34 - np.abs(hue - 48)) / 8, 0, 1)
    rows, columns = np.mgrid[: lab.shape[0], : lab.shape[1]]
    sleeve = np.interp(rows[:, 0], SLEEVE[0], SLEEVE[1])[:, None]  # the flag hangs to the left
    place = (rows > SLEEVE[0][0]) & (columns > sleeve)
    wider = cv2.dilate((orange * place).astype(np.float32), np.ones((3, 3), np.uint8))
    return cv2.GaussianBlur(wider, (0, 0), 0.6)


def quilting(shape: tuple[int, int]) -> np.ndarray:
    """Diamond seams, in units of lightness, bent a little as if over a body."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    bend = 5 * np.sin(columns / 47) + 4 * np.sin(rows / 61)
    first, second = ((columns + rows + bend) / 26) % 1, ((columns - rows + bend) / 26) % 1
    seam = np.minimum(np.minimum(first, 1 - first), np.minimum(second, 1 - second))
    return -9 * np.exp(-((seam / 0.05) ** 2)) + 5 * np.clip(seam - 0.1, 0, 0.4)


def redrawn(image: np.ndarray) -> np.ndarray:
    """What a generative model does to all the rest."""
    height, width = image.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    x, y, half_w, half_h = FACE
    head = np.exp(-((((columns - x) / half_w) ** 2 + ((rows - y) / half_h) ** 2) ** 2))
    ground = np.clip((230 - rows) / 60, 0, 1) * (1 - head)
    image = blend(image, cv2.bilateralFilter(image, 7, 34, 5), head)
    image = blend(image, cv2.GaussianBlur(image, (0, 0), 1.1), ground)
    scale = EDITED_SIDE / width * ZOOM
    grid = np.mgrid[:EDITED_SIDE, :EDITED_SIDE].astype(np.float32)
    from_y = (grid[0] - EDITED_SIDE / 2) / scale + height / 2 - SHIFT_PX[1]
    from_x = (grid[1] - EDITED_SIDE / 2) / scale + width / 2 - SHIFT_PX[0]
    near = cv2.remap(head.astype(np.float32), from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    from_x, from_y = from_x + 1.6 * near, from_y - 1.2 * near
    bigger = cv2.remap(image, from_x, from_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    light = 6 * np.sin(grid[1] / EDITED_SIDE * 2.1)[..., None]
    return to_bytes(bigger * np.array(GAIN) + np.array(OFFSET) + light)


def blend(first: np.ndarray, second: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """From ``first`` to ``second`` by ``weight``, float (H, W) in [0, 1]."""
    return to_bytes(first + (second.astype(np.float32) - first) * weight[..., None])


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Rounded and clipped to uint8."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
