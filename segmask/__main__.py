"""``segmask`` and ``python -m segmask``: the command line. SIGINT and SIGTERM end it with one line."""

from __future__ import annotations

import signal
import sys
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main() -> None:
    """Run the command line and leave with its exit code; 128 and the signal's number where one stopped it."""
    came: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        raise KeyboardInterrupt

    try:
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, stop)
        from segmask.cli.main import run

        run()
    except BaseException:  # libraries turn an interrupt into errors of their own, while they are being loaded too
        if not came:
            raise
    if came:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        exec(
            ""
        )  # where code in `exec` was stopped, Python ends by the signal, whatever the exit code: this makes it forget
        print("segmask: stopped", file=sys.stderr, flush=True)  # noqa: T201 - Typer may not be loaded yet
        sys.exit(128 + came[0])


if __name__ == "__main__":
    main()
