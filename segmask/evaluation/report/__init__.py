"""The report page: one HTML file with everything in it, for people."""

from segmask.evaluation.report.page import draw_report

__all__ = ["draw_report"]
