"""The service under load on loopback: at the rate that it bears, at twice that, and whether its memory stays flat.

    python -m benchmarks.serve                 # 10 minutes at each rate, writes its section of RESULTS.md
    python -m benchmarks.serve --minutes 1 --dry

Requests start at even intervals whether or not earlier ones are answered (an open loop), so that waiting is measured.
Each is ``POST /v1/apply`` of the sample pair. The rate that it bears is 90 % of what one client after another gets
in the first half minute.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import numpy as np

from benchmarks.sections import replace_section
from segmask.samples import sample

WARM_SECONDS = 30.0
LEAST = 3
"""Answers that a rate is told by."""
SAMPLE_SECONDS = 5.0
FILES = {"original": sample("original.jpg"), "edited": sample("edited.jpg")}


@dataclass
class Phase:
    """What came of one rate."""

    name: str
    rate: float
    """Requests a second."""
    seconds: list[float] = field(default_factory=list)
    """Of answers with 200."""
    statuses: Counter[int] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    """MiB of the service and its workers, every ``SAMPLE_SECONDS``."""


async def one(client: httpx.AsyncClient, phase: Phase) -> None:
    began = time.perf_counter()
    answer = await client.post("/v1/apply", files=FILES)
    phase.statuses[answer.status_code] += 1
    if answer.status_code == 200:
        phase.seconds.append(time.perf_counter() - began)


async def memory(client: httpx.AsyncClient) -> float:
    found = re.search(r"^segmask_resident_bytes ([\d.e+]+)", (await client.get("/metrics")).text, re.MULTILINE)
    assert found is not None
    return float(found[1]) / 2**20


async def borne(client: httpx.AsyncClient) -> float:
    """Requests a second of one client after another, once the models are loaded."""
    await one(client, Phase("first", 0))
    done, began = Phase("warm", 0), time.perf_counter()
    while time.perf_counter() - began < WARM_SECONDS or len(done.seconds) < LEAST:
        await one(client, done)
    return len(done.seconds) / (time.perf_counter() - began)


async def loaded(client: httpx.AsyncClient, phase: Phase, minutes: float) -> Phase:
    """An even rate for some minutes."""
    running: set[asyncio.Task[None]] = set()
    began = sampled = time.perf_counter()
    count = 0
    while (now := time.perf_counter()) - began < 60 * minutes:
        if now - sampled >= SAMPLE_SECONDS:
            phase.memory.append(await memory(client))
            sampled = now
        if now - began >= count / phase.rate:
            task = asyncio.create_task(one(client, phase))
            running.add(task)
            task.add_done_callback(running.discard)
            count += 1
        await asyncio.sleep(0.005)
    await asyncio.gather(*running)
    phase.memory.append(await memory(client))
    return phase


async def measure(url: str, minutes: float) -> list[Phase]:
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=url, timeout=300, limits=limits) as client:
        rate = await borne(client)
        return [
            await loaded(client, Phase(name, rate * factor), minutes)
            for name, factor in (("the rate that it bears", 0.9), ("twice that", 1.8))
        ]


def table(phases: list[Phase], minutes: float) -> str:
    lines = [
        "## The service under load",
        "",
        f"`python -m benchmarks.serve --minutes {minutes:g}`: the sample pair (512 x 512) by `/v1/apply` on loopback,",
        "one worker, a queue of 8, an open loop; seconds of answers with 200, MiB of the service and its worker.",
        "",
        "| load | requests a second | 200 | 503 | other | p50 | p95 | memory after a minute | at the end | most |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for phase in phases:
        other = sum(phase.statuses.values()) - phase.statuses[200] - phase.statuses[503]
        half, most = np.percentile(phase.seconds, [50, 95])
        early = phase.memory[min(len(phase.memory) - 1, round(60 / SAMPLE_SECONDS))]
        counts = f"{phase.statuses[200]} | {phase.statuses[503]} | {other}"
        held = f"{early:.0f} | {phase.memory[-1]:.0f} | {max(phase.memory):.0f}"
        lines.append(f"| {phase.name} | {phase.rate:.2f} | {counts} | {half:.2f} | {most:.2f} | {held} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="at each rate")
    parser.add_argument("--dry", action="store_true", help="print, don't write RESULTS.md")
    chosen = parser.parse_args()
    command = [sys.executable, "-m", "segmask", "serve", "--port", "0"]
    service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert service.stderr is not None
        found = re.search(r"http://[\d.]+:\d+", service.stderr.readline())
        assert found is not None
        text = table(asyncio.run(measure(found[0], chosen.minutes)), chosen.minutes)
    finally:
        service.terminate()
        service.wait(300)
    print(text)
    if not chosen.dry:
        replace_section("serve", text)


if __name__ == "__main__":
    main()
