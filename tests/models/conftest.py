"""Stand-in networks, built here, and a web server on loopback with every fault that a download can meet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from segmask.models.catalog import NetworkInput

Build = Callable[..., Path]

# One colour a class, far from each other.
LEVELS = (0, 127, 255)
COLOURS = tuple((r, g, b) for r in LEVELS for g in LEVELS for b in LEVELS)


@pytest.fixture
def colour_reader(tmp_path: Path) -> Build:
    """Builds an ONNX parser that knows each class by its colour.

    Its 1x1 convolution undoes the normalisation that it expects and scores each class by nearness to the class's
    colour, so that it names the right class only if the picture reaches it with the right size, channel order, mean
    and standard deviation.
    """

    def build(
        classes: int, spec: NetworkInput, *, stride: int = 4, decoys: bool = False, sharpness: float = 60
    ) -> Path:
        height, width = spec.size_hw or ("height", "width")
        nodes = [helper.make_node("AveragePool", ["image"], ["small"], kernel_shape=[stride] * 2, strides=[stride] * 2)]
        weights, bias = _nearest_colour(classes, spec, sharpness)
        nodes.append(helper.make_node("Conv", ["small", "weights", "bias"], ["logits"]))
        outputs = ["logits"]
        if decoys:
            nodes += [helper.make_node("Neg", ["logits"], ["branch"]), helper.make_node("Abs", ["small"], ["edges"])]
            outputs = ["branch", "logits", "edges"]
        graph = helper.make_graph(
            nodes,
            "stand-in",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, height, width])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")],
        )
        path = tmp_path / f"stand-in-{classes}.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
        return path

    return build


def _nearest_colour(classes: int, spec: NetworkInput, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias that score -|value - colour|², less what all classes share."""
    order = slice(None) if spec.channels == "RGB" else slice(None, None, -1)
    colours = np.array(COLOURS[:classes], np.float64)[:, order] / spec.scale
    mean, std = np.array(spec.mean), np.array(spec.std)
    unit = sharpness * (spec.scale / 255) ** 2
    weights = unit * 2 * colours * std
    bias = unit * (2 * colours @ mean - (colours**2).sum(1))
    return weights[:, :, None, None].astype(np.float32), bias.astype(np.float32)


@pytest.fixture
def colour_bands() -> Callable[[int, tuple[int, int]], tuple[np.ndarray, np.ndarray]]:
    """Makes a picture of one horizontal band a class, in order, and its class map."""

    def build(classes: int, size_hw: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        rows = np.arange(size_hw[0]) * classes // size_hw[0]
        class_map = np.repeat(rows[:, None], size_hw[1], axis=1)
        return np.array(COLOURS, np.uint8)[class_map], class_map

    return build


@dataclass(frozen=True)
class Page:
    body: bytes
    status: int = 200
    kind: str = "application/octet-stream"
    announced: int | None = None
    """Content-Length, where it isn't the body's; None is the body's."""
    etag: str = ""
    """Where there is one, the server knows ranges."""
    breaks_after: int | None = None
    """Bytes after which the connection drops."""


@dataclass
class Site:
    """What the server answers: pages by path, and what it was asked."""

    url: str = ""
    pages: dict[str, Sequence[Page]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)

    def serve(self, name: str, *pages: Page | bytes) -> str:
        """Answer requests for ``name`` with these pages one after the other, the last one ever after; its address."""
        self.pages[f"/{name}"] = [page if isinstance(page, Page) else Page(page) for page in pages]
        return f"{self.url}/{name}"

    def page(self, body: bytes, status: int = 200, kind: str = "application/octet-stream", **more: Any) -> Page:
        """An answer that is not just a good body."""
        return Page(body, status, kind, **more)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = site.pages.get(self.path, (Page(b"<html>not found</html>", 404, "text/html"),))
            page = pages[min(site.asked.count(self.path), len(pages) - 1)]
            site.asked.append(self.path)
            site.ranges.append(self.headers["Range"])
            start = self.first_byte(page)
            self.send_response(206 if start else page.status)
            self.send_header("Content-Type", page.kind)
            length = len(page.body) - start if page.announced is None else page.announced
            self.send_header("Content-Length", str(length))
            if page.etag:
                self.send_header("ETag", page.etag)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(page.body) - 1}/{len(page.body)}")
            self.end_headers()
            self.wfile.write(page.body[start:][: page.breaks_after])

        def first_byte(self, page: Page) -> int:
            wanted = self.headers["Range"]
            if not page.etag or not wanted or self.headers["If-Range"] != page.etag:
                return 0
            return int(wanted.removeprefix("bytes=").removesuffix("-"))

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty SEGMASK_HOME; the folder of the models in it."""
    monkeypatch.setenv("SEGMASK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SEGMASK_OFFLINE", raising=False)
    monkeypatch.delenv("SEGMASK_MODEL_URL", raising=False)
    return tmp_path / "home" / "models"
