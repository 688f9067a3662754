"""What a worker answers about pairs and results: numbers for the page, pictures for a screen, files to keep."""

from __future__ import annotations

import io as streams
import shlex
import zipfile
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import numpy as np

from segmask import io
from segmask.batch.thumbnail import draw_thumbnail
from segmask.compose.alpha import DEFAULT as MATTE
from segmask.core.geometry import REFERENCE_SIDE, WORKING_SIDE, resize_image, resize_map, resize_mask, working_size
from segmask.core.labels import PARTS
from segmask.core.types import Image, Parsing
from segmask.fusion.scene import resized_probs
from segmask.pair import OpenPair
from segmask.result import Result, report_json
from segmask.serve.command import command_words
from segmask.serve.problems import Problem
from segmask.serve.work import Export, File, Recipe
from segmask.view.layers import LAYERED
from segmask.view.palette import COLOURS
from segmask.view.pictures import doubtful, heatmap, protected
from segmask.view.preview import draw_preview

PAIR_VIEWS = ("original", "aligned", "parsing", "parsing-edited")
RESULT_VIEWS = ("composite", "edited", "mask", "change", "protected", "doubt")
MEDIA = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".tif": "image/tiff",
    ".psd": "image/vnd.adobe.photoshop",
    ".ora": "image/openraster",
    ".json": "application/json",
    ".zip": "application/zip",
}
CHANGED_PART = 0.25
"""Share of a part's pixels that must have changed for the part to count as changed (a guess)."""
SEEN_PART = 0.002
"""Share of the picture below which a part is a slip of the parser's (a guess)."""


def opened(pair: OpenPair) -> dict[str, Any]:
    """What is known of a pair before anything is decided."""
    picture, edit = pair.seen.picture, pair.edit
    people = pair.seen.people.persons if pair.seen.parsing is not None else ()
    return {
        "original_size": picture.size_wh,
        "edited_size": edit.picture.size_wh,
        "parser": None if pair.seen.parsing is None else pair.seen.parsing.source,
        "people": [
            {"number": person.number, "box": person.box.corners, "share": round(person.share, 6)} for person in people
        ],
        "faces": [face.box.corners for face in sorted(pair.seen.faces, key=lambda face: face.box.x0)],
        "parts": _parts(pair.seen.parsing, edit.parsing, None),
        "keeps_jpeg": picture.jpeg is not None and io.can_keep(picture.jpeg),
        "alignment_trusted": edit.alignment.trusted,
        "notes": [finding.text for finding in pair.findings],
        "colours": {part: f"#{red:02x}{green:02x}{blue:02x}" for part, (red, green, blue) in COLOURS.items()},
    }


def applied(result: Result) -> dict[str, Any]:
    """The report of a result, the parts that changed, and what was chosen automatically."""
    stages, size_hw = result.stages, result.original.size_hw
    return {
        "report": result.report.to_dict(),
        "parts": _parts(stages.parsing, stages.edited_parsing, stages.change.mask),
        "automatic": {
            "feather": MATTE.feather,
            "feather_px": round(MATTE.feather * max(size_hw) / REFERENCE_SIDE, 2),
            "threshold": round(float(stages.change.threshold), 3),
            "tone_gain": [round(value, 3) for value in stages.tone.gain],
        },
    }


def _parts(before: Parsing | None, after: Parsing | None, changed: Any) -> list[dict[str, Any]]:
    """Each part's share of both pictures, and of the pixels that show it in either the share that changed."""
    if before is None or after is None:
        return []
    size_hw = working_size(before.size_hw, 400) if changed is None else changed.shape
    first, second = (resized_probs(parsing, size_hw).argmax(0) for parsing in (before, after))
    told = []
    for number, part in enumerate(PARTS):
        was, becomes = first == number, second == number
        either = was | becomes
        share, edited = float(was.mean()), float(becomes.mean())
        if max(share, edited) < SEEN_PART:
            continue
        moved = 0.0 if changed is None else float((changed & either).sum()) / max(1, int(either.sum()))
        told.append(
            {
                "part": part,
                "share": round(share, 4),
                "edited_share": round(edited, 4),
                "changed_share": round(moved, 4),
                "changed": moved >= CHANGED_PART,
            }
        )
    return told


