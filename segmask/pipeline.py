"""Masker: puts the stages together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmask import io
from segmask.align import align
from segmask.difference import measure_change
from segmask.errors import InputError, OptionError, SegmaskError
from segmask.fusion.composite import composite
from segmask.fusion.diff import decide_diff, decide_fallback
from segmask.fusion.hybrid import Decision, decide_hybrid
from segmask.fusion.matte import make_alpha
from segmask.fusion.prior import resized_probs, shows_person, shows_target, target_prior
from segmask.fusion.protect import faces_of, protected_region
from segmask.fusion.semantic import decide_semantic
from segmask.geometry import resize_mask, working_size
from segmask.given import GIVEN, WORKING_SIDE, read_mask, read_parsings
from segmask.models.base import FaceDetector, Parser
from segmask.options import REFERENCE_SIDE, Options
from segmask.report import (
    OK,
    REVIEW,
    FaceReport,
    Report,
    alignment_report,
    face_reports,
    mask_report,
    tone_report,
)
from segmask.result import MaskResult, Result
from segmask.run import Run, judge, note_pictures, note_sizes
from segmask.system import require_opencv
from segmask.tone import OUTPUT_LIMIT, apply_tone, match_tone
from segmask.types import Alpha, Change, Face, Image, Mask, Parsing, Stages
from segmask.version import __version__

SMALLEST_SIDE = 8  # pixels: below, no stage can measure anything


@dataclass(frozen=True)
class _Corrections:
    """The user's own masks at the picture's size."""

    include: Mask
    exclude: Mask


class Masker:
    """Keeps the models loaded and runs any number of pictures.

    Args:
        strategy: ``hybrid``, ``semantic`` or ``diff``.
        target: what may come from the edit: names joined by commas, or an iterable of names.
        parser: name, ONNX file or a Parser of your own.
        face_detector: name, file, ``none`` or a FaceDetector of your own.
        threshold, min_area, feather, tone_match, labels, device, threads: see ``segmask.options.Options``.

    Models are loaded when they are first needed: ``diff`` loads none.
    """

    def __init__(
        self,
        strategy: str = Options.strategy,
        target: str | Any = Options.target,
        parser: str | Path | Parser = Options.parser,
        face_detector: str | Path | FaceDetector | None = Options.face_detector,
        *,
        threshold: float | None = Options.threshold,
        min_area: float | None = Options.min_area,
        feather: float | None = Options.feather,
        tone_match: bool = Options.tone_match,
        labels: str | Path | None = Options.labels,
        device: str = Options.device,
        threads: int | None = Options.threads,
    ) -> None:
        for name, value, method in (("parser", parser, "parse"), ("face_detector", face_detector or "", "detect")):
            if not isinstance(value, (str, Path)) and not hasattr(value, method):
                raise OptionError(f"{name}: expected a name, a file or an object with .{method}(); got {value!r}")
        given_parser = None if isinstance(parser, (str, Path)) else parser
        given_detector = None if isinstance(face_detector, (str, Path)) or face_detector is None else face_detector
        self.options = Options(
            strategy=strategy,
            target=_joined(target),
            parser=parser if isinstance(parser, (str, Path)) else parser.name,
            face_detector="none" if face_detector is None else _name_of(face_detector),
            threshold=threshold,
            min_area=min_area,
            feather=feather,
            tone_match=tone_match,
            labels=labels,
            device=device,
            threads=threads,
        )
        self._parser: Parser | None = given_parser
        self._detector: FaceDetector | None = given_detector
        self._detector_loaded = given_detector is not None

    @property
    def parser(self) -> Parser:
        """The parser, loaded on first use. Raises ModelError or OptionError."""
        if self._parser is None:
            from segmask.models.registry import load_parser

            self._parser = load_parser(self.options.parser, labels=self.options.labels, **self._place())
        return self._parser

    @property
    def face_detector(self) -> FaceDetector | None:
        """The face detector, loaded on first use; None where none is wanted or none is present."""
        if not self._detector_loaded:
            from segmask.models.registry import load_face_detector

            self._detector = load_face_detector(self.options.face_detector, **self._place())
            self._detector_loaded = True
        return self._detector

    def _place(self) -> dict[str, Any]:
        require_opencv()
        return {"device": self.options.device, "threads": self.options.threads}

    def apply(
        self,
        original: Any,
        edited: Any,
        *,
        parsing: Any = None,
        labels: str | None = None,
        include: Any = None,
        exclude: Any = None,
    ) -> Result:
        """The composite of an original and its edit.

        Args:
            original: path, PIL image or uint8/uint16 array (H, W, 1..4).
            edited: the same, of any size.
            parsing: a label map of the original in canonical part ids, or a pair (the original's, the aligned
                edit's); paths or uint8 (H, W). Without it the parser is asked.
            labels: name of the label set that ``parsing`` uses, if not the canonical parts.
            include: mask (H, W) of what comes from the edit whatever is decided, protection too.
            exclude: mask of what stays original; beats ``include``.

        Raises InputError, ModelError or OptionError.
        """
        require_opencv()
        run = Run()
        with run.stage("read"):
            before, after = self._read(original, edited, run)
            corrections = _read_corrections(include, exclude, before.size_hw, run)
            given = self._given(parsing, labels, before.size_hw)
        blind = self.options.strategy == "diff"
        parsed, faces = (None, ()) if blind else self._see(before.image, given[0], run)
        with run.stage("align"):
            aligned, alignment = align(before.image, after.image)
        edited_parsed = None if blind else self._parse_edit(aligned, given[1], run)
        with run.stage("tone"):
            tone, light = match_tone(before.image, aligned, alignment.covered, self._equal(parsed, edited_parsed))
            matched = apply_tone(aligned, tone, light)
        with run.stage("change"):
            change = measure_change(
                before.image,
                matched,
                alignment.covered,
                threshold=self.options.threshold,
                min_area=self.options.min_area,
            )
        with run.stage("fuse"):
            protected = self._protected(parsed, faces)
            keep = _keep(protected, corrections, alignment.covered, before.size_hw)
            decision, strategy = self._decide(change, parsed, edited_parsed, keep, corrections, run)
        with run.stage("matte"):
            alpha = make_alpha(decision.mask, before.size_hw, keep, feather=self.options.feather)
            alpha = np.where(corrections.include & ~keep, np.float32(1), alpha)
        with run.stage("composite"):
            toned = apply_tone(aligned, tone, light, OUTPUT_LIMIT) if self.options.tone_match else aligned
            raster = _composite(before, toned, alpha)
        judge(alignment, change, decision, alpha, run)
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
            trimap=_trimap(alpha),
        )
        report = self._report(run, before, strategy, stages, alpha, after)
        alpha.setflags(write=False)
        raster.setflags(write=False)
        inputs = tuple(Path(p) for p in (original, edited, include, exclude) if isinstance(p, (str, Path)))
        return Result(alpha, report, stages, raster, before, inputs)

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
            given = self._given(parsing, labels, picture.size_hw)[0]
        seen, faces = self._see(picture.image, given, run)
        with run.stage("fuse"):
            protected = protected_region(seen, faces, self.options.parts)
            work_hw = working_size(picture.size_hw, WORKING_SIDE)
            nothing = np.zeros(work_hw, bool)
            decision = decide_semantic(resized_probs(seen, work_hw), None, self.options.parts, nothing, nothing)
            region = _grown(decision.mask, grow * max(work_hw) / REFERENCE_SIDE)
            alpha = make_alpha(region, picture.size_hw, protected, feather=self.options.feather)
        if not alpha.any():
            run.reasons.append(f"nothing of the target ({self.options.target}) was found")
        report = Report(
            version=__version__,
            verdict=REVIEW if run.reasons else OK,
            reasons=tuple(run.reasons),
            notes=tuple(run.notes),
            strategy="semantic",
            target=self.options.parts,
            parser=seen.source,
            face_detector=self._face_source(seen),
            original_size=(picture.size_hw[1], picture.size_hw[0]),
            edited_size=None,
            alignment=None,
            tone=None,
            mask=mask_report(alpha, protected, None, decision.mask),
            faces=self._reported_faces(seen, faces),
            timings=tuple(run.timings),
        )
        return MaskResult(alpha, report, protected, picture)

    def _read(self, original: Any, edited: Any, run: Run) -> tuple[io.Picture, io.Picture]:
        before = checked(io.read_picture(original, "original"), "original")
        after = checked(io.read_picture(edited, "edited"), "edited")
        run.note(*before.notes, *after.notes)
        note_sizes(before.size_hw, after.size_hw, run)
        note_pictures(before, after, run)
        return before, after

    def _given(
        self, parsing: Any, labels: str | None, size_hw: tuple[int, int]
    ) -> tuple[Parsing | None, Parsing | None]:
        if parsing is None:
            return None, None
        if self.options.strategy == "diff":
            raise OptionError("strategy diff uses no parsing; leave it out, or choose hybrid or semantic")
        return read_parsings(parsing, labels, size_hw)

    def _see(self, image: Image, given: Parsing | None, run: Run) -> tuple[Parsing, tuple[Face, ...]]:
        """What the original shows, and its faces."""
        with run.stage("parse"):
            parsed = given if given is not None else self.parser.parse(image)
        with run.stage("faces"):
            faces = self.face_detector.detect(image) if self.face_detector is not None else ()
        return parsed, faces

    def _parse_edit(self, aligned: Image, given: Parsing | None, run: Run) -> Parsing:
        with run.stage("parse edit"):
            return given if given is not None else self.parser.parse(aligned)

    def _equal(self, parsed: Parsing | None, edited_parsed: Parsing | None) -> np.ndarray | None:
        """How likely a pixel should be equal in both pictures, float32 (h, w); all alike without parsings."""
        if parsed is None or edited_parsed is None:
            return None
        size_hw = working_size(parsed.size_hw, 400)
        prior = target_prior(resized_probs(parsed, size_hw), resized_probs(edited_parsed, size_hw), self.options.parts)
        return 1 - prior.either

    def _protected(self, parsed: Parsing | None, faces: tuple[Face, ...]) -> Mask | None:
        return None if parsed is None else protected_region(parsed, faces, self.options.parts)

    def _decide(
        self,
        change: Change,
        parsed: Parsing | None,
        edited_parsed: Parsing | None,
        keep: Mask,
        corrections: _Corrections,
        run: Run,
    ) -> tuple[Decision, str]:
        """The decision, and the name of the strategy that made it."""
        work_hw = (change.mask.shape[0], change.mask.shape[1])
        must_keep, must_take = resize_mask(keep, work_hw), resize_mask(corrections.include & ~keep, work_hw)
        parts = self.options.parts
        if parsed is None or edited_parsed is None:
            return decide_diff(change, must_keep, must_take), "diff"
        before, after = resized_probs(parsed, work_hw), resized_probs(edited_parsed, work_hw)
        if self.options.strategy == "semantic":
            return decide_semantic(before, after, parts, must_keep, must_take), "semantic"
        person = parsed.source == GIVEN or shows_person(parsed) or shows_person(edited_parsed)
        if person and (shows_target(parsed, parts) or shows_target(edited_parsed, parts)):
            return decide_hybrid(before, after, change, parts, must_keep, must_take), "hybrid"
        missing = f"{self.options.target} was found in neither picture" if person else "no person was found"
        run.reasons.append(f"{missing}: hybrid fell back to diff, which decides by what changed alone")
        return decide_fallback(change, before, after, parts, must_keep, must_take), "hybrid (fell back to diff)"

    def _face_source(self, parsed: Parsing | None) -> str | None:
        """Who found the faces: the detector, or without one the parser's own face part."""
        if parsed is None:
            return None
        detector = self.face_detector
        return detector.name if detector is not None else f"{parsed.source} (face part)"

    def _reported_faces(self, parsed: Parsing | None, faces: tuple[Face, ...]) -> tuple[FaceReport, ...]:
        if parsed is not None and self.face_detector is None:
            faces = faces_of(parsed)
        return face_reports(faces)

    def _report(
        self, run: Run, before: io.Picture, strategy: str, stages: Stages, alpha: Alpha, after: io.Picture
    ) -> Report:
        assert stages.decision is not None
        return Report(
            version=__version__,
            verdict=REVIEW if run.reasons else OK,
            reasons=tuple(run.reasons),
            notes=tuple(run.notes),
            strategy=strategy,
            target=() if self.options.strategy == "diff" else self.options.parts,
            parser=None if stages.parsing is None else stages.parsing.source,
            face_detector=self._face_source(stages.parsing),
            original_size=(before.size_hw[1], before.size_hw[0]),
            edited_size=(after.size_hw[1], after.size_hw[0]),
            alignment=alignment_report(stages.alignment),
            tone=tone_report(stages.tone, self.options.tone_match),
            mask=mask_report(alpha, stages.protected, stages.change, stages.decision),
            faces=self._reported_faces(stages.parsing, stages.faces),
            timings=tuple(run.timings),
        )


def _joined(target: Any) -> str:
    """The target as one string; resolve_target says which names exist."""
    if isinstance(target, str):
        return target
    if not isinstance(target, Iterable):
        raise OptionError(f"target: expected names such as 'clothing' or a list of them; got {target!r}")
    return ",".join(map(str, target))


def _name_of(model: Any) -> str | Path:
    return model if isinstance(model, (str, Path)) else model.name


def checked(picture: io.Picture, name: str) -> io.Picture:
    """The picture itself if it is large enough to measure anything, else an InputError."""
    height, width = picture.size_hw
    if min(height, width) < SMALLEST_SIDE:
        raise InputError(
            f"{picture.path or name}: expected at least {SMALLEST_SIDE}x{SMALLEST_SIDE} pixels; got {width}x{height}"
        )
    return picture


def _read_corrections(include: Any, exclude: Any, size_hw: tuple[int, int], run: Run) -> _Corrections:
    masks = []
    for source, name in ((include, "include"), (exclude, "exclude")):
        mask, note = (np.zeros(size_hw, bool), "") if source is None else read_mask(source, size_hw, name)
        run.note(note)
        masks.append(mask)
    return _Corrections(*masks)


def _keep(protected: Mask | None, corrections: _Corrections, covered: Mask, size_hw: tuple[int, int]) -> Mask:
    """What stays original at the picture's size: protected unless included, excluded, or beyond the edit's frame."""
    keep = np.zeros(size_hw, bool) if protected is None else protected & ~corrections.include
    return keep | corrections.exclude | ~covered


def _composite(before: io.Picture, edited: Image, alpha: Alpha) -> io.Raster:
    """The composite in the original's raster, with the promise checked: nothing changed where alpha is 0."""
    raster = composite(before.raster, io.to_raster_colours(edited, before), alpha)
    outside = alpha == 0
    if not np.array_equal(raster[outside], before.raster[outside]):
        raise SegmaskError(
            "a pixel outside the mask differs from the original; nothing was written. Please report this"
        )
    return raster


def _trimap(alpha: Alpha) -> np.ndarray:
    return np.where(alpha == 0, 0, np.where(alpha == 1, 255, 128)).astype(np.uint8)


def _grown(mask: Mask, radius: float) -> Mask:
    import cv2

    if radius < 0.5 or not mask.any():
        return mask
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) <= radius
