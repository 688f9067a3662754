"""Single pictures of a result, what they are written as, and how a notebook shows one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.core.errors import OptionError
from segmask.io.disclosure import COMPOSITE, IPTC_EXT, is_marked, marked
from segmask.io.xmp import text_of
from segmask.result import Result
from segmask.view.text import font_for, wrapped


def test_all_are_written_or_none(composed: Result, tmp_path: Path) -> None:
    names = {
        "overlay": "overlay.png",
        "heatmap": "heatmap.webp",
        "parsing_out": "parsing.png",
        "side_by_side": "both.jpg",
        "animation": "ticket.gif",
        "layers": "layers.ora",
    }
    paths: Any = {name: tmp_path / file for name, file in names.items()}
    composed.save(tmp_path / "result.png", **paths)
    assert {path.name for path in tmp_path.iterdir()} == {*names.values(), "result.png"}
    assert io.read_image(paths["overlay"]).shape == composed.image.shape
    assert io.read_image(paths["side_by_side"]).shape[1] > 2 * composed.image.shape[1]
    for name, wrong in (("animation", "film.mp4"), ("layers", "layers.xcf"), ("parsing_out", "parts.jpg")):
        other: Any = {name: tmp_path / wrong}
        with pytest.raises(OptionError):
            composed.save(tmp_path / "other.png", **other)
        assert not (tmp_path / "other.png").exists()


def test_a_written_parsing_is_read_again(composed: Result, tmp_path: Path) -> None:
    path = tmp_path / "parsing.png"
    composed.save(tmp_path / "result.png", parsing_out=path)
    assert composed.stages.parsing is not None
    np.testing.assert_array_equal(io.read_labels(path), composed.stages.parsing.label_map)


def test_an_animation_shows_original_and_composite(composed: Result, tmp_path: Path) -> None:
    from PIL import Image as Pil

    path = tmp_path / "ticket.webp"
    composed.save(tmp_path / "result.png", animation=path)
    with Pil.open(path) as film:
        frames = []
        for index in range(getattr(film, "n_frames", 1)):
            film.seek(index)
            frames.append(np.asarray(film.convert("RGB")).astype(int))
    assert len(frames) == 2
    for frame, picture in zip(frames, (composed.original.image, composed.image), strict=True):
        assert np.abs(frame - picture.astype(int)).mean() < 6


def test_a_notebook_asks_for_nothing(composed: Result) -> None:
    shown = composed._repr_html_()
    assert len(re.findall(r'src="data:image/jpeg;base64,', shown)) == 2
    assert "http" not in shown
    assert "<script" not in shown


class TestDisclosure:
    KEPT = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="uuid:1" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/png" '
        b'xmlns:e="' + IPTC_EXT.encode() + b'" e:DigitalSourceType="http://example.org/old"/></rdf:RDF></x:xmpmeta>'
    )

    def test_what_the_packet_held_stays(self) -> None:
        packet = marked(io.Metadata(xmp=self.KEPT)).xmp
        assert packet is not None
        text = text_of(packet)
        assert text is not None
        assert 'dc:format="image/png"' in text
        assert "example.org/old" not in text
        assert text.count(COMPOSITE) == 1
        assert text.count('rdf:about="uuid:1"') == 2, "one subject, as XMP asks for"

    def test_twice_is_once(self) -> None:
        once = marked(io.Metadata(xmp=self.KEPT))
        assert marked(once) == once

    @pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg"])
    def test_every_format_says_it_and_only_when_asked(self, composed: Result, tmp_path: Path, suffix: str) -> None:
        for mark in (True, False):
            path = tmp_path / f"{mark}{suffix}"
            composed.save(path, mark=mark)
            assert is_marked(io.read_picture(path).metadata.xmp) is mark

    def test_a_damaged_packet_is_replaced(self) -> None:
        assert is_marked(marked(io.Metadata(xmp=b"<broken")).xmp)


def test_bytes_are_read_like_files(pair: tuple[Path, Path]) -> None:
    from_paths = io.read_picture(pair[0])
    from_bytes = io.read_picture(pair[0].read_bytes())
    np.testing.assert_array_equal(from_bytes.raster, from_paths.raster)
    assert from_bytes.metadata == from_paths.metadata
    assert io.read_picture(from_bytes) is from_bytes
    mask = np.zeros((8, 9), np.uint8)
    mask[2:4] = 255
    np.testing.assert_array_equal(io.read_gray(io.encode_png(mask)), mask)
    with pytest.raises(segmask.InputError):
        io.read_picture(b"")


def test_text_takes_a_font_that_has_its_letters() -> None:
    assert font_for("coat", 16).getname() == font_for("", 16).getname(), "Pillow's own, alike on every machine"
    assert [len(wrapped("one two three four", 16, width)) for width in (10_000, 1)] == [1, 4]
