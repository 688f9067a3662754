"""The report page: everything in one file, every text escaped."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from segmask.evaluation import FunctionStrategy, evaluate, read_dataset
from segmask.evaluation.compare import compare
from segmask.evaluation.datasets import load_example
from segmask.evaluation.output import write_evaluation
from segmask.evaluation.report.worst import draw_errors
from segmask.io import write_png

VOID = {"meta", "img", "rect", "path", "br"}


class Checker(HTMLParser):
    """Collects text and addresses and checks that tags are closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.addresses = [], [], []

    def handle_starttag(self, tag, attrs):
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def perfect(example):
    return example.truth.change


def left_half(example):
    mask = np.zeros(example.original.shape[:2], bool)
    mask[:, :16] = True
    return mask


@pytest.fixture
def written(labelled_set, tmp_path):
    root = labelled_set(3)
    (root / "c" / "mask.png").write_bytes(b"broken")
    dataset, output = read_dataset(root), tmp_path / "out"
    strategies = [perfect, FunctionStrategy(left_half, "<b>left & half</b>")]
    result = evaluate(dataset, strategies, output=output)
    older = evaluate(dataset, [FunctionStrategy(left_half, "perfect")])
    page = write_evaluation(result, dataset, output, compare(result, older))
    return result, page


def test_the_page_is_well_formed_and_needs_nothing_else(written):
    _, page = written
    checker = Checker()
    html = page.read_text("utf-8")
    checker.feed(html)
    assert checker.open == []
    assert checker.addresses
    assert all(address.startswith("data:image/") for address in checker.addresses)
    assert "http" not in re.sub(r"data:image/\S+", "", html)
    assert "<script" not in html
    assert "url(" not in html


def test_names_from_outside_are_escaped(written):
    _, page = written
    html = page.read_text("utf-8")
    assert "<b>left" not in html
    assert "&lt;b&gt;left &amp; half&lt;/b&gt;" in html


def test_it_tells_verdicts_worst_cases_comparison_and_failures(written):
    _, page = written
    checker = Checker()
    checker.feed(page.read_text("utf-8"))
    text = " ".join(checker.texts)
    assert "2 of 2 cases: 98% of what must stay is untouched" in text
    assert "Worst cases" in text
    assert "No case has any leak or miss." in text  # the perfect one
    assert "Compared with the older evaluation" in text
    assert "2 got better" in text
    assert "mask.png" in text  # the broken case, with its file


def test_all_files_are_there(written):
    _, page = written
    names = {path.name for path in page.parent.iterdir()}
    assert names == {
        "results.json",
        "results.csv",
        "report.html",
        "comparison.csv",
        "journal",
        "masks",
        "composites",
    }


def test_the_same_evaluation_gives_the_same_page(written):
    result, page = written
    dataset = read_dataset(result.dataset)
    before = page.read_bytes()
    again = write_evaluation(result, dataset, page.parent)
    assert again.read_bytes() != before  # no comparison this time
    once = again.read_bytes()
    assert write_evaluation(result, dataset, page.parent).read_bytes() == once


def test_leaks_are_red_and_misses_blue(labelled_set):
    example = load_example(read_dataset(labelled_set(1)).cases[0])
    alpha = np.zeros((48, 32), np.float32)
    alpha[38:46, 10:20] = 1  # the shirt (rows 14 to 33) is missed, a patch below it leaks
    picture = draw_errors(example, alpha).astype(int)
    red, blue, grey = picture[42, 15], picture[24, 15], picture[6, 28]
    assert red[0] > red[2] + 100
    assert blue[2] > blue[0] + 100
    assert abs(grey[0] - grey[2]) <= 1


def test_a_set_where_nothing_could_be_scored_still_has_a_page(labelled_set, tmp_path):
    root = labelled_set(1)
    write_png(root / "a" / "mask.png", np.zeros((3, 3), np.uint8))
    dataset, output = read_dataset(root), tmp_path / "out"
    result = evaluate(dataset, [perfect], output=output)
    page = write_evaluation(result, dataset, output)
    assert "Not scored" in page.read_text("utf-8")


@pytest.mark.parametrize(
    "name", ["[bold]red[/bold]", "a strategy with a name that no terminal is wide enough for " * 4, "{{ 7 * 7 }}"]
)
def test_the_text_table_and_the_page_show_names_as_they_are(labelled_set, tmp_path, name):
    dataset, output = read_dataset(labelled_set(1)), tmp_path / "out"
    result = evaluate(dataset, [FunctionStrategy(perfect, name)], output=output)
    assert len(result.table().splitlines()) == 2
    assert result.table().splitlines()[1].startswith(name.strip())
    assert name.strip() in write_evaluation(result, dataset, output).read_text("utf-8")
