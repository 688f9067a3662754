"""What one run gathers besides its arrays: notes, doubts and timings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core.types import Alignment, Alpha, Change, Mask
from segmask.fusion.decision import Decision
from segmask.report import Reason, box_around

USUAL_ASPECT = 4  # the widest and tallest pictures that the built-in parser was made for


@dataclass
class Run:
    """What one run gathers besides its arrays."""

    notes: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    confidence: float | None = None
    """How sure it is that the mask is right, in [0, 1]; None where that was not measured."""
    doubt: Mask | None = None
    """bool (h, w): places that a person should look at."""
    measurements: NDArray[np.float32] | None = None
    """What the confidence was measured on."""
    timings: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage."""
        began = time.perf_counter()
        yield
        self.timings.append((name, time.perf_counter() - began))

    def note(self, *notes: str) -> None:
        """Keep the notes that say something."""
        self.notes.extend(note for note in notes if note)

    def look(self, text: str, box: tuple[int, int, int, int] | None = None) -> None:
        """A reason for a person to look; ``box`` is x0, y0, x1, y1 in the original's pixels."""
        self.reasons.append(Reason(text, box))


def note_sizes(before_hw: tuple[int, int], after_hw: tuple[int, int], run: Run) -> None:
    """Say how an edit of another size was brought to the original's."""
    if before_hw == after_hw:
        return
    sizes = f"the edit's {after_hw[1]}x{after_hw[0]} was brought to the original's {before_hw[1]}x{before_hw[0]}"
    ratio = (after_hw[1] / after_hw[0]) / (before_hw[1] / before_hw[0])
    apart = max(ratio, 1 / ratio)
    by = f"{apart - 1:.1%}" if apart < 2 else f"a factor of {apart:.0f}"
    run.note(sizes + (f"; the aspects differ by {by}" if apart > 1.01 else ""))


def note_pictures(before: io.Picture, after: io.Picture, run: Run) -> None:
    """Say where the original can't hold all that the edit has, or the other way round."""
    aspect = max(before.size_hw) / min(before.size_hw)
    if aspect > USUAL_ASPECT:
        run.note(f"the original's sides differ {aspect:.0f}:1; people are looked for in at most {USUAL_ASPECT}:1")
    if before.is_gray and not after.is_gray:
        run.note("the original is grey: what comes from the edit was converted to grey")
    if before.raster.dtype == np.uint16 and after.raster.dtype == np.uint8:
        run.note("the original has 16 bits a channel, the edit 8: the edited region has the edit's precision")
    if before.has_alpha and (before.raster[..., -1] != np.iinfo(before.raster.dtype).max).any():
        run.note("the original's transparency is kept; where it is clear the edit shows as far as the mask says")


def judge(
    alignment: Alignment, change: Change, decision: Decision, alpha: Alpha, run: Run, own_mask: bool = False
) -> None:
    """Reasons for a person to look, and notes on what the mask means; a mask of the user's own is not questioned."""
    if not alignment.trusted:
        run.look(
            f"{alignment.note} ({alignment.inliers} of {alignment.matches} followed points agree): "
            "edges may be doubled, and redrawn detail may count as change"
        )
    share = float((alpha > 0).mean())
    covered = float(alignment.covered.mean())
    if covered < 0.999:
        run.note(f"the edit's frame covers {covered:.1%} of the original; the rest stays original")
    if share == 0:
        run.note(f"{_nothing(change, own_mask)}: the mask is empty, the output equals the original")
    if share > 0.85 and not own_mask:
        run.look(f"the mask covers {share:.0%} of the picture", box_around(alpha > 0))
    outside = float((change.mask & ~decision.mask).mean())
    if outside > 0.02:
        run.note(f"{outside:.1%} of the picture changed outside of what was taken and stays original")


def _nothing(change: Change, own_mask: bool) -> str:
    if own_mask:
        return "nothing of the given mask may come from the edit"
    return "nothing of the target changed" if change.mask.any() else "nothing changed"
