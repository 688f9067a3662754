"""The report of a run, put together from what its stages left."""

from __future__ import annotations

from dataclasses import fields

from segmask import io
from segmask.compose.compose import Composed
from segmask.core.findings import Findings
from segmask.core.timing import Timings
from segmask.core.types import Alpha, Mask, Stages
from segmask.fusion.seen import Choice, Seen
from segmask.options import Options
from segmask.report import (
    PersonReport,
    PromptReport,
    Report,
    ResidueReport,
    alignment_report,
    face_reports,
    mask_report,
    tone_report,
)
from segmask.verdict.judge import Verdict, verdict_of
from segmask.verdict.residue import Residue
from segmask.version import __version__


def pair_report(
    options: Options,
    edited: io.Picture,
    seen: Seen,
    people: Choice,
    strategy: str,
    stages: Stages,
    done: Composed,
    verdict: Verdict,
    timings: Timings,
) -> Report:
    """The report of an original and its edit; ``strategy`` is what decided in the end."""
    assert stages.decision is not None
    return Report(
        version=__version__,
        verdict=verdict_of(verdict.findings),
        confidence=verdict.confidence,
        findings=verdict.findings,
        strategy=strategy,
        target=() if options.strategy == "diff" else options.parts,
        parser=None if stages.parsing is None else stages.parsing.source,
        face_detector=seen.face_source,
        original_size=seen.picture.size_wh,
        edited_size=edited.size_wh,
        alignment=alignment_report(stages.alignment),
        tone=tone_report(stages.tone, options.tone_match),
        mask=mask_report(done.alpha, stages.protected, stages.change, stages.decision),
        residue=_residue(verdict.residue),
        faces=face_reports(seen.faces),
        people=_people(seen, people),
        timings=timings,
        prompt=_understood(options),
        given_mask=done.given_mask,
    )


def single_report(
    options: Options,
    seen: Seen,
    people: Choice,
    protected: Mask,
    decision: Mask,
    alpha: Alpha,
    findings: Findings,
    timings: Timings,
) -> Report:
    """The report of one picture's semantic mask."""
    return Report(
        version=__version__,
        verdict=verdict_of(findings),
        confidence=None,
        findings=findings,
        strategy="semantic",
        target=options.parts,
        parser=None if seen.parsing is None else seen.parsing.source,
        face_detector=seen.face_source,
        original_size=seen.picture.size_wh,
        edited_size=None,
        alignment=None,
        tone=None,
        mask=mask_report(alpha, protected, None, decision),
        residue=None,
        faces=face_reports(seen.faces),
        people=_people(seen, people),
        timings=timings,
        prompt=_understood(options),
    )


def _residue(residue: Residue | None) -> ResidueReport | None:
    if residue is None:
        return None
    return ResidueReport(**{field.name: round(getattr(residue, field.name).amount, 5) for field in fields(residue)})


def _understood(options: Options) -> PromptReport | None:
    understood = options.understood
    return None if understood is None else PromptReport(str(options.prompt), understood.matched, understood.kept)


def _people(seen: Seen, people: Choice) -> tuple[PersonReport, ...]:
    return tuple(
        PersonReport(person.number, person.box.corners, person.share, person in people.chosen)
        for person in seen.people.persons
    )
