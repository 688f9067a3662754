"""What tests share: the sample pair, and the labelled photos beside the project where they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segmask import io
from segmask.core.types import Image
from segmask.masker import Masker
from segmask.result import Result
from segmask.samples import write_pair

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session", autouse=True)
def no_downloaded_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests see an empty model cache, whatever the machine's user has downloaded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGMASK_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of labelled photos, pairs and models; the test is skipped without it."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside the project")
    return SHARED


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sample pair as files: original and edit."""
    return write_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="session")
def photo(pair: tuple[Path, Path]) -> Image:
    """The sample original, uint8 (512, 512, 3)."""
    return io.read_image(pair[0])


@pytest.fixture(scope="session")
def masker() -> Masker:
    """The default masker, its models loaded once."""
    return Masker()


@pytest.fixture(scope="session")
def composed(masker: Masker, pair: tuple[Path, Path]) -> Result:
    """The main job on the sample pair."""
    return masker.apply(*pair)


def codes(result: Result) -> set[str]:
    """The codes of a result's findings."""
    return {finding.code for finding in result.report.findings}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
