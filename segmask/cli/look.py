"""``segmask inspect`` and ``segmask compare``: what a picture shows, and what changed between two."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from segmask.options import Options

Sheet = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write a picture of it: .png, .webp, .tif or .jpg."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON on stdout instead of lines.")]


def inspect(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A picture.", show_default=False)],
    output: Sheet = None,
    as_json: AsJson = False,
    parser: Annotated[str, typer.Option(metavar="NAME|FILE", help="As for apply.")] = str(Options.parser),
    face_detector: Annotated[str, typer.Option(metavar="NAME|FILE|none", help="As for apply.")] = "auto",
) -> None:
    """Show what segmask sees in one picture: its parts and their shares, its faces, its people."""
    from segmask import io
    from segmask.core.files import write_files
    from segmask.masker import Masker
    from segmask.view.inspection import draw_inspection, shares

    _check(output, (image,))
    masker = Masker(parser=parser, face_detector=face_detector)
    seen = masker.see(image)
    assert seen.parsing is not None
    found = {
        "size": seen.picture.size_wh,
        "parser": seen.parsing.source,
        "parts": {part: round(share, 6) for part, share in shares(seen).items()},
        "face_detector": seen.face_source,
        "faces": [{"box": face.box.corners, "score": round(face.score, 4)} for face in seen.faces],
        "people": [
            {"number": person.number, "box": person.box.corners, "share": round(person.share, 6)}
            for person in seen.people.persons
        ],
        "notes": [finding.text for finding in seen.picture.notes],
    }
    if output is not None:
        write_files({output: io.encode(draw_inspection(seen), io.Metadata(), io.output_format(output))[0]})
    _tell(found, as_json, _seen_lines(found))


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A picture.", show_default=False)],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another of the same scene.", show_default=False)],
    output: Sheet = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed from picture A to picture B, whatever they show; no model is used.

    B is aligned with A and its drift of colour and light taken out first, so that only what really changed counts.
    """
    from segmask import io
    from segmask.api import apply
    from segmask.core.files import write_files
    from segmask.view.pictures import heatmap

    _check(output, (first, second))
    result = apply(first, second, strategy="diff")
    report = result.report.to_dict()
    found = {name: report[name] for name in ("original_size", "edited_size", "alignment", "tone")}
    found["changed_share"], found["box"] = report["mask"]["share"], report["mask"]["box"]
    found["findings"] = [finding["text"] for finding in report["findings"]]
    if output is not None:
        write_files({output: io.encode(heatmap(result), io.Metadata(), io.output_format(output))[0]})
    _tell(found, as_json, _changed_lines(found))


def _check(output: Path | None, inputs: tuple[Path, ...]) -> None:
    from segmask import io
    from segmask.core.files import check_outputs

    if output is not None:
        check_outputs([output], inputs)
        io.output_format(output)


def _tell(found: dict[str, Any], as_json: bool, lines: list[str]) -> None:
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for line in lines:
        typer.echo(line)


def _seen_lines(found: dict[str, Any]) -> list[str]:
    lines = [f"size: {found['size'][0]}x{found['size'][1]}"]
    lines += [f"part: {part} {share:.1%}" for part, share in found["parts"].items()]
    lines += [f"face: box {_box(face['box'])}, score {face['score']:.2f}" for face in found["faces"]]
    people = found["people"]
    lines += [f"person {one['number']}: box {_box(one['box'])}, {one['share']:.1%} of the picture" for one in people]
    return [*lines, *(f"note: {note}" for note in found["notes"])]


def _changed_lines(found: dict[str, Any]) -> list[str]:
    alignment, tone = found["alignment"], found["tone"]
    where = f" (box {_box(found['box'])})" if found["box"] else ""
    residual = "" if alignment["residual_px"] is None else f", {alignment['residual_px']:.2f} px left"
    gains = ", ".join(f"{gain:.3f}" for gain in tone["gain"])
    return [
        f"changed: {found['changed_share']:.2%} of the picture{where}",
        f"alignment: {alignment['method']}{'' if alignment['trusted'] else ', not trusted'}{residual}",
        f"colour drift: gain {gains} (red, green, blue)",
        *(f"note: {text}" for text in found["findings"]),
    ]


def _box(box: Any) -> str:
    return ",".join(map(str, box))
