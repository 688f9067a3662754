"""What must stay, what must come, and which strategy decides the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from segmask.compose.hair import fabric_in_hair
from segmask.core.geometry import resize_map, resize_mask, working_size
from segmask.core.labels import WORN
from segmask.core.types import Alpha, Change, Face, Image, Mask, Parsing, Prob
from segmask.fusion.decision import Decision
from segmask.fusion.hybrid import decide_hybrid
from segmask.fusion.people import find_people
from segmask.fusion.pixel_model import PixelModel
from segmask.fusion.protect import protected_parts
from segmask.fusion.scene import bare_body, resized_probs, shows_person, shows_target, target_prior
from segmask.fusion.simple import decide_diff, decide_fallback, decide_semantic
from segmask.given import GIVEN
from segmask.inputs import Corrections
from segmask.options import Options
from segmask.report import GivenMaskReport, PersonReport, box_around
from segmask.run import Run

GIVEN_MASK = "given mask"
"""Name of the strategy where the user's own mask is used."""
NOTABLE_LOSS = 0.01
"""Of a given mask: more than a soft edge that reaches over the border of a face."""
MASK_MARGIN = 1
"""Pixels: a given mask says where the garment was a little otherwise than the decision that it was written from."""
EQUAL_SIDE = 400  # pixels: a smooth drift of colour and light needs no finer map of where the pictures are equal


def likely_equal(parsed: Parsing | None, edited_parsed: Parsing | None, parts: tuple[str, ...]) -> Prob | None:
    """How likely a pixel should be equal in both pictures, float32 (h, w); None (all alike) without parsings."""
    if parsed is None or edited_parsed is None:
        return None
    size_hw = working_size(parsed.size_hw, EQUAL_SIDE)
    return 1 - target_prior(resized_probs(parsed, size_hw), resized_probs(edited_parsed, size_hw), parts).either


@dataclass(frozen=True)
class Held:
    """What stays original, bool (H, W) each."""

    firm: Mask
    """Faces, other people, what the user excluded and what the edit doesn't cover."""
    hair: Mask
    """The core of the hair."""
    faces: Mask | None
    """Protected faces before the user's ``include``; None without a parsing."""
    own_hair: Mask | None
    """Protected hair before the user's ``include``."""

    @property
    def region(self) -> Mask:
        """All of it."""
        return self.firm | self.hair

    @property
    def protected(self) -> Mask | None:
        """What is protected, before ``include``; None without a parsing."""
        return None if self.faces is None or self.own_hair is None else self.faces | self.own_hair

    def without(self, fabric: Alpha | None) -> Held:
        """Less the fabric that shows in the hair, float32 (H, W)."""
        if fabric is None or self.own_hair is None:
            return self
        return replace(self, hair=self.hair & (fabric == 0), own_hair=self.own_hair & (fabric == 0))


def hold(
    parsings: tuple[Parsing | None, Parsing | None],
    faces: tuple[Face, ...],
    parts: tuple[str, ...],
    corrections: Corrections,
    covered: Mask,
    others: Mask | None = None,
) -> Held:
    """What stays original at the picture's size: protected or other people's unless included, excluded, not covered."""
    firm = corrections.exclude | ~covered
    if others is not None:
        firm |= others & ~corrections.include
    if parsings[0] is None:
        return Held(firm, np.zeros_like(firm), None, None)
    seen, hair = protected_parts(parsings[0], faces, parts, parsings[1])
    return Held(firm | (seen & ~corrections.include), hair & ~corrections.include, seen, hair)


def skin_of(
    parsings: tuple[Parsing | None, Parsing | None], size_hw: tuple[int, int], parts: tuple[str, ...]
) -> tuple[Prob, Prob] | None:
    """Bare skin of both pictures at a working size, float32 (h, w) each; None without parsings."""
    before, after = parsings
    if before is None or after is None:
        return None
    return bare_body(resized_probs(before, size_hw), parts), bare_body(resized_probs(after, size_hw), parts)


def fabric_shown(
    original: Image,
    parsings: tuple[Parsing | None, Parsing | None],
    change: Change,
    taken: Mask,
    held: Held,
    corrections: Corrections,
    options: Options,
) -> Alpha | None:
    """Old fabric between the strands of protected hair, that comes from the edit; None where there is none."""
    before, after = parsings
    if before is None or after is None or options.strategy != "hybrid" or not set(options.parts) <= set(WORN):
        return None
    fabric = fabric_in_hair(original, (before, after), change, taken, options.parts, held.firm)
    if fabric is None or corrections.mask_in is None:
        return fabric
    return np.where(held.firm, np.float32(0), _grown(fabric, MASK_MARGIN))


