"""Is the result good? Everything that was measured and found, added up once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.compose.compose import Composed
from segmask.core.findings import LOOK, Finding, Findings, PlaceBox
from segmask.core.geometry import resize_glance, resize_mask
from segmask.core.labels import CLOTHING
from segmask.core.types import Alignment, Alpha, Box, Change, Mask, Prob, ToneMatch
from segmask.fusion.constraints import Constraints
from segmask.fusion.decision import HYBRID, Decision
from segmask.fusion.scene import Scene
from segmask.register.registered import Measured
from segmask.register.turns import turned
from segmask.report import OK, REVIEW
from segmask.verdict.confidence import Uncertainty, confidence_model, measure_uncertainty
from segmask.verdict.finished import Finished
from segmask.verdict.frame import judge_frame
from segmask.verdict.residue import Residue, measure_residue
from segmask.verdict.seams import visible_seam
from segmask.verdict.things import judge_thing

FAINT_SCORE, FAINT_SHARE = 2.0, 0.15
"""Units of the noise floor, and the share of a target, from which an empty mask is worth a look: redrawing alone
reaches 1.5 units as a rule."""
COVERED = 0.999
"""Share of the original from which the edit's frame counts as covering it: resampling loses a line of pixels."""
NEARLY_ALL = 0.85
"""Share of the picture: an outfit seldom covers more, a mask that got away does."""
LEFT = 0.02
"""Share of the picture: change outside of the mask that a person would notice."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a run is worth."""

    findings: Findings
    confidence: float | None = None
    """How sure it is that the mask is right, in [0, 1]; None where that was not measured."""
    doubt: Mask | None = None
    """bool (h, w): places that a person should look at."""
    measurements: NDArray[np.float32] | None = None
    """What the confidence was measured on, in the order of ``segmask.verdict.confidence.NAMES``."""
    residue: Residue | None = None
    """What shows of the mask's faults in the composite."""


def verdict_of(findings: Findings) -> str:
    """``review`` if any finding asks for a look, else ``ok``.

    >>> verdict_of((Finding("mask-empty", "the mask is empty"),))
    'ok'
    >>> verdict_of((Finding("low-confidence", "the confidence is 0.41, below 0.70", measured=0.41),))
    'review'
    """
    return REVIEW if any(finding.level == LOOK for finding in findings) else OK


def judge(
    before: io.Picture,
    measured: Measured,
    scene: Scene | None,
    decision: Decision,
    constraints: Constraints,
    done: Composed,
) -> Verdict:
    """Look at a finished composite: how sure the decision is, what shows, what the mask and the frame cover.

    A mask of the user's own is not questioned, but the alignment that it rests on is.

    >>> import segmask
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> unchanged = segmask.apply(original, original, strategy="diff")
    >>> [finding.code for finding in unchanged.report.findings], unchanged.report.verdict
    (['mask-empty'], 'ok')
    """
    change, registered, own_mask = measured.change, measured.registered, done.given_mask is not None
    sure = weigh(decision, change, registered.alignment, registered.tone, constraints.keep)
    findings, doubt = list(sure.findings), sure.doubt
    finished = _finished(before, measured, scene, constraints, done)
    residue = measure_residue(finished, CLOTHING if scene is None else scene.parts)
    confidence = sure.confidence
    if confidence is None and not own_mask and decision.strategy == HYBRID and (done.alpha > 0).any():
        confidence, shown, doubt = judge_thing(residue, before.size_hw)
        findings += shown
    if not own_mask and scene is not None:
        seam, places = _seam_in_skin(finished, scene.skin, done.alpha.shape)
        findings += seam
        if places is not None:
            doubt = places if doubt is None else doubt | places
    findings += _of_alignment(registered.alignment)
    findings += judge_frame(done.alpha, registered.alignment, scene, change.size_hw)
    may_cover = own_mask or (scene is not None and "background" in scene.parts)
    findings += _of_mask(done.alpha, decision, change, own_mask, may_cover)
    return Verdict(tuple(findings), confidence, doubt, sure.measurements, residue)


def _finished(
    before: io.Picture, measured: Measured, scene: Scene | None, constraints: Constraints, done: Composed
) -> Finished:
    """The composite and what it was made of, at the working size."""
    size_hw, shown = measured.change.size_hw, io.raster_to_image(done.raster, before.metadata)
    return Finished(
        original=measured.registered.working[0],
        edited=resize_glance(done.toned, size_hw),
        composite=resize_glance(shown, size_hw),
        alpha=done.small,
        score_map=measured.change.score_map,
        noise_floor=measured.change.noise_floor,
        covered=measured.registered.working[1],
        faces=np.zeros(size_hw, bool) if constraints.faces is None else resize_mask(constraints.faces, size_hw),
        probs=None if scene is None else (scene.before, scene.after),
    )


