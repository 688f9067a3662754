"""The web application: put together from guard, routes and page, with the workers started and ended around it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from segmask.serve.guard import Guard
from segmask.serve.jobs import Jobs
from segmask.serve.metrics import Metrics, resident_bytes
from segmask.serve.pool import Pool
from segmask.serve.problems import Problem
from segmask.serve.routes import jobs, page, pairs, runs, state
from segmask.serve.settings import Settings
from segmask.serve.shelf import Shelf
from segmask.version import __version__

log = logging.getLogger("segmask.serve")
SWEEP = 20.0
"""Seconds between looks for pairs that have expired."""
ABOUT = """Takes the target (clothing, hair, background …) from an edited picture and everything else from the original,
bit for bit. Errors are problem+json with a stable `code`. Pictures live in memory only."""


def create_app(settings: Settings | None = None, operators: dict[str, Any] | None = None) -> ASGIApp:
    """The whole service as an ASGI application.

    Args:
        settings: limits and addresses.
        operators: options that hold for all requests: ``device`` and ``threads``.
    """
    settings = settings or Settings()
    app = FastAPI(
        title="segmask",
        version=__version__,
        description=ABOUT,
        docs_url=None,  # its page is loaded from elsewhere
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_lifespan,
    )
    app.state.settings, app.state.metrics = settings, Metrics()
    app.state.shelf, app.state.pool = Shelf(settings), Pool(settings, operators)
    app.state.jobs = Jobs(settings, app.state.pool)
    app.state.ready = False
    _gauges(app)
    for router in (runs.router, pairs.router, jobs.router, state.router, page.router):
        app.include_router(router)
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(Exception, _answer_unexpected)
    return Guard(Counted(app, app.state.metrics), settings)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    pool, shelf = app.state.pool, app.state.shelf
    await pool.start()
    app.state.ready = True

    async def sweep() -> None:
        while True:
            await asyncio.sleep(SWEEP)
            for key in shelf.expired():
                await pool.forget(key)
            app.state.jobs.sweep()

    sweeper = asyncio.create_task(sweep())
    try:
        yield
    finally:
        app.state.ready = False
        sweeper.cancel()
        pool.closing = True
        await app.state.jobs.close()
        await pool.close()
        shelf.pairs.clear()


def _gauges(app: FastAPI) -> None:
    pool, shelf, metrics = app.state.pool, app.state.shelf, app.state.metrics
    metrics.gauge("segmask_queue_length", "Requests that wait for a worker.", lambda: pool.waiting)
    metrics.gauge("segmask_running", "Requests that a worker is busy with.", lambda: pool.running)
    metrics.gauge("segmask_open_pairs", "Pairs that are kept.", lambda: len(shelf.pairs))
    metrics.gauge("segmask_open_pairs_bytes", "Bytes of the files of pairs that are kept.", lambda: shelf.size)
    metrics.gauge("segmask_jobs", "Jobs that are kept.", lambda: len(app.state.jobs.jobs))
    metrics.gauge("segmask_jobs_bytes", "Bytes of pictures and results of jobs.", lambda: app.state.jobs.size)
    metrics.gauge(
        "segmask_resident_bytes", "Memory of the service and its workers.", lambda: resident_bytes(pool.process_ids())
    )


class Counted:
    """ASGI middleware that counts and logs requests by their route: no address, name or body is ever logged."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through and note how it was answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self.metrics.requests.labels(route, str(status)).inc()
            log.info("%s %s %d %.3f s", scope["method"], route, status, time.perf_counter() - began)


async def _answer_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _answer_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {404: "not-found", 405: "wrong-method", 413: "too-large"}
    code = codes.get(error.status_code, "malformed")
    return Problem(error.status_code, code, str(error.detail), dict(error.headers or {})).response()


async def _answer_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return Problem(422, "malformed", f"{where}: {first['msg']}").response()


async def _answer_unexpected(_request: Request, error: Exception) -> Response:
    log.error("unexpected %s", type(error).__name__)
    return Problem(500, "internal", "an error of segmask's own").response()
