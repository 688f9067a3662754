"""Makes a synthetic edit from a photo and its label map.

First the scene is set and the figure dressed anew. Then the faults of generative models are laid over the whole
picture, and last it is framed, resized and coded. Each of these draws from its own random stream, so that leaving one
out (``without``) leaves all the others as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from segmask.core.errors import InputError, OptionError
from segmask.core.geometry import resize_image
from segmask.core.labels import PARTS, part_ids
from segmask.core.types import Image, LabelMap, Mask, Matrix, check_image, describe
from segmask.evaluation.synth import frame
from segmask.evaluation.synth.canvas import Canvas
from segmask.evaluation.synth.drift import Detail, LightField, ToneDrift
from segmask.evaluation.synth.edit import Streams, dress_anew
from segmask.evaluation.synth.fields import within
from segmask.evaluation.synth.levels import REFERENCE_HEIGHT, Level, Odds, Strength, check_switches, find_level
from segmask.evaluation.synth.redrawn import FaceRedrawn, Patches, Spill
from segmask.evaluation.synth.scene import Bystander, Labelled, Scene, add_people, plain_scene, resize_label
from segmask.evaluation.synth.synthetic import Fault, Record, SyntheticEdit
from segmask.evaluation.synth.table import Table, add_table
from segmask.evaluation.synth.truth import CHANGE, LABEL_NOISE_U, UNKNOWN

VERSION = 1  # frozen: whatever changes a byte of a case raises it (docs/decisions/0020)

# One random stream each, by place: append only.
STREAMS = ("plan", "arms", "outline", "garment", "behind", "spill", "face", "patches", "detail", "light", "tone",
           "geometry", "size", "jpeg", "people", "table", "sheer", "same_colour", "negative", "props")  # fmt: skip
PICTURE_FAULTS = (Spill, FaceRedrawn, Patches, Detail, LightField, ToneDrift)
CIRCUMSTANCES = ("outline", "arms", "people", "table", "props", "sheer", "same_colour", "negative")
SWITCHES = (*CIRCUMSTANCES, *(fault.name for fault in PICTURE_FAULTS), "geometry", "size", "jpeg")
LEAST_SIZE = 64  # px: below, lengths in pixels round to nothing


def synthesise(
    photo: Image,
    label: LabelMap,
    *,
    seed: int,
    level: str | Level = "standard",
    without: Iterable[str] = (),
    size: int | None = None,
    others: Sequence[Labelled] = (),
) -> SyntheticEdit:
    """An outfit edit of ``photo`` with the faults that generative models make, and its truth.

    ``photo`` is uint8 (H, W, 3) RGB and ``label`` uint8 (H, W) of canonical ids. ``without`` names faults and
    circumstances to leave out (``SWITCHES``); ``size`` is the long side in pixels to which the photo is brought first.
    ``others`` are labelled photos that hard scenes take bystanders from. The same arguments give the same bytes on one
    machine.

    Raises InputError where the arrays don't fit or the labels show no garment, OptionError for an unknown name.

    >>> from segmask.core.labels import PART_ID
    >>> label = np.zeros((128, 96), np.uint8)
    >>> label[10:25, 40:56], label[28:100, 30:66] = PART_ID["face"], PART_ID["upper"]
    >>> photo = np.random.default_rng(0).integers(90, 160, (128, 96, 3)).astype(np.uint8)
    >>> edit = synthesise(photo, label, seed=7, without=["size"])
    >>> edit.targets, edit.edited.shape, np.unique(edit.truth).tolist()
    (('upper',), (128, 96, 3), [0, 128, 255])
    """
    _check_labelled(photo, label)
    for other in others:
        _check_labelled(*other)
    chosen, off = find_level(level), check_switches(without, SWITCHES)
    odds = _switched(chosen.odds, off)
    streams = {name: np.random.default_rng([seed, index]) for index, name in enumerate(STREAMS)}
    if size is not None:
        photo, label = _resized(photo, label, size)
    setting = _set_scene(photo, label, tuple(others), odds, streams)
    scene = setting.scene
    unit = scene.image.shape[0] / REFERENCE_HEIGHT
    edit = dress_anew(scene, chosen.strength, odds, unit, streams)
    canvas = Canvas(edit.image, scene.parsing_with(edit.figure_label), edit.alpha, unit)
    canvas, faults = _with_faults(canvas, chosen.strength, off, streams)
    sent = _sent(canvas, chosen.strength, off, streams)
    truth = np.where(~sent.covered & (edit.truth == CHANGE), np.uint8(UNKNOWN), edit.truth)
    face = np.isin(scene.parsing, part_ids(("face", "eyewear"))) & ~within(truth == CHANGE, LABEL_NOISE_U * unit)
    record = Record(
        version=VERSION,
        seed=seed,
        level=chosen.name,
        without=tuple(sorted(off)),
        scene=(*setting.circumstances, *edit.circumstances),
        people=setting.people,
        table=setting.table,
        targets=edit.targets,
        size_hw=canvas.size_hw,
        edited_size_hw=(sent.image.shape[0], sent.image.shape[1]),
        matrix=tuple(tuple(float(value) for value in row) for row in sent.matrix),
        outline=edit.outline,
        materials=edit.materials,
        faults=(*edit.faults, *faults, *sent.faults),
    )
    return SyntheticEdit(scene.image, sent.image, truth, scene.parsing, canvas.label, face, record, sent.coded)


@dataclass(frozen=True)
class _Setting:
    """The scene, and how it was set."""

    scene: Scene
    people: tuple[Bystander, ...] = ()
    table: Table | None = None

    @property
    def circumstances(self) -> tuple[str, ...]:
        return (("people",) if self.people else ()) + (("table",) if self.table else ())


def _set_scene(photo: Image, label: LabelMap, others: tuple[Labelled, ...], odds: Odds, streams: Streams) -> _Setting:
    setting = _Setting(plain_scene(photo, label))
    if not label.any():
        return setting
    if others and streams["people"].random() < odds.people:
        scene, people = add_people(setting.scene, others, streams["people"])
        setting = _Setting(scene, people)
    if streams["table"].random() < odds.table:
        scene, table = add_table(setting.scene, streams["table"])
        setting = _Setting(scene, setting.people, table)
    return setting


def _with_faults(
    canvas: Canvas, strength: Strength, off: frozenset[str], streams: Streams
) -> tuple[Canvas, tuple[Fault, ...]]:
    faults: list[Fault] = []
    for kind in PICTURE_FAULTS:
        if kind.name not in off:
            fault = kind.draw(canvas, strength, streams[kind.name])
            canvas = replace(canvas, image=np.clip(fault.apply(canvas), 0, 255).astype(np.float32))
            faults.append(fault)
    return canvas, tuple(faults)


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
    names = set(off) & set(CIRCUMSTANCES) - {"outline"}
    if "outline" in off:
        names |= {"hem", "sleeve", "collar"}
    return replace(odds, **dict.fromkeys(names, 0.0))


def _check_labelled(photo: Image, label: LabelMap) -> None:
    check_image(photo, "photo")
    if not isinstance(label, np.ndarray) or label.dtype != np.uint8 or label.shape != photo.shape[:2]:
        raise InputError(f"label: expected a uint8 array of the photo's size {photo.shape[:2]}; got {describe(label)}")
    if label.max() >= len(PARTS):
        raise InputError(f"label: expected canonical ids 0 to {len(PARTS) - 1}; got {label.max()}")


def _resized(photo: Image, label: LabelMap, size: int) -> Labelled:
    if size < LEAST_SIZE:
        raise OptionError(f"size: expected a long side of at least {LEAST_SIZE} px; got {size}")
    scale = size / max(label.shape)
    size_hw = (max(1, round(label.shape[0] * scale)), max(1, round(label.shape[1] * scale)))
    return resize_image(photo, size_hw), resize_label(label, size_hw)
