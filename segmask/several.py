"""The best of several edits of one original."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from segmask.core.errors import InputError, OptionError, SegmaskError
from segmask.masker import Masker
from segmask.report import FAILED, CandidateReport, Report
from segmask.result import Result
from segmask.verdict.ranking import rank_key, why


@dataclass(frozen=True)
class _Try:
    """What became of one edit."""

    name: str
    report: Report | None
    error: str | None


def best_of(
    masker: Masker,
    original: Any,
    edits: Iterable[Any],
    *,
    parsing: Any = None,
    labels: str | None = None,
    include: Any = None,
    exclude: Any = None,
    mask_in: Any = None,
) -> Result:
    """The best composite of an original and one of its edits; the original is read, parsed and searched for faces once.

    Args:
        masker: keeps the models.
        original: path, PIL image or array.
        edits: paths, PIL images or arrays; equals are decided by their order.
        parsing: a label map of the original.
        labels, include, exclude, mask_in: as for ``Masker.apply``; they hold for every edit.

    The report lists all edits with place, verdict and reasons. An edit that can't be used is listed as failed; if
    none can, InputError says why. Only one result is kept at a time.
    """
    sources = _listed(edits)
    seen = masker.open(original, parsing=parsing, labels=labels)
    best: Result | None = None
    tries: list[_Try] = []
    for index, edit in enumerate(sources):
        name = str(edit) if isinstance(edit, (str, Path)) else f"edit {index + 1}"
        try:
            result = masker.apply(seen, edit, include=include, exclude=exclude, mask_in=mask_in)
        except OptionError:
            raise
        except SegmaskError as error:
            tries.append(_Try(name, None, str(error)))
            continue
        tries.append(_Try(name, result.report, None))
        if best is None or rank_key(result.report) < rank_key(best.report):
            best = result
    if best is None:
        raise InputError("none of the edits can be used: " + "; ".join(f"{t.name}: {t.error}" for t in tries))
    inputs = (*best.inputs, *(Path(edit) for edit in sources if isinstance(edit, (str, Path))))
    return replace(best, report=_with_candidates(best.report, tries), inputs=inputs)


def _listed(edits: Iterable[Any]) -> list[Any]:
    if isinstance(edits, (str, Path, np.ndarray)) or not isinstance(edits, Iterable):
        raise OptionError("edits: expected a list of pictures; for one edit use apply")
    listed = list(edits)
    if not listed:
        raise OptionError("edits: expected at least one picture; got none")
    return listed


def _with_candidates(best: Report, tries: list[_Try]) -> Report:
    usable = [index for index, tried in enumerate(tries) if tried.report is not None]
    order = sorted(usable, key=lambda index: (_key(tries[index]), index))
    places = {index: place for place, index in enumerate(order, start=1)}
    candidates = tuple(_candidate(tried, places.get(index)) for index, tried in enumerate(tries))
    second = tries[order[1]].report if len(order) > 1 else None
    reason = why(best, second) if second is not None else "no other can be used" if len(tries) > 1 else "the only edit"
    note = f"{tries[order[0]].name} was chosen of {len(tries)} edits: {reason}"
    return replace(best, notes=(note, *best.notes), candidates=candidates)


def _key(tried: _Try) -> Any:
    assert tried.report is not None
    return rank_key(tried.report)


def _candidate(tried: _Try, place: int | None) -> CandidateReport:
    report = tried.report
    if report is None:
        return CandidateReport(tried.name, None, FAILED, None, (), tried.error)
    return CandidateReport(tried.name, place, report.verdict, report.confidence, report.reasons, None)
