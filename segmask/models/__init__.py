"""Parsers and face detectors: what they are, where their files come from, one adapter a network family."""
