"""Batches: /v1/jobs takes many pictures, finds the pairs by name, and runs them one after another."""

from __future__ import annotations

import asyncio
import mimetypes
import posixpath
from pathlib import PurePosixPath
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse, StreamingResponse

from segmask.batch.sources import SIDE_NAMES
from segmask.batch.thumbnail import thumbnail_name
from segmask.core.errors import SegmaskError, unknown
from segmask.io import FORMATS
from segmask.options import Options
from segmask.serve.archive import packed, unpacked
from segmask.serve.forms import Form, read_form
from segmask.serve.jobs import COLLECTING, MOST_FILES, PATIENCE, Entry, Job, corrected
from segmask.serve.problems import Problem, problem_of, unknown_pair
from segmask.serve.routes.described import PICTURE, WORK, answers, form
from segmask.serve.work import Apply, Export, Open, Recipe

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
SENT = ("pictures", "archive")
FIELDS = {
    "file_format": {"type": "string", "enum": ["png", "tif", "webp", "jpg"], "default": "png"},
    "sides": {
        "type": "string",
        "description": f"What is made beside each: {', '.join(SIDE_NAMES)}.",
        "example": "mask",
    },
    "mark": {"type": "boolean", "description": "Say in the XMP that a part was generated.", "default": False},
    "start": {"type": "boolean", "description": "false waits for more pictures and /start.", "default": True},
}
PICTURES: dict[str, Any] = {
    "pictures": {"type": "array", "items": PICTURE, "description": "Originals and edits; their names pair them."},
    "archive": {**PICTURE, "description": "A zip of them, instead or beside."},
}
ANY_FILE = {"*/*": {"schema": PICTURE}}


@router.post(
    "",
    status_code=202,
    summary="Make a job of many pictures",
    description="Pairs are found by name as `segmask batch` finds them: coat.jpg with coat_edited.png, or "
    "coat/original.jpg with coat/edited.png. They run one after another, as fast as other requests leave room.",
    openapi_extra=form({}, extra={**PICTURES, **FIELDS}),
    responses=answers(*WORK, status=202),
)
async def make_job(request: Request) -> JSONResponse:
    """The job's state."""
    jobs = request.app.state.jobs
    found = await read_form(request, SENT, tuple(FIELDS), MOST_FILES)
    job = _job_of(found)
    pictures = await _pictures(found, jobs.cap)
    jobs.add(job, pictures)
    starts = found.options.get("start", True)
    jobs.new(job)
    try:
        if starts:
            jobs.start(job)
    except Problem:
        jobs.drop(job.key)
        raise
    return JSONResponse(state_of(job), 202, headers={"Location": f"/v1/jobs/{job.key}"})


@router.post(
    "/{job}/pictures",
    summary="Send more pictures to a job that waits for them",
    openapi_extra=form({}, options=False, extra=PICTURES),
    responses=answers(404, 409, *WORK),
)
async def add_pictures(request: Request, job: str) -> JSONResponse:
    """The job's state."""
    jobs = request.app.state.jobs
    kept = jobs.get(job)
    found = await read_form(request, SENT, most_files=MOST_FILES)
    jobs.add(kept, await _pictures(found, jobs.cap))
    return JSONResponse(state_of(kept))


@router.post("/{job}/start", status_code=202, summary="Start a job that waited", responses=answers(404, 409, 422, 503))
async def start_job(request: Request, job: str) -> JSONResponse:
    """The job's state."""
    kept = request.app.state.jobs.get(job)
    request.app.state.jobs.start(kept)
    return JSONResponse(state_of(kept), 202)


@router.post("/{job}/stop", summary="Stop a job after what runs", responses=answers(404))
async def stop_job(request: Request, job: str) -> JSONResponse:
    """The job's state."""
    kept = request.app.state.jobs.get(job)
    request.app.state.jobs.stop(kept)
    return JSONResponse(state_of(kept))


