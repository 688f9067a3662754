"""The cluster's files: what Ray's schema and the command line take."""

from __future__ import annotations

import json
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

from segmask.cli.main import app

yaml = pytest.importorskip("yaml")
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "scale"


def read(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def test_the_cluster_file_fits_rays_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    found = find_spec("ray")
    if found is None or not found.submodule_search_locations:
        pytest.skip("no Ray")
    schema = Path(found.submodule_search_locations[0]) / "autoscaler" / "ray-schema.json"
    cluster = read("cluster.yaml")
    jsonschema.validate(cluster, json.loads(schema.read_text()))
    assert cluster["head_node_type"] in cluster["available_node_types"]


def test_the_jobs_command_is_one_of_ours() -> None:
    job = read("rayjob.yaml")
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    program, command, *words = shlex.split(job["spec"]["entrypoint"])
    group: Any = typer.main.get_command(app)
    known = {name for option in group.commands[command].params for name in option.opts}
    assert program == "segmask"
    assert {word for word in words if word.startswith("-")} <= known
    cluster = job["spec"]["rayClusterSpec"]
    templates = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    images = {pod["template"]["spec"]["containers"][0]["image"] for pod in templates}
    assert len(images) == 1
