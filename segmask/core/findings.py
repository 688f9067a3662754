"""Findings: what a stage noticed, as a stable code and a sentence, with a place and a number where they are known.

Stages return their findings. ``CODES`` lists every code with its level: one *look* makes the verdict ``review``, a
*note* only says what was done. Programs match codes; people read texts. docs/findings.md says what to do for each.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOK, NOTE = "look", "note"

CODES: dict[str, tuple[str, str]] = {
    # The result.
    "low-confidence": (LOOK, "The fitted confidence is below the least that counts as sure."),
    "faint-change": (LOOK, "Nothing was taken, though a large share of the target differs a little."),
    "seam-in-skin": (LOOK, "The composite has a step in bare skin that neither picture has."),
    "mask-covers-picture": (LOOK, "Nearly all of the picture comes from the edit."),
    "frame-cuts-target": (LOOK, "The edit's frame ends inside of what was taken; beyond it the original goes on."),
    "border-repeated": (NOTE, "A strip that the edit's frame misses by a few pixels repeats the edit's border."),
    "mask-empty": (NOTE, "Nothing comes from the edit; the output equals the original."),
    "change-left": (NOTE, "A visible share of the picture changed outside of the mask and stays original."),
    "ground-filled": (NOTE, "Ground that the old garment laid bare goes on from the original's, not from the edit's."),
    # How it came about.
    "alignment-untrusted": (LOOK, "No motion model fits the two pictures; the edit was only resized."),
    "target-not-found": (LOOK, "Neither picture shows the target."),
    "fell-back-to-diff": (LOOK, "hybrid found no person or no target and decided by what changed alone."),
    "edit-turned": (LOOK, "The edit was turned or mirrored against the original; it was turned back first."),
    "frame-partial": (NOTE, "The edit's frame does not cover all of the original; the rest stays original."),
    "person-chosen": (NOTE, "Of several people one was chosen."),
    "edit-chosen": (NOTE, "Of several edits one was chosen, and why."),
    # The user's own masks.
    "given-mask-protected": (LOOK, "A visible part of the given mask is protected and stays original."),
    "given-mask-rim": (NOTE, "A few pixels of the given mask are protected and stay original."),
    "mask-read-as-binary": (NOTE, "A mask that holds only 0 and 1 was read as black and white."),
    "mask-unsure": (LOOK, "A mask that is mostly mid grey was read as shares; it may be a picture."),
    "mask-denoised": (NOTE, "A JPEG mask's levels near black and white were taken for black and white."),
    "region-padded": (NOTE, "The picture is smaller than the region to send; its border was repeated."),
    "region-scaled": (NOTE, "The region is sent at another scale than the picture's."),
    "mask-resized": (NOTE, "A mask of another size was resized to the original's."),
    # The files.
    "size-changed": (NOTE, "The edit has another size than the original and was brought to it."),
    "extreme-aspect": (NOTE, "The original's sides differ more than people are looked for in."),
    "edit-to-grey": (NOTE, "The original is grey: what comes from the edit was converted to grey."),
    "edit-less-deep": (NOTE, "The original has more bits a channel than the edit."),
    "edit-clear": (NOTE, "The edit is see-through in places; there the original stays."),
    "neutral-original": (
        NOTE,
        "The original is black-and-white though stored in colour; so is what comes from the edit.",
    ),
    "edit-clipped": (NOTE, "Colours of the edit lie outside of the original's colour space and were clipped."),
    "edit-reduced": (NOTE, "A colour profile that is no matrix took the edit through 8-bit sRGB."),
    "transparency-kept": (NOTE, "The original is transparent in places; its transparency is kept."),
    "read-as": (NOTE, "A file's samples or colours had to be converted when it was read."),
    "metadata-stripped": (NOTE, "The original's metadata was left out, as asked."),
    "not-written": (NOTE, "The output's format can't hold something of the original, or is lossy."),
}
"""Code -> (``look`` or ``note``, what it means)."""

PlaceBox = tuple[int, int, int, int]
"""x0, y0, x1, y1 in the original's pixels, half-open."""


@dataclass(frozen=True)
class Finding:
    """Something that a stage noticed.

    >>> str(Finding("mask-covers-picture", "the mask covers 100 % of the picture", (0, 0, 8, 6), 1.0))
    'the mask covers 100 % of the picture (box 0,0,8,6)'
    """

    code: str
    """One of ``CODES``."""
    text: str
    """A sentence for people, with the numbers that matter."""
    box: PlaceBox | None = None
    """Where, in the original's pixels; None for a finding about the whole picture."""
    measured: float | None = None
    """The number that the finding rests on, in the unit that the text names."""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"finding {self.code!r} is not in CODES")

    @property
    def level(self) -> str:
        """``look`` or ``note``."""
        return CODES[self.code][0]

    def __str__(self) -> str:
        return self.text if self.box is None else f"{self.text} (box {','.join(map(str, self.box))})"


Findings = tuple[Finding, ...]
