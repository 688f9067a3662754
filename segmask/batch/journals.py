"""A run's journal in its output folder: begun, taken up where it has the same options, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from segmask.batch import places
from segmask.batch.effective import plain_options
from segmask.batch.journal import Journal
from segmask.core.errors import InputError, OptionError, OutputError
from segmask.options import Options

FOLDER, HEADER = "journal", "run.json"
FORMAT = 1
"""Of the journal: raised when rows change so that older ones can't be taken up."""


def open_journal(output: str, options: Options, resume: bool | None) -> Journal:
    """The journal under an output folder or URL.

    Args:
        output: made if it is not there.
        options: the run's; an earlier run with others is not taken up.
        resume: True wants an earlier journal, False forgets it, None takes it up where it has the same options.

    Raises OptionError for a journal of other options and for one that is missing, OutputError for a folder with other
    contents or one in which another run is writing.

    >>> open_journal("out", Options(), None).close()
    >>> open_journal("out", Options(target="hair"), None)
    Traceback (most recent call last):
    segmask.core.errors.OptionError: out: holds results of other options (target: was None, now 'hair'); name another \
output folder, or --no-resume to do everything again
    """
    header = places.join(places.join(output, FOLDER), HEADER)
    found = _header(header)
    if found is None:
        if resume:
            raise OptionError(f"{output}: holds no journal to go on with; leave --resume out for the first run")
        _check_free(output)
    elif resume is not False:
        _check_same(output, found, options)
    journal = Journal(places.join(output, FOLDER), "output")
    try:
        if resume is False:
            journal.clear()
        if found is None or resume is False:
            text = json.dumps({"format": FORMAT, "options": plain_options(options)}, indent=1) + "\n"
            places.write({header: text.encode()})
    except BaseException:
        journal.close()
        raise
    return journal


def read_journal(output: str) -> Journal:
    """The journal of a finished run, to read from. Raises OutputError where there is none.

    >>> read_journal("nowhere")
    Traceback (most recent call last):
    segmask.core.errors.OutputError: nowhere: holds no journal
    """
    if _header(places.join(places.join(output, FOLDER), HEADER)) is None:
        raise OutputError(f"{output}: holds no journal")
    return Journal(places.join(output, FOLDER), "output")


def _header(place: str) -> dict[str, Any] | None:
    """What an earlier run wrote down; None where there was none."""
    if places.stamp(place) is None:
        return None
    try:
        found = json.loads(places.read(place))
        found["options"].items()
    except (ValueError, InputError, TypeError, KeyError, AttributeError) as error:
        raise OutputError(f"{place}: can't be read as a run's header ({error}); name another output folder") from error
    return found


def _check_same(output: str, found: dict[str, Any], options: Options) -> None:
    if found.get("format") != FORMAT:
        raise OptionError(f"{output}: its journal has format {found.get('format')}; expected {FORMAT}; name another")
    now, then = json.loads(json.dumps(plain_options(options), default=str)), found["options"]
    other = [f"{name}: was {then.get(name)!r}, now {now.get(name)!r}" for name in now if then.get(name) != now[name]]
    if other:
        raise OptionError(
            f"{output}: holds results of other options ({'; '.join(other)}); name another output folder, "
            "or --no-resume to do everything again"
        )


def _check_free(output: str) -> None:
    """OutputError for a place with other contents: what is there might be overwritten."""
    if places.is_url(output):
        from segmask.batch import remote

        taken = not remote.is_empty(output)
    else:
        folder = Path(output)
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{output}: is a file; expected an output folder")
        taken = folder.is_dir() and any(path.name != FOLDER for path in folder.iterdir())
    if taken:
        raise OutputError(f"{output}: holds files, and no journal of a batch; name a new or an empty folder")
