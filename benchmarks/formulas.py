"""Other colour differences than the project's, on CIELAB arrays float32 (h, w, 3): for comparison."""

from __future__ import annotations

import numpy as np

Map = np.ndarray


def delta_e_1976(first: Map, second: Map) -> Map:
    """Euclidean distance (CIE 1976)."""
    return np.linalg.norm(first - second, axis=2).astype(np.float32)


def delta_e_2000(first: Map, second: Map) -> Map:
    """CIEDE2000 as scikit-image computes it (Sharma, Wu, Dalal 2005)."""
    from skimage.color import deltaE_ciede2000

    return np.asarray(deltaE_ciede2000(first, second), np.float32)
