"""Is it alive, is it ready, what does it do: for supervisors and Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from segmask.core.labels import PARTS, TARGETS
from segmask.options import STRATEGIES
from segmask.serve.metrics import CONTENT_TYPE
from segmask.version import __version__

router = APIRouter(tags=["state"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Always ok, while it answers at all."""
    return {"status": "ok"}


@router.get("/readyz", summary="Does it take work?", responses={503: {"description": "Starting or ending."}})
async def readyz(request: Request) -> Response:
    """503 while it starts, and once it has been told to end."""
    ready = request.app.state.ready and not request.app.state.pool.closing
    return JSONResponse({"status": "ready" if ready else "not ready"}, 200 if ready else 503)


@router.get("/metrics", summary="Numbers for Prometheus", response_class=Response)
async def metrics(request: Request) -> Response:
    """Counts, seconds, queue and memory."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE)


@router.get("/v1/about", summary="What the service takes")
async def about(request: Request) -> JSONResponse:
    """Version, limits and the names that options take."""
    settings = request.app.state.settings
    return JSONResponse(
        {
            "version": __version__,
            "max_bytes": settings.max_mib << 20,
            "max_pixels": settings.max_pixels,
            "kept_minutes": settings.lifetime,
            "strategies": STRATEGIES,
            "parts": PARTS,
            "targets": TARGETS,
        }
    )
