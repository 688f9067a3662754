"""Running strategies over a set: rows, failures, resuming, workers."""

import json
import math

import numpy as np
import pytest

from segmask.core.errors import InputError, OptionError, OutputError, SegmaskError
from segmask.evaluation import FunctionStrategy, MaskerStrategy, StoredMasks, evaluate, read_results
from segmask.io import read_gray, write_png


def perfect(example):
    return example.truth.change


def everything(example):
    return np.ones(example.original.shape[:2], np.float32)


def broken(example):
    if example.case.name == "b":
        raise RuntimeError("no memory for this one")
    return example.truth.change


def test_strategies_side_by_side(labelled_set):
    result = evaluate(labelled_set(2), [perfect, everything])
    assert result.strategies == ("perfect", "everything")
    assert [(row.name, row.strategy) for row in result.rows] == [
        ("a", "perfect"),
        ("a", "everything"),
        ("b", "perfect"),
        ("b", "everything"),
    ]
    summary = result.summary
    assert summary["perfect"]["iou"] == summary["perfect"]["strict_success"] == summary["perfect"]["kept"] == 1
    assert summary["perfect"]["leak_delta_e"] == 0
    assert summary["everything"]["kept"] == summary["everything"]["strict_success"] == 0
    assert summary["everything"]["coverage"] == 1
    assert summary["everything"]["iou"] == pytest.approx(320 / (48 * 32))
    assert summary["everything"]["leak_delta_e"] > 0.3
    assert (summary["perfect"]["cases"], summary["perfect"]["failed"]) == (2, 0)


def test_the_cases_traits_are_measured(labelled_set):
    (row,) = evaluate(labelled_set(1), [perfect]).rows
    assert (row.traits.width, row.traits.height) == (32, 48)
    assert row.traits.change_share == pytest.approx(320 / (48 * 32))
    assert row.traits.person_share == pytest.approx((320 + 64 + 16) / (48 * 32))
    assert 0.3 < row.traits.drift < 3


def test_table_and_pandas(labelled_set):
    result = evaluate(labelled_set(2), [perfect])
    header, line = result.table().splitlines()
    assert header.split()[:4] == ["strategy", "cases", "strict", "success"]
    assert line.split()[:4] == ["perfect", "2", "1.000", "1.000"]
    pytest.importorskip("pandas")
    frame = result.to_pandas()
    assert frame["iou"].tolist() == [1, 1]


def test_to_pandas_without_pandas_says_what_to_install(labelled_set, monkeypatch):
    import sys

    result = evaluate(labelled_set(1), [perfect])
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(SegmaskError, match=r"pip install 'segmask\[evaluate\]'"):
        result.to_pandas()


def test_results_json_is_flat_and_reads_back(labelled_set, tmp_path):
    root = labelled_set(2)
    (root / "b" / "parsing.png").unlink()
    result = evaluate(root, [perfect, everything])
    content = json.loads(result.to_json())
    assert set(content["summary"]) == {"perfect", "everything"}
    first, _, third, _ = content["cases"]
    assert (first["name"], first["strategy"], first["iou"], first["kept"]) == ("a", "perfect", 1, 1)
    assert third["face_kept"] is None  # unknown, not 1
    low, high = content["intervals"]["perfect"]["iou"]
    assert (low, high) == (1, 1)
    path = tmp_path / "results.json"
    path.write_text(result.to_json())
    again = read_results(path)
    assert again.summary.keys() == result.summary.keys()
    assert again.to_json() == result.to_json()
    assert result.to_csv().splitlines()[0].startswith("name,strategy,strict_success,iou")
    assert len(result.to_csv().splitlines()) == 5


def test_what_is_no_results_file(tmp_path):
    with pytest.raises(InputError, match="can't be read"):
        read_results(tmp_path / "gone.json")
    (tmp_path / "x.json").write_text('{"summary": {}}')
    with pytest.raises(InputError, match=r"not the results\.json of an evaluation"):
        read_results(tmp_path / "x.json")