def _grown(fabric: Alpha, margin: int) -> Alpha:
    """The greatest value within a margin."""
    import cv2

    return np.asarray(cv2.dilate(fabric, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)), np.float32)


def choose_people(
    parsed: Parsing | None, after: Parsing | None, faces: tuple[Face, ...], image: Image, options: Options, run: Run
) -> tuple[Mask | None, tuple[PersonReport, ...]]:
    """The ground of the people who were not chosen, bool (H, W), None where all are; and the people of the original.

    Raises InputError where the chosen person is not there.
    """
    if parsed is None:
        return None, ()
    people = find_people(parsed, faces, image)
    chosen = people.choose(str(options.person))
    reports = tuple(
        PersonReport(p.number, (p.box.x0, p.box.y0, p.box.x1, p.box.y1), p.share, p in chosen) for p in people.persons
    )
    if options.person == "all":
        return None, reports
    run.note(f"person {chosen[0].number} of {len(people.persons)} was chosen, counted from the left")
    later = None if after is None else resized_probs(after, (people.owners.shape[0], people.owners.shape[1]))
    return ~resize_mask(people.region(chosen, later), parsed.size_hw), reports


def decide(
    change: Change,
    parsed: Parsing | None,
    edited_parsed: Parsing | None,
    keep: Mask,
    corrections: Corrections,
    options: Options,
    run: Run,
    model: PixelModel | None = None,
) -> tuple[Decision, str]:
    """The decision at the working size, and the name of the strategy that made it.

    Args:
        change: the change map; its size is the working size (h, w).
        parsed: what the original shows; None for ``diff``.
        edited_parsed: what the aligned edit shows.
        keep: bool (H, W): stays original.
        corrections: the user's masks, bool (H, W).
        options: strategy and target.
        run: gets a reason where hybrid had to fall back.
        model: another pixel model than the package's.

    A mask of the user's own is the decision; ``allowed`` holds it to the promises.
    """
    work_hw = (change.mask.shape[0], change.mask.shape[1])
    if corrections.mask_in is not None:
        return _given(corrections.mask_in, work_hw), GIVEN_MASK
    must_keep, must_take = resize_mask(keep, work_hw), resize_mask(corrections.include & ~keep, work_hw)
    parts = options.parts
    if parsed is None or edited_parsed is None:
        return decide_diff(change, must_keep, must_take), "diff"
    before, after = resized_probs(parsed, work_hw), resized_probs(edited_parsed, work_hw)
    if options.strategy == "semantic":
        if not (shows_target(parsed, parts) or shows_target(edited_parsed, parts)):
            run.look(f"nothing of the target ({options.target}) was found")
        return decide_semantic(before, after, parts, must_keep, must_take), "semantic"
    person = parsed.source == GIVEN or shows_person(parsed) or shows_person(edited_parsed)
    if person and (shows_target(parsed, parts) or shows_target(edited_parsed, parts)):
        return decide_hybrid(before, after, change, parts, must_keep, must_take, model=model), "hybrid"
    missing = f"{options.target} was found in neither picture" if person else "no person was found"
    run.look(f"{missing}: hybrid fell back to diff, which decides by what changed alone")
    return decide_fallback(change, before, after, parts, must_keep, must_take), "hybrid (fell back to diff)"


def _given(mask_in: Alpha, work_hw: tuple[int, int]) -> Decision:
    """A mask of the user's own, at the working size."""
    weight = resize_map(mask_in, work_hw)
    return Decision(weight >= 0.5, np.zeros(work_hw, np.float32), weight)


def allowed(
    mask_in: Alpha, keep: Mask, protected: Mask | None, corrections: Corrections, run: Run
) -> tuple[Alpha, GivenMaskReport]:
    """The user's own mask with 0 wherever the original must stay, and what that took away.

    Args:
        mask_in: float32 (H, W), multiples of 1/255.
        keep: bool (H, W): stays original.
        protected: bool (H, W) before ``include``; None where nothing is.
        corrections: what to include lifts protection, as always.
        run: gets a reason where protection took away more than a soft edge would.
    """
    given = mask_in > 0
    held = np.zeros_like(keep) if protected is None else given & protected & ~corrections.include
    box, count = box_around(held), int(held.sum())
    share = count / max(1, int(given.sum()))
    if count:
        what = f"{share:.1%} of the given mask ({count} pixels) is protected and stays original; --include lifts that"
        if share >= NOTABLE_LOSS:
            run.look(what, box)
        else:
            run.note(what)
    report = GivenMaskReport(
        round(float(given.mean()), 6), count, round(share, 6), box, int((given & keep & ~held).sum())
    )
    return np.where(keep, np.float32(0), mask_in), report
