"""What a second run takes up depends on: a row is reused only as long as nothing that it came from has changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import segmask
from segmask.core.fingerprint import package_digest
from segmask.evaluation import MaskerStrategy

PACKAGE = Path(segmask.__file__).parent
RUN = "import sys, segmask; segmask.evaluate(sys.argv[1], ['diff'], output=sys.argv[2])"


@pytest.fixture
def copied_package(tmp_path: Path) -> Path:
    """segmask as it stands, in a folder of its own where a test may change it."""
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(PACKAGE, tmp_path / "copy" / "segmask", ignore=ignored))


def fit_anew(weights: Path) -> None:
    """Other bytes of the same kind and size."""
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)


def test_rows_are_run_again_after_the_weights_changed(labelled_set, copied_package, tmp_path):
    def run() -> int:
        """Rows that the folder's journal holds after one more run by the copied package, a process of its own."""
        environment = {**os.environ, "PYTHONPATH": str(copied_package.parent)}
        command = [sys.executable, "-c", RUN, str(root), str(output)]
        subprocess.run(command, check=True, env=environment, cwd=tmp_path)
        return sum(len(path.read_text().splitlines()) for path in (output / "journal").glob("*.jsonl"))

    root, output = labelled_set(2), tmp_path / "out"
    assert run() == 2
    assert run() == 2  # both taken up
    fit_anew(next((copied_package / "fusion" / "weights").glob("*.npz")))
    assert run() == 4  # both run again


@pytest.mark.parametrize("pattern", ["fusion/weights/*.npz", "verdict/weights/*.npz", "models/weights/*.onnx", "*.py"])
def test_the_digest_depends_on_whatever_makes_masks(copied_package, pattern):
    before = package_digest(copied_package)
    assert package_digest(copied_package) == before
    fit_anew(next(copied_package.glob(pattern)))
    assert package_digest(copied_package) != before


def test_the_digest_leaves_out_what_makes_no_mask(copied_package):
    before = package_digest(copied_package)
    fit_anew(copied_package / "evaluation" / "report" / "templates" / "style.css")
    (copied_package / "__pycache__").mkdir()
    (copied_package / "__pycache__" / "api.cpython-311.pyc").write_bytes(b"compiled")
    assert package_digest(copied_package) == before


def test_a_renamed_file_is_another_package(copied_package):
    before = package_digest(copied_package)
    weights = next((copied_package / "verdict" / "weights").glob("*.npz"))
    weights.rename(weights.with_name("other.npz"))
    assert package_digest(copied_package) != before


def test_a_parser_file_of_ones_own_that_was_trained_on_is_another_parser(tmp_path):
    own = Path(shutil.copy(next((PACKAGE / "models" / "weights").glob("*.onnx")), tmp_path / "own.onnx"))
    strategy = MaskerStrategy("semantic", str(own))
    before = strategy.fingerprint("a")
    assert strategy.fingerprint("a") == before
    fit_anew(own)
    assert strategy.fingerprint("a") != before
