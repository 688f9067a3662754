"""``report.html``: what needs a look, worst first, with small pictures; opens without a network."""

from segmask.batch.report.page import write_report

__all__ = ["write_report"]
