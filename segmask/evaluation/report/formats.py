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
    """The colour of the index-th strategy."""
    return COLOURS[index % len(COLOURS)]


def grade_of(share: float) -> str:
    """How good a share of cases is, as the style sheet names it."""
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


def percent(share: float) -> str:
    """A share as a percentage without false precision, with a narrow space; a dash if unknown."""
    return DASH if math.isnan(share) else f"{share * 100:.0f}\u202f%"


def number(value: float, metric: str) -> str:
    """A metric's value with the metric's digits; a dash if unknown."""
    return DASH if math.isnan(value) else f"{value:.{METRICS[metric].digits}f}"


def signed(value: float, metric: str) -> str:
    """A metric's difference with its sign; a dash if unknown."""
    return DASH if math.isnan(value) else f"{value:+.{METRICS[metric].digits}f}"


def pixels(length: float) -> str:
    """A length in a drawing."""
    return f"{length:.1f}"


def data_uri(data: bytes, kind: str) -> str:
    """File contents as an address that needs no file."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
