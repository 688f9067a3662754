"""Every option acts, or is refused: none is ever ignored in silence."""

from __future__ import annotations

import inspect
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

import segmask
from segmask import InputError, Masker, OptionError, Options, io
from segmask.cli.main import app, run
from segmask.models.registry import load_parser
from segmask.options import OptionArguments, PairArguments
from segmask.result import Result
from tests.two_people import DrawnParser, ShirtDetector, labels, pictures

NAMES = [entry.name for entry in fields(Options)]
SETTLED = {"strategy", "parser", "labels", "face_detector", "device", "threads", "max_pixels"}
"""What an opened pair has no choice in: it was parsed with them."""
SEMANTIC: dict[str, Any] = {"strategy": "semantic", "face_detector": "none"}
DIFF: dict[str, Any] = {"strategy": "diff"}

ACTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "strategy": ({"strategy": "diff"}, {"strategy": "hybrid", "face_detector": "none"}),
    "target": (SEMANTIC, {**SEMANTIC, "target": "hair"}),
    "prompt": (SEMANTIC, {**SEMANTIC, "prompt": "change the hair"}),
    "person": (SEMANTIC, {**SEMANTIC, "person": "2"}),
    "face_detector": (SEMANTIC, {**SEMANTIC, "face_detector": ShirtDetector()}),
    "threshold": (DIFF, {**DIFF, "threshold": 1e6}),
    "min_area": (DIFF, {**DIFF, "min_area": 0.9}),
    "feather": ({**SEMANTIC, "feather": 0}, {**SEMANTIC, "feather": 60}),
    "grow": (SEMANTIC, {**SEMANTIC, "grow": 20}),
    "tone_match": (SEMANTIC, {**SEMANTIC, "tone_match": False}),
}
"""Option -> arguments of two runs that differ in it, and in what comes out."""
ACTS_ELSEWHERE = {
    "parser": "test_a_parser_of_ones_own_is_asked",
    "labels": "test_labels_name_the_classes_of_a_parsing",
    "device": "test_a_device_that_is_not_there_is_refused",
    "threads": "test_threads_reach_the_network_and_opencv",
    "max_pixels": "test_max_pixels_judge_everything_that_is_handed_in",
}
DRAWN = DrawnParser()
REFUSED: dict[str, list[dict[str, Any]]] = {
    "strategy": [{"strategy": "magic"}],
    "target": [{"target": "cape"}, {"target": ""}, {"target": []}, {"target": 5}, {**DIFF, "target": "clothing"}],
    "prompt": [{"prompt": ""}, {"prompt": 5}, {"prompt": "a hat", "target": "hair"}, {**DIFF, "prompt": "a new hat"}],
    "person": [{"person": 0}, {"person": True}, {**DIFF, "person": 1}, {"person": 1, "target": "background"}],
    "parser": [{"parser": 5}, {"parser": None}, {**DIFF, "parser": "builtin"}],
    "labels": [{"labels": "atr-18"}, {"labels": 5}, {**DIFF, "labels": "d.json"}, {"labels": "d", "parser": DRAWN}],
    "face_detector": [{"face_detector": 5}, {**DIFF, "face_detector": "yunet"}],
    "threshold": [{"threshold": 3.0}, {**SEMANTIC, "threshold": 3.0}, {**DIFF, "threshold": 0}],
    "min_area": [{"min_area": 0.1}, {**SEMANTIC, "min_area": 0.1}, {**DIFF, "min_area": 2}],
    "feather": [{"feather": -1}, {"feather": "2"}, {"feather": float("nan")}],
    "grow": [{"grow": 501}, {"grow": "2"}, {"grow": None}, {"grow": float("nan")}],
    "tone_match": [{"tone_match": "no"}, {"tone_match": None}],
    "device": [{"device": "gpu"}, {**DIFF, "device": "cuda"}, {"device": "cuda", "parser": DRAWN, **SEMANTIC}],
    "threads": [
        {"threads": 0},
        {"threads": 5000},
        {"threads": "2"},
    ],
    "max_pixels": [{"max_pixels": 0}, {"max_pixels": 1.5}, {"max_pixels": True}],
}
"""Option -> arguments that are refused because of it."""


def ran(**options: Any) -> Result:
    parsing = None if options["strategy"] == "diff" else (labels(), labels())
    return segmask.apply(*pictures(), parsing=parsing, **options)