def weigh(decision: Decision, change: Change, alignment: Alignment, tone: ToneMatch, keep: Mask) -> Verdict:
    """How sure a decision is of itself; below the fitted least confidence a person should look.

    Only the pixel model says how sure it is; for other things the finished composite does (``judge_thing``).

    >>> score = np.zeros((40, 40), np.float32)
    >>> decision = Decision(score > 0, score + 1, score, strategy="hybrid")  # nothing taken of what is all target
    >>> change = Change(score + 2.5, score + 1, 3.0, score > 0)
    >>> alignment = Alignment(np.eye(3), "identity", True, 90, 100, 0.2, covered=score == 0)
    >>> tone = ToneMatch((1, 1, 1), (0, 0, 0), 0.0, 900, True, 1.0)
    >>> [finding.code for finding in weigh(decision, change, alignment, tone, score > 0).findings]
    ['faint-change']
    """
    if decision.spread is None:
        return Verdict(_faint(decision, change))
    size_hw = (decision.mask.shape[0], decision.mask.shape[1])
    uncertainty = measure_uncertainty(decision, change, alignment, tone, resize_mask(keep, size_hw))
    model = confidence_model()
    confidence = round(model.confidence(uncertainty), 4)
    findings: Findings = ()
    if confidence < model.least:
        text = _in_words(confidence, model.least, uncertainty, bool(decision.mask.any()))
        findings = (Finding("low-confidence", text, _placed(uncertainty.box, size_hw, keep.shape), confidence),)
    return Verdict(findings, confidence, uncertainty.places, uncertainty.measurements)


def _faint(decision: Decision, change: Change) -> Findings:
    """A target that is there and differs, of which nothing was taken: make-up on a small face, say."""
    target = decision.prior > 0.5
    if decision.mask.any() or not target.any():
        return ()
    differs = float((change.score_map[target] > FAINT_SCORE).mean())
    if differs < FAINT_SHARE:
        return ()
    text = (
        f"the mask is empty, though {differs:.0%} of the target differ by more than the noise: a faint edit, or "
        "what the model redrew by itself"
    )
    return (Finding("faint-change", text, measured=differs),)


def _in_words(confidence: float, least: float, uncertainty: Uncertainty, taken: bool) -> str:
    low = f"the confidence is {confidence:.2f}, below {least:.2f}"
    if not taken:
        return f"{low}: the mask is empty, though something of the target may have changed"
    missing = f"about {uncertainty.missing:.0%} of the mask is" if uncertainty.missing < 1 else "more than was taken is"
    return f"{low}: {missing} likely missing and {uncertainty.surplus:.0%} of it too much"


def _seam_in_skin(
    finished: Finished, skin: tuple[Prob, Prob], picture_hw: tuple[int, ...]
) -> tuple[Findings, Mask | None]:
    """Skin that is visibly put together of both pictures, and where."""
    seam = visible_seam(finished, skin)
    if seam is None:
        return (), None
    text = (
        f"a seam shows in bare skin over {seam.length:.0%} of the long side (a step of {seam.step:.0f} in colour "
        "that neither picture has): an arm, leg or neck lies or is lit otherwise in the edit"
    )
    return (Finding("seam-in-skin", text, _placed(seam.box, skin[0].shape, picture_hw), seam.step),), seam.places


def _of_alignment(alignment: Alignment) -> list[Finding]:
    found = []
    if not alignment.trusted:
        text = (
            f"{alignment.note} ({alignment.inliers} of {alignment.matches} followed points agree): "
            "edges may be doubled, and redrawn detail may count as change"
        )
        found.append(Finding("alignment-untrusted", text))
    words = turned(alignment.matrix)
    if words:
        text = f"the edit does not lie as the original does: it was {words} to be compared"
        found.append(Finding("edit-turned", text))
    covered = float(alignment.covered.mean())
    if covered < COVERED:
        text = f"the edit's frame covers {covered:.1%} of the original; the rest stays original"
        found.append(Finding("frame-partial", text, measured=covered))
    return found


def _of_mask(alpha: Alpha, decision: Decision, change: Change, own_mask: bool, may_cover: bool) -> list[Finding]:
    found, share = [], float((alpha > 0).mean())
    if share == 0:
        text = f"{_nothing(change, own_mask)}: the mask is empty, the output equals the original"
        found.append(Finding("mask-empty", text))
    if share > NEARLY_ALL and not may_cover:
        area = Box.around(alpha > 0)
        box = None if area is None else area.corners
        found.append(Finding("mask-covers-picture", f"the mask covers {share:.0%} of the picture", box, share))
    outside = float((change.mask & ~decision.mask).mean())
    if outside > LEFT:
        text = f"{outside:.1%} of the picture changed outside of what was taken and stays original"
        found.append(Finding("change-left", text, measured=outside))
    return found


def _nothing(change: Change, own_mask: bool) -> str:
    if own_mask:
        return "nothing of the given mask may come from the edit"
    return "nothing of the target changed" if change.mask.any() else "nothing changed"


def _placed(box: Box | None, from_hw: tuple[int, ...], to_hw: tuple[int, ...]) -> PlaceBox | None:
    """A box in working pixels in the picture's."""
    return None if box is None else box.scaled(from_hw, to_hw).corners
