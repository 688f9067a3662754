from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pil

import segmask
from segmask import io
from segmask.core.labels import PART_ID
from segmask.masker import Masker
from segmask.result import Result, report_json
from tests.conftest import codes

HELMET = (slice(380, 500), slice(370, 490))  # of the sample: worn items end left of it
SUIT = (slice(420, 470), slice(60, 110))
FACE = (slice(80, 180), slice(185, 265))


def test_the_suit_comes_from_the_edit_and_all_else_is_the_original(composed: Result, photo: np.ndarray) -> None:
    assert composed.report.verdict == "ok"
    assert (composed.alpha[SUIT] == 1).all()
    np.testing.assert_array_equal(composed.image[composed.alpha == 0], photo[composed.alpha == 0])
    np.testing.assert_array_equal(composed.image[FACE], photo[FACE])
    np.testing.assert_array_equal(composed.image[:150], photo[:150])
    assert (composed.image[SUIT].astype(int)[..., 0] < 90).all(), "the suit is no longer orange"


def test_alpha_is_0_on_what_is_protected(composed: Result) -> None:
    assert composed.stages.protected is not None
    assert composed.stages.protected.any()
    assert (composed.alpha[composed.stages.protected] == 0).all()


def test_the_same_input_gives_the_same_output(masker: Masker, pair: tuple[Path, Path], composed: Result) -> None:
    again = masker.apply(*pair)
    np.testing.assert_array_equal(again.alpha, composed.alpha)
    np.testing.assert_array_equal(again.raster, composed.raster)
    assert replace(again.report, timings=()) == replace(composed.report, timings=())


def test_paths_arrays_and_pil_images_give_the_same(pair: tuple[Path, Path], masker: Masker, composed: Result) -> None:
    from_arrays = masker.apply(*(io.read_image(path) for path in pair))
    with Pil.open(pair[0]) as original, Pil.open(pair[1]) as edited:
        from_pil = masker.apply(original, edited)
    for other in (from_arrays, from_pil):
        np.testing.assert_array_equal(other.raster, composed.raster)


def test_identical_pictures_give_an_empty_mask_and_the_original(masker: Masker, pair: tuple[Path, Path]) -> None:
    for chosen in (masker, Masker(strategy="diff")):
        result = chosen.apply(pair[0], pair[0])
        assert not result.alpha.any()
        np.testing.assert_array_equal(result.image, io.read_image(pair[0]))
        assert "mask-empty" in codes(result)


def test_diff_loads_no_model_and_needs_no_person(rng: np.random.Generator) -> None:
    import cv2

    scene = cv2.resize(rng.integers(0, 256, (40, 60, 3), dtype=np.uint8), (600, 400), interpolation=cv2.INTER_CUBIC)
    edited = scene.copy()
    edited[100:250, 200:400] = np.array([250, 200, 40], np.uint8)
    masker = Masker(strategy="diff")
    result = masker.apply(scene, edited)
    assert result.report.parser is None
    assert result.report.target == ()
    assert (result.alpha[110:240, 210:390] == 1).mean() > 0.97
    assert not result.alpha[:90].any()


def test_without_a_person_hybrid_falls_back_to_diff_and_asks_for_a_look(masker: Masker) -> None:
    import cv2

    ramp = np.linspace(60, 190, 400)[None, :, None] * np.ones((300, 1, 3))
    scene = ramp.astype(np.uint8)
    for column in range(20, 400, 40):
        cv2.rectangle(scene, (column, 20), (column + 12, 60), (20, 90, 60), -1)
    edited = scene.copy()
    edited[150:250, 120:260] = np.array([200, 40, 40], np.uint8)
    result = masker.apply(scene, edited)
    assert result.report.verdict == "review"
    assert "fell-back-to-diff" in codes(result)
    assert (result.alpha[160:240, 130:250] == 1).all()


def test_semantic_takes_the_parts_by_the_given_parsings(photo: np.ndarray) -> None:
    parsing = np.zeros((512, 512), np.uint8)
    parsing[100:300, 100:300] = PART_ID["upper"]
    after = np.roll(parsing, 50, axis=1)
    edited = 255 - photo
    result = segmask.apply(photo, edited, strategy="semantic", parsing=(parsing, after), face_detector="none")
    assert result.report.parser == "given"
    assert (result.alpha[110:290, 110:340] == 1).all()
    assert not result.alpha[310:].any()


def test_a_parsing_may_use_another_label_set(photo: np.ndarray) -> None:
    from segmask.core.labels import LABEL_SETS

    name = "atr-18"
    upper = next(i for i, (_, part) in enumerate(LABEL_SETS[name]) if part == "upper")
    parsing = np.zeros((512, 512), np.uint8)
    parsing[100:300, 100:300] = upper
    maps = (parsing, parsing)
    result = segmask.apply(photo, 255 - photo, strategy="semantic", parsing=maps, labels=name, face_detector="none")
    assert (result.alpha[110:290, 110:290] == 1).all()


