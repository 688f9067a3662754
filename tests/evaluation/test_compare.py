"""What moved between two evaluations, and thresholds for automatic checks."""

import math

import pytest

from segmask.core.errors import OptionError
from segmask.evaluation import Evaluation, Row
from segmask.evaluation.compare import compare
from segmask.evaluation.criteria import missed_thresholds, parse_thresholds, tally
from segmask.evaluation.slices import slice_results
from segmask.evaluation.traits import Traits

TRAITS = Traits(width=1000, height=1000, drift=3.0, change_share=0.2, person_share=0.3)


def evaluation(strategy="hybrid", traits=TRAITS, facts=None, **metrics):
    """One row a value; the values are given metric by metric."""
    count = len(next(iter(metrics.values())))
    rows = tuple(
        Row(
            f"case {index}",
            strategy,
            {metric: values[index] for metric, values in metrics.items()},
            traits,
            target="upper",
            facts=facts[index] if facts else {},
        )
        for index in range(count)
    )
    return Evaluation("set", (strategy,), rows)


def test_a_clear_gain_is_better_and_a_clear_loss_worse():
    old = evaluation(iou=[0.5, 0.6, 0.7, 0.8], leak_delta_e=[1.0, 1.0, 1.0, 1.0])
    new = evaluation(iou=[0.6, 0.72, 0.79, 0.9], leak_delta_e=[1.5, 1.4, 1.6, 1.5])
    found = {change.metric: change for change in compare(new, old).changes}
    assert found["iou"].verdict == "better"
    assert (found["iou"].better, found["iou"].worse) == (4, 0)
    assert found["iou"].difference.value == pytest.approx(0.1025)
    assert 0 < found["iou"].difference.low < 0.1025 < found["iou"].difference.high
    assert found["leak_delta_e"].verdict == "worse"  # lower is better


def test_a_gain_on_some_and_a_loss_on_others_is_no_clear_change():
    old, new = evaluation(iou=[0.5, 0.6, 0.7]), evaluation(iou=[0.7, 0.6, 0.5])
    (change,) = compare(new, old).changes
    assert (change.verdict, change.better, change.worse) == ("same", 1, 1)


def test_cases_are_paired_by_name_and_what_has_no_partner_is_counted():
    old, new = evaluation(iou=[0.5, 0.6, 0.7]), evaluation(iou=[0.5, 0.9])
    found = compare(new, old)
    assert (len(found.cases), found.only_old, found.only_new) == (2, 1, 0)
    lines = found.to_csv().splitlines()
    assert lines[0] == "name,strategy,metric,old,new,difference,change"
    assert lines[1] == "case 0,hybrid,iou,0.5,0.5,0.0,same"
    assert lines[2].startswith("case 1,hybrid,iou,0.6,0.9,0.3")
    assert lines[2].endswith(",better")


def test_unknown_values_are_left_out():
    old, new = evaluation(face_kept=[math.nan, 0.5]), evaluation(face_kept=[1.0, 1.0])
    (change,) = compare(new, old).changes
    assert (change.old, change.new, change.better) == (0.5, 1.0, 1)


def test_two_single_strategies_are_compared_whatever_their_names():
    found = compare(evaluation("new", iou=[1.0]), evaluation("old", iou=[0.5]))
    assert found.changes[0].strategy == "new"
    two = Evaluation("set", ("a", "b"), ())
    with pytest.raises(OptionError, match="no strategy in common; the old evaluation has a, b, the new one hybrid"):
        compare(evaluation(iou=[1.0]), two)
    with pytest.raises(OptionError, match="no case in common"):
        compare(evaluation(iou=[1.0]), Evaluation("set", ("hybrid",), ()))


def test_thresholds():
    thresholds = parse_thresholds("iou=.9, face_kept=1")
    result = evaluation(iou=[0.8, 0.9], face_kept=[1.0, 1.0])
    assert missed_thresholds(result, thresholds) == ["hybrid: iou is 0.8500; expected 0.9 or more"]
    assert missed_thresholds(evaluation(iou=[0.9], face_kept=[1.0]), thresholds) == []
    assert missed_thresholds(evaluation(iou=[1.0]), parse_thresholds("kept=.5")) == [
        "hybrid: kept was not measured; expected 0.5 or more"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("iou", "expected METRIC=VALUE, got 'iou'"),
        ("iou=high", "expected a number for iou, got 'high'"),
        ("iuo=.9", "unknown metric 'iuo'"),
        ("alpha_mae=.1", "for alpha_mae lower is better"),
        ("", "got nothing"),
    ],
)
def test_thresholds_that_make_no_sense(text, message):
    with pytest.raises(OptionError, match=message):
        parse_thresholds(text)


def test_criteria_count_only_the_cases_that_can_tell():
    rows = evaluation(
        kept=[0.98, 0.97], coverage=[0.95, 1.0], face_kept=[math.nan, 0.99], strict_success=[1.0, 0.0]
    ).rows
    assert [(found.criterion.name, found.met, found.asked) for found in tally(rows)] == [
        ("kept", 1, 2),
        ("coverage", 2, 2),
        ("face", 0, 1),
        ("strict success", 1, 2),
    ]


def test_slices_by_what_was_measured_and_what_the_set_tells():
    facts = [{"level": "easy", "fault: jpeg": "yes", "source": "1"}, {"level": "hard"}, {"level": "hard"}]
    result = evaluation(facts=facts, iou=[1.0, 0.5, 0.7], strict_success=[1.0, 0.0, 1.0])
    slicings = {slicing.title: slicing.groups for slicing in slice_results(result)}
    assert [group.label for group in slicings["Picture size"]] == ["0.5 to 2 MP"]
    assert [group.label for group in slicings["Drift of the edit on what must stay"]] == ["ΔE 2 to 5"]
    easy, hard = slicings["Level"]
    assert (easy.label, easy.cases, easy.success["hybrid"].value) == ("easy", 1, 1)
    assert (hard.label, hard.cases, hard.success["hybrid"].value, hard.iou["hybrid"].value) == ("hard", 2, 0.5, 0.6)
    (jpeg,) = slicings["Scene and faults, cases that have them"]
    assert (jpeg.label, jpeg.cases) == ("fault: jpeg", 1)
