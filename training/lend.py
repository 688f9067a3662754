"""Labels lent to photos that have none: ``python -m training.lend PSEUDO CODES OUT``.

PSEUDO is a folder of ``training.pseudo`` (photos, labels of a net that is sure), CODES one of ``training.teacher``.
OUT/labels keeps a label where the teacher's body part allows it, or where the teacher is not sure; where they
disagree only the body part's set is left, and nothing where the net sees a bag (the teacher sees the body behind it)
or a person where the teacher sees nobody.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from segmask.core.labels import PART_ID, PARTS
from training.pseudo import UNSURE
from training.sets import UNKNOWN, Table, table


def agreed(label: NDArray[np.uint8], codes: NDArray[np.uint8], allowed: Table) -> NDArray[np.uint8]:
    """Labels (H, W), ``UNSURE`` where there is none, and the teacher's codes -> codes of the training, uint8 (H, W)."""
    known = label < len(PARTS)
    fits = allowed[codes, np.where(known, label, 0)] & known
    result = np.where(fits | (codes == UNKNOWN), label, codes)
    carried = known & ~fits & (label == PART_ID["bag"])
    alone = known & ~fits & (codes == 0)
    result[(carried & (codes != UNKNOWN)) | alone] = UNSURE
    return np.asarray(result, np.uint8)


def write_lent(pseudo: Path, codes: Path, out: Path) -> None:
    """Write OUT/labels, OUT/photos (links) and OUT/split.json of every photo that both folders know."""
    (out / "labels").mkdir(parents=True, exist_ok=True)
    (out / "photos").mkdir(exist_ok=True)
    allowed, names = table(), []
    for path in sorted((pseudo / "labels").glob("*.png")):
        if not (codes / path.name).exists():
            continue
        label, seen = (np.array(Pictures.open(folder / path.name)) for folder in (pseudo / "labels", codes))
        Pictures.fromarray(agreed(label, seen, allowed)).save(out / "labels" / path.name)
        link = out / "photos" / f"{path.stem}.jpg"
        if not link.exists():
            link.symlink_to((pseudo / "photos" / f"{path.stem}.jpg").resolve())
        names.append(path.stem)
    (out / "split.json").write_text(json.dumps({"train": names}))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pseudo", type=Path)
    options.add_argument("codes", type=Path)
    options.add_argument("out", type=Path)
    chosen = options.parse_args()
    write_lent(chosen.pseudo, chosen.codes, chosen.out)


if __name__ == "__main__":
    main()
