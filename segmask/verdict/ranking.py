"""Which of several edits is best, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from segmask.core.findings import Finding
from segmask.report import FAILED, OK, CandidateReport, Report

RankKey = tuple[bool, bool, float, int, bool, float, float]

# What each place of a key means, for ``why``.
_MEANINGS = (
    "it changed something of the target",
    "its verdict is ok",
    "its confidence is higher",
    "there are fewer reasons to look",
    "its alignment can be trusted",
    "it lies closer on the original",
    "less of the picture changed outside of what was taken",
)


def rank_key(report: Report) -> RankKey:
    """What candidates are sorted by; the smallest is best.

    An edit that changed nothing of the target comes last, however sure that is; then verdict, confidence, number of
    reasons, trust in the alignment, its residual in pixels, and how much changed outside of what was taken.

    >>> import numpy as np
    >>> import segmask
    >>> original, edited = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64, 3), 90, np.uint8)
    >>> edited[20:44, 20:44] = 200
    >>> reports = [segmask.apply(original, edit, strategy="diff").report for edit in (original, edited)]
    >>> rank_key(reports[1]) < rank_key(reports[0])  # the edit that changed something is better
    True
    """
    alignment = report.alignment
    residual = alignment.residual_px if alignment is not None else None
    return (
        report.mask.share == 0,
        report.verdict != OK,
        -(report.confidence or 0.0),
        len(report.reasons),
        alignment is None or not alignment.trusted,
        residual if residual is not None else float("inf"),
        report.mask.changed_outside_share,
    )


@dataclass(frozen=True)
class Candidate:
    """What became of one of several edits."""

    name: str
    report: Report | None
    """None for an edit that can't be used."""
    error: str | None


def with_candidates(best: Report, tries: Sequence[Candidate]) -> Report:
    """The best edit's report with all edits in it, in the order given, and a note on why it was chosen.

    >>> import numpy as np
    >>> import segmask
    >>> original, edited = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64, 3), 90, np.uint8)
    >>> edited[20:44, 20:44] = 200
    >>> reports = [segmask.apply(original, edit, strategy="diff").report for edit in (original, edited)]
    >>> best = with_candidates(reports[1], [Candidate("a.png", reports[0], None), Candidate("b.png", reports[1], None)])
    >>> [(tried.name, tried.place) for tried in best.candidates]
    [('a.png', 2), ('b.png', 1)]
    """
    keys = {index: rank_key(tried.report) for index, tried in enumerate(tries) if tried.report is not None}
    order = sorted(keys, key=lambda index: (keys[index], index))
    places = {index: place for place, index in enumerate(order, start=1)}
    candidates = tuple(_listed(tried, places.get(index)) for index, tried in enumerate(tries))
    second = tries[order[1]].report if len(order) > 1 else None
    reason = why(best, second) if second is not None else "no other can be used" if len(tries) > 1 else "the only edit"
    text = f"{tries[order[0]].name} was chosen of {len(tries)} edits: {reason}"
    return replace(best, findings=(Finding("edit-chosen", text), *best.findings), candidates=candidates)


def _listed(tried: Candidate, place: int | None) -> CandidateReport:
    report = tried.report
    if report is None:
        return CandidateReport(tried.name, None, FAILED, None, (), tried.error)
    return CandidateReport(tried.name, place, report.verdict, report.confidence, report.reasons, None)


def why(best: Report, second: Report) -> str:
    """The first point in which the best is ahead of the second, in words and with its numbers.

    >>> import numpy as np
    >>> import segmask
    >>> original, edited = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64, 3), 90, np.uint8)
    >>> edited[20:44, 20:44] = 200
    >>> reports = [segmask.apply(original, edit, strategy="diff").report for edit in (original, edited)]
    >>> why(reports[1], reports[0])
    'it changed something of the target'
    """
    first, other = rank_key(best), rank_key(second)
    for place, (ours, theirs) in enumerate(zip(first, other, strict=True)):
        if ours != theirs:
            numbers = "" if isinstance(ours, bool) else f" ({_shown(ours)} against {_shown(theirs)})"
            return _MEANINGS[place] + numbers
    return "all are equal, and it was named first"


def _shown(value: float) -> str:
    return f"{abs(value):.3g}" if value != float("inf") else "unknown"