@router.get(
    "/{job}",
    summary="How far a job is, and its rows",
    description="With `seen`, the `version` of the answer before, it waits until there is something new, for at most "
    f"{PATIENCE:g} seconds.",
    responses=answers(404, 422),
)
async def job_state(request: Request, job: str, seen: int | None = None) -> JSONResponse:
    """The job's state."""
    jobs = request.app.state.jobs
    kept = jobs.get(job)
    if seen is not None:
        await jobs.news(kept, seen)
    return JSONResponse(state_of(kept))


@router.delete("/{job}", status_code=204, summary="Delete a job", responses=answers(404, status=204))
async def delete_job(request: Request, job: str) -> Response:
    """Forget the job, its pictures and its results at once."""
    if not request.app.state.jobs.drop(job):
        request.app.state.jobs.get(job)
    return Response(status_code=204)


@router.get(
    "/{job}/results.zip",
    summary="All results of a job so far",
    description="The results, what was wanted beside them, and results.csv with the same columns as a batch's.",
    responses=answers(404, content=ANY_FILE),
    response_class=Response,
)
async def results(request: Request, job: str) -> Response:
    """The zip, made while it is sent."""
    kept = request.app.state.jobs.get(job)
    named = {"Content-Disposition": 'attachment; filename="segmask-results.zip"'}
    return StreamingResponse(packed(kept), media_type="application/zip", headers=named)


@router.get(
    "/{job}/rows/{row}/{name}",
    summary="A file of a pair",
    description="composite; thumbnail (original, edit and composite side by side); mask, report, preview, layers.",
    responses=answers(404, content=ANY_FILE),
    response_class=Response,
)
async def row_file(request: Request, job: str, row: int, name: str) -> Response:
    """The file."""
    entry = _entry(request, job, row)
    task = entry.task
    known = {"composite": task.output, "thumbnail": thumbnail_name(task.output), **dict(task.sides)}
    path = known.get(name, "")
    if path not in entry.files:
        raise Problem(404, "not-found", f"no such file of this pair; expected {', '.join(known)}, once it is done")
    return Response(entry.files[path], media_type=mimetypes.guess_type(path)[0] or "application/octet-stream")


@router.post(
    "/{job}/rows/{row}/open",
    status_code=201,
    summary="Open a pair of a job, to correct it",
    description="As POST /v1/pairs answers; of several edits the one that was chosen. Without options the job's hold.",
    openapi_extra=form({}),
    responses=answers(404, *WORK, status=201),
)
async def open_row(request: Request, job: str, row: int) -> JSONResponse:
    """What is known of the pair."""
    state, entry = request.app.state, _entry(request, job, row)
    kept, found = state.jobs.get(job), await read_form(request, ())
    options = found.options or kept.options
    edits = entry.task.edited
    chosen = (entry.row or {}).get("chosen")
    edited = next((edit for edit in edits if edit == chosen), edits[0])
    files = kept.pictures[entry.task.original], kept.pictures[edited]
    recipe = Recipe(*files, state.settings.max_pixels, state.shelf.new_id(), dict(options))
    about = await state.pool.do(Open(recipe))
    for gone in state.shelf.put(recipe):
        state.pool.forget_soon(gone)
    names = {"original": posixpath.basename(entry.task.original), "edited": posixpath.basename(edited)}
    return JSONResponse({"id": recipe.key, "names": names, "options": options, **about}, 201)


