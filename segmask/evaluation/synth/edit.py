"""The edit that the user asked for, and what the model did to the pose on the way: new garments on the figure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.core.labels import PART_ID
from segmask.core.types import Image, LabelMap, Mask
from segmask.evaluation.synth import arms
from segmask.evaluation.synth.anatomy import FRONT, Figure, read_figure
from segmask.evaluation.synth.fields import Map, Rng, blur, mix, within
from segmask.evaluation.synth.garment import Material, choose_material, shading, weave
from segmask.evaluation.synth.levels import Odds, Strength
from segmask.evaluation.synth.redesign import DesignChange, Redesign, redesign
from segmask.evaluation.synth.reveal import behind
from segmask.evaluation.synth.scene import Scene
from segmask.evaluation.synth.synthetic import Fault
from segmask.evaluation.synth.truth import LABEL_NOISE_U, truth_map

Streams: TypeAlias = dict[str, Rng]
SUIT = 0.15  # share of the outfits that are of one material


@dataclass(frozen=True)
class PropForgotten:
    """A thing that the edited picture no longer has."""

    name: ClassVar[str] = "props"


@dataclass(frozen=True)
class Edit:
    """The edited picture before its faults, on the original's grid."""

    image: Map
    """float32 (H, W, 3), 8-bit levels."""
    figure_label: LabelMap
    alpha: Map
    """float32 (H, W): cover of the new garments."""
    truth: NDArray[np.uint8]
    targets: tuple[str, ...] = ()
    outline: tuple[DesignChange, ...] = ()
    materials: tuple[Material, ...] = ()
    faults: tuple[Fault, ...] = ()
    circumstances: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Pose:
    """What the model has made of the scene before it drew a garment."""

    image: Map
    figure: Figure
    moved: arms.Moved | None
    forgotten: Mask
    faults: tuple[Fault, ...]


def dress_anew(scene: Scene, strength: Strength, odds: Odds, unit: float, streams: Streams) -> Edit:
    """New garments on the figure of a scene, with the truth that follows; none in a negative case.

    Raises InputError where the figure wears no garment that is large enough.

    >>> from segmask.evaluation.synth.generator import STREAMS
    >>> from segmask.evaluation.synth.scene import plain_scene
    >>> photo, label = np.full((200, 100, 3), 90, np.uint8), np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:160, 30:70] = PART_ID["face"], PART_ID["dress"]
    >>> streams = {name: np.random.default_rng([0, index]) for index, name in enumerate(STREAMS)}
    >>> edit = dress_anew(plain_scene(photo, label), Strength(), Odds(), 0.24, streams)
    >>> edit.targets, int(edit.truth[90, 50]), int(edit.truth[20, 50])
    (('dress',), 255, 0)
    """
    before = read_figure(scene.figure_label)
    targets = _choose_targets(before, odds, streams["plan"])
    pose = _posed(scene, before, strength, odds, unit, streams)
    if streams["negative"].random() < odds.negative:
        none = np.zeros(before.label.shape, np.float32)
        truth = none.astype(np.uint8)
        return Edit(pose.image, pose.figure.label, none, truth, faults=pose.faults, circumstances=("negative",))
    old, figure = before.mask(*targets), pose.figure
    shape = redesign(pose.image, figure, targets, odds, unit, streams["outline"])
    materials, circumstances = _choose_materials(scene.image, before, targets, odds, streams)
    image = _dressed(pose.image, figure, shape, materials, unit, streams)
    limb = np.zeros_like(old)
    if pose.moved is not None:
        limb = arms.limb_to_take(before, figure, pose.moved, old | figure.mask(*targets), unit)
    truth = truth_map(old, shape, limb, pose.forgotten, unit)
    label = _edited_label(figure, shape)
    return Edit(image, label, shape.alpha, truth, targets, shape.changes, materials, pose.faults, circumstances)


