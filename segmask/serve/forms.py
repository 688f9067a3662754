"""Multipart forms into checked parts: files stay in memory, and options are those that a client may choose."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qsl

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from segmask.core.errors import OptionError, unknown
from segmask.core.labels import LABEL_SETS
from segmask.options import Options
from segmask.serve.problems import Problem, problem_of

MAX_FILES, MAX_FIELDS, MAX_FIELD_BYTES = 8, 40, 64 << 10
UPLOAD_SECONDS = 120.0
OPERATORS = ("device", "threads", "max_pixels")
"""Options that the service's operator has, not its clients."""
NUMBERS = ("threshold", "min_area", "feather", "grow")
SWITCHES = ("tone_match", "mark", "invert", "start")
CHOOSABLE = tuple(entry.name for entry in fields(Options) if entry.name not in OPERATORS)


@dataclass(frozen=True)
class Form:
    """A form's parts."""

    files: dict[str, tuple[bytes, ...]]
    """Contents by the name of the part."""
    options: dict[str, Any]
    """Of JSON types."""
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What the client calls the files, in the same order; used where pairs are found by name, and nowhere else."""

    def one(self, name: str) -> bytes:
        """The file of a name. Problem where there is none, or more than one."""
        found = self.files.get(name, ())
        if len(found) != 1:
            raise Problem(422, "malformed", f"{name}: expected one file under this name; got {len(found)}")
        return found[0]

    def maybe(self, name: str) -> bytes | None:
        """The file of a name, if there is one."""
        return self.one(name) if name in self.files else None


class InMemory(MultiPartParser):
    """Starlette's parser with files that never go to the disk; the body's size is limited before (``guard.py``)."""

    spool_max_size = 1 << 40


async def read_form(
    request: Request, files: tuple[str, ...], extra: tuple[str, ...] = (), most_files: int = MAX_FILES
) -> Form:
    """The files and options of a request. Problem for a part that nothing asks for, or one that can't be read.

    Args:
        request: multipart/form-data; without files also urlencoded fields, or a JSON object of options.
        files: names that files may have.
        extra: names of fields that are no ``Options``.
        most_files: parts that may be files.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if kind != "multipart/form-data":
            return Form({}, checked_options(await _plain_options(request, kind), extra))
        parts = await _parts(request, most_files)
    except OptionError as error:
        raise problem_of(error) from error
    except MultiPartException as error:
        raise Problem(400, "malformed", error.message) from error
    except TimeoutError as error:
        raise Problem(408, "timed-out", f"the body did not arrive within {UPLOAD_SECONDS:g} seconds") from error
    except (ClientDisconnect, ValueError, LookupError) as error:
        raise Problem(400, "malformed", "the body is broken or was broken off") from error
    return _form_of(parts, files, extra)


async def _parts(request: Request, most_files: int) -> list[tuple[str, str | bytes, str]]:
    """The parts of a multipart body: text of fields, bytes of files and what these are called."""
    parser = InMemory(
        request.headers,
        request.stream(),
        max_files=most_files,
        max_fields=MAX_FIELDS,
        max_part_size=MAX_FIELD_BYTES,
    )
    with request.app.state.pool.admitted():
        async with asyncio.timeout(UPLOAD_SECONDS):
            parsed = await parser.parse()
    parts: list[tuple[str, str | bytes, str]] = []
    for name, value in parsed.multi_items():
        if isinstance(value, str):
            parts.append((name, value, ""))
        else:
            parts.append((name, await value.read(), value.filename or ""))
    await parsed.close()
    return parts


def _form_of(parts: list[tuple[str, str | bytes, str]], files: tuple[str, ...], extra: tuple[str, ...]) -> Form:
    """A form of its parts. Problem for a file that nothing asks for, and for wrong options."""
    found: dict[str, tuple[bytes, ...]] = {}
    names: dict[str, tuple[str, ...]] = {}
    given: dict[str, Any] = {}
    for name, value, called in parts:
        if name in files:
            names[name] = (*names.get(name, ()), called)
            found[name] = (*found.get(name, ()), value.encode() if isinstance(value, str) else value)
        elif isinstance(value, bytes):
            raise Problem(422, "malformed", f"a file under a name that is not asked for; expected {', '.join(files)}")
        elif name == "options":
            given |= _json_options(value)
        else:
            given[name] = value
    try:
        return Form(found, checked_options(given, extra), names)
    except OptionError as error:
        raise problem_of(error) from error


async def _plain_options(request: Request, kind: str) -> dict[str, Any]:
    """Options of a body without files: a JSON object, or urlencoded fields. Problem for other kinds."""
    if kind not in ("application/json", "application/x-www-form-urlencoded", ""):
        raise Problem(415, "malformed", "expected multipart/form-data, with the pictures as files")
    body = await request.body()
    if len(body) > MAX_FIELD_BYTES:
        raise Problem(413, "too-large", f"options may have {MAX_FIELD_BYTES} bytes")
    if kind == "application/json":
        return _json_options(body.decode("utf-8", "replace"))
    given: dict[str, Any] = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MAX_FIELDS))
    packed = given.pop("options", None)
    return given if packed is None else given | _json_options(packed)


def _json_options(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(422, "malformed", "options: is no JSON") from error
    if not isinstance(found, dict):
        raise Problem(422, "malformed", "options: expected a JSON object of names and values")
    return found


def checked_options(given: dict[str, Any], extra: tuple[str, ...] = ()) -> dict[str, Any]:
    """Options as the API takes them, from texts or JSON values. OptionError.

    A parser or face detector is a name of the catalogue: no file of the server is opened for a client.

    >>> checked_options({"target": "upper", "feather": "0", "tone_match": "false"})
    {'target': 'upper', 'feather': 0.0, 'tone_match': False}
    """
    from segmask.models.registry import FACE_DETECTORS, PARSERS

    known = (*CHOOSABLE, *extra)
    options: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise unknown("option", name[:60], known)
        if value is None or value == "":
            continue
        if name in NUMBERS:
            value = _number(name, value)
        elif name in SWITCHES:
            value = _switch(name, value)
        elif isinstance(value, list) and name == "target":
            value = ",".join(map(str, value))
        elif not isinstance(value, (str, int)) or isinstance(value, bool):
            raise OptionError(f"{name}: expected text; got {type(value).__name__}")
        options[name] = str(value) if isinstance(value, int) and name not in (*NUMBERS, *SWITCHES) else value
    for name, names in (
        ("parser", ("auto", *PARSERS)),
        ("face_detector", ("auto", "none", *FACE_DETECTORS)),
        ("labels", tuple(LABEL_SETS)),
    ):
        if name in options and options[name] not in names:
            raise unknown(name.replace("_", " "), str(options[name])[:60], names)
    return options


def _number(name: str, value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise OptionError(f"{name}: expected a number; got {str(value)[:40]!r}") from error
    if number != number:
        raise OptionError(f"{name}: expected a number; got {value!r}")
    return number


def _switch(name: str, value: Any) -> bool:
    said = {"true": True, "1": True, "on": True, "yes": True, "false": False, "0": False, "off": False, "no": False}
    if str(value).lower() not in said:
        raise OptionError(f"{name}: expected true or false; got {str(value)[:40]!r}")
    return said[str(value).lower()]