@router.put("/{job}/rows/{row}", summary="Put a corrected result in a pair's place", responses=answers(404, 409, *WORK))
async def correct_row(request: Request, job: str, row: int, pair: str) -> JSONResponse:
    """The row; ``pair`` is an open pair whose last result becomes the row's."""
    state, entry = request.app.state, _entry(request, job, row)
    kept, recipe = state.jobs.get(job), state.shelf.get(pair)
    if entry.row is None:
        raise Problem(409, "malformed", "the pair is not done yet")
    if recipe.original != kept.pictures[entry.task.original]:
        raise unknown_pair()
    task = entry.task
    made = await state.pool.do(Export(recipe, f"composite{PurePosixPath(task.output).suffix}", kept.mark))
    files = {task.output: made.data}
    wanted = {"thumbnail": thumbnail_name(task.output), **dict(task.sides)}
    for name, path in wanted.items():
        file = f"{name}{PurePosixPath(path).suffix}"
        files[path] = (await state.pool.do(Export(recipe, file, kept.mark))).data
    about = await state.pool.do(Apply(recipe))
    await state.jobs.settle(kept, entry, corrected(entry, files, about["report"]))
    return JSONResponse(_told(row, entry))


def _job_of(found: Form) -> Job:
    """A job with its choices checked. Problem."""
    options = {name: value for name, value in found.options.items() if name not in FIELDS}
    file_format = str(found.options.get("file_format", "png"))
    sides = tuple(side.strip() for side in str(found.options.get("sides", "")).split(",") if side.strip())
    try:
        Options(**options)
        if f".{file_format}" not in FORMATS:
            raise unknown("format", file_format[:20], [known[1:] for known in FORMATS])
        odd = next((side for side in sides if side not in SIDE_NAMES), None)
        if odd is not None:
            raise unknown("output beside the composites", odd[:20], SIDE_NAMES)
    except SegmaskError as error:
        raise problem_of(error) from error
    return Job("", options, file_format, sides, bool(found.options.get("mark", False)))


async def _pictures(found: Form, cap: int) -> dict[str, bytes]:
    """Contents by name of what was sent, unpacked."""
    sent = list(zip(found.names.get("pictures", ()), found.files.get("pictures", ()), strict=True))
    for data in found.files.get("archive", ()):
        sent += await asyncio.to_thread(unpacked, data, cap, MOST_FILES)
    pictures: dict[str, bytes] = {}
    for name, data in sent:
        plain = plain_name(name)
        if plain in pictures:
            raise Problem(422, "malformed", f"{plain}: two files have this name")
        pictures[plain] = data
    return pictures


def plain_name(name: str) -> str:
    """A client's name of a file as a relative one with ``/``. Problem for one that is none.

    >>> plain_name("C:\\\\photos\\\\coat.jpg"), plain_name("../../coat.jpg"), plain_name("/shop/coat.jpg")
    ('photos/coat.jpg', 'coat.jpg', 'shop/coat.jpg')
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if parts and parts[0].endswith(":"):
        parts = parts[1:]
    plain = "/".join("".join(letter if letter.isprintable() else "_" for letter in part) for part in parts)
    if not plain or len(plain) > 1000:
        raise Problem(422, "malformed", "a picture has no name, or one of over 1000 characters; names pair pictures")
    return plain


def _entry(request: Request, job: str, row: int) -> Entry:
    entries = request.app.state.jobs.get(job).entries
    if not 0 <= row < len(entries):
        raise Problem(404, "not-found", f"no such row; the job has {len(entries)}, counted from 0")
    return entries[row]


def state_of(job: Job) -> dict[str, Any]:
    """A job as it is answered."""
    return {
        "id": job.key,
        "state": job.state,
        "version": job.version,
        "pictures": len(job.pictures),
        "counts": job.counts(),
        "unmatched": list(job.unmatched),
        "others": list(job.others),
        "rows": [] if job.state == COLLECTING else [_told(number, entry) for number, entry in enumerate(job.entries)],
    }


def _told(number: int, entry: Entry) -> dict[str, Any]:
    row = entry.row or {}
    told = {name: row.get(name) for name in ("confidence", "share", "reasons", "error", "seconds", "chosen")}
    corrected_by_hand = bool((row.get("facts") or {}).get("corrected"))
    names = {"original": entry.task.original, "edited": list(entry.task.edited), "output": entry.task.output}
    return {"row": number, **names, "state": entry.state, "corrected": corrected_by_hand, **told}
