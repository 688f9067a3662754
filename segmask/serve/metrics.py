"""Numbers for Prometheus: what was asked, what came of it, how long stages took, and what waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """One registry a service, so that tests and several services don't mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "segmask_requests_total", "Answers, by route and status.", ("route", "status"), registry=self.registry
        )
        self.verdicts = Counter("segmask_results_total", "Results, by verdict.", ("verdict",), registry=self.registry)
        self.stages = Histogram(
            "segmask_stage_seconds",
            "Seconds of each stage of a result.",
            ("stage",),
            buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
            registry=self.registry,
        )

    def gauge(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Add a number that is read when it is asked for."""
        Gauge(name, meaning, registry=self.registry).set_function(read)

    def count(self, report: dict[str, Any]) -> None:
        """Count a result."""
        self.verdicts.labels(report["verdict"]).inc()
        for stage, seconds in report["timings"].items():
            self.stages.labels(stage).observe(seconds)

    def text(self) -> bytes:
        """What /metrics answers."""
        return generate_latest(self.registry)


def resident_bytes(process_ids: list[int]) -> float:
    """Memory that processes hold, on systems with /proc; else 0."""
    total = 0
    for process_id in process_ids:
        try:
            fields = Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()
        except OSError:
            continue
        total += int(fields[1]) * 4096
    return float(total)
