"""The nodes give what segmask.apply gives, whatever tensors come in; their schema is one table in two forms."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.comfy import choices, v1, v3
from segmask.comfy.nodes import NODES
from segmask.comfy.table import Node, Outcome
from segmask.comfy.tensors import images_of, levels_of, masks_of
from segmask.register.align import align
from tests.cli.test_cli import segmask as shell
from tests.comfy.stand_ins import Server, Tensor, torch_or_stand_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["stand-in", "torch"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Array to tensor: of the stand-in, and of torch where it is installed."""
    if request.param == "torch":
        torch = pytest.importorskip("torch")
        return torch.from_numpy
    monkeypatch.setitem(sys.modules, "torch", type(sys)("torch"))
    monkeypatch.setattr(sys.modules["torch"], "from_numpy", Tensor, raising=False)
    return Tensor


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server(tmp_path)
    for name, module in found.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    choices.free()
    return found


@pytest.fixture
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """A picture and an edit of it, uint8 (64, 64, 3)."""
    before = np.random.default_rng(3).integers(60, 140, (64, 64, 3)).astype(np.uint8)
    after = before.copy()
    after[20:44, 16:48] = 220
    return before, after


def node(name: str) -> Node:
    return next(entry for entry in NODES if entry.name == f"Segmask{name}")


def batch(*images: np.ndarray) -> np.ndarray:
    """As Load Image makes it of pictures: float32 (B, H, W, C)."""
    return np.stack(images).astype(np.float32) / np.float32(255)


def run(name: str, **given: Any) -> Outcome:
    defaults = {entry.name: entry.default for entry in node(name).inputs if entry.default is not None}
    return node(name).run({**defaults, **given}, lambda done, total: None)  # noqa: ARG005


def array(tensor: Any) -> np.ndarray:
    return tensor.detach().cpu().numpy()


