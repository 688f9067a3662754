"""Draw every stage of every real pair: ``python -m benchmarks.pairs ../shared/data/pairs OUT``.

OUT gets one sheet a pair, to be looked at; what was seen stands, a line a pair, in ``benchmarks/pairs.tsv``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from segmask import io
from segmask.masker import Masker
from segmask.options import STRATEGIES
from segmask.view.preview import draw_preview


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--strategy", default="hybrid", choices=STRATEGIES)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    masker = Masker(strategy=options.strategy)
    for folder in sorted(path for path in options.pairs.iterdir() if path.is_dir()):
        original, edited = (next(folder.glob(f"{kind}.*")) for kind in ("original", "edited"))
        result = masker.apply(original, edited)
        io.write_png(options.out / f"{folder.name}.png", draw_preview(result))
        io.write_png(options.out / f"{folder.name}-composite.png", result.image)
        report = result.report
        print(folder.name, report.verdict, f"{report.mask.share:.3f}", *report.reasons, sep="\t", flush=True)


if __name__ == "__main__":
    main()