def _posed(scene: Scene, before: Figure, strength: Strength, odds: Odds, unit: float, streams: Streams) -> _Pose:
    image, figure, faults = scene.image, before, []
    if scene.forgetful is not None and streams["props"].random() < odds.props:
        image, label = scene.forgetful
        figure = read_figure(label)
        faults.append(PropForgotten())
    forgotten = (before.label == FRONT) & (figure.label != FRONT)
    picture, moved = image.astype(np.float32), None
    arm = arms.choose_arm(figure, strength.arm_u * unit, streams["arms"])
    if arm is not None and streams["arms"].random() < odds.arms:
        moved = arms.move_arm(picture, figure, arm, unit)
        picture, figure = moved.image, read_figure(moved.label)
        faults.append(arm)
    return _Pose(picture, figure, moved, forgotten, tuple(faults))


def _choose_targets(figure: Figure, odds: Odds, rng: Rng) -> tuple[str, ...]:
    garments = figure.garments
    if not garments:
        raise InputError(
            "label map: expected a garment (upper, outerwear, dress, lower, legwear) of at least 4 % of the figure; "
            "found none. Choose another photo, or check that the labels use the canonical ids"
        )
    if rng.random() < odds.whole_outfit:
        return garments
    count = min(len(garments), int(rng.integers(1, 3)))
    chosen = set(rng.choice(np.array(garments), count, replace=False).tolist())
    return tuple(part for part in garments if part in chosen)


def _choose_materials(
    photo: Image, figure: Figure, targets: tuple[str, ...], odds: Odds, streams: Streams
) -> tuple[tuple[Material, ...], tuple[str, ...]]:
    """One material each, now and then one for the whole outfit; and what is hard about them."""
    rng = streams["garment"]
    suit = rng.random() < SUIT
    sheer = streams["sheer"].random() < odds.sheer
    same_colour = streams["same_colour"].random() < odds.same_colour and not sheer  # both at once leave no edit to see
    opacity = float(streams["sheer"].uniform(0.5, 0.85)) if sheer else 1.0
    materials: list[Material] = []
    for part in targets:
        colour = photo[figure.mask(part)].mean(0).astype(np.float32)
        material = choose_material(part, colour, rng, same_colour=same_colour, opacity=opacity)
        one_cloth = suit and not same_colour and materials
        materials.append(replace(materials[0], part=part) if one_cloth else material)
    hard = (("sheer",) if sheer else ()) + (("same_colour",) if same_colour else ())
    return tuple(materials), hard


def _dressed(
    image: Map, figure: Figure, shape: Redesign, materials: tuple[Material, ...], unit: float, streams: Streams
) -> Map:
    """The old garments taken off the picture and the new ones laid in, behind what is in front of them.

    Sheer cloth is laid over the old garments: they show through it.
    """
    hidden = within(shape.old, LABEL_NOISE_U * unit)
    bared = behind(image, figure, hidden, shape.bare, unit, streams["behind"])
    opacity = materials[0].opacity
    gone = blur(hidden.astype(np.float32), 0.8 * unit) * (1 - shape.front_alpha)
    under = mix(image, bared, gone if opacity == 1.0 else gone * (1 - shape.alpha))
    cloth = np.zeros_like(image)
    total = np.full(shape.alpha.shape, 1e-6, np.float32)
    for material in materials:
        own = shape.part_map == PART_ID[material.part]
        weight = blur(own.astype(np.float32), 0.8 * unit)
        light = shading(image, figure.mask(material.part), unit, streams["garment"])
        cloth += weave(material, light, shape.alpha, unit, streams["garment"]) * weight[..., None]
        total += weight
    return mix(under, cloth / total[..., None], shape.alpha * opacity)


def _edited_label(figure: Figure, shape: Redesign) -> LabelMap:
    """The parts that the edit shows: where a garment went, skin or background; then the new garments."""
    label = figure.label.copy()
    label[shape.old] = PART_ID["background"]
    label[shape.bare] = PART_ID["skin"]
    new = shape.alpha >= 0.5
    label[new] = shape.part_map[new]
    return label
