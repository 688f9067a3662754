"""Which of several edits is best, and why."""

from __future__ import annotations

from segmask.report import OK, Report

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


def why(best: Report, second: Report) -> str:
    """The first point in which the best is ahead of the second, in words and with its numbers."""
    first, other = rank_key(best), rank_key(second)
    for place, (ours, theirs) in enumerate(zip(first, other, strict=True)):
        if ours != theirs:
            numbers = "" if isinstance(ours, bool) else f" ({_shown(ours)} against {_shown(theirs)})"
            return _MEANINGS[place] + numbers
    return "all are equal, and it was named first"


def _shown(value: float) -> str:
    return f"{abs(value):.3g}" if value != float("inf") else "unknown"
