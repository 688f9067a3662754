"""Findings have stable codes, and the verdict is what they add up to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import Finding, io
from segmask.core.findings import CODES, LOOK, NOTE
from segmask.report import OK, REVIEW
from segmask.verdict.judge import verdict_of
from tests.conftest import codes
from tests.two_people import SIZE_HW, labels, pictures

PACKAGE = Path(segmask.__file__).parent
SEMANTIC: Any = {"strategy": "semantic", "face_detector": "none", "parsing": (labels(), labels())}
EVERYTHING = np.ones(SIZE_HW, bool)
NOBODY = np.zeros(SIZE_HW, np.uint8)


def test_a_code_that_is_not_listed_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="surprise"):
        Finding("surprise", "nobody has heard of it")


def test_every_code_is_emitted_somewhere_and_explained() -> None:
    sources = (path for path in PACKAGE.rglob("*.py") if path.name != "findings.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    for code, (level, meaning) in CODES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert f'"{code}"' in text
        assert level in (LOOK, NOTE)
        assert meaning.endswith(".")


@pytest.mark.parametrize("code", CODES)
def test_one_finding_to_look_at_makes_a_review(code: str) -> None:
    finding = Finding(code, "said")
    assert verdict_of((finding,)) == (REVIEW if finding.level == LOOK else OK)
    assert verdict_of(()) == OK


def test_a_place_is_told_and_measured() -> None:
    result = segmask.apply(*pictures(), include=EVERYTHING, **SEMANTIC)
    found = {finding.code: finding for finding in result.report.findings}
    assert found["mask-covers-picture"].box == (0, 0, SIZE_HW[1], SIZE_HW[0])
    assert found["mask-covers-picture"].measured == 1
    assert str(found["mask-covers-picture"]).endswith("(box 0,0,160,128)")
    assert result.report.verdict == REVIEW


FOUND: dict[str, dict[str, Any]] = {
    "mask-empty": {**SEMANTIC, "exclude": EVERYTHING},
    "mask-covers-picture": {**SEMANTIC, "include": EVERYTHING},
    "target-not-found": {**SEMANTIC, "target": "headwear"},
    "person-chosen": {**SEMANTIC, "person": "largest"},
    "given-mask-protected": {**SEMANTIC, "mask_in": EVERYTHING},
    "mask-read-as-binary": {**SEMANTIC, "exclude": np.eye(*SIZE_HW, dtype=np.uint8)},
    "mask-resized": {**SEMANTIC, "exclude": np.zeros((64, 80), bool)},
    "change-left": {**SEMANTIC, "target": "headwear"},
    "fell-back-to-diff": {"face_detector": "none", "parsing": (NOBODY, NOBODY)},
}


@pytest.mark.parametrize("code", FOUND)
def test_what_a_run_is_about_has_its_code(code: str) -> None:
    report = segmask.apply(*pictures(), **FOUND[code]).report
    assert code in {finding.code for finding in report.findings}
    assert (report.verdict == REVIEW) == bool(report.reasons)
    assert {*report.reasons, *report.notes} == set(report.findings)


def test_a_mirrored_edit_is_told_of_and_turned_back(photo: np.ndarray) -> None:
    edited = photo.copy()
    edited[300:420, 100:260] = (20, 130, 60)
    straight, mirrored = (segmask.apply(photo, edit, strategy="diff") for edit in (edited, edited[:, ::-1]))
    assert "edit-turned" in codes(mirrored)
    assert "edit-turned" not in codes(straight)
    assert np.abs(mirrored.alpha - straight.alpha).mean() < 0.01


def test_files_that_differ_are_told_of() -> None:
    original, edited = pictures()
    assert "size-changed" in codes(segmask.apply(original, np.hstack([edited, edited[:, :20]]), strategy="diff"))
    assert "edit-to-grey" in codes(segmask.apply(original[..., :1], edited, strategy="diff"))
    assert "edit-less-deep" in codes(segmask.apply(original.astype(np.uint16) * 257, edited, strategy="diff"))
    clear = np.dstack([original, np.full(SIZE_HW, 9, np.uint8)])
    assert "transparency-kept" in codes(segmask.apply(clear, edited, strategy="diff"))


def test_the_written_report_has_codes_and_levels(tmp_path: Path) -> None:
    result = segmask.apply(*pictures(), include=EVERYTHING, **SEMANTIC)
    result.save(tmp_path / "out.jpg", report=tmp_path / "r.json")
    report = json.loads((tmp_path / "r.json").read_text())
    levels = {finding["code"]: finding["level"] for finding in report["findings"]}
    assert levels["mask-covers-picture"] == LOOK
    assert levels["not-written"] == NOTE
    assert all(set(finding) == {"code", "text", "box", "measured", "level"} for finding in report["findings"])
    assert io.read_image(tmp_path / "out.jpg").shape == (*SIZE_HW, 3)


@pytest.mark.parametrize("target", ["dress", "bag", "headwear", "eyewear", "legwear"])
def test_of_what_nobody_wears_nothing_is_taken(pair: tuple[Path, Path], target: str) -> None:
    """A jacket was edited; slivers of its rim are no dress."""
    result = segmask.apply(*pair, target=target)
    assert not result.alpha.any()
    assert {"target-not-found", "change-left"} <= {finding.code for finding in result.report.findings}
    assert result.report.verdict == "review"
