"""Runs the application under uvicorn on a socket of its own, so that the address is known before it starts."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from segmask.core.errors import OutputError
from segmask.serve.app import create_app
from segmask.serve.settings import Settings

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than clients keep theirs, so that none is closed under a request."""


def run_server(settings: Settings, operators: dict[str, Any], *, verbose: bool, said: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, then let running requests end. OutputError where the address can't be had."""
    listening = _listen(settings.host, settings.port)
    port = listening.getsockname()[1]
    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("segmask.serve").setLevel(logging.INFO if verbose else logging.WARNING)
    config = uvicorn.Config(
        create_app(settings, operators),
        log_level="warning",
        access_log=False,  # it would log addresses, and with them ids of pairs
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=int(settings.timeout) + 1,
        limit_concurrency=64 + 4 * settings.queue,
    )
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "localhost") else settings.host
    shown = f"[{shown}]" if ":" in shown else shown
    said(f"segmask: the page is at http://{shown}:{port}/ ; end with Ctrl-C")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ended)  # uvicorn drains at them, then raises them again for whoever was asked before
    uvicorn.Server(config).run([listening])


def _ended(_number: int, _frame: object) -> None:
    """Nothing is left to do: to be told to end is no failure."""


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), port))
    except OSError as error:
        listening.close()
        raise OutputError(f"can't listen on {host}:{port} ({error.strerror}); choose another --port") from error
    listening.listen(128)
    return listening
