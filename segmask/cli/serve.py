"""``segmask serve``: the HTTP API and the page."""

from __future__ import annotations

from typing import Annotated

import typer

from segmask.cli.output import say
from segmask.options import Options


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; others than this machine's own need --token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8765,
    token: Annotated[
        str | None,
        typer.Option(envvar="SEGMASK_TOKEN", help="What clients must send as 'Authorization: Bearer TOKEN'."),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name under which it is called, as behind a proxy; may be given again."),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes, each for one picture at a time.")] = 1,
    queue: Annotated[int, typer.Option(help="Requests that may wait; more are answered 503.")] = 8,
    max_mib: Annotated[int, typer.Option(help="MiB that a request may have.")] = 80,
    max_pixels: Annotated[int, typer.Option(help="Pixels that a picture may have.")] = 64_000_000,
    timeout: Annotated[float, typer.Option(help="Seconds of work on a request.")] = 120.0,
    memory_mib: Annotated[int, typer.Option(help="MiB of uploads that are kept for open pairs.")] = 1024,
    lifetime: Annotated[float, typer.Option(help="Minutes that an open pair or a finished job is kept unused.")] = 30.0,
    jobs_mib: Annotated[int, typer.Option(help="MiB of pictures and results of all jobs together.")] = 2048,
    device: Annotated[str, typer.Option(metavar="cpu|cuda|…", help="Where networks run.")] = Options.device,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads that a network uses.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log method, route, status and seconds.")] = False,
) -> None:
    """Serve the page at / and the HTTP API under /v1, on this machine.

    Needs the extra: pip install "segmask[serve]". Ends at Ctrl-C or SIGTERM, after the work that runs.
    """
    from segmask.serve.settings import Settings

    kept = memory_mib, lifetime, jobs_mib
    settings = Settings(host, port, token, tuple(allow_host or ()), workers, queue, max_mib, max_pixels, timeout, *kept)
    operators = {"device": device, "threads": threads}
    changed = {name: value for name, value in operators.items() if value != getattr(Options, name)}
    Options(**changed)
    _run(settings, changed, verbose)


def _run(settings, operators, verbose) -> None:
    try:
        from segmask.serve.server import run_server
    except ImportError as error:
        from segmask.core.errors import MissingLibraryError

        raise MissingLibraryError(f'{error.name} is missing: pip install "segmask[serve]"') from error
    run_server(settings, operators, verbose=verbose, said=say)
