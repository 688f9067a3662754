"""An original and its edit, read, seen and brought onto one grid; from there to a result, again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Unpack

from segmask import io
from segmask.account import pair_report
from segmask.change.difference import change_between
from segmask.change.texture import texture_between
from segmask.compose.aimed import Aimed
from segmask.compose.compose import Composed, compose
from segmask.compose.composite import trimap_of
from segmask.compose.preview import SIDE, Preview, SmallPair
from segmask.core.checks import read_only
from segmask.core.colour import lab
from segmask.core.errors import OptionError
from segmask.core.findings import Findings
from segmask.core.geometry import REFERENCE_SIDE, resize_image
from segmask.core.labels import CLOTHING, WORN
from segmask.core.morphology import grown
from segmask.core.system import bound_opencv
from segmask.core.timing import Stopwatch, Timings
from segmask.core.types import Alignment, Change, Image, Parsing, Stages
from segmask.fusion.agreed import looks_at
from segmask.fusion.constraints import Constraints, constrain
from segmask.fusion.decide import decide
from segmask.fusion.decision import Decision
from segmask.fusion.laid_over import lifted
from segmask.fusion.margin import covered_neck, old_cloth
from segmask.fusion.pixel_model import PixelModel
from segmask.fusion.protect import protected_parts
from segmask.fusion.scene import Scene, resized_probs, target_prior
from segmask.fusion.seen import Choice, Seen, choose_person
from segmask.inputs import Corrections, input_paths, read_corrections
from segmask.options import Options, PairArguments, check_names
from segmask.register.registered import Measured, Registered
from segmask.register.tone import match_tone
from segmask.result import Result
from segmask.verdict.judge import Verdict, judge

LEAST_SIDE = 64  # pixels: smaller pictures are refused as inputs, too
KEPT_TARGETS = 3
"""Of an opened pair: each holds maps of the working size, two masks and a picture of the hair's area at full size."""


@dataclass(frozen=True, eq=False)
class Edit:
    """An edit as read and brought onto the original's grid."""

    picture: io.Picture
    aligned: Image
    """uint8 (H, W, 3)."""
    alignment: Alignment
    parsing: Parsing | None
    """What it shows; None for ``diff``."""


@dataclass(frozen=True, eq=False)
class Made:
    """A decision, and all that led to it."""

    asked: Options
    corrections: Corrections
    measured: Measured
    aimed: Aimed
    people: Choice
    held: Constraints
    decision: Decision

    @property
    def with_hair(self) -> bool:
        """Is hair laid over the edit?"""
        return self.asked.strategy == "hybrid"

    def holds_for(self, asked: Options, corrections: Corrections) -> bool:
        """Would other options and corrections be decided alike? The feather comes later."""
        alike = replace(asked, feather=self.asked.feather) == self.asked
        return alike and self.corrections.ask_alike(corrections)


