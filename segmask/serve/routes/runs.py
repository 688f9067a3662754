"""One request, one answer: /v1/apply, /v1/mask and /v1/parse."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from segmask.io import MASK_FORMATS
from segmask.serve.forms import Form, read_form
from segmask.serve.problems import Problem
from segmask.serve.routes.described import WORK, answers, form
from segmask.serve.work import MASKS, Export, MaskOf, Parse, Recipe

router = APIRouter(prefix="/v1", tags=["pictures"])
PAIR_FILES = {
    "original": ("The original picture.", True),
    "edited": ("Its edited version, of any size.", True),
    "include": ("Mask, white comes from the edit whatever is decided.", False),
    "exclude": ("Mask, white stays original; beats include.", False),
    "mask_in": ("Mask to use instead of a decision; grey levels are alpha.", False),
    "parsing": ("Label map of the original; a second one of the aligned edit.", False),
}
FORMATS = {"image/png": ".png", "image/tiff": ".tif", "image/webp": ".webp", "image/jpeg": ".jpg"}
MARK = {"mark": {"type": "boolean", "description": "Say in the XMP that a part was generated.", "default": False}}
MASK_FIELDS = {
    "mask_format": {"type": "string", "enum": list(MASK_FORMATS), "default": "gray"},
    "invert": {"type": "boolean", "default": False},
}


def recipe_of(found: Form, max_pixels: int, key: str | None) -> Recipe:
    """The recipe that a form of ``PAIR_FILES`` asks for."""
    options = {name: value for name, value in found.options.items() if name != "mark"}
    masks = {name: found.one(name) for name in MASKS if name in found.files}
    parsing = found.files.get("parsing", ())
    if len(parsing) > 2:
        raise Problem(422, "malformed", f"parsing: expected one or two files; got {len(parsing)}")
    return Recipe(found.one("original"), found.one("edited"), max_pixels, key, options, masks, parsing)


@router.post(
    "/apply",
    summary="The composite of an original and its edit",
    description="Answers the composite, by `Accept` as PNG (default), TIFF, WebP or JPEG, with the report's heart in "
    "`Segmask-Report`; `application/json` holds composite and mask as base64 and the whole report; `multipart/mixed` "
    "has them as parts. The bytes are those of `segmask apply`.",
    openapi_extra=form(PAIR_FILES, extra=MARK),
    responses=answers(*WORK, image=True),
    response_class=Response,
)
async def apply(request: Request) -> Response:
    """The composite."""
    state = request.app.state
    found = await read_form(request, tuple(PAIR_FILES), ("mark",))
    kind = accepted(request)
    recipe, mark = recipe_of(found, state.settings.max_pixels, None), bool(found.options.get("mark", False))
    task = Export(recipe, f"composite{FORMATS.get(kind, '.png')}", mark, with_mask=kind not in FORMATS)
    done = await state.pool.do(task)
    state.metrics.count(done.report)
    if kind in FORMATS:
        return Response(done.data, media_type=kind, headers=report_headers(done.report))
    if kind == "multipart/mixed":
        return _mixed(done.data, done.mask, done.report)
    coded = {"composite": base64.b64encode(done.data).decode(), "mask": base64.b64encode(done.mask).decode()}
    return JSONResponse({"report": done.report, **coded})


@router.post(
    "/mask",
    summary="The target's mask in one picture, for an inpainting service",
    openapi_extra=form({"image": ("The picture.", True), "parsing": ("Label map of it.", False)}, extra=MASK_FIELDS),
    responses=answers(*WORK, image=True),
    response_class=Response,
)
async def mask(request: Request) -> Response:
    """The semantic mask."""
    state = request.app.state
    found = await read_form(request, ("image", "parsing"), tuple(MASK_FIELDS))
    options = dict(found.options)
    task = MaskOf(
        found.one("image"),
        state.settings.max_pixels,
        mask_format=options.pop("mask_format", "gray"),
        invert=options.pop("invert", False),
        options=options,
        parsing=found.maybe("parsing"),
    )
    made = await state.pool.do(task)
    return Response(made.data, media_type=made.media_type, headers=report_headers(made.report))


@router.post(
    "/parse",
    summary="What each pixel of a picture shows",
    description="Answers an indexed PNG whose values are the ids of the 14 parts; `Segmask-Report` has their shares.",
    openapi_extra=form({"image": ("The picture.", True)}, options=False, extra={"parser": {"type": "string"}}),
    responses=answers(*WORK, content={"image/png": {"schema": {"type": "string", "format": "binary"}}}),
    response_class=Response,
)
async def parse(request: Request) -> Response:
    """The parsing."""
    state = request.app.state
    found = await read_form(request, ("image",))
    odd = sorted(set(found.options) - {"parser"})
    if odd:
        raise Problem(422, "option-unusable", f"{odd[0]}: has nothing to act on here; expected parser")
    made = await state.pool.do(Parse(found.one("image"), state.settings.max_pixels, found.options))
    report = json.dumps(made.report, ensure_ascii=True, separators=(",", ":"))
    return Response(made.data, media_type=made.media_type, headers={"Segmask-Report": report})


def accepted(request: Request) -> str:
    """The first kind of answer that a client takes and there is. Problem 406 where there is none."""
    wanted = [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]
    for kind in wanted:
        if kind in (*FORMATS, "application/json", "multipart/mixed"):
            return kind
        if kind in ("*/*", "image/*", ""):
            return "image/png"
    raise Problem(406, "malformed", f"Accept: expected {', '.join(FORMATS)}, application/json or multipart/mixed")


def report_headers(report: dict[str, Any]) -> dict[str, str]:
    """A report's heart as one ASCII line: no more than proxies let pass. The whole is in JSON answers."""
    kept = {name: report[name] for name in ("verdict", "confidence", "strategy", "target", "mask")}
    findings = [{key: finding[key] for key in ("code", "level", "box", "measured")} for finding in report["findings"]]
    line = json.dumps({**kept, "findings": findings[:20]}, ensure_ascii=True, separators=(",", ":"))
    return {"Segmask-Verdict": report["verdict"], "Segmask-Report": line}


def _mixed(composite: bytes, mask: bytes, report: dict[str, Any]) -> Response:
    boundary = secrets.token_hex(16)
    body = b""
    for name, kind, data in (
        ("composite", "image/png", composite),
        ("mask", "image/png", mask),
        ("report", "application/json", json.dumps(report).encode()),
    ):
        head = f'--{boundary}\r\nContent-Disposition: attachment; name="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        body += head.encode() + data + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return Response(body, media_type=f"multipart/mixed; boundary={boundary}")
