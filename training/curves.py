"""The curves of a training run, drawn from its log."""

from __future__ import annotations

import csv
from pathlib import Path


def draw_curves(log: Path, picture: Path) -> None:
    """Loss, and the IoUs where an epoch was scored, against the epoch."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with log.open(newline="") as file:
        rows = list(csv.DictReader(file))
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    left.plot([int(row["epoch"]) for row in rows], [float(row["loss"]) for row in rows])
    left.set(xlabel="epoch", ylabel="loss")
    scored = [row for row in rows if row.get("worn")]
    for name in ("worn", "mean", "face", "hair", "skin"):
        right.plot([int(row["epoch"]) for row in scored], [float(row[name]) for row in scored], label=name)
    right.set(xlabel="epoch", ylabel="IoU on val")
    right.legend()
    figure.tight_layout()
    figure.savefig(picture, dpi=90)
    pyplot.close(figure)
