"""One address into one file over HTTP; where the connection breaks off, the rest alone is asked for (RFC 9110, 14)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from requests import Response

ATTEMPTS = 3
"""In a row that bring nothing new."""
RETRY_PAUSE_S = 1.0
TIMEOUT_S = 30.0
"""Without a byte from the server."""
CHUNK = 1 << 14
"""Bytes; a connection that breaks off loses less than one."""

Progress = Callable[[int, int | None], None]
"""Told, again and again, the bytes that have come and those of the whole file; None where the server doesn't say."""


def fetch(url: str, path: Path, progress: Progress | None = None) -> None:
    """Write what an address gives to a file, over as many connections as it takes.

    Raises requests' exceptions (an OSError each) for the network and the server, OSError for the disk.
    """
    failures = furthest = 0
    with path.open("wb") as file:
        transfer = _Transfer(url, file, progress)
        while True:
            try:
                transfer.run()
                return
            except OSError as error:
                failures = 1 if file.tell() > furthest else failures + 1
                furthest = max(furthest, file.tell())
                if failures == ATTEMPTS or not _is_passing(error):
                    raise
                time.sleep(RETRY_PAUSE_S * failures)


class _Transfer:
    """A file that is being fetched; ``run`` again goes on where it broke off."""

    def __init__(self, url: str, file: IO[bytes], progress: Progress | None) -> None:
        self._url, self._file, self._progress = url, file, progress
        self._version = ""

    def run(self) -> None:
        """Ask for what is missing and write it. Raises OSError."""
        import requests

        headers = {"Accept-Encoding": "identity"}  # a compressed answer can't be gone on with
        if self._version:  # without one, the rest might be that of another file
            headers |= {"Range": f"bytes={self._file.tell()}-", "If-Range": self._version}
        with requests.get(self._url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
            if not self._goes_on(response):
                self._file.seek(0)
                self._file.truncate()
            self._version = ""
            response.raise_for_status()
            self._version = _version(response)
            length = response.headers.get("Content-Length")
            total = self._file.tell() + int(length) if length else None
            for chunk in response.iter_content(CHUNK):
                self._file.write(chunk)
                if self._progress:
                    self._progress(self._file.tell(), total)

    def _goes_on(self, response: Response) -> bool:
        """Whether an answer is the rest that was asked for; others start over."""
        expected = f"bytes {self._file.tell()}-"
        return response.status_code == 206 and response.headers.get("Content-Range", "").startswith(expected)


def _version(response: Response) -> str:
    """What names the file's very version: a strong ETag, else its date; empty where the server gives neither."""
    tag = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")


def _is_passing(error: OSError) -> bool:
    """Whether trying again may help: a broken connection or a server's own trouble, not a disk or a missing file."""
    response = getattr(error, "response", None)
    if response is not None:
        return response.status_code >= 500 or response.status_code in (408, 416, 429)
    return error.errno is None