@dataclass(frozen=True, eq=False)
class OpenPair:
    """An original and its edit, opened by ``Masker.open``: read, parsed and aligned once.

    ``apply`` does only what the target and the corrections ask for, and gives the same bytes as ``segmask.apply`` does
    in one call. What was measured for one garment serves all garments. Tone and change are measured anew for hair,
    background and the like, since the tone match looks away from what is targeted.
    """

    options: Options
    seen: Seen = field(repr=False)
    edit: Edit = field(repr=False)
    findings: Findings
    timings: Timings
    inputs: tuple[Path, ...] = ()
    """Files that were handed in, resolved when they were read; never overwritten."""
    model: PixelModel | None = field(default=None, repr=False)
    """Another pixel model of the fusion than the package's."""
    measured: dict[object, Measured] = field(default_factory=dict, repr=False)
    """What was measured so far, by what it depends on."""
    aimed: dict[tuple[tuple[str, ...], float | None, float | None], Aimed] = field(default_factory=dict, repr=False)
    """The last ``KEPT_TARGETS`` targets, by what they depend on."""
    made: list[Made] = field(default_factory=list, repr=False)
    """The last decision: after a preview, or with another feather, it need not be made again."""

    def apply(
        self,
        *,
        include: io.Source | None = None,
        exclude: io.Source | None = None,
        mask_in: io.Source | None = None,
        mask_format: str = "auto",
        **options: Unpack[PairArguments],
    ) -> Result:
        """The composite for a target and corrections.

        Args:
            include: mask (H, W) of what comes from the edit whatever is decided, protection too.
            exclude: mask of what stays original; beats ``include``.
            mask_in: mask of your own (H, W) instead of a decision, its grey levels the alpha.
            mask_format: how these masks mark things: one of ``segmask.io.MASK_DIALECTS``; ``auto`` takes what each
                can only be, and refuses what could mean two things.
            options: what is to differ from the Masker's: target or prompt, person, threshold, min_area, feather,
                grow, tone_match.

        Raises InputError or OptionError.
        """
        watch = Stopwatch(self.timings)
        made = self._decided(options, (include, exclude, mask_in), mask_format, watch)
        asked, measured, scene, held, decision = made.asked, made.measured, made.aimed.scene, made.held, made.decision
        with watch("compose"):
            pictures, hair = (self.seen.picture, self.edit.picture), made.aimed.hair if made.with_hair else None
            done = compose(pictures, measured, scene, decision, held, asked, hair, made.corrections.mask_in)
        with watch("judge"):
            verdict = judge(self.seen.picture, measured, scene, decision, held, done)
        found = (*self.findings, *made.corrections.findings, *made.people.findings, *decision.findings, *done.findings)
        verdict = replace(verdict, findings=(*found, *verdict.findings))
        inputs = (*self.inputs, *input_paths(include, exclude, mask_in))
        return self._result(made, done, verdict, watch.timings, inputs)

    def preview(
        self,
        side: int = SIDE,
        *,
        include: io.Source | None = None,
        exclude: io.Source | None = None,
        mask_in: io.Source | None = None,
        mask_format: str = "auto",
        **options: Unpack[PairArguments],
    ) -> Preview:
        """What ``apply`` would give, with a long side of at most ``side`` pixels, in a fraction of its time.

        The decision is the same; outline, hair and tone are made at the small size, and nothing is judged. Arguments
        as for ``apply``; raises what it raises, and OptionError for a side below 64.

        >>> import numpy as np, segmask
        >>> original = np.full((300, 400, 3), 90, np.uint8)
        >>> edited = original.copy()
        >>> edited[100:200, 100:200] = 200
        >>> pair = segmask.Masker(strategy="diff").open(original, edited)
        >>> pair.preview(200).image.shape
        (150, 200, 3)
        """
        if side < LEAST_SIDE:
            raise OptionError(f"side: expected at least {LEAST_SIDE} pixels; got {side!r}")
        made = self._decided(options, (include, exclude, mask_in), mask_format, Stopwatch())
        small = made.aimed.small.get(side) or SmallPair.of(made.measured, made.aimed.scene, side)
        made.aimed.small.clear()
        made.aimed.small[side] = small
        hair = made.with_hair and made.aimed.has_hair
        return small.preview(made.decision, made.held, made.asked, made.corrections.mask_in, with_hair=hair)

    def _decided(
        self, options: Mapping[str, Any], masks: tuple[io.Source | None, ...], mask_format: str, watch: Stopwatch
    ) -> Made:
        """The decision for a target and corrections."""
        bound_opencv(self.options.threads)
        include, exclude, mask_in = masks
        asked = self._asked(options, mask_in is not None)
        with watch("read"):
            size_hw = self.seen.picture.size_hw
            corrections = read_corrections(include, exclude, mask_in, size_hw, asked.max_pixels, mask_format)
        measured = self._measure(asked, watch)
        with watch("fuse"):
            last = next(iter(self.made), None)
            if last is not None and last.measured is measured and last.holds_for(asked, corrections):
                return replace(last, asked=asked, corrections=corrections)
            aimed = self._aim(asked, measured)
            scene, people = aimed.scene, choose_person(self.seen, str(asked.person), self.edit.parsing)
            covered = self.edit.alignment.covered
            held = constrain(aimed.protected, corrections.include, corrections.exclude, covered, people.others)
            decision = decide(scene, measured.change, held, asked, corrections.mask_in, self.model)
            wider = asked.grow * max(decision.mask.shape) / REFERENCE_SIDE
            decision = replace(decision, mask=grown(decision.mask, wider))
        made = Made(asked, corrections, measured, aimed, people, held, decision)
        self.made[:] = [made]  # at once: requests of a service share a pair
        return made

    def _asked(self, arguments: Mapping[str, Any], with_mask: bool) -> Options:
        """The options of a run. OptionError for what an opened pair has no choice in, or a given mask no use for."""
        check_names(arguments)
        fixed = sorted(set(arguments) - PairArguments.__optional_keys__)
        if fixed:
            raise OptionError(f"{fixed[0]}: was settled when the pair was opened; open it with a Masker that has it")
        options = self.options.changed(arguments)
        unused = {"feather": options.feather is not None, "person": options.person != "all"}
        unused["grow"] = options.grow != 0
        unused |= {"threshold": options.threshold is not None, "min_area": options.min_area is not None}
        for name in (name for name, is_given in unused.items() if with_mask and is_given):
            reason = "a given mask says itself what comes from the edit, and its grey levels are its soft edge"
            raise OptionError(f"{name}: {reason}; leave one of the two out")
        return options

    def _measure(self, asked: Options, watch: Stopwatch) -> Measured:
        """Tone and change, once for all targets that look away from the same parts."""
        away = CLOTHING if set(asked.parts) <= set(CLOTHING) else asked.parts
        key = away, asked.threshold, asked.min_area
        if key not in self.measured:
            with watch("tone"):
                registered = self._registered(away)
            with watch("change"):
                self.measured[key] = Measured(registered, self._change(registered, asked))
        return self.measured[key]

    def _registered(self, away: tuple[str, ...]) -> Registered:
        """The edit with its drift, fitted away from some parts of both pictures."""
        original, edit, equal = self.seen.picture.image, self.edit, None
        if self.seen.parsing is not None and edit.parsing is not None:
            before = self.seen.parsing.working_probs
            equal = 1 - target_prior(before, resized_probs(edit.parsing, before.shape[1:]), away)
        tone, light = match_tone(original, edit.aligned, edit.alignment.covered, equal)
        return Registered(original, edit.aligned, edit.alignment, tone, light)

    def _change(self, registered: Registered, asked: Options) -> Change:
        before, usable = registered.working
        after = registered.toned_small(resize_image(registered.aligned, (before.shape[0], before.shape[1])))
        colours = lab(before), lab(after)
        change = change_between(colours, usable, threshold=asked.threshold, min_area=asked.min_area)
        if asked.strategy != "hybrid":
            return change
        return replace(change, texture=texture_between(*colours), colours=colours)

    def _aim(self, asked: Options, measured: Measured) -> Aimed:
        """What depends on the target alone, kept for the last few."""
        key = asked.parts, asked.threshold, asked.min_area
        aimed = self.aimed.pop(key, None) or self._aimed(asked, measured)
        self.aimed[key] = aimed
        for oldest in list(self.aimed)[:-KEPT_TARGETS]:
            self.aimed.pop(oldest, None)
        return aimed

    def _aimed(self, asked: Options, measured: Measured) -> Aimed:
        before, after, parts = self.seen.parsing, self.edit.parsing, asked.parts
        if before is None or after is None:
            return Aimed(measured, None, None)
        known = (aimed.scene for aimed in self.aimed.values() if aimed.measured is measured and aimed.scene)
        looks = next(((scene.before, scene.after) for scene in known), None)
        looks = looks or looks_at((before, after), measured.change, asked)
        scene = Scene(*looks, measured.change, parts, (before, after))
        garment, neck = (old_cloth(scene), covered_neck(scene)) if set(parts) <= set(WORN) else (None, None)
        protected = protected_parts(before, self.seen.detected, parts, after, garment, neck)
        return Aimed(measured, scene, lifted(protected, scene))

    def _result(
        self, made: Made, done: Composed, verdict: Verdict, timings: Timings, inputs: tuple[Path, ...]
    ) -> Result:
        decision, measured = made.decision, made.measured
        stages = Stages(
            aligned=self.edit.aligned,
            alignment=self.edit.alignment,
            tone=measured.registered.tone,
            change=measured.change,
            toned=done.toned,
            parsing=self.seen.parsing,
            edited_parsing=self.edit.parsing,
            faces=self.seen.detected,
            prior=decision.prior,
            protected=done.constraints.protected,
            decision=decision.mask,
            trimap=trimap_of(done.alpha),
            doubt=verdict.doubt,
            measurements=verdict.measurements,
        )
        report = pair_report(
            made.asked, self.edit.picture, self.seen, made.people, decision.strategy, stages, done, verdict, timings
        )
        result = Result(done.alpha, report, stages, done.raster, self.seen.picture, inputs)
        read_only(result)
        return result
