"""The real pairs beside the project: promises hold on each, and the mask is empty where no clothing was edited."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from segmask import io
from segmask.masker import Masker

pytestmark = pytest.mark.shared
PAIRS = Path(__file__).resolve().parents[2] / "shared" / "data" / "pairs"


# Share of the picture that is wrongly taken at most, and why; docs/limits.md describes the kinds.
KNOWN = {
    "brushnet_ex5_keep_clothes": 0.055,  # all but the clothes redrawn: legs in new tights, pieces along the skirt
    "inpaintanything_man_bg": 0.0025,  # dark leaves beside a sleeve taken for it, a dark chair there in the edit
}
# Share of the picture that is taken at least.
LEAST = 0.05
LESS = {"editanything_demo_2": 0.015}  # the new top's left half: beside the hair, its other strap is taken for hair


def pairs() -> list[tuple[str, str]]:
    index = PAIRS / "INDEX.tsv"
    if not index.exists():
        return []
    with index.open(newline="") as file:
        return [(row["name"], row["clothing mask expected"]) for row in csv.DictReader(file, delimiter="\t")]


def pictures(name: str) -> tuple[Path, Path]:
    original, edited = (next((PAIRS / name).glob(f"{kind}.*")) for kind in ("original", "edited"))
    return original, edited


@pytest.mark.parametrize("name", ["selfit_226_pose_7", "selfit_235_pose_5", "kolors_inpaint4"])
def test_a_real_mask_read_back_gives_the_same_composite(
    name: str, masker: Masker, shared: Path, tmp_path: Path
) -> None:
    """Bare skin, and hair with the old fabric between its strands."""
    assert PAIRS.is_relative_to(shared)
    result = masker.apply(*pictures(name))
    result.save(tmp_path / "out.png", mask=tmp_path / "mask.png")
    again = masker.apply(*pictures(name), mask_in=tmp_path / "mask.png")
    np.testing.assert_array_equal(again.alpha, result.alpha)
    np.testing.assert_array_equal(again.raster, result.raster)


@pytest.mark.parametrize(("name", "expected"), pairs())
def test_a_real_pair(name: str, expected: str, masker: Masker) -> None:
    original, edited = pictures(name)
    result = masker.apply(original, edited)
    outside = result.alpha == 0
    np.testing.assert_array_equal(result.raster[outside], io.read_picture(original).raster[outside])
    if expected == "empty":
        assert (result.alpha > 0).mean() <= KNOWN.get(name, 0)
    else:
        taken = result.alpha == 1
        assert taken.mean() > LESS.get(name, LEAST)
        difference = np.abs(result.image[taken].astype(int) - result.original.image[taken]).mean()
        assert difference > 8, "what was taken differs from what was there"
