"""The page for people: files of the package, found by name in a list, never by path."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Response

from segmask.samples import NAMES, sample
from segmask.serve.problems import Problem

router = APIRouter(include_in_schema=False)
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def _page_files() -> dict[str, tuple[bytes, str]]:
    found = {}
    for entry in (files("segmask") / "serve" / "page").iterdir():
        kind = KINDS.get(entry.name[entry.name.rfind(".") :])
        if kind is not None:
            found[entry.name] = entry.read_bytes(), f"{kind}; charset=utf-8"
    return found


PAGE = _page_files()


@router.get("/")
async def index() -> Response:
    """The page."""
    return _served("index.html")


@router.get("/page/{name}")
async def part(name: str) -> Response:
    """A style sheet, script or drawing of the page."""
    return _served(name)


@router.get("/sample/{name}")
async def sample_picture(name: str) -> Response:
    """A picture of the sample pair."""
    if name not in NAMES:
        raise Problem(404, "not-found", "no such sample")
    return Response(sample(name), media_type="image/jpeg")


def _served(name: str) -> Response:
    if name not in PAGE:
        raise Problem(404, "not-found", "no such part of the page")
    data, kind = PAGE[name]
    return Response(data, media_type=kind, headers={"Cache-Control": "no-cache"})
