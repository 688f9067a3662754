"""Old cloth beside a face: what the margin around a face gives way to, whatever the parser calls it.

The tips of a collar and a stand collar under the chin are called skin, hair or an accessory as often as not. Three
things tell them: the change map says that something went there on purpose, the edit shows no face and no hair there,
and the colour is none that the person's skin has in any light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import delta_e, in_some_light
from segmask.core.labels import PART_ID
from segmask.core.morphology import blurred, opened, widened
from segmask.core.types import Mask
from segmask.fusion.components import changed_garment, strong_change
from segmask.fusion.scene import Scene


@dataclass(frozen=True)
class MarginConfig:
    """Numbers of the rule."""

    sure: float = 0.8
    """Probability from which the original's face or hair shows what colour it has."""
    least: int = 50
    """Pixels of it at the working size; fewer tell no colour."""
    hair: float = 25.0
    """ΔE from the hair's median colour within which what the parser calls hair is hair …"""
    hair_changed: float = 0.1
    """… where this share of the hair changed: an edit that left the hair alone took no lock away."""
    face: float = 0.2
    """Probability of a face or hair in the edit from which nothing of the old garment went there."""
    hardly: float = 0.07
    """Probability of a face in the original from which its margin gives way to nothing: the parser's outline errs."""
    bared: float = 0.5
    """Probability of skin in the edit from which a neck was bared where such a colour lay, …"""
    not_face: float = 0.4
    """… and of a face in the original up to which that colour outweighs the parser, with a rim of mixed pixels …"""
    rim: int = 2
    """… as wide at the working size."""
    collar: float = 0.6
    """Probability of the target in the edit from which it is new cloth that lies on the old neck."""
    maybe: float = 0.1
    """The same where its colour is none of the edit's face."""
    rather: float = 2.0
    """As many times as likely as a face must a neck be: the edge of a chin is both."""
    grain: float = 1.0
    """Sigma of the blur before colours are compared, and radius of the pieces too small to be cloth."""


DEFAULT = MarginConfig()
Map = NDArray[np.float32]


def old_cloth(scene: Scene) -> Mask | None:
    """Where a quiet pair shows cloth of the old garment, bool (h, w).

    None where the change map is worth too little, or the pictures' colours are not at hand.

    >>> label = np.zeros((60, 60), np.uint8)
    >>> scene = Scene.of_labels(label, label, np.ones((60, 60), np.float32), ("upper",))
    >>> old_cloth(scene) is None  # no colours
    True
    """
    garment = changed_garment(scene)
    if garment is None or scene.change.colours is None:
        return garment
    colours = np.asarray(blurred(scene.change.colours[0], DEFAULT.grain), np.float32)
    face, hair = (scene.before[PART_ID[part]] > DEFAULT.sure for part in ("face", "hair"))
    if face.sum() < DEFAULT.least:
        return garment
    strong = strong_change(scene, of_others=True)
    asked = colours[strong]
    unlike = ~in_some_light(asked, np.median(colours[face], axis=0))
    if hair.sum() >= DEFAULT.least and strong[hair].mean() > DEFAULT.hair_changed:
        like_hair = delta_e(asked, np.median(colours[hair], axis=0)) < DEFAULT.hair
        unlike &= ~(like_hair & (scene.before[PART_ID["hair"]][strong] > 0.5))
    still = scene.after[PART_ID["face"]] + scene.after[PART_ID["hair"]] + scene.after[PART_ID["eyewear"]]
    cloth = strong.copy()
    cloth[strong] = unlike
    cloth &= still < DEFAULT.face
    face_there, cloth = scene.before[PART_ID["face"]], opened(cloth, round(DEFAULT.grain))
    bared = cloth & (scene.after[PART_ID["skin"]] > DEFAULT.bared) & (face_there < DEFAULT.not_face)
    bared = widened(bared, DEFAULT.rim) & (face_there < DEFAULT.not_face)
    return bared | ((garment | cloth) & (face_there < DEFAULT.hardly))


def covered_neck(scene: Scene) -> Mask:
    """Where the edit's garment lies on what is neck rather than face in the original, bool (h, w).

    The parser's outline of a face errs by less where it sees a neck beside it than where it sees anything else, and a
    turtleneck that ends below the jaw in a frayed line is seen at once. Right below a chin the parser is of two minds
    about the garment too: a colour that the edit's own face has in no light is cloth there.

    >>> before, after = np.zeros((60, 60), np.uint8), np.zeros((60, 60), np.uint8)
    >>> before[10:20, 20:40], before[20:30, 20:40], before[30:60] = (PART_ID[p] for p in ("face", "skin", "upper"))
    >>> after[10:20, 20:40], after[20:60] = PART_ID["face"], PART_ID["upper"]
    >>> neck = covered_neck(Scene.of_labels(before, after, np.where(before == after, 1, 9), ("upper",)))
    >>> bool(neck[25, 30]), bool(neck[15, 30]), bool(neck[40, 30])
    (True, False, False)
    """
    skin, face = scene.before[PART_ID["skin"]], scene.before[PART_ID["face"]]
    neck = (skin > DEFAULT.rather * face) & (skin + face > DEFAULT.collar) & strong_change(scene, of_others=True)
    cloth = scene.becomes > DEFAULT.collar
    edited = scene.after[PART_ID["face"]] > DEFAULT.sure
    if scene.change.colours is not None and edited.sum() >= DEFAULT.least:
        likely = neck & ~cloth & (scene.becomes > DEFAULT.maybe)
        colours = np.asarray(blurred(scene.change.colours[1], DEFAULT.grain), np.float32)
        cloth[likely] = ~in_some_light(colours[likely], np.median(colours[edited], axis=0))
    return opened(neck & cloth, round(DEFAULT.grain))
