"""Make one labelled pair from a photo and its label map.

Arms move, garments are cut and woven anew, then the faults of generative models are laid over the whole picture, and
only then is it framed, resized and coded. Every concern draws from its own random stream, so that leaving one out
(``without``) leaves all the others as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from segmask.errors import InputError, OptionError
from segmask.evaluation.synth import arms, frame
from segmask.evaluation.synth.anatomy import Figure, read_figure
from segmask.evaluation.synth.canvas import Canvas
from segmask.evaluation.synth.case import Case, Fault, Record
from segmask.evaluation.synth.drift import Detail, LightField, ToneDrift
from segmask.evaluation.synth.fields import Map, Rng, blur, mix, within
from segmask.evaluation.synth.garment import Material, choose_material, shading, weave
from segmask.evaluation.synth.levels import REFERENCE_HEIGHT, Odds, Strength, check_switches, find_level
from segmask.evaluation.synth.outline import Redesign, redesign
from segmask.evaluation.synth.redrawn import FaceRedrawn, Patches, Spill
from segmask.evaluation.synth.reveal import behind
from segmask.evaluation.synth.truth import CHANGE, LABEL_NOISE_U, UNKNOWN, truth_map
from segmask.geometry import resize_image, resize_map
from segmask.labels import PART_ID, PARTS, part_ids
from segmask.types import Image, LabelMap, Mask, Matrix, check_image, describe

VERSION = 0  # not frozen yet

# One random stream each, by place: append only.
STREAMS = ("plan", "arms", "outline", "garment", "behind", "spill", "face", "patches", "detail", "light", "tone",
           "geometry", "size", "jpeg", "people", "table", "sheer", "same_colour", "negative")  # fmt: skip
PICTURE_FAULTS = (Spill, FaceRedrawn, Patches, Detail, LightField, ToneDrift)
SWITCHES = ("arms", "outline", *(fault.name for fault in PICTURE_FAULTS), "geometry", "size", "jpeg",
            "people", "table", "sheer", "same_colour", "negative")  # fmt: skip
Labelled: TypeAlias = tuple[Image, LabelMap]
Streams: TypeAlias = dict[str, Rng]


def make_case(
    photo: Image,
    label: LabelMap,
    *,
    seed: int,
    level: str = "standard",
    without: Iterable[str] = (),
    size: int | None = None,
    others: Sequence[Labelled] = (),
) -> Case:
    """One labelled pair: an outfit edit of ``photo`` with the faults that generative models make.

    ``photo`` is uint8 (H, W, 3) RGB and ``label`` uint8 (H, W) of canonical ids. ``without`` names faults to leave out
    (``SWITCHES``); ``size`` is the long side in pixels to which the photo is brought first. ``others`` are labelled
    photos that hard scenes take bystanders from. The same arguments give the same bytes on one machine.

    Raises InputError where the arrays don't fit or the labels show no garment, OptionError for an unknown name.
    """
    check_image(photo, "photo")
    _check_label(photo, label)
    chosen, off = find_level(level), check_switches(without, SWITCHES)
    odds = _switched(chosen.odds, off)
    if size is not None:
        photo, label = _resized(photo, label, size)
    streams = {name: np.random.default_rng([seed, index]) for index, name in enumerate(STREAMS)}
    unit = label.shape[0] / REFERENCE_HEIGHT
    edit = _edited(photo, label, chosen.strength, odds, off, unit, streams)
    canvas, faults = edit.canvas, list(edit.faults)
    for kind in PICTURE_FAULTS:
        if kind.name not in off:
            fault = kind.draw(canvas, chosen.strength, streams[kind.name])
            canvas = replace(canvas, image=np.clip(fault.apply(canvas), 0, 255).astype(np.float32))
            faults.append(fault)
    sent = _sent(canvas, chosen.strength, off, streams)
    truth = np.where(~sent.covered & (edit.truth == CHANGE), np.uint8(UNKNOWN), edit.truth)
    record = Record(
        version=VERSION, seed=seed, level=chosen.name, without=tuple(sorted(off)), scene=(), targets=edit.targets,
        size_hw=canvas.size_hw, edited_size_hw=sent.image.shape[:2],
        matrix=tuple(tuple(float(value) for value in row) for row in sent.matrix),
        outline=edit.shape.changes if edit.shape else (), materials=edit.materials,
        faults=(*faults, *sent.faults),
    )  # fmt: skip
    face = np.isin(label, part_ids(("face", "eyewear"))) & ~within(truth == CHANGE, LABEL_NOISE_U * unit)
    return Case(photo, sent.image, truth, label, canvas.label, face, record, sent.coded)


@dataclass(frozen=True)
class _Edit:
    """The edited picture before its faults, on the original's grid."""

    canvas: Canvas
    truth: NDArray[np.uint8]
    targets: tuple[str, ...]
    shape: Redesign | None
    materials: tuple[Material, ...]
    faults: tuple[Fault, ...]


