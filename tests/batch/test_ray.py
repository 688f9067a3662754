"""The same batch on a Ray cluster of two nodes on this machine: the same bytes, whatever is lost on the way."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import segmask
from tests.batch.conftest import outputs

pytest.importorskip("ray.data")
pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("ignore")]

STORE = 100 << 20
"""Bytes of a node's object store."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and a second node, two logical CPUs each: with one each, Ray Data may wait for ever."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # 15 by default: beside other work its workers hardly run.
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - Ray spells it so
    import ray
    from ray.cluster_utils import Cluster

    node: dict[str, Any] = {"num_cpus": 2, "object_store_memory": STORE}
    patient = {"health_check_timeout_ms": 60_000}  # a busy machine's nodes answer late; a removed one's do not at all
    made = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False, "_system_config": patient})
    made.add_node(**node)
    ray.init(address=made.address, logging_level=logging.ERROR, log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


def actors_of(cluster: Any) -> list[int]:
    """The processes of this cluster's actors: children of its raylets that Ray has named after them."""
    raylets = {node.all_processes["raylet"][0].process.pid for node in cluster.list_all_nodes()}
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent in raylets and b"PictureActor" in (path / "cmdline").read_bytes():
                found.append(int(path.name))
    return sorted(found)


def run(source: Path, out: Path, **keywords: Any) -> Any:
    options: dict[str, Any] = {"strategy": "diff", "workers": 2, **keywords}
    return segmask.batch(source, out, **options)


def test_fifty_pairs_have_the_bytes_of_the_local_engine(cluster: Any, pairs, tmp_path: Path) -> None:
    assert len(cluster.list_all_nodes()) == 2
    originals, edits = pairs(50)
    (edits / "1_edited.png").write_text("no picture")
    here = run(originals, tmp_path / "here", edited=edits)
    there = run(originals, tmp_path / "there", edited=edits, engine="ray")
    assert outputs(tmp_path / "here") == outputs(tmp_path / "there")
    assert (there.counts, there.total, there.failed) == (here.counts, 50, 1)
    timed = ("seconds", "finished", "rss_mb", "files")
    rows = [
        {row["output"]: {name: row[name] for name in row if name not in timed} for row in result.rows()}
        for result in (here, there)
    ]
    assert rows[0] == rows[1]
    assert run(originals, tmp_path / "there", edited=edits, engine="ray").kept == 49


def test_a_models_error_is_the_local_engines(cluster: Any, pairs, tmp_path: Path) -> None:
    assert cluster.address
    originals, edits = pairs(1)
    (tmp_path / "own.onnx").write_bytes(b"no network")
    with pytest.raises(segmask.ModelError):
        run(originals, tmp_path / "out", edited=edits, engine="ray", strategy="semantic", parser=tmp_path / "own.onnx")


def test_a_lost_node_and_a_killed_worker_cost_no_row(cluster: Any, pairs, tmp_path: Path) -> None:
    """The last test of this cluster: it takes its second node away."""
    originals, edits = pairs(32)
    (extra,) = cluster.worker_nodes
    lost: list[str] = []

    def break_things(_row: dict[str, Any], tally: Any) -> None:
        if tally.done >= 4 and not lost:
            lost.append("a worker")
            os.kill(actors_of(cluster)[0], signal.SIGKILL)
        elif tally.done >= 12 and len(lost) == 1:
            lost.append("a node")
            cluster.remove_node(extra, allow_graceful=False)

    result = run(originals, tmp_path / "out", edited=edits, engine="ray", workers=3, progress=break_things)
    assert lost == ["a worker", "a node"]
    assert Counter(row["verdict"] == "failed" for row in result.rows()) == {False: 32}
    assert len(outputs(tmp_path / "out")) == 32
    run(originals, tmp_path / "here", edited=edits)
    assert outputs(tmp_path / "out") == outputs(tmp_path / "here")
