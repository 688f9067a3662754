"""Small pieces of HTML; every text that comes from outside is escaped here."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable
from html import escape

from segmask.evaluation.metrics import METRICS
from segmask.evaluation.statistics import Estimate

# Okabe and Ito's colours, told apart by colour-blind readers too; the yellow is left out on white.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b5b5b", "#8c564b")

DASH = "&ndash;"


def colour_of(index: int) -> str:
    """The colour of the index-th strategy."""
    return COLOURS[index % len(COLOURS)]


def text(value: object) -> str:
    """Any value as escaped text."""
    return escape(str(value), quote=True)


def swatch(index: int, name: str) -> str:
    """A strategy's name with its colour."""
    return f'<span class="swatch" style="background:{colour_of(index)}"></span>{text(name)}'


def percent(share: float) -> str:
    """A share as a percentage without false precision; a dash if unknown."""
    if math.isnan(share):
        return DASH
    return f"{share * 100:.0f}&#8239;%"


def number(metric: str, value: float) -> str:
    """A metric's value with its digits."""
    if math.isnan(value):
        return DASH
    return f"{value:.{METRICS[metric].digits}f}"


def estimate_cell(metric: str, estimate: Estimate | None, best: bool) -> str:
    """A table cell: value, and the interval below it."""
    if estimate is None:
        return f'<td class="empty">{DASH}</td>'
    interval = ""
    if not math.isnan(estimate.low):
        interval = (
            f'<span class="interval">{number(metric, estimate.low)} {DASH} {number(metric, estimate.high)}</span>'
        )
    return f'<td class="{"best" if best else ""}">{number(metric, estimate.value)}{interval}</td>'


def table(header: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> str:
    """A table from header cells (inner HTML) and rows of whole cells (with their td)."""
    head = "".join(f"<th>{cell}</th>" for cell in header)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def section(title: str, lead: str, body: str) -> str:
    """A section with a heading and a sentence that says how to read it."""
    return f"<section><h2>{text(title)}</h2><p class='lead'>{lead}</p>{body}</section>"


def data_uri(data: bytes, kind: str) -> str:
    """File contents as an address that needs no file."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
