"""Errors as problem+json (RFC 9457): a status, a stable code and a sentence; never a trace."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from segmask.core.errors import InputError, MissingLibraryError, ModelError, OptionError, OutputError, SegmaskError

STATUS: dict[type[SegmaskError], tuple[int, str]] = {
    InputError: (422, "picture-unusable"),
    OptionError: (422, "option-unusable"),
    OutputError: (422, "not-writable"),
    ModelError: (500, "model-unusable"),
    MissingLibraryError: (500, "library-missing"),
}
"""How segmask's own errors are answered."""
TITLES = {
    "picture-unusable": "The picture can't be used",
    "option-unusable": "The option can't be used",
    "not-writable": "The result can't be written in this format",
    "model-unusable": "A model can't be used",
    "library-missing": "A library is missing",
    "malformed": "The request can't be understood",
    "too-large": "The request is too large",
    "unauthorised": "A token is needed",
    "foreign": "The request comes from elsewhere",
    "unknown-pair": "No such pair",
    "unknown-job": "No such job",
    "not-found": "There is nothing here",
    "wrong-method": "This address takes another method",
    "busy": "The service is busy",
    "timed-out": "The work took too long",
    "worker-lost": "The work was broken off",
    "internal": "Something went wrong",
}


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An error that is answered to the client."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, headers or {}

    def body(self) -> dict[str, Any]:
        """The members of the answer."""
        return {
            "type": "about:blank",
            "title": TITLES[self.code],
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }

    def response(self) -> JSONResponse:
        """The answer."""
        return JSONResponse(self.body(), self.status, headers=self.headers, media_type="application/problem+json")


def problem_of(error: SegmaskError) -> Problem:
    """One of segmask's errors as a problem."""
    for kind, (status, code) in STATUS.items():
        if isinstance(error, kind):
            return Problem(status, code, str(error))
    return Problem(500, "internal", str(error))


def unknown_pair() -> Problem:
    """For a pair that was closed, has expired, or never was."""
    return Problem(404, "unknown-pair", "no pair is open under this id; it was closed or has expired: open it again")
