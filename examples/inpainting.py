"""An inpainting round trip: the region round the garment goes to a service, and its answer back into the photo."""

import sys

import numpy as np

import segmask


def service(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Put your own service here: uint8 (H, W, 3) and where to edit, 255, (H, W). This one dyes the garment blue."""
    dyed = (image.mean(axis=2, keepdims=True) * np.array([0.5, 0.7, 1.3])).clip(0, 255).astype(np.uint8)
    return np.where(mask[..., None] > 127, dyed, image)


def main(photo: str, output: str = "inpainted.png", side: str = "768") -> segmask.Report:
    cut = segmask.crop(photo, target="clothing", grow=8, size=(int(side), int(side)), multiple=64)
    cut.save("sent.png", mask="sent-mask.png", place="place.json", mask_format="openai")
    answer = service(cut.image, cut.mask)
    result = segmask.stitch(photo, answer, "place.json")  # decides anew what of the answer is taken
    report = result.save(output, mask="inpainted-mask.png")
    print(f"{output}: {report.mask.share:.1%} from the answer; {report.verdict}")
    return report


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["original.jpg"]))