def test_include_lifts_protection_and_exclude_beats_include(masker: Masker, pair: tuple[Path, Path]) -> None:
    include, exclude = np.zeros((512, 512), bool), np.zeros((512, 512), bool)
    include[100:200, 180:280] = True
    exclude[150:, :] = True
    result = masker.apply(*pair, include=include, exclude=exclude)
    assert (result.alpha[102:148, 182:278] == 1).all()
    assert not result.alpha[150:].any()


def test_a_mask_of_0_and_1_is_read_as_black_and_white(masker: Masker, pair: tuple[Path, Path]) -> None:
    result = masker.apply(*pair, exclude=np.ones((512, 512), np.uint8))
    assert not result.alpha.any()
    assert "mask-read-as-binary" in codes(result)


def test_the_report_says_who_found_the_faces(composed: Result) -> None:
    assert composed.report.face_detector == "builtin (face part)"
    assert any(face.box[0] < 225 < face.box[2] for face in composed.report.faces)


def test_a_prompt_names_the_target_and_the_report_says_what_was_understood(photo: np.ndarray) -> None:
    parsing = np.zeros((512, 512), np.uint8)
    parsing[100:300, 100:300] = PART_ID["upper"]
    parsing[300:400, 100:300] = PART_ID["lower"]
    result = segmask.apply(
        photo,
        255 - photo,
        strategy="semantic",
        prompt="replace the shirt with a jacket, keep the trousers",
        parsing=(parsing, parsing),
        face_detector="none",
    )
    assert (result.alpha[110:290, 110:290] == 1).all()
    assert not result.alpha[310:].any()
    assert result.report.target == ("upper", "outerwear")
    said = result.report.to_dict()["prompt"]
    assert said["matched"] == (("shirt", ("upper",)), ("jacket", ("outerwear",)))
    assert said["kept"] == (("trousers", ("lower",)),)


@pytest.mark.parametrize("other", [{"target": "clothing"}, {"strategy": "diff"}])
def test_a_prompt_goes_alone(other: dict, photo: np.ndarray) -> None:
    with pytest.raises(segmask.OptionError, match="prompt"):
        segmask.apply(photo, photo, prompt="change the shirt", **other)


def test_reasons_about_a_place_have_a_box(masker: Masker, pair: tuple[Path, Path]) -> None:
    result = masker.apply(*pair, include=np.ones((512, 512), bool))
    reason = next(reason for reason in result.report.reasons if reason.code == "mask-covers-picture")
    assert reason.box == (0, 0, 512, 512)
    assert str(reason).endswith("(box 0,0,512,512)")


def test_masks_of_another_size_are_resized_with_a_note_or_refused(masker: Masker, pair: tuple[Path, Path]) -> None:
    result = masker.apply(*pair, exclude=np.ones((256, 256), bool))
    assert not result.alpha.any()
    assert "mask-resized" in codes(result)
    with pytest.raises(segmask.InputError, match="512x512"):
        masker.apply(*pair, exclude=np.ones((256, 300), bool))


def test_diff_refuses_a_parsing(photo: np.ndarray) -> None:
    with pytest.raises(segmask.OptionError, match="uses no parsing"):
        segmask.apply(photo, photo, strategy="diff", parsing=np.zeros((512, 512), np.uint8))


@pytest.mark.parametrize(
    "options",
    [
        {"strategy": "magic"},
        {"target": "cape"},
        {"parser": "nobody"},
        {"face_detector": "nobody"},
        {"feather": -1.0},
        {"target": 5},
        {"parser": 5},
        {"threshold": "3", "strategy": "diff"},
    ],
)
def test_unknown_choices_list_the_known_ones(options: dict, photo: np.ndarray) -> None:
    with pytest.raises(segmask.OptionError, match="expected"):
        segmask.apply(photo, photo, **options)


def test_a_raster_keeps_depth_transparency_and_grey(masker: Masker, pair: tuple[Path, Path], tmp_path: Path) -> None:
    photo, edited = (io.read_image(path) for path in pair)
    clear = np.full((512, 512, 1), 255, np.uint8)
    clear[:40, :40] = 77
    deep = photo.astype(np.uint16) * 257 + 3
    for raster, suffix in ((np.dstack([photo, clear]), ".png"), (deep, ".tif"), (photo[..., :1], ".png")):
        result = masker.apply(raster, edited)
        result.save(tmp_path / f"a{suffix}")
        written = io.read_picture(tmp_path / f"a{suffix}").raster
        assert written.dtype == raster.dtype
        assert written.shape == raster.shape
        outside = result.alpha == 0
        np.testing.assert_array_equal(written[outside], raster[outside])
        assert (written[SUIT] != raster[SUIT]).any()


