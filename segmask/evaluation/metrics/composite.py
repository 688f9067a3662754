"""What the picture that comes out is worth: colour and structure on the pixels that had to stay, and the seam.

Everything is computed on the must-stay pixels alone. Blackening the rest and averaging over the whole picture, as some
benchmarks do, mixes in perfect zeros and rewards large masks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import lab
from segmask.core.morphology import slopes
from segmask.core.types import Alpha, Image, Mask

PSNR_CAP_DB = 100.0
"""What identical pixels get, so that means stay finite."""
SSIM_SIGMA_PX = 1.5
SSIM_RADIUS_PX = 5  # an 11 x 11 window (Wang et al. 2004)
SSIM_C1, SSIM_C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def leak_delta_e(composite: Image, original: Image, must_stay: Mask) -> float:
    """Mean CIE 1976 colour difference on must-stay pixels; 2.3 is just noticeable (Mahy et al. 1994).

    >>> grey, lighter = np.full((4, 4, 3), 128, np.uint8), np.full((4, 4, 3), 134, np.uint8)
    >>> round(leak_delta_e(lighter, grey, np.ones((4, 4), bool)), 1)
    2.3
    """
    if not must_stay.any():
        return 0.0
    return float(delta_e(composite, original)[must_stay].mean())


def delta_e(first: Image, second: Image) -> NDArray[np.float32]:
    """CIE 1976 colour difference of two sRGB pictures, float32 (H, W).

    >>> delta_e(np.zeros((1, 1, 3), np.uint8), np.full((1, 1, 3), 255, np.uint8)).round().tolist()  # black, white
    [[100.0]]
    """
    return np.linalg.norm(lab(first) - lab(second), axis=2)


def psnr_kept(composite: Image, original: Image, must_stay: Mask) -> float:
    """Peak signal-to-noise ratio in dB over must-stay pixels, at most 100 (identical).

    >>> grey, lighter = np.full((4, 4, 3), 128, np.uint8), np.full((4, 4, 3), 129, np.uint8)
    >>> stay = np.ones((4, 4), bool)
    >>> psnr_kept(grey, grey, stay), round(psnr_kept(lighter, grey, stay), 1)
    (100.0, 48.1)
    """
    difference = composite[must_stay].astype(np.float64) - original[must_stay]
    error = float((difference**2).mean()) if difference.size else 0.0
    return PSNR_CAP_DB if error == 0 else min(PSNR_CAP_DB, float(10 * np.log10(255**2 / error)))


def ssim_kept(composite: Image, original: Image, must_stay: Mask) -> float:
    """Mean structural similarity of the luma over must-stay pixels; 1 where nothing must stay.

    >>> noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    >>> stay = np.ones((32, 32), bool)
    >>> round(ssim_kept(noise, noise, stay), 3), round(ssim_kept(noise, 255 - noise, stay), 1)
    (1.0, -1.0)
    """
    return float(ssim_map(composite, original, must_stay)[must_stay].mean()) if must_stay.any() else 1.0


def ssim_map(first: Image, second: Image, mask: Mask) -> NDArray[np.float64]:
    """Structural similarity of the luma, float64 (H, W) (Wang et al. 2004, Gaussian window, sigma 1.5 px).

    The window's statistics are weighted by the mask (normalised convolution), so that no other pixel enters.

    >>> grey = np.full((8, 8, 3), 128, np.uint8)
    >>> bool(np.allclose(ssim_map(grey, grey, np.ones((8, 8), bool)), 1))
    True
    """
    weight = mask.astype(np.float64)
    total = np.maximum(_window(weight), 1e-12)
    luma_1, luma_2 = _luma(first), _luma(second)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return _window(values * weight) / total

    mean_1, mean_2 = mean(luma_1), mean(luma_2)
    variance_1, variance_2 = mean(luma_1**2) - mean_1**2, mean(luma_2**2) - mean_2**2
    covariance = mean(luma_1 * luma_2) - mean_1 * mean_2
    luminance = (2 * mean_1 * mean_2 + SSIM_C1) / (mean_1**2 + mean_2**2 + SSIM_C1)
    structure = (2 * covariance + SSIM_C2) / (variance_1 + variance_2 + SSIM_C2)
    return luminance * structure


def seam_excess(composite: Image, original: Image, pasted: Image, alpha: Alpha) -> float:
    """Gradient that neither picture has there, mean over the seam, in CIE lightness per pixel; 0 without a seam.

    The seam is where alpha is not constant over 3 x 3 pixels. ``pasted`` is the edited picture as it was pasted, on
    the original's grid. The two pictures' gradients are dilated by one pixel before they are taken off.

    >>> dark, bright = np.full((8, 8, 3), 60, np.uint8), np.full((8, 8, 3), 200, np.uint8)
    >>> left = np.repeat(np.float32([[1, 0]]), 4, axis=1).repeat(8, axis=0)
    >>> composite = np.where(left[..., None] > 0, bright, dark)
    >>> seam_excess(composite, dark, bright, left) > 10, seam_excess(dark, dark, dark, left)
    (True, 0.0)
    """
    import cv2

    square = np.ones((3, 3), np.uint8)
    seam = cv2.dilate(alpha, square) > cv2.erode(alpha, square)
    if not seam.any():
        return 0.0
    natural = cv2.dilate(np.maximum(_lightness_gradient(original), _lightness_gradient(pasted)), square)
    excess = np.maximum(0, _lightness_gradient(composite) - natural)
    return float(excess[seam].mean())


def _lightness_gradient(image: Image) -> NDArray[np.float32]:
    return np.hypot(*slopes(lab(image)[..., 0]))


def _luma(image: Image) -> NDArray[np.float64]:
    """ITU-R BT.601 luma, 0..255."""
    return image.astype(np.float64) @ np.array([0.299, 0.587, 0.114])


def _window(values: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(values, SSIM_SIGMA_PX, radius=SSIM_RADIUS_PX, mode="constant")
