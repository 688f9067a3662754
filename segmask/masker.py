"""Masker: keeps the models loaded and runs any number of pictures. Here the stages are put together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Unpack

import numpy as np

from segmask import io
from segmask.account import single_report
from segmask.compose.alpha import make_alpha
from segmask.core.beside import both
from segmask.core.checks import read_only
from segmask.core.errors import InputError, OptionError, SegmaskError
from segmask.core.findings import Finding
from segmask.core.geometry import REFERENCE_SIDE, WORKING_SIDE, working_size
from segmask.core.morphology import grown
from segmask.core.system import bound_opencv
from segmask.core.timing import Stopwatch
from segmask.core.types import Alignment, Image, Parsing
from segmask.core.window import Window
from segmask.fusion.constraints import constrain
from segmask.fusion.pixel_model import PixelModel
from segmask.fusion.protect import protected_parts
from segmask.fusion.scene import resized_probs
from segmask.fusion.seen import Seen, choose_person
from segmask.fusion.simple import target_mask
from segmask.inputs import Parsings, check_no_parser, compared, given_parsings, input_paths, listed, read_checked
from segmask.models.base import FaceDetector, Parser
from segmask.models.networks import Networks
from segmask.options import OptionArguments, Options
from segmask.pair import Edit, OpenPair
from segmask.register.align import align
from segmask.register.warp import without_clear
from segmask.register.windowed import align_window
from segmask.result import MaskResult, Result
from segmask.verdict.ranking import Candidate, rank_key, with_candidates


class Masker:
    """Keeps the models loaded and runs any number of pictures.

    Args:
        options: everything that can be chosen.
        arguments: fields of ``Options`` as keywords, instead of it or on top.

    Models are loaded when they are first needed: ``diff`` loads none. Raises OptionError for values that don't exist
    and names that are no options.

    >>> Masker(target="upper").options.parts
    ('upper',)
    """

    pixel_model: PixelModel | None = None
    """Another pixel model of the fusion than the package's; training judges masks by models that know no such photo."""

    def __init__(self, options: Options | None = None, **arguments: Unpack[OptionArguments]) -> None:
        self.options = (options or Options()).changed(arguments)
        self._networks = Networks(self.options)

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
        original: io.Source | Seen,
        edited: io.Source,
        *,
        parsing: Parsings = None,
        labels: str | None = None,
        include: io.Source | None = None,
        exclude: io.Source | None = None,
        mask_in: io.Source | None = None,
        mask_format: str = "auto",
    ) -> Result:
        """The composite of an original and its edit.

        Args:
            original: path, PIL image or array uint8/uint16 (H, W, 1..4); or what ``see`` gave.
            edited: a picture of any size.
            parsing: a label map of the original in canonical part ids, or a pair (the original's, the aligned
                edit's); paths or uint8 (H, W). Without it the parser is asked.
            labels: name of the label set that ``parsing`` uses, if not the canonical parts.
            include: mask (H, W) of what comes from the edit whatever is decided, protection too.
            exclude: mask of what stays original; beats ``include``.
            mask_in: mask of your own (H, W) instead of a decision, its grey levels the alpha: a corrected
                ``result.mask``, say. What is protected stays original unless it is included.
            mask_format: how these three masks mark things, as for ``OpenPair.apply``.

        Raises InputError, ModelError or OptionError.
        """
        pair = self.open(original, edited, parsing=parsing, labels=labels)
        return pair.apply(include=include, exclude=exclude, mask_in=mask_in, mask_format=mask_format)

    def open(
        self,
        original: io.Source | Seen,
        edited: io.Source,
        *,
        parsing: Parsings = None,
        labels: str | None = None,
        window: Window | None = None,
    ) -> OpenPair:
        """An original and its edit, read, parsed and aligned once, to be applied with any target and corrections.

        Arguments as for ``apply``; ``window`` is the region that the edit shows, if that is not all of the original.
        """
        bound_opencv(self.options.threads)
        if isinstance(original, Seen) and parsing is not None:
            raise OptionError("parsing: the original was seen already; give its label map to see()")
        watch = Stopwatch()
        with watch("read"):
            before = (
                original.picture
                if isinstance(original, Seen)
                else read_checked(original, "original", self.options.max_pixels)
            )
            after = read_checked(edited, "edited", self.options.max_pixels)
            given = given_parsings(parsing, labels, before.size_hw, self.options)
        aligning = Stopwatch()

        def see() -> Seen:
            if isinstance(original, Seen):
                return self._of_this_strategy(original)
            return self._see(before, given[0], watch, input_paths(original))

        def lay_over() -> tuple[Image, Alignment]:
            with aligning("align"):
                if window is None:
                    aligned, alignment = align(before.image, after.image)
                else:
                    aligned, alignment = align_window(before.image, after.image, window)
                return aligned, without_clear(alignment, after.clear)

        seen, (aligned, alignment) = both(see, lay_over, self.options.threads)
        watch.add(aligning.timings)
        shown = None if seen.parsing is None else self._parse(aligned, given[1], "parse edit", watch)
        edit = Edit(after, aligned, alignment, shown)
        inputs = (*seen.inputs, *input_paths(edited, parsing, *self.options.files))
        found = compared(before, after, None if window is None else (window.box.height, window.box.width))
        return OpenPair(self.options, seen, edit, found, watch.timings, inputs, self.pixel_model)

    def see(self, original: io.Source, *, parsing: Parsings = None, labels: str | None = None) -> Seen:
        """Read, parse and find the faces of an original once, to ``apply`` to any number of its edits.

        Args:
            original: path, PIL image or array.
            parsing: a label map of the original, as for ``apply``.
            labels: name of its label set, if not the canonical parts.
        """
        return self._seen(original, parsing, labels, Stopwatch())

    def best(
        self,
        original: io.Source,
        edits: Iterable[io.Source],
        *,
        parsing: Parsings = None,
        labels: str | None = None,
        include: io.Source | None = None,
        exclude: io.Source | None = None,
        mask_in: io.Source | None = None,
        mask_format: str = "auto",
    ) -> Result:
        """The best composite of an original and one of its edits; the original is read, parsed and searched once.

        Edits are ranked by verdict, then confidence (``segmask.verdict.ranking.rank_key``); equals by their order. An
        edit that can't be used is listed as failed; if none can, InputError says why. One result is kept at a time.
        Arguments as for ``apply``; the masks hold for every edit.
        """
        sources, best, tries = listed(edits), None, []
        seen = self.see(original, parsing=parsing, labels=labels)
        for index, edit in enumerate(sources, start=1):
            name = io.name_of(edit, f"edit {index}")
            try:
                pair = self.open(seen, edit)
                result = pair.apply(include=include, exclude=exclude, mask_in=mask_in, mask_format=mask_format)
            except OptionError:
                raise
            except SegmaskError as error:
                tries.append(Candidate(name, None, str(error)))
                continue
            tries.append(Candidate(name, result.report, None))
            if best is None or rank_key(result.report) < rank_key(best.report):
                best = result
        if best is None:
            raise InputError("none of the edits can be used: " + "; ".join(f"{t.name}: {t.error}" for t in tries))
        return best.but(report=with_candidates(best.report, tries), inputs=(*best.inputs, *input_paths(sources)))

    def mask(self, original: io.Source, *, parsing: Parsings = None, labels: str | None = None) -> MaskResult:
        """The semantic mask of one picture: where the target is, less what is protected.

        Args:
            original: path, PIL image or array.
            parsing: a label map of the picture, as for ``apply``.
            labels: name of its label set, if not the canonical parts.
        """
        self._check_one_picture(parsing)
        watch = Stopwatch()
        seen = self._seen(original, parsing, labels, watch)
        picture, parsed, parts = seen.picture, seen.parsing, self.options.parts
        assert parsed is not None
        with watch("fuse"):
            none = np.zeros(picture.size_hw, bool)
            people = choose_person(seen, str(self.options.person), None)
            faces, hair = protected_parts(parsed, seen.detected, parts)
            held = constrain((faces, hair), none, none, covered=~none, others=people.others)
            work_hw = working_size(picture.size_hw, WORKING_SIDE)
            decision = target_mask(resized_probs(parsed, work_hw), parts)
            region = grown(decision, self.options.grow * max(work_hw) / REFERENCE_SIDE)
            alpha = make_alpha(region, picture.size_hw, held.keep, feather=self.options.feather)
        found = (*picture.notes, *people.findings)
        if not alpha.any():
            found += (Finding("target-not-found", f"nothing of the target ({self.options.asked}) was found"),)
        report = single_report(self.options, seen, people, faces | hair, decision, alpha, found, watch.timings)
        result = MaskResult(alpha, report, faces | hair, picture, (*seen.inputs, *input_paths(*self.options.files)))
        read_only(result)
        return result

    def _check_one_picture(self, parsing: Parsings) -> None:
        """OptionError for a choice that one picture alone has no use for."""
        if parsing is not None:
            check_no_parser(self.options)
        if self.options.strategy == "diff":
            raise OptionError("strategy: one picture has no change, so diff finds nothing in it; choose semantic")
        if not self.options.tone_match:
            raise OptionError("tone_match: one picture has no edit whose tone could be matched; leave it out")

    def _seen(self, original: io.Source, parsing: Parsings, labels: str | None, watch: Stopwatch) -> Seen:
        bound_opencv(self.options.threads)
        if isinstance(parsing, (tuple, list)):
            raise OptionError("parsing: one picture takes one label map; a pair goes with one edit")
        with watch("read"):
            picture = read_checked(original, "original", self.options.max_pixels)
            given = given_parsings(parsing, labels, picture.size_hw, self.options)[0]
        return self._see(picture, given, watch, input_paths(original, parsing))

    def _see(self, picture: io.Picture, given: Parsing | None, watch: Stopwatch, files: tuple[Path, ...]) -> Seen:
        """What a picture shows, and its faces; ``files`` are those that were handed in."""
        if self.options.strategy == "diff":
            return Seen(picture, None, inputs=files)
        parsed = self._parse(picture.image, given, "parse", watch)
        with watch("faces"):
            detector = self.face_detector
            found = () if detector is None else detector.detect(picture.image)
        return Seen(picture, parsed, found, None if detector is None else detector.name, files)

    def _of_this_strategy(self, seen: Seen) -> Seen:
        if (seen.parsing is None) != (self.options.strategy == "diff"):
            raise OptionError("the original was seen for another strategy; see it with the Masker that uses it")
        return seen

    def _parse(self, image: Image, given: Parsing | None, stage: str, watch: Stopwatch) -> Parsing:
        with watch(stage):
            return given if given is not None else self.parser.parse(image)