def test_a_bad_case_is_counted_and_does_not_end_the_run(labelled_set):
    root = labelled_set(3)
    (root / "a" / "edited.png").write_bytes(b"not a picture")
    (root / "c" / "mask.png").unlink()
    result = evaluate(root, [perfect, broken])
    assert [row.name for row in result.rows] == ["b"]
    assert result.summary["perfect"]["failed"] == 2
    assert result.summary["broken"]["failed"] == 3
    messages = {failure.name: failure.message for failure in result.failures if not failure.strategy}
    assert "case a: " in messages["a"]
    assert "edited.png" in messages["a"]
    assert "case c: " in messages["c"]
    assert any("case b, broken: RuntimeError: no memory" in failure.message for failure in result.failures)


def test_segmasks_own_strategies(labelled_set, tmp_path):
    root = labelled_set(1)
    strategies = ["diff", "hybrid", MaskerStrategy("semantic", "truth")]
    result = evaluate(root, strategies, output=tmp_path / "out")
    assert [row.strategy for row in result.rows] == ["diff", "hybrid", "semantic+truth"]
    assert result.failures == ()
    diff, hybrid, truth = result.rows
    assert {row.verdict for row in result.rows} <= {"ok", "review", "failed"}
    assert diff.score("kept") > 0.5  # a picture of 32x48 is too small for more
    assert truth.score("face_kept") == 1
    assert not math.isnan(hybrid.score("worn_iou"))  # the parser was asked, so it is measured too
    assert math.isnan(truth.score("worn_iou"))
    assert evaluate(root, strategies, output=tmp_path / "out").rows == result.rows  # taken up, timings and all


def test_true_parsing_needs_label_maps(labelled_set):
    root = labelled_set(1)
    (root / "a" / "parsing.png").unlink()
    result = evaluate(root, ["hybrid"], parser="truth")
    assert "case a, hybrid+truth: parser 'truth' needs parsing.* in the case" in result.failures[0].message


def test_a_parser_that_does_not_exist_ends_the_run_at_once(labelled_set):
    with pytest.raises(OptionError, match="parser"):
        evaluate(labelled_set(1), ["hybrid"], parser="clairvoyance")


@pytest.mark.parametrize("damage", ["missing", "unreadable", "strategy"])
def test_strict_ends_the_run(labelled_set, damage):
    root = labelled_set(2)
    if damage == "missing":
        (root / "b" / "mask.png").unlink()
    elif damage == "unreadable":
        (root / "b" / "mask.png").write_bytes(b"")
    with pytest.raises(InputError, match="case b"):
        evaluate(root, [broken], strict=True)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.zeros((2, 2), bool), r"expected an array of shape \(48, 32\); got an array of bool \(2, 2\)"),
        (np.zeros((48, 32), np.int32), "expected bool, uint8 or float values; got int32"),
        (np.full((48, 32), 2.0), r"expected values in \[0, 1\]"),
        (None, "got NoneType"),
    ],
)
def test_answers_that_are_no_alpha(labelled_set, answer, message):
    with pytest.raises(InputError, match=message):
        evaluate(labelled_set(1), [FunctionStrategy(lambda _: answer, "odd")], strict=True)


def test_alpha_comes_in_steps_of_one_level(labelled_set):
    root = labelled_set(1)
    nearly = FunctionStrategy(lambda example: np.full(example.original.shape[:2], 1.4 / 255), "nearly")
    stored = FunctionStrategy(lambda example: np.full(example.original.shape[:2], 1, np.uint8), "stored")
    assert {row.score("kept") for row in evaluate(root, [nearly, stored]).rows} == {1}


def test_masks_of_another_tool(labelled_set, tmp_path):
    root = labelled_set(2)
    masks = tmp_path / "other-tool"
    masks.mkdir()
    write_png(masks / "a.png", read_gray(root / "a" / "mask.png"))
    result = evaluate(root, [StoredMasks(masks)])
    assert result.summary["other-tool"]["iou"] == 1
    assert result.failures[0].message.endswith("other-tool: no mask b.*")
    write_png(masks / "b.png", np.zeros((5, 5), np.uint8))
    assert "got an array of uint8 (5, 5)" in evaluate(root, [StoredMasks(masks)]).failures[0].message


