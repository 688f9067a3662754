"""A pair that is opened once and applied many times: /v1/pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from segmask.serve.command import command_words
from segmask.serve.forms import read_form
from segmask.serve.problems import unknown_pair
from segmask.serve.routes.described import PICTURE, WORK, answers, form
from segmask.serve.routes.runs import PAIR_FILES, recipe_of
from segmask.serve.work import MASKS, Apply, Export, Open, View

router = APIRouter(prefix="/v1/pairs", tags=["pairs"])
OPEN_FILES = {name: PAIR_FILES[name] for name in ("original", "edited", "parsing")}
CORRECTIONS = {name: PAIR_FILES[name] for name in MASKS}
ANY_FILE = {"*/*": {"schema": PICTURE}}


@router.post(
    "",
    status_code=201,
    summary="Open a pair: read, parse and align it once",
    openapi_extra=form(OPEN_FILES),
    responses=answers(*WORK, status=201),
)
async def open_pair(request: Request) -> JSONResponse:
    """The pair's id and what is seen in it."""
    state = request.app.state
    found = await read_form(request, tuple(OPEN_FILES))
    recipe = recipe_of(found, state.settings.max_pixels, state.shelf.new_id())
    about = await state.pool.do(Open(recipe))
    for gone in state.shelf.put(recipe):
        state.pool.forget_soon(gone)
    place = f"/v1/pairs/{recipe.key}"
    kept_for = round(state.settings.lifetime * 60)
    return JSONResponse({"id": recipe.key, "kept_for": kept_for, **about}, 201, headers={"Location": place})


@router.post(
    "/{pair}/apply",
    summary="Apply an open pair with a target and corrections",
    description="Every option that is not sent has its default. Views and files then show this result.",
    openapi_extra=form(CORRECTIONS, extra={"mark": {"type": "boolean", "default": False}}),
    responses=answers(404, *WORK),
)
async def apply_pair(request: Request, pair: str) -> JSONResponse:
    """The report, and the command line that gives the same bytes."""
    state = request.app.state
    kept = state.shelf.get(pair)
    found = await read_form(request, tuple(CORRECTIONS), ("mark",))
    options, mark = dict(found.options), bool(found.options.get("mark", False))
    options.pop("mark", None)
    masks = {name: found.one(name) for name in MASKS if name in found.files}
    recipe = replace(kept, options=options, masks=masks)
    about = await state.pool.do(Apply(recipe))
    state.metrics.count(about["report"])
    state.shelf.get(pair)  # it may have been closed meanwhile
    for gone in state.shelf.put(recipe):
        state.pool.forget_soon(gone)
    return JSONResponse({**about, "command": command_words(options, tuple(masks), mark=mark)})


@router.get(
    "/{pair}/views/{name}",
    summary="A picture of the pair or its result, for a screen",
    description="original, aligned, edited, composite, change: JPEG. mask, protected, doubt: grey PNG. "
    "parsing, parsing-edited: PNG of class ids.",
    responses=answers(404, 422, 500, 503, 504, content=ANY_FILE),
    response_class=Response,
)
async def view(request: Request, pair: str, name: str, side: int = 8192) -> Response:
    """The picture, its long side at most ``side`` pixels."""
    return await _file(request, View(request.app.state.shelf.get(pair), name, min(max(side, 64), 8192)))


@router.get(
    "/{pair}/files/{name}",
    summary="A file to keep",
    description="composite.png, .tif, .webp or .jpg; mask.png; layers.psd, .ora or .tif; report.json; all.zip.",
    responses=answers(404, 422, 500, 503, 504, content=ANY_FILE),
    response_class=Response,
)
async def file(request: Request, pair: str, name: str, mark: bool = False) -> Response:
    """The file; ``mark`` says in its XMP that a part was generated."""
    return await _file(request, Export(request.app.state.shelf.get(pair), name, mark))


@router.delete("/{pair}", status_code=204, summary="Close a pair", responses=answers(404, status=204))
async def close_pair(request: Request, pair: str) -> Response:
    """Forget the pair and its pictures at once."""
    if not request.app.state.shelf.drop(pair):
        raise unknown_pair()
    request.app.state.pool.forget_soon(pair)
    return Response(status_code=204)


async def _file(request: Request, task: Any) -> Response:
    made = await request.app.state.pool.do(task)
    return Response(made.data, media_type=made.media_type)