def test_the_tables_know_every_option() -> None:
    assert {*ACTS, *ACTS_ELSEWHERE} == set(REFUSED) == set(NAMES)
    assert set(ACTS_ELSEWHERE.values()) <= set(globals())


@pytest.mark.parametrize("name", ACTS)
def test_an_option_changes_the_picture(name: str) -> None:
    one, other = (ran(**arguments) for arguments in ACTS[name])
    assert (one.raster != other.raster).any()


def test_a_parser_of_ones_own_is_asked() -> None:
    by_builtin = Masker(**SEMANTIC).apply(*pictures())
    by_own = Masker(**SEMANTIC, parser=DRAWN).apply(*pictures())
    assert (by_own.report.parser, by_builtin.report.parser) == ("drawn", "builtin")
    assert (by_own.raster != by_builtin.raster).any()


def test_labels_name_the_classes_of_a_parsing() -> None:
    """Class 4 of atr-18 is an upper garment, of the canonical parts too; 9 and 10 are shoes and bags."""
    shoes = np.where(labels() == 4, 9, 0).astype(np.uint8)
    maps: dict[str, Any] = {"parsing": (shoes, shoes), "target": "footwear", **SEMANTIC}
    assert segmask.apply(*pictures(), labels="atr-18", **maps).alpha.any()
    with pytest.raises(OptionError):
        segmask.apply(*pictures(), labels="nobody's", **maps)


def test_a_device_that_is_not_there_is_refused() -> None:
    from segmask.models.session import PROVIDERS, _onnxruntime

    here = set(_onnxruntime().get_available_providers())
    missing = [device for device, provider in PROVIDERS.items() if provider not in here]
    for device in missing:
        with pytest.raises(OptionError, match=device):
            segmask.parse(pictures()[0], device=device)


def test_threads_reach_the_network_and_opencv() -> None:
    import cv2

    before = cv2.getNumThreads()
    Masker(strategy="diff", threads=1).apply(*pictures())
    assert cv2.getNumThreads() == 1
    cv2.setNumThreads(before)
    assert load_parser("builtin", threads=2) == Masker(threads=2).parser
    assert load_parser("builtin", threads=2) != Masker().parser


def test_max_pixels_judge_everything_that_is_handed_in(tmp_path: Path) -> None:
    original, edited = (tmp_path / "o.png", tmp_path / "e.png")
    for path, picture in zip((original, edited), pictures(), strict=True):
        io.write_png(path, picture)
    size = pictures()[0].shape[0] * pictures()[0].shape[1]
    masker = Masker(strategy="diff", max_pixels=size)
    assert masker.apply(original, edited).alpha.any()
    large = tmp_path / "large.png"
    io.write_png(large, np.zeros((size, 2), np.uint8))
    for name in ("include", "exclude", "mask_in"):
        masks: dict[str, Any] = {name: large}
        with pytest.raises(InputError, match="max_pixels"):
            masker.apply(original, edited, **masks)
    with pytest.raises(InputError, match="max_pixels"):
        Masker(strategy="diff", max_pixels=size - 1).apply(original, edited)
    with pytest.raises(InputError, match="max_pixels"):
        segmask.parse(original, max_pixels=size - 1)


@pytest.mark.parametrize(("name", "arguments"), [(name, arguments) for name in REFUSED for arguments in REFUSED[name]])
def test_what_can_not_act_is_refused(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=name.replace("_", ".")):
        Masker(**arguments)


@pytest.mark.parametrize(
    ("job", "options"),
    [
        (segmask.parse, {"target": "upper"}),
        (segmask.parse, {"face_detector": "none"}),
        (segmask.find_faces, {"feather": 2.0}),
        (segmask.mask, {"strategy": "diff"}),
        (segmask.mask, {"strategy": "hybrid"}),
        (segmask.mask, {"tone_match": False}),
        (segmask.mask, {"threshold": 2.0}),
        (segmask.mask, {"parsing": labels(), "parser": "builtin"}),
    ],
)
def test_a_job_refuses_the_options_of_other_jobs(job: Any, options: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=list(options)[-1]):
        job(pictures()[0], **options)


def test_a_parser_is_not_named_in_vain() -> None:
    """With both parsings given nobody asks it; with one it parses the edit."""
    arguments: dict[str, Any] = {"parser": "builtin", "face_detector": "none"}
    with pytest.raises(OptionError, match="parser"):
        segmask.apply(*pictures(), parsing=(labels(), labels()), **arguments)
    result = segmask.apply(*pictures(), parsing=labels(), **arguments)
    assert result.stages.edited_parsing is not None
    assert result.stages.edited_parsing.source == "builtin"


