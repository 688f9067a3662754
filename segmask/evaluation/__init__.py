"""Measuring masks on labelled sets."""
