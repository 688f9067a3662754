"""A parser of your own: any object with a name and a parse method. This one knows a suit by its colour."""

import sys

import numpy as np

import segmask
from segmask.core.labels import PART_ID, PARTS


class OrangeSuit:
    """What is strongly orange is ``upper``, all else background."""

    name = "orange-suit"

    def parse(self, image: np.ndarray) -> segmask.Parsing:
        """Probabilities float32 (14, h, w), at any size, of uint8 (H, W, 3)."""
        small = image[::2, ::2].astype(np.float32)
        share = ((small[..., 0] - small[..., 2] - 60) / 60).clip(0, 1)
        probs = np.zeros((len(PARTS), *share.shape), np.float32)
        probs[PART_ID["upper"]], probs[PART_ID["background"]] = share, 1 - share
        return segmask.Parsing(probs, size_hw=image.shape[:2], source=self.name)


def main(original: str, edited: str, output: str = "own-parser.png") -> segmask.Report:
    result = segmask.apply(original, edited, parser=OrangeSuit(), face_detector="none", target="upper")
    report = result.save(output)
    print(f"{output}: {report.mask.share:.1%} from the edit, parsed by {report.parser}; {report.verdict}")
    return report


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["original.jpg", "edited.jpg"]))
