"""Masker: puts the stages together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from segmask import io
from segmask.account import pair_report, single_report
from segmask.change.difference import measure_change
from segmask.change.texture import compare_texture
from segmask.compose.alpha import make_alpha
from segmask.compose.composite import kept_composite, toned_where, trimap_of
from segmask.compose.outline import Pair
from segmask.compose.skin import matched_skin
from segmask.core.errors import OptionError
from segmask.core.geometry import REFERENCE_SIDE, resize_image, resize_map, resize_mask, working_size
from segmask.core.system import require_opencv
from segmask.core.types import Alpha, Change, Image, Mask, Parsing, Stages, ToneMatch
from segmask.fusion.constraints import allowed, choose_people, decide, fabric_shown, hold, likely_equal, skin_of
from segmask.fusion.pixel_model import PixelModel
from segmask.fusion.protect import protected_region
from segmask.fusion.scene import resized_probs
from segmask.fusion.simple import decide_semantic
from segmask.given import WORKING_SIDE
from segmask.inputs import Seen, checked, given_parsings, read_corrections, read_edit, read_original
from segmask.models.base import FaceDetector, Parser
from segmask.models.networks import Networks, name_of, own_model
from segmask.options import Options
from segmask.prompt.read import read_prompt
from segmask.register.align import align
from segmask.register.tone import apply_tone, match_tone
from segmask.result import MaskResult, Result
from segmask.run import Run, judge
from segmask.verdict.reasons import look_at_seams, weigh


class Masker:
    """Keeps the models loaded and runs any number of pictures.

    Args:
        strategy: ``hybrid``, ``semantic`` or ``diff``.
        target: what may come from the edit: names joined by commas, or an iterable of names; ``clothing`` without.
        prompt: the edit's instruction in English, from which the target is read, instead of ``target``.
        parser: name, ONNX file or a Parser of your own.
        face_detector: name, file, ``none`` or a FaceDetector of your own.
        person: of several people, whose clothing is the target: a number from left to right, ``largest`` or ``all``.
        threshold, min_area, feather, tone_match, labels, device, threads: see ``segmask.options.Options``.

    Models are loaded when they are first needed: ``diff`` loads none.
    """

    pixel_model: PixelModel | None = None
    """Another pixel model of the fusion than the package's; training judges masks by models that know no such photo."""

    def __init__(
        self,
        strategy: str = Options.strategy,
        target: str | Any | None = None,
        parser: str | Path | Parser = Options.parser,
        face_detector: str | Path | FaceDetector | None = Options.face_detector,
        *,
        prompt: str | None = Options.prompt,
        person: str | int = Options.person,
        threshold: float | None = Options.threshold,
        min_area: float | None = Options.min_area,
        feather: float | None = Options.feather,
        tone_match: bool = Options.tone_match,
        labels: str | Path | None = Options.labels,
        device: str = Options.device,
        threads: int | None = Options.threads,
    ) -> None:
        own_parser = own_model(parser, "parser", "parse")
        face_detector = "none" if face_detector is None else face_detector
        own_detector = own_model(face_detector, "face_detector", "detect")
        self.options = Options(
            strategy=strategy,
            target=_asked(target, prompt, strategy),
            prompt=prompt,
            person=person,
            parser=name_of(parser),
            face_detector=name_of(face_detector),
            threshold=threshold,
            min_area=min_area,
            feather=feather,
            tone_match=tone_match,
            labels=labels,
            device=device,
            threads=threads,
        )
        self._networks = Networks(self.options, own_parser, own_detector)

    @property
    def parser(self) -> Parser:
        """The parser, loaded on first use. Raises ModelError or OptionError."""
        return self._networks.parser

    @property
    def face_detector(self) -> FaceDetector | None:
        """The face detector, loaded on first use; None where none is wanted or none is present."""
        return self._networks.face_detector

    def apply(
        self,
        original: Any,
        edited: Any,
        *,
        parsing: Any = None,
        labels: str | None = None,
        include: Any = None,
        exclude: Any = None,
        mask_in: Any = None,
    ) -> Result:
        """The composite of an original and its edit.

        Args:
            original: path, PIL image or uint8/uint16 array (H, W, 1..4); or what ``open`` gave.
            edited: a picture of any size.
            parsing: a label map of the original in canonical part ids, or a pair (the original's, the aligned
                edit's); paths or uint8 (H, W). Without it the parser is asked.
            labels: name of the label set that ``parsing`` uses, if not the canonical parts.
            include: mask (H, W) of what comes from the edit whatever is decided, protection too.
            exclude: mask of what stays original; beats ``include``.
            mask_in: mask of your own (H, W) instead of a decision, its grey levels the alpha: a corrected
                ``result.mask``, say. What is protected stays original unless it is included.

        Raises InputError, ModelError or OptionError.
        """
        require_opencv()
        if mask_in is not None and self.options.feather is not None:
            raise OptionError("feather: a given mask's grey levels are its soft edge; leave one of the two out")
        if mask_in is not None and str(self.options.person) != "all":
            raise OptionError("person: a given mask says itself what comes from the edit; leave one of the two out")
        run = Run()
        with run.stage("read"):
            before = read_original(original)
            after = read_edit(edited, before, run)
            corrections = read_corrections(include, exclude, mask_in, before.size_hw, run)
            given = given_parsings(parsing, labels, original, before.size_hw, self.options)
        seen = self._checked(original) if isinstance(original, Seen) else self._see(before, given[0], run)
        parsed, faces = seen.parsing, seen.faces
        with run.stage("align"):
            aligned, alignment = align(before.image, after.image)
        edited_parsed = None if parsed is None else self._parse(aligned, given[1], "parse edit", run)
        with run.stage("tone"):
            tone, light = match_tone(
                before.image, aligned, alignment.covered, likely_equal(parsed, edited_parsed, self.options.parts)
            )
        with run.stage("change"):
            change = self._change(before.image, aligned, alignment.covered, (tone, light))
        with run.stage("fuse"):
            others, people = choose_people(parsed, edited_parsed, faces, before.image, self.options, run)
            parsings = parsed, edited_parsed
            held = hold(parsings, faces, self.options.parts, corrections, alignment.covered, others)
            decision, strategy = decide(
                change, parsed, edited_parsed, held.region, corrections, self.options, run, self.pixel_model
            )
        with run.stage("matte"):
            given_mask, skin = None, skin_of(parsings, change.score_map.shape, self.options.parts)
            fabric = fabric_shown(before.image, parsings, change, decision.mask, held, corrections, self.options)
            keep, protected = held.without(fabric).region, held.without(fabric).protected
            if corrections.mask_in is not None:
                alpha, given_mask = allowed(corrections.mask_in, keep, protected, corrections, run)
            else:
                pair = (
                    None
                    if strategy == "semantic"
                    else Pair(before.image, lambda box: apply_tone(aligned, tone, light, area=box), change.noise_floor)
                )
                alpha = make_alpha(
                    decision.mask,
                    before.size_hw,
                    keep,
                    feather=self.options.feather,
                    pair=pair,
                    fabric=fabric,
                    limbs=None if skin is None else np.minimum(*skin),
                )
            alpha = np.where(corrections.include & ~keep, np.float32(1), alpha)
        with run.stage("composite"):
            toned = self._toned(before.image, aligned, alpha, (tone, light), parsings)
            raster = kept_composite(before, toned, alpha)
        weigh(decision, change, alignment, tone, held.region, run)
        if given_mask is None:
            shown = io.raster_to_image(raster, before.metadata)
            look_at_seams((before.image, toned, shown), alpha, skin, run)
        judge(alignment, change, decision, alpha, run, own_mask=given_mask is not None)
        stages = Stages(
            aligned=aligned,
            alignment=alignment,
            tone=tone,
            change=change,
            parsing=parsed,
            edited_parsing=edited_parsed,
            faces=faces,
            prior=decision.prior,
            protected=protected,
            decision=decision.mask,
            trimap=trimap_of(alpha),
            doubt=run.doubt,
            measurements=run.measurements,
        )
        report = pair_report(
            run, self.options, self._networks, before, after, strategy, stages, alpha, given_mask, people
        )
        alpha.setflags(write=False)
        raster.setflags(write=False)
        sources = (before.path, edited, include, exclude, mask_in)
        inputs = tuple(Path(source) for source in sources if isinstance(source, (str, Path)))
        return Result(alpha, report, stages, raster, before, inputs)

    def _toned(
        self,
        original: Image,
        aligned: Image,
        alpha: Alpha,
        drift: tuple[ToneMatch, np.ndarray],
        parsings: tuple[Parsing | None, Parsing | None],
    ) -> Image:
        """The edit as it is composited, uint8 (H, W, 3): without its drift, its skin in the original's tone."""
        if not self.options.tone_match:
            return aligned
        toned = toned_where(alpha > 0, aligned, *drift)
        # By alpha, not by the decision: a mask that is read back has no other.
        taken = resize_map(alpha, working_size(original.shape[:2], WORKING_SIDE)) >= 0.5
        return matched_skin(original, toned, *parsings, taken, self.options.parts)

    def _change(self, original: Image, aligned: Image, covered: Mask, drift: tuple[ToneMatch, np.ndarray]) -> Change:
        work_hw = working_size(original.shape[:2], WORKING_SIDE)
        before, after = resize_image(original, work_hw), apply_tone(resize_image(aligned, work_hw), *drift)
        usable = resize_mask(covered, work_hw)
        change = measure_change(before, after, usable, threshold=self.options.threshold, min_area=self.options.min_area)
        if self.options.strategy != "hybrid":
            return change
        return replace(change, texture=compare_texture(before, after))

    def mask(self, original: Any, *, grow: float = 0.0, parsing: Any = None, labels: str | None = None) -> MaskResult:
        """The semantic mask of one picture: where the target is, less what is protected.

        Args:
            original: path, PIL image or array.
            grow: pixels at the reference size to widen the mask by; protected pixels stay out.
            parsing: a label map of the picture, as for ``apply``.
        """
        if isinstance(parsing, (tuple, list)):
            raise OptionError("parsing: one picture takes one label map; a pair goes with an edit")
        if not 0 <= grow <= REFERENCE_SIDE:
            raise OptionError(f"grow: expected 0 to {REFERENCE_SIDE} pixels at the reference size; got {grow}")
        require_opencv()
        run = Run()
        with run.stage("read"):
            picture = checked(io.read_picture(original, "original"), "original")
            run.note(*picture.notes)
            given = given_parsings(parsing, labels, None, picture.size_hw, self.options)[0]
        seen = self._parse(picture.image, given, "parse", run)
        with run.stage("faces"):
            faces = self._networks.faces(picture.image)
        with run.stage("fuse"):
            protected = protected_region(seen, faces, self.options.parts)
            others, people = choose_people(seen, None, faces, picture.image, self.options, run)
            work_hw = working_size(picture.size_hw, WORKING_SIDE)
            nothing = np.zeros(work_hw, bool)
            decision = decide_semantic(resized_probs(seen, work_hw), None, self.options.parts, nothing, nothing)
            region = _grown(decision.mask, grow * max(work_hw) / REFERENCE_SIDE)
            keep = protected if others is None else protected | others
            alpha = make_alpha(region, picture.size_hw, keep, feather=self.options.feather)
        if not alpha.any():
            run.look(f"nothing of the target ({self.options.target}) was found")
        report = single_report(
            run, self.options, self._networks, picture, seen, faces, protected, decision.mask, alpha, people
        )
        return MaskResult(alpha, report, protected, picture)

    def open(self, original: Any, *, parsing: Any = None, labels: str | None = None) -> Seen:
        """Read, parse and find the faces of an original once, to ``apply`` to any number of its edits.

        Args:
            original: path, PIL image or array.
            parsing: a label map of the original, as for ``apply``.
            labels: name of its label set, if not the canonical parts.
        """
        if isinstance(parsing, (tuple, list)):
            raise OptionError("parsing: several edits share the original's label map; a pair goes with one edit")
        require_opencv()
        picture = read_original(original)
        given = given_parsings(parsing, labels, None, picture.size_hw, self.options)[0]
        return self._see(picture, given, Run())

    def _see(self, picture: io.Picture, given: Parsing | None, run: Run) -> Seen:
        """What the original shows, and its faces."""
        if self.options.strategy == "diff":
            return Seen(picture, None, ())
        parsed = self._parse(picture.image, given, "parse", run)
        with run.stage("faces"):
            return Seen(picture, parsed, self._networks.faces(picture.image))

    def _checked(self, seen: Seen) -> Seen:
        if (seen.parsing is None) != (self.options.strategy == "diff"):
            raise OptionError("the original was opened for another strategy; open it with the Masker that uses it")
        return seen

    def _parse(self, image: Image, given: Parsing | None, name: str, run: Run) -> Parsing:
        with run.stage(name):
            return given if given is not None else self.parser.parse(image)


def _asked(target: Any, prompt: str | None, strategy: str) -> str:
    """The target as one string, from its names or from the prompt; resolve_target says which names exist."""
    if prompt is not None:
        if target is not None:
            raise OptionError("target and prompt both say what may come from the edit; give one of them")
        if strategy == "diff":
            raise OptionError("prompt: strategy diff takes whatever changed; choose hybrid or semantic")
        return ",".join(read_prompt(prompt).parts)
    if target is None:
        return Options.target
    if isinstance(target, str):
        return target
    if not isinstance(target, Iterable):
        raise OptionError(f"target: expected names such as 'clothing' or a list of them; got {target!r}")
    return ",".join(map(str, target))


def _grown(mask: Mask, radius: float) -> Mask:
    import cv2

    if radius < 0.5 or not mask.any():
        return mask
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) <= radius
