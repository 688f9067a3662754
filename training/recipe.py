"""How much of everything ``training.all`` does: the package's files, or a run that shows that the steps fit."""

from __future__ import annotations

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
    share: float
    """How much its weights count in the packaged parser's; the first parser's count ``Recipe.first_share``."""
    spares_bystanders: bool = False
    """People in the background whom the labels call background have no loss; else they are background."""
    from_first: bool = False
    """Begins from the first parser; else from the mean of its weights and the stretch's before."""
    batch: int = wide.BATCH
    rate: float = wide.RATE
    falls: float = wide.FALLS
    inertia: float = wide.EMA


STRETCHES = (
    Stretch(9_672, 0, 0, spares_bystanders=True),
    Stretch(21_440, 4, 1),
    Stretch(5_160, 5, 1),
    Stretch(66_816, 11, 2, spares_bystanders=True, from_first=True, batch=32, rate=6e-4, falls=0.4, inertia=0.998),
)
"""Those of the packaged parser (training/EXPERIMENTS.md): three on a core each, the fourth on a GPU."""


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
    stretches: tuple[Stretch, ...] = STRETCHES
    """Of the wide phase."""
    first_share: float = 2
    """How much the first parser's weights count in the packaged parser's."""
    wide_sizes: tuple[tuple[int, int], ...] = wide.SIZES
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
        workers: int,
    ) -> wide.WideRun:
        """One stretch of the wide phase."""
        return wide.WideRun(
            data,
            extra,
            lent,
            out,
            start,
            codes if stretch.spares_bystanders else None,
            samples=round(stretch.samples * (1.0 if fold is None else self.fold_schedule)),
            seed=stretch.seed,
            fold=fold,
            sizes=self.wide_sizes,
            batch=stretch.batch,
            rate=stretch.rate,
            falls=stretch.falls,
            inertia=stretch.inertia,
            workers=workers,
        )


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
    stretches=(
        Stretch(8, 0, 0, spares_bystanders=True, batch=4),
        Stretch(8, 1, 1, batch=4),
        Stretch(8, 2, 2, from_first=True, batch=4),
    ),
    wide_sizes=((128, 96), (96, 128)),
    cut_every=3,
    cut_only=["bias"],
    region_cases=4,
    fits_verdict=False,
)
