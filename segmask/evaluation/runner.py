"""Run strategies over a set: case by case, in this process or in several, taking up what an earlier run finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from segmask.batch.crew import ProcessCrew
from segmask.batch.journal import Journal
from segmask.batch.schedule import Loss, Schedule
from segmask.core.errors import InputError, MissingLibraryError, ModelError, OptionError, SegmaskError
from segmask.evaluation.datasets import Case, Dataset, Example, load_example, read_dataset
from segmask.evaluation.metrics import measure_shown, score_alpha, score_composite, score_parsing, score_shown
from segmask.evaluation.results import Evaluation, Failure, Row, read_row
from segmask.evaluation.strategies import Outcome, Strategy, make_strategy
from segmask.evaluation.traits import Traits, measure_traits
from segmask.evaluation.workspace import Workspace, row_key
from segmask.report import ResidueReport

Progress = Callable[[int, int], None]
"""Called after each case with the number of cases done and the number of all."""


Kept = tuple[Workspace, Journal]
"""Where masks and finished rows are kept."""


@dataclass(frozen=True)
class CaseResult:
    """The rows and failures of one case: one or the other for every strategy."""

    rows: tuple[Row, ...]
    failures: tuple[Failure, ...]


def evaluate(
    dataset: str | Path | Dataset | Iterable[Case],
    strategies: Sequence[Any] = ("hybrid",),
    *,
    parser: str = "auto",
    target: str | None = None,
    output: str | Path | None = None,
    workers: int = 1,
    strict: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Score strategies side by side on a labelled set.

    Args:
        dataset: path of a set in any known layout, or cases.
        strategies: names (``hybrid``, ``semantic``, ``diff``), functions from an ``Example`` to its alpha, or
            strategies made by hand (``MaskerStrategy``, ``StoredMasks``, ``FunctionStrategy``).
        parser: for strategies given by name; ``truth`` takes the set's own label maps.
        target: for strategies given by name; without it the default, or the case's own if that goes beyond it.
        output: folder to keep rows, masks and pictures in; what an earlier run finished there is not run again.
        workers: processes; functions must then be importable ones.
        strict: raise on the first case that can't be read or that a strategy fails on, instead of counting it.
        progress: called after each case with the number of cases done and of all.

    Raises InputError if there is no set, OptionError on options that don't go together, ModelError on models.

    >>> import numpy as np
    >>> from segmask.io import write_png
    >>> Path("my-set/0001").mkdir(parents=True)
    >>> for name in ("original", "edited", "mask"):
    ...     write_png(f"my-set/0001/{name}.png", np.full((64, 48), 255, np.uint8))
    >>> def everything(example):
    ...     return np.ones(example.truth.values.shape, bool)
    >>> result = evaluate("my-set", [everything])
    >>> result.summary["everything"]["coverage"], result.rows[0].score("iou")
    (1.0, 1.0)
    """
    chosen = [make_strategy(value, parser=parser, target=target) for value in strategies]
    _check_options(chosen, workers)
    found = _as_dataset(dataset)
    failures = [Failure(problem.name, problem.message) for problem in found.problems]
    if strict and failures:
        raise InputError(failures[0].message)
    workspace = None if output is None else Workspace.open(Path(output))
    results: dict[str, CaseResult] = {}
    with nullcontext() if workspace is None else workspace.journal() as journal:
        kept = None if workspace is None or journal is None else (workspace, journal)
        for done, (name, result) in enumerate(_run(found.cases, chosen, kept, workers), start=1):
            if strict and result.failures:
                raise InputError(result.failures[0].message)
            results[name] = result
            if progress:
                progress(done, len(found.cases))
    ordered = [results[case.name] for case in found.cases]
    rows = tuple(row for result in ordered for row in result.rows)
    failures += [failure for result in ordered for failure in result.failures]
    return Evaluation(str(found.root), tuple(strategy.name for strategy in chosen), rows, tuple(failures))


def _check_options(strategies: Sequence[Strategy], workers: int) -> None:
    names = [strategy.name for strategy in strategies]
    if not names:
        raise OptionError("no strategy given; expected at least one")
    if len(set(names)) < len(names):
        raise OptionError(f"strategies: each needs a name of its own; got {', '.join(names)}")
    if workers < 1:
        raise OptionError(f"workers: expected 1 or more; got {workers}")


def _as_dataset(dataset: str | Path | Dataset | Iterable[Case]) -> Dataset:
    if isinstance(dataset, Dataset):
        return dataset
    if isinstance(dataset, (str, Path)):
        return read_dataset(dataset)
    return Dataset(Path(), "cases", tuple(dataset))