def _edited(
    photo: Image, label: LabelMap, strength: Strength, odds: Odds, off: frozenset[str], unit: float, streams: Streams
) -> _Edit:
    before = read_figure(label)
    targets = _choose_targets(before, odds, streams["plan"])
    image, after, limb, faults = photo.astype(np.float32), before, np.zeros(label.shape, bool), []
    arm = arms.choose_arm(before, strength.arm_u * unit, streams["arms"])
    if arm is not None and "arms" not in off and streams["arms"].random() < odds.arms:
        moved = arms.move_arm(image, before, arm, unit)
        image, after = moved.image, read_figure(moved.label)
        must = before.mask(*targets) | after.mask(*targets)
        limb = arms.limb_to_take(before, after, moved, must, unit)
        faults.append(arm)
    shape = redesign(image, after, targets, odds, unit, streams["outline"])
    materials = _choose_materials(photo, before, targets, odds, streams["garment"])
    image = _dressed(image, after, shape, materials, unit, streams)
    edited_label = _edited_label(after, shape)
    truth = truth_map(before.mask(*targets), shape, limb, unit)
    return _Edit(Canvas(image, edited_label, shape.alpha, unit), truth, targets, shape, materials, tuple(faults))


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
    photo: Image, figure: Figure, targets: tuple[str, ...], odds: Odds, rng: Rng
) -> tuple[Material, ...]:
    """One material each; now and then one for the whole outfit."""
    suit = rng.random() < 0.15
    materials: list[Material] = []
    for part in targets:
        colour = photo[figure.mask(part)].mean(0).astype(np.float32)
        material = choose_material(part, colour, rng, same_colour=False, opacity=1.0)
        materials.append(replace(materials[0], part=part) if suit and materials else material)
    return tuple(materials)


def _dressed(
    image: Map, figure: Figure, shape: Redesign, materials: tuple[Material, ...], unit: float, streams: Streams
) -> Map:
    """The old garments taken off the picture and the new ones laid in, behind what is in front of them."""
    hidden = within(shape.old, LABEL_NOISE_U * unit)
    bared = behind(image, figure, hidden, shape.bare, unit, streams["behind"])
    gone = blur(hidden.astype(np.float32), 0.8 * unit) * (1 - shape.front_alpha)
    dressed = mix(image, bared, gone)
    cloth = np.zeros_like(image)
    total = np.full(shape.alpha.shape, 1e-6, np.float32)
    for material in materials:
        own = shape.part_map == PART_ID[material.part]
        weight = blur(own.astype(np.float32), 0.8 * unit)
        light = shading(image, figure.mask(material.part), unit, streams["garment"])
        cloth += weave(material, light, shape.alpha, unit, streams["garment"]) * weight[..., None]
        total += weight
    return mix(dressed, cloth / total[..., None], shape.alpha)


def _edited_label(figure: Figure, shape: Redesign) -> LabelMap:
    label = figure.label.copy()
    nearest = _nearest_label(np.where(shape.old, PART_ID["background"], label))
    label[shape.old] = nearest[shape.old]
    label[shape.bare] = PART_ID["skin"]
    new = shape.alpha >= 0.5
    label[new] = shape.part_map[new]
    return label


def _nearest_label(label: LabelMap) -> LabelMap:
    return label


@dataclass(frozen=True)
class _Sent:
    """The edited picture as the service sends it."""

    image: Image
    matrix: Matrix
    covered: Mask
    faults: tuple[Fault, ...]
    coded: bytes | None


def _sent(canvas: Canvas, strength: Strength, off: frozenset[str], streams: Streams) -> _Sent:
    """Framed, resized, coded."""
    faults: list[Fault] = []
    framing, output_hw, coded = None, canvas.size_hw, None
    if "geometry" not in off:
        framing = frame.Framing.draw(canvas.unit, strength, streams["geometry"])
        faults.append(framing)
    if "size" not in off:
        output = frame.OutputSize.draw(canvas.size_hw, strength, streams["size"])
        output_hw = (output.height, output.width)
        faults.append(output)
    matrix = frame.frame_matrix(canvas.size_hw, framing, output_hw)
    image = frame.reframe(canvas.image, matrix, output_hw)
    if "jpeg" not in off:
        coder = frame.Coder.draw(strength, streams["jpeg"])
        coded = coder.encode(image)
        image = frame.decode(coded)
        faults.append(coder)
    return _Sent(image, matrix, frame.covered(canvas.size_hw, matrix, output_hw), tuple(faults), coded)


def _switched(odds: Odds, off: frozenset[str]) -> Odds:
    """The odds with what is switched off at none."""
    drawn = {"outline": ("hem", "sleeve", "collar")}
    names = [name for switch in off for name in drawn.get(switch, (switch,))]
    return replace(odds, **{name: 0.0 for name in names if hasattr(odds, name)})


def _check_label(photo: Image, label: LabelMap) -> None:
    if not isinstance(label, np.ndarray) or label.dtype != np.uint8 or label.shape != photo.shape[:2]:
        raise InputError(f"label: expected a uint8 array of the photo's size {photo.shape[:2]}; got {describe(label)}")
    if label.size and label.max() >= len(PARTS):
        raise InputError(f"label: expected canonical ids 0 to {len(PARTS) - 1}; got {label.max()}")


def _resized(photo: Image, label: LabelMap, size: int) -> Labelled:
    """Photo and labels with this long side; labels are resized as one map each, then decided."""
    if size < 64:
        raise OptionError(f"size: expected a long side of at least 64 px; got {size}")
    scale = size / max(label.shape)
    size_hw = (max(1, round(label.shape[0] * scale)), max(1, round(label.shape[1] * scale)))
    best = np.zeros(size_hw, np.float32)
    resized = np.zeros(size_hw, np.uint8)
    for index in np.unique(label):
        share = resize_map((label == index).astype(np.float32), size_hw)
        resized[share > best] = index
        best = np.maximum(best, share)
    return resize_image(photo, size_hw), resized
