"""The report of a run, put together from what its stages left."""

from __future__ import annotations

from segmask import io
from segmask.core.types import Alpha, Face, Mask, Parsing, Stages
from segmask.fusion.protect import faces_of
from segmask.models.networks import Networks
from segmask.options import Options
from segmask.prompt.read import read_prompt
from segmask.report import (
    OK,
    REVIEW,
    FaceReport,
    GivenMaskReport,
    PersonReport,
    PromptReport,
    Report,
    alignment_report,
    face_reports,
    mask_report,
    tone_report,
)
from segmask.run import Run
from segmask.version import __version__


def pair_report(
    run: Run,
    options: Options,
    networks: Networks,
    before: io.Picture,
    after: io.Picture,
    strategy: str,
    stages: Stages,
    alpha: Alpha,
    given_mask: GivenMaskReport | None,
    people: tuple[PersonReport, ...],
) -> Report:
    """The report of an original and its edit; ``strategy`` is what decided in the end."""
    assert stages.decision is not None
    return Report(
        version=__version__,
        verdict=REVIEW if run.reasons else OK,
        confidence=run.confidence,
        reasons=tuple(run.reasons),
        notes=tuple(run.notes),
        strategy=strategy,
        target=() if options.strategy == "diff" else options.parts,
        parser=None if stages.parsing is None else stages.parsing.source,
        face_detector=networks.face_source(stages.parsing),
        original_size=(before.size_hw[1], before.size_hw[0]),
        edited_size=(after.size_hw[1], after.size_hw[0]),
        alignment=alignment_report(stages.alignment),
        tone=tone_report(stages.tone, options.tone_match),
        mask=mask_report(alpha, stages.protected, stages.change, stages.decision),
        faces=_reported_faces(stages.parsing, stages.faces, networks),
        people=people,
        timings=tuple(run.timings),
        prompt=_understood(options),
        given_mask=given_mask,
    )


def single_report(
    run: Run,
    options: Options,
    networks: Networks,
    picture: io.Picture,
    parsed: Parsing,
    faces: tuple[Face, ...],
    protected: Mask,
    decision: Mask,
    alpha: Alpha,
    people: tuple[PersonReport, ...],
) -> Report:
    """The report of one picture's semantic mask."""
    return Report(
        version=__version__,
        verdict=REVIEW if run.reasons else OK,
        confidence=run.confidence,
        reasons=tuple(run.reasons),
        notes=tuple(run.notes),
        strategy="semantic",
        target=options.parts,
        parser=parsed.source,
        face_detector=networks.face_source(parsed),
        original_size=(picture.size_hw[1], picture.size_hw[0]),
        edited_size=None,
        alignment=None,
        tone=None,
        mask=mask_report(alpha, protected, None, decision),
        faces=_reported_faces(parsed, faces, networks),
        people=people,
        timings=tuple(run.timings),
        prompt=_understood(options),
    )


def _understood(options: Options) -> PromptReport | None:
    if options.prompt is None:
        return None
    read = read_prompt(options.prompt)
    return PromptReport(options.prompt, read.matched, read.kept)


def _reported_faces(parsed: Parsing | None, faces: tuple[Face, ...], networks: Networks) -> tuple[FaceReport, ...]:
    if parsed is not None and networks.face_detector is None:
        faces = faces_of(parsed)
    return face_reports(faces)
