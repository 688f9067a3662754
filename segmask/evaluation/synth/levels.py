"""How strong the faults are and how often they occur: frozen numbers, each with its unit and source.

Measured: 33 real pairs by thirteen models, the edit resized to the original's 830 px height, an affine map fitted to
tracked corners, tone and detail compared around them (docs/synth.md has the table). ``u`` is a pixel at 830 px
height.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from segmask.core.errors import unknown

REFERENCE_HEIGHT = 830  # px: the height at which lengths are given (the labelled street photos' own)


@dataclass(frozen=True)
class Strength:
    """Sizes of the faults at standard level; "deviation" is that of a normal draw, cut at two."""

    shift_u: float = 1.5
    """Deviation of the frame's shift. Measured |shift|: median 0.7, 90th percentile 4.8."""
    zoom: float = 0.004
    """Deviation of the zoom. Measured |zoom - 1|: median .001, 90th percentile .010."""
    aspect: float = 0.004
    """Deviation of the ratio of the two zooms. Measured: median .0024, 90th percentile .011."""
    elastic_u: float = 0.35
    """Deviation of the smooth local flow that no affine map explains. Measured median residual .4."""
    gain: float = 0.05
    """Deviation of the common gain; each channel adds a third of it. Measured gains: .79 to 1.08."""
    offset: float = 5.0
    """Deviation of the offset, 8-bit levels; each channel adds a half. Measured mean drift: 0 to 20."""
    gamma: float = 0.04
    """Deviation of the tone curve's log exponent. Guess: a step of 3 levels in the mid-tones."""
    saturation: float = 0.05
    """Deviation of the log saturation. Guess, by eye from the same pairs."""
    light: float = 4.0
    """Deviation of the low-frequency light field, 8-bit levels. Measured: median 3.8, 90th percentile 8.0."""
    face_warp: float = 0.014
    """Deviation of the face's inner displacement, share of its width. Measured landmarks: median .011, up to .05."""
    face_smoothing: float = 0.5
    """Largest share of the skin's fine texture that is lost. By eye."""
    skin_gain: float = 0.06
    """Deviation of the skin's gain per channel, carried down the neck and limbs. By eye."""
    spill: float = 0.18
    """Largest share of the new garment's colour in the pixels just beside it. By eye, try-on results."""
    spill_reach_u: float = 6.0
    """Deviation of the Gaussian that the spilt colour falls off with. By eye."""
    detail_lost: float = 0.25
    """Largest share of the fine detail (below 3 px) that is lost. Measured deviation kept: .77 to 1.2, median .98."""
    detail_invented: float = 0.8
    """Largest invented detail, as a share of the local detail. Measured mean |difference|: 3 to 24 levels."""
    patches: float = 3.0
    """Largest number of redrawn places in the background."""
    patch_strength: float = 0.8
    """Largest weight of the redrawn content."""
    arm_u: float = 5.0
    """Deviation of a moved forearm's shift. By eye: double hands in try-on results."""
    jpeg_loss: float = 25.0
    """Largest 97 - JPEG quality. Services send 75 to 95."""
    size_log: float = 0.5
    """Largest |log| of the output's size over the original's. Measured: .4 to 2.8 times."""


@dataclass(frozen=True)
class Odds:
    """How often something is drawn at all, in [0, 1]. Chosen so that every kind is met often in 200 cases."""

    arms: float = 0.15
    """A forearm moves, where one is bare."""
    hem: float = 0.5
    """A garment's hem goes up or down."""
    sleeve: float = 0.45
    """Its sleeves get longer or shorter."""
    collar: float = 0.2
    """Its collar goes up."""
    whole_outfit: float = 0.5
    """All garments are new; otherwise one or two of them."""
    people: float = 0.0
    """Bystanders are in the picture."""
    table: float = 0.0
    """The figure is behind a table with things on it."""
    props: float = 0.6
    """Of the scenes with a table: the edit has lost one of the things."""
    sheer: float = 0.0
    """The new cloth is sheer: the old garment shows through."""
    same_colour: float = 0.0
    """The new cloth has the old garment's colour."""
    negative: float = 0.0
    """Nothing was meant to change: the edit has only faults."""


@dataclass(frozen=True)
class Level:
    """A named level of difficulty."""

    name: str
    strength: Strength
    odds: Odds


def scaled(factor: float) -> Strength:
    """The standard strengths times a factor, for a level of one's own.

    >>> scaled(2).shift_u, Level("double", scaled(2), Odds()).name
    (3.0, 'double')
    """
    standard = Strength()
    return Strength(**{item.name: getattr(standard, item.name) * factor for item in fields(Strength)})


HARD_ODDS = Odds(arms=0.35, people=0.35, table=0.2, sheer=0.12, same_colour=0.15, negative=0.08)
LEVELS = {
    level.name: level
    for level in (
        Level("easy", scaled(0.5), Odds(arms=0.0)),
        Level("standard", Strength(), Odds()),
        Level("hard", scaled(2.0), HARD_ODDS),
    )
}


def find_level(name: str | Level) -> Level:
    """The level of that name, or the level itself; OptionError lists the names.

    >>> find_level("hard").strength.zoom
    0.008
    """
    if isinstance(name, Level):
        return name
    if name not in LEVELS:
        raise unknown("level", name, LEVELS)
    return LEVELS[name]


def check_switches(names: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """The names as a set; OptionError for one that is not known.

    >>> sorted(check_switches(("tone", "jpeg"), ("face", "tone", "jpeg")))
    ['jpeg', 'tone']
    """
    known = tuple(known)
    for name in names:
        if name not in known:
            raise unknown("fault", name, known)
    return frozenset(names)
