"""What was done, what was measured, and whether a person should look."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from segmask.core.findings import LOOK, NOTE, Findings
from segmask.core.types import Alignment, Alpha, Box, Change, Face, Mask, ToneMatch

OK, REVIEW, FAILED = "ok", "review", "failed"
SHARE_DIGITS = 6  # decimals: a pixel of a megapixel


@dataclass(frozen=True)
class AlignmentReport:
    """How the edit was brought onto the original's grid."""

    method: str
    trusted: bool
    matrix: tuple[tuple[float, ...], ...]
    """3 x 3: edited pixel (x, y, 1) to original pixel."""
    inliers: int
    matches: int
    residual_px: float | None
    covered_share: float


@dataclass(frozen=True)
class ToneReport:
    """The drift of colour and light that was taken out."""

    applied: bool
    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    field_strength: float
    residual: float | None


@dataclass(frozen=True)
class MaskReport:
    """The mask in numbers."""

    share: float
    """Of the picture's pixels with alpha above 0."""
    box: tuple[int, int, int, int] | None
    """x0, y0, x1, y1, half-open; null for an empty mask."""
    protected_share: float
    changed_share: float
    """Of the picture: measured as changed."""
    changed_outside_share: float
    """Of the picture: measured as changed and left to the original."""


@dataclass(frozen=True)
class ResidueReport:
    """What an eye sees of a wrong mask, each in [0, 1]; 0 where nothing shows (``segmask.verdict.residue``)."""

    ghost: float
    """Share of the rim outside the mask where the old contour shows."""
    held: float
    """Changed pieces beside the mask that stayed, as a share of them and the mask."""
    step: float
    """Share of the outline with a step that neither picture has."""
    halved: float
    """Smaller halves of things cut by the outline, as a share of them and the mask."""
    touched: float
    """Share of the mask that is ground in both pictures."""


@dataclass(frozen=True)
class FaceReport:
    """One face that was found in the original."""

    box: tuple[int, int, int, int]
    score: float
    source: str


@dataclass(frozen=True)
class PersonReport:
    """One person that was found in the original."""

    number: int
    """From left to right, from 1: what ``--person`` takes."""
    box: tuple[int, int, int, int]
    """x0, y0, x1, y1, half-open."""
    share: float
    """Of the picture."""
    chosen: bool
    """Whether this person's clothing is the target."""


@dataclass(frozen=True)
class GivenMaskReport:
    """What became of a mask that the user gave."""

    share: float
    """Of the picture's pixels: where the given mask is above 0."""
    protected_pixels: int
    """Of those, left to the original because they are protected and not included."""
    protected_share: float
    """The same as a share of the given mask's pixels."""
    protected_box: tuple[int, int, int, int] | None
    """Around them: x0, y0, x1, y1, half-open."""
    other_pixels: int
    """Of those, left to the original because they are excluded or beyond the edit's frame."""


@dataclass(frozen=True)
class PreservedReport:
    """What was found where nothing comes from the edit, when the written picture was read again."""

    pixels: int
    """How many were compared: those with alpha 0."""
    differing: int
    """How many of them differ from the original: 0 in every lossless format."""
    largest: float
    """The largest difference of a channel, in levels of 8 bits."""
    mean: float
    """The mean over the pixels of their largest channel's difference, in levels of 8 bits."""
    reduced: bool
    """Whether the output's format has fewer bits a channel, so that 8 bits of both were compared."""
    same_colours: bool
    """Whether both have the same colour profile, without which equal samples look different."""
    decoder: str
    """Who read it again: another way than it was written."""

    @property
    def is_kept(self) -> bool:
        """Is every compared pixel the original's, at its full depth and in its colours?"""
        return not self.differing and not self.reduced and self.same_colours


@dataclass(frozen=True)
class PromptReport:
    """What was understood of an edit instruction."""

    text: str
    matched: tuple[tuple[str, tuple[str, ...]], ...]
    """Words that name what changes, each with its targets."""
    kept: tuple[tuple[str, tuple[str, ...]], ...]
    """Words that name what stays."""


@dataclass(frozen=True)
class CandidateReport:
    """One of several edits of an original."""

    name: str
    """Its file as given, or its number."""
    place: int | None
    """1 is the best; null for an edit that failed."""
    verdict: str
    confidence: float | None
    reasons: Findings
    """Findings that a person should look at."""
    error: str | None
    """Why it failed."""


