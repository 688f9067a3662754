"""What shows where a garment was: the background behind it, mirrored from the rim, or skin in the person's own tone."""

from __future__ import annotations

import numpy as np

from segmask.core.types import Mask
from segmask.evaluation.synth.anatomy import Figure
from segmask.evaluation.synth.fields import Map, Rng, blur, mirror_fill, mix, signed_distance, smooth_noise, spread

SKIN_TONE = (196.0, 150.0, 126.0)  # where a picture shows no skin at all: a mid tone, sRGB


def behind(image: Map, figure: Figure, hidden: Mask, bare: Mask, unit: float, rng: Rng) -> Map:
    """The picture (H, W, 3) without what is ``hidden``: its surroundings taken on, and skin where it is ``bare``.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> figure = read_figure(label)
    >>> picture = np.where(figure.body[..., None], np.float32([200, 30, 30]), np.float32(90))  # red on a grey wall
    >>> hidden, bare = figure.mask("upper"), np.zeros((200, 100), bool)
    >>> behind(picture, figure, hidden, bare, 0.24, np.random.default_rng(0))[70, 50].round().tolist()
    [90.0, 90.0, 90.0]
    """
    front = (figure.depth >= 6) | figure.neck
    filled = mirror_fill(image, hidden | front)
    filled = np.where((hidden & ~front)[..., None], filled, image)
    if not bare.any():
        return filled
    alpha = np.clip(blur(signed_distance(bare), 1.5 * unit) / (1.4 * unit) + 0.5, 0, 1)
    return mix(filled, _skin(image, figure, bare, unit, rng), alpha)


def _skin(image: Map, figure: Figure, bare: Mask, unit: float, rng: Rng) -> Map:
    """Skin with the light of the nearest bare limb, darker towards the limb's sides, with pores and grain."""
    core = (figure.arms | figure.legs | figure.neck | figure.mask("face")) & ~bare
    core &= signed_distance(core) > 3 * unit
    if np.count_nonzero(core) < 40:
        tone = np.broadcast_to(np.array(SKIN_TONE, np.float32), image.shape)
    else:
        tone = blur(spread(image, core), 4 * unit)
    inside = np.maximum(signed_distance(bare), 0) / (7 * unit)
    round_shade = 0.78 + 0.24 * np.minimum(inside, 1) ** 0.7
    lit = 1 + 0.04 * smooth_noise(bare.shape, (60 * unit, 25 * unit), rng)
    pores = 2.0 * smooth_noise(bare.shape, 2.5, rng)
    return np.clip(tone * (round_shade * lit)[..., None] + pores[..., None], 0, 255).astype(np.float32)
