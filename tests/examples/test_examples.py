"""The scripts in examples/ do what they say, on the sample pair."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.result import Result

FOLDER = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pair: tuple[Path, Path]
) -> Callable[[str], Callable[..., Any]]:
    """The ``main`` of a script, to be called in an empty folder with the sample pair."""
    monkeypatch.chdir(tmp_path)
    for path in pair:
        Path(path.name).write_bytes(path.read_bytes())

    def main(name: str) -> Callable[..., Any]:
        spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module.main

    return main


def test_they_are_short() -> None:
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in FOLDER.glob("*.py")}
    assert len(lengths) == 8
    assert max(lengths.values()) < 40, lengths


def test_many_edits(example: Callable[[str], Callable[..., Any]], composed: Result) -> None:
    io.write_png("same.png", io.read_image("original.jpg"))
    assert example("many_edits")("original.jpg", "same.png", "edited.jpg") == Path("edited-composite.png")
    np.testing.assert_array_equal(io.read_image("edited-composite.png"), composed.image)
    assert not io.read_picture("same-mask.png").raster.any()


def test_inpainting(example: Callable[[str], Callable[..., Any]]) -> None:
    report = example("inpainting")("original.jpg", "out.png", "512")
    assert report.mask.share > 0.1
    assert segmask.verify("original.jpg", "out.png", "inpainted-mask.png").is_kept
    assert io.read_picture("sent-mask.png").raster.shape == (512, 512, 4)


def test_batch_review(example: Callable[[str], Callable[..., Any]], rng: np.random.Generator) -> None:
    for folder in ("originals", "edits"):
        Path(folder).mkdir()
        io.write_png(f"{folder}/noise.png", rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
        io.write_png(f"{folder}/same.png", io.read_image("original.jpg")[:, :400])
    names = example("batch_review")("originals", "edits")
    assert [Path(name).stem for name in names] == ["noise"]
    assert Path("review.txt").read_text("utf-8").splitlines() == names


def test_own_parser(example: Callable[[str], Callable[..., Any]]) -> None:
    report = example("own_parser")("original.jpg", "edited.jpg")
    assert report.parser == "orange-suit"
    assert report.mask.share > 0.05


def test_evaluate_tool(example: Callable[[str], Callable[..., Any]], composed: Result) -> None:
    """On the sample pair with segmask's own mask as the truth."""
    case = Path("my-set/0001")
    case.mkdir(parents=True)
    for name in ("original", "edited"):
        (case / f"{name}.jpg").write_bytes(Path(f"{name}.jpg").read_bytes())
    io.write_png(case / "mask.png", np.where(composed.mask > 127, np.uint8(255), np.uint8(0)))
    Path("other").mkdir()
    io.write_png("other/0001.png", np.full_like(composed.mask, 255))
    measured = example("evaluate_tool")("my-set", "other")
    assert len(measured) == 3
    assert measured["hybrid"] == max(measured.values())


def test_video_frames(
    example: Callable[[str], Callable[..., Any]], rng: np.random.Generator, photo: np.ndarray
) -> None:
    """Three frames of a still shot: each edit is drawn anew, with noise of its own and a pixel to the side."""
    for folder in ("frames", "edited-frames"):
        Path(folder).mkdir()
    edited = io.read_image("edited.jpg").astype(int)
    for number in range(3):
        io.write_png(f"frames/{number}.png", photo)
        noisy = edited + rng.normal(0, 6, edited.shape) + rng.normal(0, 8)
        io.write_png(f"edited-frames/{number}.png", np.clip(np.roll(noisy, number, 1), 0, 255).astype(np.uint8))
    plain, steady = example("video_frames")("frames", "edited-frames")
    assert 0 < steady < plain
    assert len(list(Path("steady").iterdir())) == 3


def test_torch_dataset(example: Callable[[str], Callable[..., Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("torch") is None:
        for name, module in torch_stand_ins().items():
            monkeypatch.setitem(sys.modules, name, module)
    Path("photos").mkdir()
    Path("photos/a.jpg").write_bytes(Path("original.jpg").read_bytes())
    assert example("torch_dataset")("photos") == [1, 3, 512, 512]
    assert {path.name for path in Path("crops").iterdir()} == {"a.png", "a-mask.png"}


def torch_stand_ins() -> dict[str, ModuleType]:
    """As much of torch as the example asks for, on numpy."""

    class Tensor(np.ndarray):
        def float(self) -> Tensor:
            return self.astype(np.float32).view(Tensor)

        def permute(self, *axes: int) -> Tensor:
            return self.transpose(axes)

    def loader(dataset: Any, batch_size: int) -> Any:
        items = [dataset[index] for index in range(min(len(dataset), batch_size))]
        yield tuple(np.stack(values).view(Tensor) for values in zip(*items, strict=True))

    torch, utils, data = (ModuleType(name) for name in ("torch", "torch.utils", "torch.utils.data"))
    torch.__dict__.update(Tensor=Tensor, from_numpy=lambda values: values.view(Tensor))
    data.__dict__.update(Dataset=object, DataLoader=loader)
    return {"torch": torch, "torch.utils": utils, "torch.utils.data": data}


@pytest.mark.skipif(find_spec("fastapi") is None, reason="needs the extra serve")
def test_client(example: Callable[[str], Callable[..., Any]], composed: Result) -> None:
    from tests.serve.conftest import Service

    running = Service()
    try:
        assert example("client")("original.jpg", "edited.jpg", running.url) == composed.report.verdict
    finally:
        running.stop()
    composed.save("api.png")
    assert Path("from-service.png").read_bytes() == Path("api.png").read_bytes()
    mask = io.read_picture("mask-for-service.png").raster
    assert set(np.unique(mask[..., 3])) == {0, 255}
