"""Many edits of one original: it is read and parsed once; every composite is written, and the best one is named."""

import sys
from pathlib import Path

import segmask
from segmask.verdict.ranking import rank_key


def main(original: str, *edits: str) -> Path:
    masker = segmask.Masker(target="clothing")
    seen = masker.see(original)
    ranked = []
    for edit in map(Path, edits):
        result = masker.apply(seen, edit)
        output = Path(f"{edit.stem}-composite.png")
        report = result.save(output, mask=f"{edit.stem}-mask.png")
        print(f"{output}: {report.verdict}, confidence {report.confidence}")
        ranked.append((rank_key(report), output))
    best = min(ranked)[1]
    print(f"best: {best}")
    return best


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["original.jpg", "edited.jpg"]))
