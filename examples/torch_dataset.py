"""A torch data set of photos with their inpainting masks, cropped to what a model is trained at."""

import sys
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset

import segmask


class GarmentCrops(Dataset):
    """(image, mask): float32 (3, H, W) and (1, H, W) in [0, 1]; 1 is the garment. Made once, then read from a cache."""

    def __init__(self, folder: str, target: str = "clothing", side: int = 512, cache: str = "crops") -> None:
        self.photos = sorted(path for path in Path(folder).iterdir() if path.suffix in (".jpg", ".png"))
        self.target, self.size, self.cache = target, (side, side), Path(cache)
        self.cache.mkdir(exist_ok=True)

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        image, mask = (self.cache / f"{self.photos[index].stem}{ending}.png" for ending in ("", "-mask"))
        if not mask.exists():
            segmask.crop(self.photos[index], target=self.target, size=self.size).save(image, mask=mask)
        read = [torch.from_numpy(segmask.io.read_image(path)).float() / 255 for path in (image, mask)]
        return read[0].permute(2, 0, 1), read[1].permute(2, 0, 1)[:1]


def main(folder: str) -> list[int]:
    images, masks = next(iter(DataLoader(GarmentCrops(folder), batch_size=2)))
    print(f"images {tuple(images.shape)}, masks {tuple(masks.shape)}, {masks.mean():.1%} garment")
    return list(images.shape)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["photos"]))