def test_apply_gives_what_the_package_gives(make: Any, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    found = run("Apply", original=make(batch(drawn[0])), edited=make(batch(drawn[1])), strategy="diff")
    image, mask, report, verdict = found.values
    expected = segmask.apply(*drawn, strategy="diff")
    np.testing.assert_array_equal(np.rint(array(image)[0] * 255), expected.image)
    np.testing.assert_array_equal(array(mask)[0], expected.alpha)
    assert (verdict, json.loads(report)["mask"]["share"]) == (expected.report.verdict, expected.report.mask.share)


def test_floating_point_of_the_original_is_kept_to_the_bit(make: Any, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """Pictures from a decoder lie between the 8-bit levels."""
    before = np.clip(batch(drawn[0]) + np.float32(0.0007), 0, 1)
    image, mask, *_ = run("Apply", original=make(before), edited=make(batch(drawn[1])), strategy="diff").values
    outside = array(mask)[0] == 0
    assert outside.mean() > 0.5
    np.testing.assert_array_equal(array(image)[0][outside], before[0][outside])


def test_a_batch_of_one_goes_with_all_of_the_other(make: Any, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    before, after = drawn
    image, mask, report, _ = run(
        "Apply", original=make(batch(before)), edited=make(batch(after, before, after)), strategy="diff"
    ).values
    assert array(image).shape == (3, 64, 64, 3)
    assert array(mask).reshape(3, -1).any(1).tolist() == [True, False, True]
    assert len(json.loads(report)) == 3


def test_masks_are_corrections_and_64_by_64_zeros_are_none(make: Any, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    """Both pictures have 64 by 64 pixels: an empty mask of that size is none, any other one counts."""
    marked = np.zeros((64, 64), np.float32)
    marked[:8] = 1
    given = {"original": make(batch(drawn[0])), "edited": make(batch(drawn[1])), "strategy": "diff"}
    none = make(np.zeros((1, 64, 64), np.float32))
    plain = array(run("Apply", **given).values[1])
    np.testing.assert_array_equal(array(run("Apply", **given, include=none, exclude=none).values[1]), plain)
    assert (array(run("Apply", **given, include=make(marked)).values[1])[0, :8] == 1).all()
    assert not array(run("Apply", **given, exclude=make(1 - marked[None])).values[1])[0, 8:].any()


def test_any_floating_type_channels_and_shape(make: Any, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    values = batch(drawn[0])
    for kind in (np.float16, np.float32, np.float64):
        np.testing.assert_array_equal(images_of(make(values.astype(kind)), "image")[0], drawn[0])
    clear = np.concatenate([values, np.zeros_like(values[..., :1])], 3)
    np.testing.assert_array_equal(images_of(make(clear), "image")[0], drawn[0])
    assert images_of(make(values[..., :1]), "image")[0].shape == (64, 64, 3)
    assert images_of(make(values[0]), "image")[0].shape == (64, 64, 3)
    assert masks_of(make(np.ones((2, 1, 4, 4), np.float32)), "mask")[1].all()
    torch = torch_or_stand_in()
    if hasattr(torch, "bfloat16"):
        half = torch.from_numpy(values).to(torch.bfloat16)
        assert np.abs(images_of(half, "image")[0].astype(int) - drawn[0]).max() <= 1


@pytest.mark.parametrize(
    "values", [np.full((1, 8, 8, 3), np.nan, np.float32), np.zeros((1, 8, 8, 2), np.float32), np.zeros((0, 8, 8, 3))]
)
def test_what_is_no_picture_is_said(values: np.ndarray) -> None:
    with pytest.raises(segmask.InputError, match="edited"):
        images_of(Tensor(values), "edited")


def test_the_device_is_kept(monkeypatch: pytest.MonkeyPatch, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    monkeypatch.setitem(sys.modules, "torch", type(sys)("torch"))
    monkeypatch.setattr(sys.modules["torch"], "from_numpy", Tensor, raising=False)
    original, edited = (Tensor(batch(image), "cuda:0") for image in drawn)
    image, mask, *_ = run("Apply", original=original, edited=edited, strategy="diff").values
    assert (image.device, mask.device) == ("cuda:0", "cuda:0")


def test_best_and_align(make: Any, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    before, after = drawn
    found = run("Best", original=make(batch(before)), edits=make(batch(before, after)), strategy="diff").values
    expected = segmask.best(before, [before, after], strategy="diff")
    np.testing.assert_array_equal(np.rint(array(found[0])[0] * 255), expected.image)
    assert found[4] == 1
    assert len(json.loads(found[2])["candidates"]) == 2
    image, covered, report = run("Align", original=make(batch(before)), edited=make(batch(np.roll(after, 2, 1)))).values
    aligned, alignment = align(before, np.roll(after, 2, 1))
    np.testing.assert_array_equal(np.rint(array(image)[0] * 255), aligned)
    np.testing.assert_array_equal(array(covered)[0], alignment.covered)
    assert json.loads(report)[0]["method"] == alignment.method


def test_mask_and_parse_and_apply_with_the_models(make: Any, pair: tuple[Path, Path], photo: np.ndarray) -> None:
    """On the sample pair; the second node finds the models loaded."""
    choices.free()
    mask, *_ = run("Mask", image=make(batch(photo)), grow=8.0).values
    np.testing.assert_array_equal(array(mask)[0], segmask.mask(photo, grow=8).alpha)
    with choices.loaded({"strategy": "hybrid"}) as masker:
        before = masker.parser
    chosen, parts, colours, names = run("Parse", image=make(batch(photo)), target="hair").values
    labels = before.parse(photo).label_map
    np.testing.assert_array_equal(array(chosen)[0], labels == 1)
    assert array(parts).shape == (14, *labels.shape)
    assert array(colours).shape == (1, *photo.shape)
    assert names.split(", ")[1] == "hair"
    edited = io.read_image(pair[1])
    found = run("Apply", original=make(batch(photo)), edited=make(batch(edited)), keep_models=False)
    np.testing.assert_array_equal(np.rint(array(found.values[0])[0] * 255), segmask.apply(photo, edited).image)
    with choices.loaded({"strategy": "hybrid"}) as masker:
        assert masker.parser is not before, "they were freed as asked"


@pytest.mark.usefixtures("server")
def test_widgets_are_checked_before_anything_runs() -> None:
    plain: Any = v1.node_class(node("Apply"))
    for made in (v3.node_class(node("Apply")).validate_inputs, plain.VALIDATE_INPUTS):
        assert made(target="upper, lower", person="2") is True
        assert "shoes" in str(made(target="shoes"))
        assert "strategy" in str(made(strategy="magic"))
        assert "target and prompt" in str(made(target="hair", prompt="change the shirt"))
        assert "diff" in str(made(strategy="diff", person="largest"))
        assert made(target=None) is True, "a value that comes by a wire is not known yet"


@pytest.mark.usefixtures("server")
def test_both_schemas_are_the_table() -> None:
    async def listed() -> list[Any]:
        return await (await v3.comfy_entrypoint()).get_node_list()

    classes, titles = v1.v1_mappings()
    for entry, made in zip(NODES, asyncio.run(listed()), strict=True):
        schema, plain = made.define_schema(), classes[entry.name]
        assert (schema.node_id, schema.display_name) == (entry.name, titles[entry.name])
        ids = [given.id for given in (*schema.inputs, *schema.outputs)]
        assert len(set(ids)) == len(ids), "ComfyUI wants all ids of a node to differ"
        old = plain.INPUT_TYPES()
        assert [*old["required"], *old["optional"]] == [given.id for given in schema.inputs]
        for given in schema.inputs:
            declared = {**old["required"], **old["optional"]}[given.id]
            for name in ("default", "tooltip", "min", "max", "step"):
                assert declared[1].get(name) == given.details.get(name)
            assert given.details["tooltip"]
        assert tuple(output.details["display_name"] for output in schema.outputs) == plain.RETURN_NAMES
        assert hasattr(made, "fingerprint_inputs") == hasattr(plain, "IS_CHANGED") == (entry.name == "SegmaskFiles")


def test_a_class_of_either_schema_runs_with_progress_and_a_preview(
    make: Any, server: Server, drawn: tuple[np.ndarray, np.ndarray]
) -> None:
    given = {"original": make(batch(drawn[0])), "edited": make(batch(drawn[1])), "strategy": "diff"}
    made = v3.node_class(node("Apply"))
    output = made.execute(**given)
    assert server.told == [(0, 1), (1, 1)]
    assert output.ui["cls"] is made
    np.testing.assert_array_equal(array(output.ui["images"]), array(output.result[0]))
    plain: Any = v1.node_class(node("Apply"))()
    found = plain.run(**given)
    np.testing.assert_array_equal(array(found["result"][0]), array(output.result[0]))
    (shown,) = found["ui"]["images"]
    saved = io.read_image(Path(server.folder(shown["type"])) / shown["filename"])
    np.testing.assert_array_equal(saved, np.rint(array(output.result[0])[0] * 255))


def test_files_have_the_bytes_of_the_package(server: Server, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    folder, out = Path(server.folder("input")), Path(server.folder("output"))
    deep = drawn[0].astype(np.uint16) * 257
    (folder / "a.tif").write_bytes(io.encode(deep, io.Metadata(), "TIFF")[0])
    io.write_png(folder / "b.png", drawn[1])
    given = {"original": "a.tif", "edited": "b.png [input]", "output": "done/c.tif", "strategy": "diff"}
    entry = node("Files")
    assert entry.fingerprint is not None
    first = entry.fingerprint(given)
    path, mask, _, verdict, image = run("Files", **given).values
    expected = segmask.apply(folder / "a.tif", folder / "b.png", strategy="diff")
    expected.save(out / "api.tif", mask=out / "api-mask.png")
    assert Path(path).read_bytes() == (out / "api.tif").read_bytes()
    assert Path(mask).read_bytes() == (out / "api-mask.png").read_bytes()
    assert verdict == expected.report.verdict
    np.testing.assert_array_equal(np.rint(levels_of(image, "image")[0] * 255), expected.image)
    io.write_png(folder / "b.png", drawn[0])
    assert entry.fingerprint(given) != first, "the node runs anew where a file behind a name changed"


def test_a_server_for_others_stays_in_its_folders(server: Server, drawn: tuple[np.ndarray, np.ndarray]) -> None:
    beyond = server.base / "beyond.png"
    io.write_png(beyond, drawn[0])
    io.write_png(Path(server.folder("input")) / "a.png", drawn[0])
    given = {"original": "a.png", "edited": "a.png", "output": "c.png", "strategy": "diff"}
    assert run("Files", **{**given, "edited": str(beyond)}).values[3] == "ok"
    server.listen = "0.0.0.0"
    for wrong in (
        {"edited": str(beyond)},
        {"edited": "../beyond.png"},
        {"output": "../c.png"},
        {"output": str(beyond)},
    ):
        with pytest.raises(segmask.OptionError):
            run("Files", **{**given, **wrong})
    for wrong in ({"edited": "none.png"}, {"edited": ""}):
        with pytest.raises(segmask.InputError):
            run("Files", **{**given, **wrong})


def test_the_examples_are_those_of_their_script() -> None:
    script = ROOT / "scripts" / "make_comfyui_files.py"
    if not script.is_file():
        pytest.skip("no scripts in this distribution")
    spec = importlib.util.spec_from_file_location("make_comfyui_files", script)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    for folder, form in (("example_workflows", made.for_the_page), ("api", made.for_the_api)):
        for name, steps in made.WORKFLOWS.items():
            assert json.loads((ROOT / "comfyui" / folder / f"{name}.json").read_text("utf-8")) == form(steps)


def test_the_pack_is_installed_replaced_and_never_put_over_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = tmp_path / "ComfyUI" / "custom_nodes"
    assert shell("comfyui", "install", tmp_path / "ComfyUI") == 1
    nodes.mkdir(parents=True)
    for path, link in ((nodes.parent, ()), (nodes, ()), (nodes.parent, ("--link",)), (nodes.parent, ())):
        assert shell("comfyui", "install", path, *link) == 0
        (target,) = nodes.iterdir()
        assert target.is_symlink() == bool(link)
        assert (target / "example_workflows" / "segmask_apply.json").is_file()
        assert "restart ComfyUI" in capsys.readouterr().err
    (target / "__init__.py").write_text("# somebody's own\n")
    assert shell("comfyui", "install", nodes.parent) == 1
    assert (target / "__init__.py").read_text() == "# somebody's own\n"
