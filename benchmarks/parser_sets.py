"""A parser on labelled sets whose pixels may be open between parts: street photos, close-ups, scenes, empty pictures.

FOLDER/SET holds photos/ and labels/ (part ids, 255 unknown); where there is sets/, its PNGs hold part ids and codes of
``training.sets`` ("one of these parts"), those of ``codes.json`` beside or above FOLDER too. A pixel counts for a part
if its code allows that part alone, against it if its code rules it out, and not at all if it is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core.labels import CLOTHING, PART_ID, PARTS, WORN, part_ids
from segmask.core.types import Image, LabelMap, Parsing
from segmask.fusion.protect import face_region
from segmask.models.base import Parser
from training.sets import Table, table

BINS = 15  # of the expected calibration error (Guo et al. 2017)
CONFIDENT = 0.9
PROTECTED = 0.95  # of a labelled face, to count as protected
LEAST_FACE = 400  # pixels of a labelled face whose tone or protection is measured
LEAST_SHARE = 2e-4  # of a set's pixels: rarer parts are not reported
MOST_OPEN = 3.0  # pixels that may be of a part, a pixel that surely is: with more of them it is not reported
RESAMPLES = 500
GROUPS: dict[str, tuple[str, ...]] = {
    "worn": WORN,
    **{part: (part,) for part in PARTS},
}
TONES = ((41.0, "light"), (28.0, "intermediate"), (10.0, "tan"), (-90.0, "brown or dark"))
"""Least individual typology angle of a group, degrees (Chardon et al. 1991, two darkest and two lightest merged)."""


@dataclass(frozen=True)
class SetMeasured:
    """What was measured on every photo of one set."""

    counts: NDArray[np.int64]
    """(photos, 256, 14): code of the label by guess, in pixels."""
    confident: NDArray[np.int64]
    """(photos, 256, 14): the same, of guesses of at least ``CONFIDENT``."""
    bins: NDArray[np.float64]
    """(photos, 15, 3): pixels, sum of confidence, sum of right answers."""
    protected: NDArray[np.float64]
    """Share of the labelled face that is protected, a photo; NaN without a face."""
    tone: NDArray[np.float64]
    """Individual typology angle of the labelled face, degrees; NaN without a face."""


def measure_set(parser: Parser, folder: Path, names: Sequence[str], codes: LabelReader) -> SetMeasured:
    """Run a parser over the named photos of a set."""
    rows = [_measure(parser.parse(photo := _photo(folder, name)), photo, codes(name)) for name in names]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return SetMeasured(*columns)


@dataclass(frozen=True)
class LabelReader:
    """Codes of a set's photos."""

    folder: Path

    def __call__(self, name: str) -> LabelMap:
        sets = self.folder / "sets" / f"{name}.png"
        return io.read_labels(sets if sets.exists() else self.folder / "labels" / f"{name}.png")


def names_of(folder: Path) -> list[str]:
    """Photos of a set that have labels."""
    return sorted(path.stem for path in (folder / "labels").glob("*.png"))


def allowed_of(folder: Path) -> Table:
    """The parts of every code of the set in ``folder``."""
    found = next((path for path in (folder.parent, folder.parent.parent) if (path / "codes.json").exists()), None)
    return table(None if found is None else found / "codes.json")


def _photo(folder: Path, name: str) -> Image:
    return io.read_image(next((folder / "photos").glob(f"{name}.*")))


def _measure(parsing: Parsing, photo: Image, codes: LabelMap) -> tuple[NDArray, NDArray, NDArray, float, float]:
    guess = parsing.label_map
    confidence = np.max([parsing.probs(part) for part in PARTS], axis=0)
    index = codes.astype(np.int64) * len(PARTS) + guess
    shape, size = (256, len(PARTS)), 256 * len(PARTS)
    counts = np.bincount(index.ravel(), minlength=size).reshape(shape)
    confident = np.bincount(index[confidence >= CONFIDENT], minlength=size).reshape(shape)
    bins = _bins(confidence, codes, guess)
    face = codes == PART_ID["face"]
    if face.sum() < LEAST_FACE:
        return counts, confident, bins, np.nan, np.nan
    return counts, confident, bins, float(face_region(parsing, CLOTHING)[face].mean()), typology_angle(photo, face)


def _bins(confidence: NDArray[np.float32], codes: LabelMap, guess: LabelMap) -> NDArray[np.float64]:
    """Of the pixels whose part is known."""
    known = codes < len(PARTS)
    values = confidence[known]
    index = np.minimum((values * BINS).astype(int), BINS - 1)
    columns = np.ones_like(values), values, (guess == codes)[known]
    return np.asarray(np.stack([np.bincount(index, column, BINS) for column in columns], 1), np.float64)