def test_a_parser_is_not_named_in_vain_for_faces() -> None:
    class Finder:
        name = "finder"

        def detect(self, image: Any) -> tuple[()]:
            assert image.ndim == 3
            return ()

    assert segmask.find_faces(pictures()[0], face_detector=Finder()) == ()
    assert segmask.find_faces(pictures()[0], face_detector="none", parser="builtin") == ()
    with pytest.raises(OptionError, match="parser"):
        segmask.find_faces(pictures()[0], face_detector=Finder(), parser="builtin")


@pytest.mark.parametrize(("typo", "meant"), [("tresh", "threshold"), ("feathr", "feather"), ("min-area", "min_area")])
def test_a_typo_names_the_near_one(typo: str, meant: str) -> None:
    with pytest.raises(OptionError, match=f"'{meant}'"):
        segmask.apply(*pictures(), **{typo: 1})  # type: ignore[arg-type]


def test_a_name_like_no_option_lists_them_all() -> None:
    with pytest.raises(OptionError, match=", ".join(NAMES)):
        Masker(xyzzy=1)  # type: ignore[call-arg]


def test_a_list_of_targets_and_their_names_are_the_same() -> None:
    assert Options(target=["upper", "lower"]) == Options(target="upper,lower")


def test_a_new_target_takes_the_place_of_a_prompt_and_the_other_way_round() -> None:
    prompted = Options(prompt="change the shirt")
    assert prompted.changed({"target": "hair"}).parts == ("hair",)
    assert Options(target="hair").changed({"prompt": "change the shirt"}).parts == ("upper",)
    assert replace(prompted) == prompted


def test_typed_keywords_are_the_fields() -> None:
    assert list(OptionArguments.__annotations__) == NAMES
    assert list(PairArguments.__annotations__) == [name for name in NAMES if name not in SETTLED]
    hints = {name: str(hint) for name, hint in Options.__annotations__.items()}
    for keywords in (OptionArguments, PairArguments):
        assert {name: hint.__forward_arg__ for name, hint in keywords.__annotations__.items()}.items() <= hints.items()


def test_functions_name_their_keywords() -> None:
    """``**options`` is typed by the fields: no keyword of a function is one of them by another way."""
    for function in (segmask.apply, segmask.best, segmask.mask, segmask.parse, segmask.find_faces, Masker):
        parameters = inspect.signature(function).parameters.values()
        (extra,) = (entry for entry in parameters if entry.kind is inspect.Parameter.VAR_KEYWORD)
        assert extra.annotation == "Unpack[OptionArguments]"
        assert not {entry.name for entry in parameters} & set(NAMES)


@pytest.mark.parametrize(("command", "without"), [("apply", set()), ("mask", {"tone_match"})])
def test_the_shell_has_the_same_options_with_the_same_defaults(command: str, without: set[str]) -> None:
    group: Any = typer.main.get_command(app)
    shown = {entry.name: entry for entry in group.commands[command].params}
    assert set(NAMES) - set(shown) == without
    for entry in fields(Options):
        if entry.name in shown:
            assert f"--{entry.name.replace('_', '-')}" in shown[entry.name].opts
            assert shown[entry.name].default == entry.default
            assert shown[entry.name].help.startswith(entry.metadata["help"])


@pytest.mark.parametrize(
    "options",
    [
        ["--threshold", "3"],
        ["--min-area", "0.1"],
        ["--threshold", "3", "--strategy", "semantic"],
        ["--target", "clothing", "--strategy", "diff"],
        ["--face-detector", "yunet", "--strategy", "diff"],
        ["--device", "cuda", "--strategy", "diff"],
        ["--labels", "atr-18"],
    ],
)
def test_the_shell_refuses_what_can_not_act(options: list[str], pair: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        run(["apply", *map(str, pair), "-o", str(tmp_path / "out.png"), *options])
    assert left.value.code == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", [["--target", "hair"], ["--parser", "builtin"]])
def test_evaluate_refuses_what_diff_has_no_use_for(options: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        run(["evaluate", str(tmp_path), "-s", "diff", "-o", str(tmp_path / "report"), *options])
    assert left.value.code == 2