def _run(
    cases: Sequence[Case], strategies: Sequence[Strategy], kept: Kept | None, workers: int
) -> Iterator[tuple[str, CaseResult]]:
    """Case names and results as they are finished, those of an earlier run first."""
    waiting: list[tuple[Case, list[str]]] = []
    earlier: dict[str, list[Row]] = {}
    for case in cases:
        earlier[case.name] = _finished(case, strategies, kept)
        have = {row.strategy for row in earlier[case.name]}
        missing = [strategy.name for strategy in strategies if strategy.name not in have]
        if missing:
            waiting.append((case, missing))
        else:
            yield case.name, _merge(strategies, earlier[case.name], CaseResult((), ()))
    score = partial(_score_case, strategies=tuple(strategies), workspace=None if kept is None else kept[0])
    for case, fresh in _map(score, waiting, workers):
        _remember(case, strategies, fresh, kept)
        yield case.name, _merge(strategies, earlier[case.name], fresh)


def _map(
    score: Callable[[tuple[Case, list[str]]], CaseResult], jobs: list[tuple[Case, list[str]]], workers: int
) -> Iterator[tuple[Case, CaseResult]]:
    if workers == 1 or len(jobs) < 2:
        for job in jobs:
            yield job[0], score(job)
        return
    with ProcessCrew(partial(_scorer, score), min(workers, len(jobs)), with_main=True) as crew:
        for answer in Schedule(crew, jobs).run():
            case, missing = answer.work
            if isinstance(answer.value, SegmaskError):
                raise answer.value
            if isinstance(answer.value, Loss):  # a case that kills its workers is one that failed
                lost = [
                    Failure(case.name, f"case {case.name}, {name}: {answer.value.message}", name) for name in missing
                ]
                yield case, CaseResult((), tuple(lost))
                continue
            yield case, answer.value


def _scorer(score: Callable[[tuple[Case, list[str]]], CaseResult]) -> Callable[..., CaseResult | SegmaskError]:
    """A worker's handler; an error that is the same for every case is an answer, to be raised by the run."""

    def scored(job: tuple[Case, list[str]], note: Callable[[Any], None]) -> CaseResult | SegmaskError:  # noqa: ARG001
        try:
            return score(job)
        except SegmaskError as error:
            return error

    return scored


def _score_case(
    job: tuple[Case, list[str]], strategies: tuple[Strategy, ...], workspace: Workspace | None
) -> CaseResult:
    """Read a case once and run every strategy on it that is named."""
    case, names = job
    try:
        example = load_example(case)
    except InputError as error:
        return CaseResult((), (Failure(case.name, str(error)),))
    traits = measure_traits(example)
    rows: list[Row] = []
    failures: list[Failure] = []
    for strategy in (strategy for strategy in strategies if strategy.name in names):
        try:
            began = time.perf_counter()
            outcome = strategy.apply(example)
            seconds = round(time.perf_counter() - began, 3)
            rows.append(_row(example, strategy, outcome, traits, seconds))
        except (OptionError, ModelError, MissingLibraryError):
            raise  # the same for every case
        except SegmaskError as error:
            failures.append(Failure(case.name, f"case {case.name}, {strategy.name}: {error}", strategy.name))
            continue
        except Exception as error:  # a strategy is anyone's code; one case must not end the run
            message = f"case {case.name}, {strategy.name}: {type(error).__name__}: {error}"
            failures.append(Failure(case.name, message, strategy.name))
            continue
        if workspace:
            workspace.save_outcome(strategy.name, case.name, outcome)
    return CaseResult(tuple(rows), tuple(failures))


def _row(example: Example, strategy: Strategy, outcome: Outcome, traits: Traits, seconds: float) -> Row:
    truth = example.truth
    scores = {} if not truth.is_known else score_alpha(outcome.alpha, truth)
    scores |= score_composite(outcome.image, example.original, outcome.pasted, outcome.alpha, truth)
    scores |= score_shown(outcome.residue or _shown(example, outcome))
    if outcome.label_map is not None and truth.parsing is not None:
        scores |= score_parsing(outcome.label_map, truth.parsing)
    case = example.case
    return Row(case.name, strategy.name, scores, traits, case.target or "", dict(case.facts), outcome.verdict, seconds)


def _shown(example: Example, outcome: Outcome) -> ResidueReport:
    return measure_shown(example.original, outcome.pasted, outcome.image, outcome.alpha, example.truth.face)


def _finished(case: Case, strategies: Sequence[Strategy], kept: Kept | None) -> list[Row]:
    if kept is None:
        return []
    workspace, journal = kept
    found = (workspace.find(journal, row_key(case, strategy), strategy.name, case.name) for strategy in strategies)
    return [read_row(values) for values in found if values is not None]


def _remember(case: Case, strategies: Sequence[Strategy], result: CaseResult, kept: Kept | None) -> None:
    """Put the fresh rows into the journal; a row of a strategy without a fingerprint is not kept."""
    if kept is None:
        return
    by_name = {strategy.name: strategy for strategy in strategies}
    for row in result.rows:
        key = row_key(case, by_name[row.strategy])
        if key is not None:
            kept[1].append({"key": key, "row": row.flat()})


def _merge(strategies: Sequence[Strategy], earlier: list[Row], fresh: CaseResult) -> CaseResult:
    """Earlier and fresh rows in the strategies' order."""
    rows = {row.strategy: row for row in (*earlier, *fresh.rows)}
    return CaseResult(tuple(rows[s.name] for s in strategies if s.name in rows), fresh.failures)