@dataclass(frozen=True)
class Report:
    """A run's report; ``to_dict()`` is what ``--report`` writes.

    >>> import segmask
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> report = segmask.apply(original, original, strategy="diff").report
    >>> report.verdict, [finding.code for finding in report.notes], report.to_dict()["mask"]["share"]
    ('ok', ['mask-empty'], 0.0)
    """

    version: str
    verdict: str
    """``ok``, ``review`` (a person should look) or ``failed`` (no output)."""
    confidence: float | None
    """How sure it is that the mask is right, in [0, 1]; null where that was not measured."""
    findings: Findings
    """What the stages noticed, with stable codes (``segmask.core.findings.CODES``): why the verdict is not ok, and what
    was done that is not a matter of course."""
    strategy: str
    """What decided in the end: ``hybrid (fell back to diff)`` where no target was found."""
    target: tuple[str, ...]
    parser: str | None
    face_detector: str | None
    original_size: tuple[int, int]
    """Width, height."""
    edited_size: tuple[int, int] | None
    alignment: AlignmentReport | None
    tone: ToneReport | None
    mask: MaskReport
    residue: ResidueReport | None
    """What shows of the mask's faults; null for one picture's mask."""
    faces: tuple[FaceReport, ...]
    people: tuple[PersonReport, ...]
    """From left to right; passers-by too small to count are left out, and ``diff`` looks for none."""
    timings: tuple[tuple[str, float], ...]
    """Seconds of each stage; the only part of a report that differs between two equal runs."""
    prompt: PromptReport | None = None
    given_mask: GivenMaskReport | None = None
    preserved: PreservedReport | None = None
    """The proof that the original was kept; null before a composite is written."""
    candidates: tuple[CandidateReport, ...] = ()
    """All edits in the order given, where the best of several was asked for."""

    @property
    def reasons(self) -> Findings:
        """The findings that a person should look at; the verdict is ``review`` where there are any."""
        return tuple(finding for finding in self.findings if finding.level == LOOK)

    @property
    def notes(self) -> Findings:
        """The findings that only say what was done."""
        return tuple(finding for finding in self.findings if finding.level == NOTE)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; each finding with its level beside its fields."""
        findings = [{**asdict(finding), "level": finding.level} for finding in self.findings]
        timings = {name: round(seconds, 4) for name, seconds in self.timings}
        return {**asdict(self), "findings": findings, "timings": timings}


def alignment_report(alignment: Alignment) -> AlignmentReport:
    """The alignment's numbers, rounded for reading.

    >>> whole = np.ones((4, 4), bool)
    >>> alignment_report(Alignment(np.eye(3), "identity", True, 90, 100, 0.21, whole)).residual_px
    0.21
    """
    return AlignmentReport(
        method=alignment.method,
        trusted=alignment.trusted,
        matrix=tuple(tuple(round(float(value), 8) for value in row) for row in alignment.matrix),
        inliers=alignment.inliers,
        matches=alignment.matches,
        residual_px=_finite(alignment.residual_px),
        covered_share=round(float(alignment.covered.mean()), SHARE_DIGITS),
    )


def tone_report(tone: ToneMatch, applied: bool) -> ToneReport:
    """The tone match's numbers; ``applied`` says whether the output's colours were changed by it.

    >>> tone = ToneMatch((1.01, 1, 1), (0, 0, 2), 0.0, 900, True, 1.0)
    >>> tone_report(tone, applied=False).applied, tone_report(tone, applied=True).gain
    (False, (1.01, 1, 1))
    """
    return ToneReport(
        applied=applied and tone.applied,
        gain=tuple(round(value, 4) for value in tone.gain),  # type: ignore[arg-type]
        offset=tuple(round(value, 3) for value in tone.offset),  # type: ignore[arg-type]
        field_strength=round(tone.field_strength, 3),
        residual=_finite(tone.residual),
    )


def mask_report(alpha: Alpha, protected: Mask | None, change: Change | None, decision: Mask) -> MaskReport:
    """Shares and box of an alpha (H, W), with what changed at the working size (h, w).

    >>> alpha, taken = np.array([[0, 1, 1, 0]], np.float32), np.array([[False, True, True, False]])
    >>> report = mask_report(alpha, None, None, taken)
    >>> report.share, report.box
    (0.5, (1, 0, 3, 1))
    """
    touched = alpha > 0
    changed = change.mask if change is not None else np.zeros_like(decision)
    return MaskReport(
        share=round(float(touched.mean()), SHARE_DIGITS),
        box=box_around(touched),
        protected_share=round(float(protected.mean()), SHARE_DIGITS) if protected is not None else 0.0,
        changed_share=round(float(changed.mean()), SHARE_DIGITS),
        changed_outside_share=round(float((changed & ~decision).mean()), SHARE_DIGITS),
    )


def box_around(mask: Mask) -> tuple[int, int, int, int] | None:
    """x0, y0, x1, y1 around what is set in bool (H, W), half-open; None if nothing is.

    >>> box_around(np.array([[False, True, True]])), box_around(np.zeros((1, 3), bool))
    ((1, 0, 3, 1), None)
    """
    return box.corners if (box := Box.around(mask)) else None


def face_reports(faces: tuple[Face, ...]) -> tuple[FaceReport, ...]:
    """The faces from left to right.

    >>> faces = Face(Box(50, 8, 60, 20), 0.9, "yunet"), Face(Box(10, 8, 20, 20), 0.8, "yunet")
    >>> [face.box[0] for face in face_reports(faces)]
    [10, 50]
    """
    reports = (FaceReport(face.box.corners, round(face.score, 4), face.source) for face in faces)
    return tuple(sorted(reports, key=lambda report: report.box))


def _finite(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
