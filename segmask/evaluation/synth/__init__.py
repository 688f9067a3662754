"""Synthetic edits: labelled pairs made from labelled photos, with the faults of generative models."""

from segmask.evaluation.synth.case import Case, Record
from segmask.evaluation.synth.generator import SWITCHES, VERSION, make_case
from segmask.evaluation.synth.levels import LEVELS, Level, Odds, Strength, scaled

__all__ = ["LEVELS", "SWITCHES", "VERSION", "Case", "Level", "Odds", "Record", "Strength", "make_case", "scaled"]
