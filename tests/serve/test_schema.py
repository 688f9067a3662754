"""Whatever a client sends by the description, or against it, is answered and never an error of the server's own."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck

from segmask import io
from tests.serve.conftest import Service

schemathesis = pytest.importorskip("schemathesis")
st = pytest.importorskip("hypothesis").strategies
CHECKS: Any = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
EXAMPLES = 12
"""For each address, of those that are as described and of those that are not."""


KINDS = ((24, "RGB", "PNG"), (24, "L", "PNG"), (40, "RGBA", "WEBP"), (8, "RGB", "JPEG"))


def pictures() -> list[bytes]:
    """Small pictures of several kinds and sizes, and some that are broken."""
    from PIL import Image as Pil

    made = []
    for side, mode, kind in KINDS:
        buffer = BytesIO()
        noise = np.random.default_rng(5).integers(0, 255, (side, 32, len(Pil.new(mode, (1, 1)).getbands())))
        Pil.fromarray(noise.astype(np.uint8).squeeze(), mode).save(buffer, kind)
        made.append(buffer.getvalue())
    labels = io.encode_indexed(np.zeros((24, 32), np.uint8), [(0, 0, 0)])
    return [*made, labels, made[0][:60], made[3][:90], b"", b"GIF89a"]


def test_no_server_error_over_the_whole_description(service: Service) -> None:
    from hypothesis import given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.generation import GenerationMode

    schemathesis.openapi.format("binary", st.sampled_from(pictures()))
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        # Against the description only where no file is sent: schemathesis can't tell a wrong form with bytes in it.
        modes = [GenerationMode.POSITIVE] if list(operation.body) else list(GenerationMode)
        strategies = [operation.as_strategy(generation_mode=mode) for mode in modes]

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=CHECKS, database=None)
        @given(case=st.one_of(strategies))
        def send(case: Any) -> None:
            case.call_and_validate(checks=[not_a_server_error])

        send()
        tried.add((operation.method.upper(), operation.path))
    assert {("POST", "/v1/apply"), ("POST", "/v1/pairs"), ("GET", "/metrics")} <= tried
