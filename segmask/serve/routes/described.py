"""How forms and answers look, for /openapi.json: made from ``Options``, with examples."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from segmask.options import Options
from segmask.serve.forms import CHOOSABLE, NUMBERS, SWITCHES
from segmask.serve.problems import TITLES

PICTURE = {"type": "string", "format": "binary"}
EXAMPLES = {"target": "clothing", "strategy": "hybrid", "person": "all", "feather": 2, "tone_match": True}


def form(files: dict[str, tuple[str, bool]], *, options: bool = True, extra: dict[str, Any] | None = None) -> Any:
    """What ``openapi_extra`` of a route is that takes a multipart form.

    Args:
        files: name of each file with its meaning and whether it must be there.
        options: whether fields of ``Options`` may be there.
        extra: schemas of further fields.
    """
    properties: dict[str, Any] = {name: {**PICTURE, "description": meaning} for name, (meaning, _) in files.items()}
    if options:
        properties |= {entry.name: _schema(entry) for entry in fields(Options) if entry.name in CHOOSABLE}
        properties["options"] = {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "All options as one JSON object, instead of fields or beside them.",
            "example": '{"target": "upper", "feather": 0}',
        }
    properties |= extra or {}
    required = [name for name, (_, needed) in files.items() if needed]
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    encoding = {name: {"contentType": "image/png, image/jpeg, image/webp, image/tiff"} for name in files}
    body = {"multipart/form-data": {"schema": schema, "encoding": encoding}}
    return {"requestBody": {"required": bool(required), "content": body}}


def _schema(entry: Any) -> dict[str, Any]:
    kind = "number" if entry.name in NUMBERS else "boolean" if entry.name in SWITCHES else "string"
    schema: dict[str, Any] = {"type": kind, "description": entry.metadata["help"]}
    if entry.name in EXAMPLES:
        schema["example"] = EXAMPLES[entry.name]
    return schema


def answers(*statuses: int, image: bool = False, status: int = 200, content: Any = None) -> dict[int | str, Any]:
    """The answers of a route: the good one and its problems."""
    good: dict[str, Any] = {"description": "Done."}
    if image:
        good["content"] = {
            kind: {"schema": PICTURE} for kind in ("image/png", "image/jpeg", "image/webp", "image/tiff")
        }
    if content is not None:
        good["content"] = content
    told: dict[int | str, Any] = {status: good}
    always = (400, 401, 403, 421)
    for code in (*always, *statuses):
        told[code] = {"description": PROBLEMS[code], "content": {"application/problem+json": {"schema": PROBLEM}}}
    return told


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(TITLES)},
        "detail": {"type": "string"},
    },
    "example": {
        "type": "about:blank",
        "title": "The picture can't be used",
        "status": 422,
        "code": "picture-unusable",
        "detail": "edited: not a picture that can be read; expected PNG, JPEG, WebP, TIFF, AVIF, GIF, BMP, PPM, …",
    },
}
PROBLEMS = {
    400: "The request can't be read.",
    401: "The token is missing or wrong.",
    403: "The request comes from another site's page.",
    408: "The body did not arrive in time.",
    404: "No such pair, job, file or view.",
    409: "The job has begun, or has not.",
    413: "The request is larger than the service takes.",
    415: "The body is no multipart form.",
    421: "The Host is not this service's.",
    422: "A picture or an option can't be used.",
    500: "An error of segmask's own, or a worker that was lost.",
    503: "Too many requests wait; Retry-After says for how long.",
    504: "The work took too long.",
}
WORK = (408, 413, 415, 422, 500, 503, 504)
"""Problems of everything that a worker does."""
