"""The page in a real Chromium: many pictures, several people and edits, and how fast it answers."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.samples import sample
from tests.serve.conftest import Service
from tests.serve.pages import PATIENT, decided_by_change, downloaded, drop, settled


def test_many_pairs_are_run_corrected_and_saved(page: Any, drawn: dict[str, Path]) -> None:
    """A zip and loose pictures; one is opened, corrected by a dab and put back; all results in a zip."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("coat", "dress"):
            archive.write(drawn["original"], f"{name}.png")
            archive.write(drawn["edited"], f"{name}_edited.png")
        archive.writestr("lonely.png", drawn["mask"].read_bytes())
    loose = [
        {"name": f"hat{end}.png", "mimeType": "image/png", "buffer": drawn[kind].read_bytes()}
        for kind, end in (("original", ""), ("edited", "_edited"))
    ]
    page.click("#tab-many")
    page.select_option("#many-format", "webp")
    zipped = {"name": "pairs.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}
    page.set_input_files("#file-many", [zipped, *loose])
    page.locator("#many-rows .badge.review, #many-rows .badge.ok").nth(2).wait_for(timeout=PATIENT)
    assert "lonely.png" in page.locator("#many-message").inner_text()
    page.locator("#many-rows img.strip").nth(2).wait_for()
    with zipfile.ZipFile(BytesIO(downloaded(page, "#many-download"))) as archive:
        assert archive.testzip() is None
        names = ["coat.webp", "dress.webp", "hat.webp", "results.csv", "unmatched.txt"]
        assert sorted(archive.namelist()) == names
        before = archive.read("coat.webp")
    page.locator("#many-rows button").first.click()
    settled(page)
    decided_by_change(page)
    page.focus("#viewer")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    settled(page)
    page.click("#batch-keep")
    page.locator("#many-rows .badge.corrected").wait_for()
    page.select_option("#many-filter", "corrected")
    assert page.locator("#many-rows tr:visible").count() == 1
    with zipfile.ZipFile(BytesIO(downloaded(page, "#many-download"))) as archive:
        assert archive.read("coat.webp") != before
    page.click("#many-again")
    assert page.locator("#zone-many").is_visible()


def test_a_jpeg_is_downloaded_without_generation_loss(page: Any) -> None:
    """What the page saves is what the shell writes: blocks outside the mask keep the original's coefficients."""
    pytest.importorskip("jpeglib")
    page.click("#sample")
    settled(page)
    page.select_option("#format", "composite.jpg")
    assert "without generation loss" in page.locator("#format option:checked").inner_text()
    data = downloaded(page, "#download")
    pair = [sample(name) for name in ("original.jpg", "edited.jpg")]
    made = segmask.apply(*pair)
    assert data == made.encoded(".jpg", mark=True)[0]
    kept = io.read_picture(data).raster == io.read_picture(pair[0]).raster
    far = made.alpha == 0
    assert kept.all(-1)[far].mean() > 0.9  # the rest lies in blocks that hold a part of the mask


def test_people_are_numbered_on_the_picture_and_chosen_there(page: Any, tmp_path: Path) -> None:
    """Two people side by side: a click on the second's number takes her clothing alone, as --person 2 does."""
    for name in ("original", "edited"):
        picture = io.read_image(sample(f"{name}.jpg"))
        picture = picture[:, 60:400]
        io.write_png(tmp_path / f"{name}.png", np.hstack([picture, picture[:, ::-1]]))
    drop(page, original=tmp_path / "original.png", edited=tmp_path / "edited.png")
    settled(page)
    page.locator("#pins .pin").nth(1).click()
    page.locator("#people .chip[aria-pressed=true]", has_text="2").wait_for()
    settled(page)
    made = segmask.apply(tmp_path / "original.png", tmp_path / "edited.png", person=2)
    assert downloaded(page, "[data-file='mask.png']") == io.encode_png(made.mask)
    page.locator("#command-box summary").click()
    assert "--person 2" in page.locator("#command").inner_text()


def test_several_edits_are_compared(page: Any, drawn: dict[str, Path]) -> None:
    """Each is run, the best is named, and one click shows another."""
    drop(page, original=drawn["original"], edited=[drawn["edited"], drawn["original"]])
    page.locator("#edits button", has_text="best").wait_for(timeout=PATIENT)
    page.locator("#edits button").nth(1).click()
    settled(page)
    assert page.locator("#edits button").nth(1).get_attribute("aria-pressed") == "true"


DROPPED = """async ([zone, name, kind]) => {
  const blob = await (await fetch(`/sample/${name}`)).blob();
  const data = new DataTransfer();
  data.items.add(new File([blob], name, { type: "image/jpeg" }));
  const given = kind === "paste" ? { clipboardData: data } : { dataTransfer: data };
  const event = kind === "paste" ? new ClipboardEvent("paste", { ...given, bubbles: true })
    : new DragEvent("drop", { ...given, bubbles: true, cancelable: true });
  document.querySelector(zone).dispatchEvent(event);
}"""


def test_pictures_are_dropped_and_pasted(page: Any) -> None:
    page.evaluate(DROPPED, ["#zone-original", "original.jpg", "drop"])
    page.locator("#zone-original[data-filled=yes]").wait_for()
    page.evaluate(DROPPED, ["body", "edited.jpg", "paste"])
    settled(page)
    assert page.locator("#verdict").get_attribute("data-state") in ("ok", "review")


def test_a_file_that_is_too_large_is_said_before_it_is_sent(page: Any) -> None:
    told = page.evaluate(
        """async () => (await import("/page/intake.js")).complaint(
        new File([new Uint8Array(2e6)], "large.png", { type: "image/png" }), { max_bytes: 1e6 })"""
    )
    assert "large.png" in told


STROKE = """async (step) => {
  const box = document.querySelector("#viewer"), frame = box.getBoundingClientRect();
  const canvas = document.querySelector("#canvas");
  const at = { clientX: frame.left + frame.width / 2 + step, clientY: frame.top + frame.height / 2, bubbles: true };
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  box.setPointerCapture = () => {};
  await frames();
  const began = performance.now();
  for (const kind of ["pointerdown", "pointermove"]) {
    at.clientX += 30;
    box.dispatchEvent(new PointerEvent(kind, { ...at, pointerId: 1, button: 0 }));
  }
  await frames();
  canvas.getContext("2d").getImageData(0, 0, 1, 1);
  const took = performance.now() - began;
  box.dispatchEvent(new PointerEvent("pointerup", { ...at, pointerId: 1, button: 0 }));
  return took;
}"""


def test_a_stroke_shows_within_a_third_of_a_second_at_six_megapixels(page: Any, tmp_path: Path) -> None:
    original = np.random.default_rng(2).integers(90, 110, (2000, 3000, 3)).astype(np.uint8)
    edited = original.copy()
    edited[600:1400, 1000:2000] = (220, 60, 40)
    for name, picture in (("original", original), ("edited", edited)):
        io.write_png(tmp_path / f"{name}.png", picture)
    drop(page, original=tmp_path / "original.png", edited=tmp_path / "edited.png")
    settled(page)
    page.keyboard.press("x")
    page.evaluate("document.querySelector('#brush-size').value = 80")
    seconds = min(page.evaluate(STROKE, 60 * step) / 1000 for step in range(-3, 3))
    page.locator("#undo:not([disabled])").wait_for()
    assert seconds < 0.3
    settled(page)


def test_the_page_is_small_and_quick(page: Any, service: Service) -> None:
    with service.client() as client:
        names = ["/", *client.get("/").text.split('"')]
        parts = {name for name in names if name.startswith("/page/")}
        from segmask.serve.routes.page import PAGE

        assert {name.removeprefix("/page/") for name in parts} <= set(PAGE)
        assert sum(len(data) for data, _ in PAGE.values()) < 150_000
    loads = []
    for _ in range(3):
        page.goto(service.url)
        loads.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    assert min(loads) < 1000  # milliseconds
