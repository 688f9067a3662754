"""What the nodes do with tensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from segmask.comfy.choices import loaded, options_of
from segmask.comfy.table import Outcome, Progress
from segmask.comfy.tensors import composed, images_of, kept_levels, masks_of, picked, tensor_of
from segmask.core.labels import PARTS, resolve_target
from segmask.core.types import Image
from segmask.fusion.seen import Seen
from segmask.masker import Masker
from segmask.register.align import align
from segmask.report import OK, REVIEW, Report, alignment_report
from segmask.result import Result
from segmask.verdict.ranking import Candidate, rank_key, with_candidates
from segmask.view.palette import coloured


def run_apply(given: Mapping[str, Any], progress: Progress) -> Outcome:
    """The composite of each original with its edit; a batch of one goes with all of the other."""
    originals, edits = images_of(given["original"], "original"), images_of(given["edited"], "edited")
    wanted, count = options_of(given), max(len(originals), len(edits))
    results: list[Result] = []
    with loaded(given) as masker:
        seen: Seen | None = None
        for index in range(count):
            progress(index, count)
            if seen is None or len(originals) > 1:
                seen = masker.see(picked(originals, index))
            pair = masker.open(seen, picked(edits, index))
            results.append(pair.apply(**_corrections(given, index), **wanted))
    progress(count, count)
    images = [_kept(given["original"], index, result) for index, result in enumerate(results)]
    image = tensor_of(images, given["original"])
    mask = tensor_of([result.alpha for result in results], given["original"])
    reports = [result.report for result in results]
    return Outcome((image, mask, reports_text(reports), verdict_of(reports)), image)


def run_best(given: Mapping[str, Any], progress: Progress) -> Outcome:
    """The best composite of one original and a batch of edits of it."""
    (original, *_), edits = images_of(given["original"], "original"), images_of(given["edits"], "edits")
    wanted, tries = options_of(given), list[Candidate]()
    best: Result | None = None
    number = 0
    with loaded(given) as masker:
        seen = masker.see(original)
        for index, edit in enumerate(edits):
            progress(index, len(edits))
            result = masker.open(seen, edit).apply(**_corrections(given, 0), **wanted)
            tries.append(Candidate(f"edit {index + 1}", result.report, None))
            if best is None or rank_key(result.report) < rank_key(best.report):
                best, number = result, index
    assert best is not None
    progress(len(edits), len(edits))
    best = replace(best, report=with_candidates(best.report, tries))
    image = tensor_of([_kept(given["original"], 0, best)], given["original"])
    mask = tensor_of([best.alpha], given["original"])
    return Outcome((image, mask, reports_text([best.report]), best.report.verdict, number), image)


def run_mask(given: Mapping[str, Any], progress: Progress) -> Outcome:
    """The target's mask in each picture, for an inpainting model."""
    images, wanted = images_of(given["image"], "image"), options_of(given)
    found = []
    with loaded({**given, "strategy": "hybrid"}) as held:
        masker = Masker(held.options.changed({**wanted, "parser": held.parser, "face_detector": held.face_detector}))
        for index, image in enumerate(images):
            progress(index, len(images))
            found.append(masker.mask(image))
    progress(len(images), len(images))
    mask = tensor_of([one.alpha for one in found], given["image"])
    shown = [_tinted(image, one.alpha) for image, one in zip(images, found, strict=True)]
    reports = [one.report for one in found]
    return Outcome((mask, reports_text(reports), verdict_of(reports)), tensor_of(shown, given["image"]))


def run_align(given: Mapping[str, Any], progress: Progress) -> Outcome:
    """Each edit on its original's pixel grid; no model, nothing decided."""
    originals, edits = images_of(given["original"], "original"), images_of(given["edited"], "edited")
    count, aligned, covered, reports = max(len(originals), len(edits)), [], [], []
    for index in range(count):
        progress(index, count)
        image, found = align(picked(originals, index), picked(edits, index))
        aligned.append(image.astype(np.float32) / np.float32(255))
        covered.append(found.covered.astype(np.float32))
        reports.append({**vars(alignment_report(found)), "note": found.note})
    progress(count, count)
    image = tensor_of(aligned, given["original"])
    return Outcome((image, tensor_of(covered, given["original"]), json.dumps(reports)), image)


def run_parse(given: Mapping[str, Any], progress: Progress) -> Outcome:
    """What each picture shows: the parts that were asked for as one mask, every part as its own, and all in colours."""
    images = images_of(given["image"], "image")
    wanted = [PARTS.index(part) for part in resolve_target(str(given.get("target") or "clothing"))]
    chosen, single, colours = [], [], []
    with loaded({**given, "strategy": "hybrid"}) as masker:
        for index, image in enumerate(images):
            progress(index, len(images))
            labels = masker.parser.parse(image).label_map
            chosen.append(np.isin(labels, wanted).astype(np.float32))
            single += [(labels == part).astype(np.float32) for part in range(len(PARTS))]
            colours.append(coloured(labels).astype(np.float32) / np.float32(255))
    progress(len(images), len(images))
    like, names = given["image"], ", ".join(PARTS)
    shown = tensor_of(colours, like)
    return Outcome((tensor_of(chosen, like), tensor_of(single, like), shown, names), shown)


def reports_text(reports: list[Report]) -> str:
    """One report as JSON, or a list of several."""
    found = [report.to_dict() for report in reports]
    return json.dumps(found[0] if len(found) == 1 else found, indent=2, ensure_ascii=False)


def verdict_of(reports: list[Report]) -> str:
    """``ok`` where all are, else ``review``."""
    return OK if all(report.verdict == OK for report in reports) else REVIEW


def _corrections(given: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The masks that are wired in, for one of the batch."""
    masks = {name: picked(masks_of(given.get(name), name), index) for name in ("include", "exclude")}
    return {name: mask for name, mask in masks.items() if mask is not None}


def _kept(original: Any, index: int, result: Result) -> Any:
    return composed(kept_levels(original, index, "original"), result.image, result.alpha)


def _tinted(image: Image, alpha: Any) -> Any:
    """A picture with its mask in pink, float32 (H, W, 3) in [0, 1]."""
    share = (0.6 * alpha)[..., None]
    return (image / 255 * (1 - share) + np.array([1, 0.3, 0.6]) * share).astype(np.float32)