def pair_view(pair: OpenPair, name: str, side: int) -> File:
    """A picture of a pair: JPEG, or PNG of class ids for a parsing."""
    if name.startswith("parsing"):
        parsing = pair.seen.parsing if name == "parsing" else pair.edit.parsing
        if parsing is None:
            raise Problem(404, "not-found", "strategy diff parses nothing")
        size_hw = working_size(parsing.size_hw, min(side, WORKING_SIDE))
        label_map = resized_probs(parsing, size_hw).argmax(0).astype(np.uint8)
        return File(io.encode_indexed(label_map, COLOURS.values()), MEDIA[".png"])
    image = pair.seen.picture.image if name == "original" else pair.edit.aligned
    return File(io.encode_view(_shrunk(image, side)), MEDIA[".jpg"])


def result_view(result: Result, name: str, side: int) -> File:
    """A picture of a result: JPEG for photos, grey PNG for masks. Problem for a name that is none."""
    if name == "mask":
        size_hw = _fitting(result.mask.shape, side)
        levels = np.rint(resize_map(result.alpha, size_hw) * 255).astype(np.uint8)
        return File(io.encode_png(levels), MEDIA[".png"])
    if name in ("protected", "doubt"):
        mask = protected(result) if name == "protected" else doubtful(result)
        small = resize_mask(mask, _fitting(mask.shape, min(side, 1600)))
        return File(io.encode_png(small.astype(np.uint8) * np.uint8(255)), MEDIA[".png"])
    if name == "change":
        return File(io.encode_view(_shrunk(heatmap(result), min(side, 1600))), MEDIA[".jpg"])
    if name not in RESULT_VIEWS:
        raise Problem(404, "not-found", f"no view of this name; expected {', '.join((*PAIR_VIEWS, *RESULT_VIEWS))}")
    toned = result.stages.toned
    image = result.image if name == "composite" or toned is None else toned
    return File(io.encode_view(_shrunk(image, side)), MEDIA[".jpg"])


def _fitting(size_hw: tuple[int, ...], side: int) -> tuple[int, int]:
    return working_size((size_hw[0], size_hw[1]), side) if max(size_hw) > side else (size_hw[0], size_hw[1])


def _shrunk(image: Image, side: int) -> Image:
    return resize_image(image, _fitting(image.shape[:2], side))


def exported(result: Result, task: Export) -> File:
    """A file of a result. Problem for a name that is none."""
    name = PurePath(task.name)
    media = MEDIA.get(name.suffix, "")
    if name.stem == "composite" and name.suffix in (".png", ".jpg", ".webp", ".tif"):
        data, report = _composite(result, name.suffix, task.mark)
        return File(data, media, report.to_dict(), io.encode_png(result.mask) if task.with_mask else None)
    if task.name == "mask.png":
        return File(io.encode_png(result.mask), media)
    if task.name == "report.json":
        return File(report_json(result.report), media)
    if name.stem == "layers" and name.suffix in LAYERED:
        from segmask.view.layers import encode_layers

        return File(encode_layers(result, name.suffix, mark=task.mark), media)
    if task.name == "preview.png":
        return File(io.encode_png(draw_preview(result)), media)
    if task.name == "thumbnail.jpg":
        return File(draw_thumbnail(result), media)
    if task.name == "all.zip":
        return File(_zip(result, task), media)
    raise Problem(404, "not-found", "no file of this name; see the API's description for those there are")


def _composite(result: Result, suffix: str, mark: bool) -> tuple[bytes, Any]:
    data, notes = result.encoded(suffix, mark=mark)
    return data, replace(result.report, findings=(*result.report.findings, *notes))


def _zip(result: Result, task: Export) -> bytes:
    """Composite, mask, report, the masks that were painted or given, and the command that makes the same again."""
    composite, report = _composite(result, ".png", task.mark)
    entries = {"composite.png": composite, "mask.png": io.encode_png(result.mask), "report.json": report_json(report)}
    entries |= {f"{name}.png": data for name, data in task.recipe.masks.items()}
    entries["command.txt"] = (_command(task.recipe, task.mark) + "\n").encode()
    buffer = streams.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for entry, data in entries.items():
            archive.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def _command(recipe: Recipe, mark: bool) -> str:
    words = command_words(recipe.options, tuple(recipe.masks), mark=mark)
    names = {"{original}": "ORIGINAL", "{edited}": "EDITED", "{composite}": "composite.png"}
    names |= {f"{{{name}}}": f"{name}.png" for name in recipe.masks}
    return shlex.join(names.get(word, word) for word in words)
