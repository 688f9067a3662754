"""How the page writes numbers, and its colours: the templates' filters."""

from __future__ import annotations

import base64
import math

from segmask.evaluation.metrics import METRICS

# Okabe and Ito's colours, told apart by colour-blind readers too; the yellow is left out on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b5b5b", "#8c564b")

DASH = "\u2013"
"""An en dash: a number that is not known."""
GOOD, FAIR = 0.9, 0.6
"""From these shares of cases on a criterion's bar is green, or amber."""


def colour_of(index: int) -> str:
    """The colour of the index-th strategy.

    >>> colour_of(0), colour_of(8)
    ('#0072b2', '#0072b2')
    """
    return COLOURS[index % len(COLOURS)]


def grade_of(share: float) -> str:
    """How good a share of cases is, as the style sheet names it.

    >>> grade_of(0.95), grade_of(0.7), grade_of(0.2)
    ('good', 'fair', 'poor')
    """
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


def percent(share: float) -> str:
    """A share as a percentage without false precision, with a narrow space; a dash if unknown.

    >>> percent(0.954).replace("\\u202f", " "), percent(math.nan) == DASH
    ('95 %', True)
    """
    return DASH if math.isnan(share) else f"{share * 100:.0f}\u202f%"


def number(value: float, metric: str) -> str:
    """A metric's value with the metric's digits; a dash if unknown.

    >>> number(0.97654, "kept")
    '0.9765'
    """
    return DASH if math.isnan(value) else f"{value:.{METRICS[metric].digits}f}"


def signed(value: float, metric: str) -> str:
    """A metric's difference with its sign; a dash if unknown.

    >>> signed(0.01, "iou")
    '+0.010'
    """
    return DASH if math.isnan(value) else f"{value:+.{METRICS[metric].digits}f}"


def pixels(length: float) -> str:
    """A length in a drawing.

    >>> pixels(1 / 3)
    '0.3'
    """
    return f"{length:.1f}"


def data_uri(data: bytes, kind: str) -> str:
    """File contents as an address that needs no file.

    >>> data_uri(b"abc", "png")
    'data:image/png;base64,YWJj'
    """
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
