"""Confidence in a decision, and what a person should look at, in plain words."""

from __future__ import annotations

from segmask.core.geometry import resize_image, resize_map, resize_mask
from segmask.core.types import Alignment, Alpha, Box, Change, Image, Mask, Prob, ToneMatch
from segmask.fusion.decision import Decision
from segmask.run import Run
from segmask.verdict.confidence import Doubt, fitted_verdict, measure_doubt
from segmask.verdict.seams import visible_seam

FAINT_SCORE, FAINT_SHARE = 2.0, 0.15
"""Units of the noise floor, and the share of a target, from which an empty mask is worth a look: redrawing alone
reaches 1.5 units as a rule."""


def weigh(decision: Decision, change: Change, alignment: Alignment, tone: ToneMatch, keep: Mask, run: Run) -> None:
    """Measure how sure a decision is of itself; below the fitted least confidence a person should look.

    Args:
        decision: what comes from the edit, at the working size; only the pixel model says how sure it is.
        change: the change map.
        alignment: of the edit.
        tone: of the edit.
        keep: bool (H, W): what stays original anyway.
        run: gets the confidence, the doubtful places and a reason.
    """
    if decision.spread is None:
        _look_for_faint(decision, change, run)
        return
    size_hw = (decision.mask.shape[0], decision.mask.shape[1])
    doubt = measure_doubt(decision, change, alignment, tone, resize_mask(keep, size_hw))
    verdict = fitted_verdict()
    run.confidence = round(verdict.confidence(doubt), 4)
    run.doubt, run.measurements = doubt.places, doubt.measurements
    if run.confidence < verdict.least:
        run.look(_what(run.confidence, verdict.least, doubt, bool(decision.mask.any())), _box(doubt.box, size_hw, keep))


def look_at_seams(pictures: tuple[Image, Image, Image], alpha: Alpha, skin: tuple[Prob, Prob] | None, run: Run) -> None:
    """Skin that is visibly put together of both pictures is for a person to look at.

    Args:
        pictures: the original, the edit as it was composited and the composite, uint8 (H, W, 3).
        alpha: float32 (H, W).
        skin: float32 (h, w) each: bare skin of both pictures; None without parsings.
        run: gets the places and a reason.
    """
    if skin is None or not alpha.any():
        return
    size_hw = (skin[0].shape[0], skin[0].shape[1])
    original, edited, composite = (resize_image(image, size_hw) for image in pictures)
    seam = visible_seam((original, edited, composite), resize_map(alpha, size_hw), skin)
    if seam is None:
        return
    run.doubt = seam.places if run.doubt is None else run.doubt | seam.places
    run.look(
        f"a seam shows in bare skin over {seam.length:.0%} of the long side (a step of {seam.step:.0f} in colour "
        "that neither picture has): an arm, leg or neck lies or is lit otherwise in the edit",
        _box(seam.box, size_hw, alpha),
    )


def _look_for_faint(decision: Decision, change: Change, run: Run) -> None:
    """A target that is there and differs, of which nothing was taken: make-up on a small face, say."""
    target = decision.prior > 0.5
    if decision.mask.any() or not target.any():
        return
    differs = float((change.score_map[target] > FAINT_SCORE).mean())
    if differs >= FAINT_SHARE:
        run.look(
            f"the mask is empty, though {differs:.0%} of the target differ by more than the noise: a faint edit, or "
            "what the model redrew by itself"
        )


def _what(confidence: float, least: float, doubt: Doubt, taken: bool) -> str:
    low = f"the confidence is {confidence:.2f}, below {least:.2f}"
    if not taken:
        return f"{low}: the mask is empty, though something of the target may have changed"
    missing = f"about {doubt.missing:.0%} of the mask is" if doubt.missing < 1 else "more than was taken is"
    return f"{low}: {missing} likely missing and {doubt.surplus:.0%} of it too much"


def _box(box: Box | None, size_hw: tuple[int, int], keep: Mask | Alpha) -> tuple[int, int, int, int] | None:
    """A box in working pixels in the picture's."""
    if box is None:
        return None
    scale_y, scale_x = keep.shape[0] / size_hw[0], keep.shape[1] / size_hw[1]
    corners = box.x0 * scale_x, box.y0 * scale_y, box.x1 * scale_x, box.y1 * scale_y
    return round(corners[0]), round(corners[1]), round(corners[2]), round(corners[3])