def test_options_that_do_not_go_together(labelled_set):
    root = labelled_set(1)
    with pytest.raises(OptionError, match="no strategy given"):
        evaluate(root, [])
    with pytest.raises(OptionError, match="each needs a name of its own; got perfect, perfect"):
        evaluate(root, [perfect, perfect])
    with pytest.raises(OptionError, match="expected a name, a function or a Strategy; got int"):
        evaluate(root, [3])
    with pytest.raises(OptionError, match="workers: expected 1 or more; got 0"):
        evaluate(root, [perfect], workers=0)


class Counting:
    """A strategy that counts its runs."""

    name = "counting"

    def __init__(self, version):
        self.version, self.runs = version, []

    def fingerprint(self, _):
        return self.version

    def apply(self, example):
        self.runs.append(example.case.name)
        return FunctionStrategy(perfect).apply(example)


def test_a_finished_case_is_not_run_again_unless_options_or_files_change(labelled_set, tmp_path):
    root, output = labelled_set(3), tmp_path / "out"
    first = Counting("1")
    before = evaluate(root, [first], output=output)
    assert first.runs == ["a", "b", "c"]

    second = Counting("1")
    again = evaluate(root, [second, everything], output=output)
    assert second.runs == []
    assert again.rows_of("counting") == before.rows_of("counting")
    assert len(again.rows_of("everything")) == 3

    changed_options = Counting("2")
    evaluate(root, [changed_options], output=output)
    assert changed_options.runs == ["a", "b", "c"]

    write_png(root / "b" / "mask.png", np.zeros((48, 32), np.uint8))
    changed_file = Counting("2")
    evaluate(root, [changed_file], output=output)
    assert changed_file.runs == ["b"]


def test_a_run_that_was_cut_short_is_taken_up(labelled_set, tmp_path):
    root, output = labelled_set(3), tmp_path / "out"

    class Stop(Exception):
        pass

    def stop_after_two(done, _):
        if done == 2:
            raise Stop

    with pytest.raises(Stop):
        evaluate(root, [Counting("1")], output=output, progress=stop_after_two)
    with next((output / "journal").glob("*.jsonl")).open("a") as file:
        file.write('{"key": "half a li')  # as a crash leaves it
    rest = Counting("1")
    assert len(evaluate(root, [rest], output=output).rows) == 3
    assert rest.runs == ["c"]


def test_masks_are_kept_and_can_be_scored_again(labelled_set, tmp_path):
    root, output = labelled_set(2), tmp_path / "out"
    first = evaluate(root, [FunctionStrategy(perfect, "my masks / v1")], output=output)
    (folder,) = (output / "masks").iterdir()
    second = evaluate(root, [StoredMasks(folder)])
    assert second.rows[0].scores == first.rows[0].scores


def test_workers_give_the_same_rows(labelled_set, tmp_path):
    root = labelled_set(3)
    masks = tmp_path / "masks"
    masks.mkdir()
    for name in "abc":
        write_png(masks / f"{name}.png", read_gray(root / name / "mask.png"))
    alone = evaluate(root, [StoredMasks(masks)], output=tmp_path / "1")
    told = []
    together = evaluate(
        root, [StoredMasks(masks)], output=tmp_path / "2", workers=2, progress=lambda *n: told.append(n)
    )
    assert [row.scores for row in together.rows] == [row.scores for row in alone.rows]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_an_output_that_is_a_file(labelled_set, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="can't be used as output folder"):
        evaluate(labelled_set(1), [perfect], output=tmp_path / "out")


def test_a_negative_case_asks_for_nothing(labelled_set):
    root = labelled_set(1)
    write_png(root / "a" / "mask.png", np.zeros((48, 32), np.uint8))
    (row,) = evaluate(root, [FunctionStrategy(lambda e: np.zeros(e.original.shape[:2], bool), "nothing")]).rows
    assert (row.score("strict_success"), row.score("iou"), row.score("coverage")) == (1, 1, 1)
    assert not math.isnan(row.score("boundary_f"))
