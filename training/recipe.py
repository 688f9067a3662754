"""How much of everything ``training.all`` does: the package's files, or a run that shows that the steps fit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from training import train, wide


@dataclass(frozen=True)
class Draw:
    """A folder of synthetic edits."""

    level: str
    cases: int
    seed: int

    @property
    def name(self) -> str:
        """Its folder's."""
        return f"{self.level}-{self.seed}"


@dataclass(frozen=True)
class Stretch:
    """A part of the wide phase."""

    samples: int
    seed: int
    spares_bystanders: bool = False
    """People in the background whom the labels call background have no loss; else they are background."""


@dataclass(frozen=True)
class Recipe:
    """Lengths of the steps."""

    draws: tuple[Draw, ...]
    phases: tuple[train.Phase, ...] = train.PHASES
    fine: train.Phase = train.FINE
    fine_sizes: tuple[tuple[int, int], ...] = train.FINE_SIZES
    ema: float = train.EMA
    fold_schedule: float = 0.4
    """Of the out-of-fold parsers, multiplies epochs and samples."""
    stretches: tuple[Stretch, ...] = (Stretch(9_672, 0, True), Stretch(21_440, 4))
    """Of the wide phase; each goes on from the mean of the first parser's weights and the stretch's before."""
    wide_sizes: tuple[tuple[int, int], ...] = wide.SIZES
    wide_batch: int = wide.BATCH
    cut_every: int = 4
    cut_only: list[str] | None = None
    region_cases: int = 60
    """Edits of each folder."""
    graded_beside: int = 2
    """Folders of synthetic edits that the verdict is fitted on beside graded pairs."""
    fits_verdict: bool = True
    """Parsers that were trained for seconds find nobody; masks that are all alike tell nothing of right and wrong."""

    def training(
        self, data: Path, out: Path, init: Path | None, fold: int | None = None, more: Path | None = None
    ) -> train.Run:
        """The phases before the wide one."""
        schedule = 1.0 if fold is None else self.fold_schedule
        return train.Run(
            data, out, init, None, more, 0, fold, schedule, self.phases, self.fine, self.fine_sizes, self.ema
        )  # fmt: skip

    def widening(
        self,
        stretch: Stretch,
        data: Path,
        extra: Path,
        lent: Path,
        out: Path,
        start: Path,
        codes: Path,
        fold: int | None,
    ) -> wide.WideRun:
        """One stretch of the wide phase."""
        samples = round(stretch.samples * (1.0 if fold is None else self.fold_schedule))
        spared = codes if stretch.spares_bystanders else None
        seed, sizes, batch = stretch.seed, self.wide_sizes, self.wide_batch
        return wide.WideRun(data, extra, lent, out, start, spared, samples, math.inf, seed, fold, sizes, batch)


FULL = Recipe(
    draws=(
        Draw("standard", 260, 101),
        Draw("hard", 260, 102),
        Draw("standard", 260, 103),
        Draw("hard", 260, 104),
        Draw("standard", 160, 105),
        Draw("hard", 320, 106),
    )
)
SMOKE = Recipe(
    draws=(Draw("standard", 6, 101), Draw("hard", 6, 102)),
    phases=(train.Phase(4, (96, 64), 4), train.Phase(1, (128, 96), 4)),
    fine=train.Phase(1, (128, 96), 4),
    fine_sizes=((128, 96), (96, 128)),
    ema=0.9,
    fold_schedule=1.0,
    stretches=(Stretch(8, 0, True), Stretch(8, 1)),
    wide_sizes=((128, 96), (96, 128)),
    wide_batch=4,
    cut_every=3,
    cut_only=["bias"],
    region_cases=4,
    fits_verdict=False,
)
