"""Synthetic edits: made from labelled photos, with the faults of generative models, and with their truth."""

from segmask.evaluation.synth.generator import SWITCHES, VERSION, synthesise
from segmask.evaluation.synth.levels import LEVELS, Level, Odds, Strength, scaled
from segmask.evaluation.synth.synthetic import Record, SyntheticEdit

__all__ = [
    "LEVELS",
    "SWITCHES",
    "VERSION",
    "Level",
    "Odds",
    "Record",
    "Strength",
    "SyntheticEdit",
    "scaled",
    "synthesise",
]