@pytest.mark.parametrize("size_hw", [(4000, 10), (10, 4000)])
def test_extreme_aspects_are_done(size_hw: tuple[int, int], masker: Masker, rng: np.random.Generator) -> None:
    strip = rng.integers(0, 256, (*size_hw, 3), dtype=np.uint8)
    result = masker.apply(strip, 255 - strip)
    assert result.image.shape == strip.shape
    assert "extreme-aspect" in codes(result)


@pytest.mark.parametrize("side", [8, 12, 16, 33])
def test_the_smallest_pictures_are_done(side: int, masker: Masker, rng: np.random.Generator) -> None:
    noise = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
    result = masker.apply(noise, 255 - noise)
    np.testing.assert_array_equal(result.image[result.alpha == 0], noise[result.alpha == 0])


def test_a_picture_without_room_to_measure_is_refused(masker: Masker) -> None:
    with pytest.raises(segmask.InputError, match="at least 8x8"):
        masker.apply(np.zeros((1, 1, 3), np.uint8), np.zeros((9, 9, 3), np.uint8))


def test_the_edit_may_have_any_size_and_aspect_and_the_report_says_so(masker: Masker, pair: tuple[Path, Path]) -> None:
    import cv2

    photo, edited = (io.read_image(path) for path in pair)
    half = cv2.resize(edited, (320, 320), interpolation=cv2.INTER_AREA)[:, 20:300]
    result = masker.apply(photo, half)
    assert result.image.shape == photo.shape
    assert "size-changed" in codes(result)
    assert (result.alpha[SUIT] == 1).mean() > 0.95


def test_outputs_appear_together_and_masks_read_back_to_the_same_alpha(composed: Result, tmp_path: Path) -> None:
    paths = {name: tmp_path / file for name, file in (("mask", "m.png"), ("report", "r.json"), ("preview", "p.png"))}
    mask, report, preview = paths["mask"], paths["report"], paths["preview"]
    written = composed.save(tmp_path / "out.png", mask=mask, report=report, preview=preview)
    np.testing.assert_array_equal(io.read_gray(paths["mask"]) / np.float32(255), composed.alpha)
    np.testing.assert_array_equal(io.read_picture(tmp_path / "out.png").raster, composed.raster)
    assert paths["report"].read_bytes() == report_json(written)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(segmask.OutputError):
        composed.save(tmp_path / "other.png", mask=tmp_path / "nowhere" / "m.png")
    assert sorted(tmp_path.iterdir()) == before


def test_an_input_is_never_overwritten(composed: Result, pair: tuple[Path, Path]) -> None:
    before = [path.read_bytes() for path in pair]
    for path in pair:
        with pytest.raises(segmask.OptionError, match="also an input"):
            composed.save(path)
    assert [path.read_bytes() for path in pair] == before


def test_a_lossy_output_says_so(composed: Result, tmp_path: Path) -> None:
    assert any(note.code == "not-written" for note in composed.save(tmp_path / "out.jpg").notes)


def test_the_mask_of_one_picture(masker: Masker, pair: tuple[Path, Path]) -> None:
    result = masker.mask(pair[0])
    wide = Masker(grow=20).mask(pair[0])
    assert (result.alpha[SUIT] == 1).all()
    assert (wide.alpha >= result.alpha).all()
    assert wide.alpha.sum() > result.alpha.sum()
    assert not wide.alpha[wide.protected].any()


def test_parse_and_find_faces(pair: tuple[Path, Path]) -> None:
    parsing = segmask.parse(pair[0])
    assert parsing.label_map.shape == (512, 512)
    assert (parsing.label_map[FACE] == PART_ID["face"]).mean() > 0.6
    assert parsing.probs("face").shape == (512, 512)
    faces = segmask.find_faces(pair[0], face_detector="none")
    assert any(face.box.x0 < 225 < face.box.x1 and face.box.y0 < 130 < face.box.y1 for face in faces)


def test_semantic_says_where_it_found_nothing_of_the_target(rng: np.random.Generator) -> None:
    """As ``mask`` does; a changed picture without the target is not simply in order."""
    label = np.zeros((64, 48), np.uint8)
    label[10:50, 15:30] = PART_ID["skin"]
    pictures = [rng.integers(0, 256, (64, 48, 3), dtype=np.uint8) for _ in range(2)]
    result = Masker(strategy="semantic", face_detector="none").apply(*pictures, parsing=(label, label))
    assert not result.alpha.any()
    assert "target-not-found" in codes(result)
