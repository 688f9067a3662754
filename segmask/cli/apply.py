"""``segmask apply``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmask.cli import options as o
from segmask.cli.output import finish, said_verdict, say, say_candidates
from segmask.options import Options

Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="OUT", help="The composite: .png, .tif or .webp (lossless), .jpg.", show_default=False
    ),
]
MaskFile = Annotated[
    Path | None, typer.Option("--mask", metavar="FILE.png", help="Write the mask; white is edited.", show_default=False)
]


Edits = Annotated[
    list[Path],
    typer.Argument(
        metavar="EDITED...", help="Its edited version, of any size; of several the best is taken.", show_default=False
    ),
]


def apply(
    original: o.Original,
    edited: Edits,
    output: Output,
    strategy: o.Strategy = Options.strategy,
    target: o.Target = None,
    prompt: o.Prompt = Options.prompt,
    mask: MaskFile = None,
    report: o.ReportFile = None,
    preview: o.PreviewFile = None,
    parser: o.ParserName = str(Options.parser),
    face_detector: o.FaceDetectorName = str(Options.face_detector),
    person: o.Person = str(Options.person),
    include: o.Include = None,
    exclude: o.Exclude = None,
    mask_in: o.MaskIn = None,
    parsing: o.ParsingMaps = None,
    labels: o.LabelSet = None,
    threshold: o.Threshold = Options.threshold,
    min_area: o.MinArea = Options.min_area,
    feather: o.Feather = Options.feather,
    tone_match: o.ToneMatch = Options.tone_match,
    device: o.Device = Options.device,
    threads: o.Threads = Options.threads,
    strict: o.Strict = False,
) -> None:
    """Take the target from EDITED and everything else from ORIGINAL, bit for bit.

    Of several EDITED the one with the best verdict and confidence is written; the report lists all of them.

    Exit codes: 0 done, 1 could not (a picture or model), 2 usage, 3 done, but --strict and the verdict is not ok.
    """
    from segmask import io
    from segmask.core.files import check_outputs
    from segmask.masker import Masker
    from segmask.several import best_of

    report_file = o.report_path(report)
    inputs = [path for path in (original, *edited, include, exclude, mask_in, *(parsing or [])) if path]
    check_outputs([path for path in (output, mask, report_file, preview) if path], inputs)
    io.output_format(output)
    masker = Masker(
        strategy,
        target,
        parser,
        face_detector,
        prompt=prompt,
        person=person,
        threshold=threshold,
        min_area=min_area,
        feather=feather,
        tone_match=tone_match,
        labels=None if parsing else labels,
        device=device,
        threads=threads,
    )
    common = {
        "parsing": o.parsing_input(parsing),
        "labels": labels if parsing else None,
        "include": include,
        "exclude": exclude,
        "mask_in": mask_in,
    }
    several = len(edited) > 1
    result = best_of(masker, original, edited, **common) if several else masker.apply(original, edited[0], **common)
    written = result.save(output, mask=mask, report=report_file, preview=preview)
    share = f"{written.mask.share:.1%} of the picture comes from the edit"
    say(f"{output}: {share} ({written.strategy}); verdict {said_verdict(written.verdict, written.confidence)}")
    say_candidates(written)
    finish(written, report, strict)
