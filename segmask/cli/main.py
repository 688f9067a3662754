"""The ``segmask`` command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from segmask.cli.commands import Commands
from segmask.cli.output import give_up_stdout, say

DEBUG = "--debug"
USAGE = 2  # exit code

app = typer.Typer(
    name="segmask",
    cls=Commands,
    help="Take only the outfit (or the hair, or the background) from a generative edit of a photo; "
    "everything else stays the original, bit for bit.",
    epilog=f"{DEBUG}, anywhere, shows the traceback of an error.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from segmask.version import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; errors are one line on stderr."""
    from segmask.core.errors import SegmaskError

    arguments = sys.argv[1:] if arguments is None else arguments
    debug = DEBUG in arguments
    arguments = [argument for argument in arguments if argument != DEBUG]
    try:
        code = app(arguments, standalone_mode=False)
    except SegmaskError as error:
        if debug:
            raise
        hint = f" (see {_command(arguments)} --help)" if error.exit_code == USAGE else ""
        say(f"segmask: {_one_line(str(error))}{hint}")
        code = error.exit_code
    except typer.Abort:
        say("segmask: stopped")
        code = 130
    except OSError as error:  # standard output that can't be written; files have errors of their own
        if debug:
            raise
        say(f"segmask: {error.strerror or error}")
        give_up_stdout()
        code = 1
    except MemoryError:
        say("segmask: not enough memory for a picture of this size; close other programs or shrink the picture")
        code = 1
    except Exception as error:
        # Typer's own errors of usage have no public base class that all its releases share.
        if debug or not hasattr(error, "format_message"):
            raise
        message = _one_line(error.format_message())  # type: ignore[attr-defined]
        if message:  # none where no command was given and the help was shown
            say(f"segmask: {message} (see {_command(arguments)} --help)")
        code = USAGE
    sys.exit(code or 0)


def _command(arguments: list[str]) -> str:
    """The command that the arguments name, as far as it exists: ``segmask models download``."""
    words, group = ["segmask"], typer.main.get_command(app)
    for argument in arguments:
        known = getattr(group, "commands", {})
        if argument not in known:
            break
        words, group = [*words, argument], known[argument]
    return " ".join(words)


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    run()