def typology_angle(photo: Image, face: NDArray[np.bool_]) -> float:
    """Individual typology angle of the median colour of a face, degrees: above 41 light, below 10 brown or dark."""
    lab = cv2.cvtColor(photo.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[face]
    lightness, _, yellow = np.median(lab, 0)
    return float(np.degrees(np.arctan2(lightness - 50, max(yellow, 1e-3))))


def group_iou(counts: NDArray[np.int64], allowed: Table, group: Sequence[str]) -> float:
    """IoU of a group of parts from counts (256, 14); NaN where too few pixels are surely of the group."""
    ids = list(part_ids(group))
    inside = allowed.any(1) & ~np.delete(allowed, ids, 1).any(1)
    outside = allowed.any(1) & ~allowed[:, ids].any(1)
    guessed = counts[:, ids].sum(1)
    hit, missed, extra = guessed[inside].sum(), (counts.sum(1) - guessed)[inside].sum(), guessed[outside].sum()
    sure, open_ = hit + missed, counts[allowed[:, ids].any(1) & ~inside].sum()
    told = sure > LEAST_SHARE * counts.sum() and open_ <= MOST_OPEN * sure
    return hit / (sure + extra) if told else np.nan


def shares(counts: NDArray[np.int64], confident: NDArray[np.int64], allowed: Table) -> dict[str, float]:
    """Shares of wrong pixels by kind; NaN where the set has none that could be wrong so."""
    someone = allowed.any(1) & ~allowed[:, 0]
    people, ground = counts[someone].sum(0), counts[0]
    judged = allowed.any(1)
    wrong = confident[judged][~allowed[judged]].sum()
    return {
        "people called background": people[0] / people.sum() if people.sum() else np.nan,
        "background called person or cloth": 1 - ground[0] / ground.sum() if ground.sum() else np.nan,
        "confidently wrong": wrong / max(1, counts[judged].sum()),
    }


def rows_of(measured: SetMeasured, allowed: Table) -> dict[str, tuple[float, float, float]]:
    """Value and 95 % interval, bootstrapped over photos, of everything that the set can tell."""

    def values(chosen: NDArray[np.int64]) -> dict[str, float]:
        counts, confident = measured.counts[chosen].sum(0), measured.confident[chosen].sum(0)
        ious = {name: group_iou(counts, allowed, group) for name, group in GROUPS.items()}
        pixels, confidence, right = measured.bins[chosen].sum(0).T
        ious |= shares(counts, confident, allowed)
        ious["calibration error"] = float(np.abs(confidence - right).sum() / max(1, pixels.sum()))
        faces = measured.protected[chosen]
        faces = faces[np.isfinite(faces)]
        ious["faces protected to 95 %"] = float((faces >= PROTECTED).mean()) if len(faces) > 9 else np.nan
        return ious

    photos, rng = len(measured.counts), np.random.default_rng(0)
    drawn = [values(rng.integers(0, photos, photos)) for _ in range(RESAMPLES)]
    result = {}
    for name, value in values(np.arange(photos)).items():
        if np.isfinite(value):
            low, high = np.nanpercentile([one[name] for one in drawn], [2.5, 97.5])
            result[name] = (float(value), float(low), float(high))
    return result


def tone_rows(every: Sequence[tuple[SetMeasured, Table]]) -> dict[str, tuple[int, float, float, float]]:
    """Photos, and IoU of face, skin and hair, of each group of skin tones over several sets."""
    result = {}
    upper = np.inf
    for least, name in TONES:
        total, photos = np.zeros((256, len(PARTS)), np.int64), 0
        allowed = every[0][1]
        for measured, table_ in every:
            chosen = (measured.tone >= least) & (measured.tone < upper)
            total += measured.counts[chosen].sum(0)
            photos, allowed = photos + int(chosen.sum()), allowed | table_
        if photos:
            face, skin, hair = (group_iou(total, allowed, (part,)) for part in ("face", "skin", "hair"))
            result[name] = (photos, face, skin, hair)
        upper = least
    return result


def sets_table(parsers: dict[str, dict[str, SetMeasured]], tables: dict[str, Table]) -> str:
    """Markdown: a section a set, a row a measurement, a column a parser."""
    lines = []
    for folder, allowed in tables.items():
        columns = {name: rows_of(measured[folder], allowed) for name, measured in parsers.items()}
        photos = len(next(iter(parsers.values()))[folder].counts)
        lines += ["", f"| {folder}, {photos} photos | " + " | ".join(columns) + " |", "|---" * (1 + len(columns)) + "|"]
        for row in next(iter(columns.values())):
            cells = (f"{v:.3f} [{a:.3f}, {b:.3f}]" for v, a, b in (column[row] for column in columns.values()))
            lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines).strip()


def tones_table(parsers: dict[str, dict[str, SetMeasured]], tables: dict[str, Table]) -> str:
    """Markdown: IoU by skin-tone group, over all sets."""
    lines = ["| skin tone of the face | parser | photos | face | skin | hair |", "|---|---|---|---|---|---|"]
    for name, measured in parsers.items():
        for tone, (photos, *ious) in tone_rows([(measured[folder], tables[folder]) for folder in tables]).items():
            lines.append(f"| {tone} | {name} | {photos} | " + " | ".join(f"{iou:.3f}" for iou in ious) + " |")
    return "\n".join(lines)


def sets_report(parsers: dict[str, Parser], folder: Path) -> str:
    """Both tables over every set in ``folder``."""
    found = [path for path in sorted(folder.iterdir()) if (path / "labels").is_dir()]
    measured = {
        name: {path.name: measure_set(parser, path, names_of(path), LabelReader(path)) for path in found}
        for name, parser in parsers.items()
    }
    tables = {path.name: allowed_of(path) for path in found}
    return f"{sets_table(measured, tables)}\n\n{tones_table(measured, tables)}"
