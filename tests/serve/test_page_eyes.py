"""The page in a real Chromium: what the eyes are led to, and hands without a mouse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.core.findings import CODES, LOOK
from segmask.core.labels import PARTS
from segmask.samples import sample
from tests.serve.conftest import Service
from tests.serve.pages import PATIENT, decided_by_change, downloaded, drop, settled


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A pair whose edit ends inside of what it changed: something to look at, in a place that is known."""
    folder, rng = tmp_path_factory.mktemp("cut"), np.random.default_rng(3)
    original = rng.integers(60, 200, (240, 360, 1)).repeat(2, 0).repeat(2, 1).repeat(3, 2).astype(np.uint8)
    edited = original.copy()
    edited[200:280, 560:640] = (230, 40, 60)
    for name, picture in (("original", original), ("edited", edited[:, :600].copy())):
        io.write_png(folder / f"{name}.png", picture)
    return {name: folder / f"{name}.png" for name in ("original", "edited")}


def number_in(text: str) -> float:
    return float(re.sub(r"[^\d.]", "", text))


def test_a_click_on_a_reason_brings_its_place_into_the_frame(page: Any, cut: dict[str, Path]) -> None:
    """The view zooms in, and the marked place lies where the view shows that part of the picture, wholly in sight."""
    drop(page, original=cut["original"], edited=cut["edited"])
    settled(page)
    decided_by_change(page)
    before = number_in(page.locator("#zoom-level").inner_text())
    made = segmask.apply(cut["original"], cut["edited"], strategy="diff")
    places = [finding.box for finding in made.report.reasons if finding.box is not None]
    assert page.locator("#reasons li button").count() == len(places) > 0
    page.locator("#reasons li button").first.click()
    page.locator("[data-view=doubt][aria-pressed=true]").wait_for()
    assert number_in(page.locator("#zoom-level").inner_text()) > 1.5 * before
    frame, place = (page.locator(name).first.bounding_box() for name in ("#viewer", "#pins .place"))
    scale = number_in(page.locator("#zoom-level").inner_text()) / 100
    left, top, right, bottom = places[0]
    assert place["width"] == pytest.approx((right - left) * scale, abs=3)
    assert place["height"] == pytest.approx((bottom - top) * scale, abs=3)
    assert frame["x"] <= place["x"] <= place["x"] + place["width"] <= frame["x"] + frame["width"]
    assert frame["y"] <= place["y"] <= place["y"] + place["height"] <= frame["y"] + frame["height"]
    assert place["x"] + place["width"] / 2 == pytest.approx(frame["x"] + frame["width"] / 2, abs=4)
    assert page.locator("#divider").input_value() == "0"  # nothing of it is hidden


def test_what_changed_outside_is_told_and_shown(page: Any, drawn: dict[str, Path]) -> None:
    """All of the change is painted away: its share is said, and a click shows where it is, whole."""
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    decided_by_change(page)
    assert page.locator("#outside").is_hidden()
    page.keyboard.press("x")
    page.focus("#brush-size")
    page.keyboard.press("End")
    page.focus("#viewer")
    for key in ("Enter", "ArrowLeft", "Enter", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.locator("#outside").wait_for()
    settled(page)
    told = number_in(page.locator("#outside span").inner_text())
    report = json.loads(downloaded(page, "[data-file='report.json']"))
    assert told == round(100 * report["mask"]["changed_outside_share"])
    assert told == pytest.approx(100 * 60 * 80 / (160 * 200), abs=3)  # the square that the edit draws
    page.locator("#outside button").click()
    page.locator("[data-view=change][aria-pressed=true]").wait_for()
    assert page.locator("#divider").input_value() == "0"


def test_parts_say_their_share_and_whether_they_changed(page: Any) -> None:
    """The sample's edit is another suit; face and hair stay. Shares are those of the parsing, in either picture."""
    page.click("#sample")
    settled(page)
    chips = {chip.get_attribute("data-part"): chip.inner_text() for chip in page.locator("#chips [data-part]").all()}
    pictures = [sample(name) for name in ("original.jpg", "edited.jpg")]
    stages = segmask.Masker().open(*pictures).apply().stages  # the edit is parsed as it was aligned
    assert stages.parsing is not None
    assert stages.edited_parsing is not None
    maps = [parsing.label_map for parsing in (stages.parsing, stages.edited_parsing)]
    for part in ("outerwear", "hair", "face", "background"):
        share = max(float((label_map == PARTS.index(part)).mean()) for label_map in maps)
        assert number_in(chips[part]) == pytest.approx(100 * share, abs=1), part
    changed = {part for part, text in chips.items() if "changed" in text}
    assert "outerwear" in changed
    assert not changed & {"hair", "face", "background"}


def test_automatic_values_stand_beside_the_fields(page: Any, drawn: dict[str, Path]) -> None:
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    decided_by_change(page)
    made = segmask.apply(drawn["original"], drawn["edited"], strategy="diff")
    threshold = page.get_attribute("#threshold", "placeholder")
    assert number_in(threshold) == pytest.approx(made.stages.change.threshold, abs=0.001)
    assert number_in(page.get_attribute("#feather", "placeholder")) == 2
    assert number_in(page.get_attribute("#grow", "placeholder")) == 0
    tone = page.locator("#tone-auto").inner_text().replace("\N{MINUS SIGN}", "-")
    gains = [float(value) for value in re.findall(r"([+-]?\d+)\s%", tone)]
    assert gains == pytest.approx([100 * (gain - 1) for gain in made.stages.tone.gain], abs=0.51)


def test_every_reason_has_words_of_its_own(page: Any) -> None:
    words = page.evaluate("async () => (await import('/page/verdict.js')).REASONS")
    assert {code for code, (level, _) in CODES.items() if level == LOOK} <= set(words)


def test_views_say_what_their_colours_mean(page: Any, drawn: dict[str, Path]) -> None:
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    for key, view in zip("456789", ("outline", "taken", "change", "parts", "protected", "doubt"), strict=True):
        page.keyboard.press(key)
        page.locator(f"[data-view={view}][aria-pressed=true]").wait_for()
        assert page.locator("#legend span").first.inner_text().strip(), view


def test_by_the_keyboard_alone(page: Any, drawn: dict[str, Path]) -> None:
    """From the first Tab to the saved file; each stop of the focus is in sight."""

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab never came to {selector}")

    page.on("filechooser", lambda _: None)  # somebody always listens: between two, the real dialog would open
    for kind in ("original", "edited"):
        tab_to(f"#file-{kind}")
        with page.expect_file_chooser() as waiting:
            page.keyboard.press("Enter")
        waiting.value.set_files(drawn[kind])
    settled(page)
    tab_to("#viewer")
    zoom = page.locator("#zoom-level").inner_text()
    page.keyboard.press("+")
    assert page.locator("#zoom-level").inner_text() != zoom
    page.keyboard.press("x")
    page.keyboard.press("[")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.locator("#undo:not([disabled])").wait_for()
    settled(page)
    page.keyboard.press("Control+z")
    page.locator("#redo:not([disabled])").wait_for()
    settled(page)
    tab_to("#download")
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    with page.expect_download(timeout=PATIENT) as saved:
        page.keyboard.press("Enter")
    picture = io.read_picture(Path(saved.value.path()).read_bytes())
    assert picture.size_wh == (200, 160)


def test_two_fingers_zoom_where_they_are(browser: Any, service: Service, drawn: dict[str, Path]) -> None:
    """A pinch to twice the distance doubles the zoom; the mask that is saved is none the worse for it."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(PATIENT)
    page = context.new_page()
    page.goto(service.url)
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    before = number_in(page.locator("#zoom-level").inner_text())
    frame = page.locator("#viewer").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    touch = context.new_cdp_session(page)

    def fingers(kind: str, distance: float) -> None:
        points = [{"x": x - distance / 2, "y": y + 40, "id": 0}, {"x": x + distance / 2, "y": y + 40, "id": 1}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if distance else []})

    fingers("touchStart", 60)
    for distance in (80, 100, 120):
        fingers("touchMove", distance)
    fingers("touchEnd", 0)
    page.wait_for_function(
        "(before) => parseFloat(document.querySelector('#zoom-level').value) > 1.5 * before", arg=before
    )
    assert number_in(page.locator("#zoom-level").inner_text()) == pytest.approx(2 * before, rel=0.05)
    assert page.evaluate("visualViewport.scale") == 1  # the page itself is not zoomed
    assert downloaded(page, "[data-file='mask.png']")
    context.close()


def test_folders_are_dropped_with_what_is_in_them(page: Any, drawn: dict[str, Path], tmp_path: Path) -> None:
    """A folder of folders, each with an original and its edit, as batches have them."""
    for name in ("coat", "dress"):
        (tmp_path / "shop" / name).mkdir(parents=True)
        for kind in ("original", "edited"):
            (tmp_path / "shop" / name / f"{kind}.png").write_bytes(drawn[kind].read_bytes())
    page.click("#tab-many")
    box = page.locator("#zone-many").bounding_box()
    at = {"x": box["x"] + 60, "y": box["y"] + 60}
    data = {"items": [], "files": [str(tmp_path / "shop")], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})
    page.locator("#many-rows tr").nth(1).wait_for()
    names = [name.inner_text() for name in page.locator("#many-rows .name-cell").all()]
    assert names == ["shop/coat/original.png", "shop/dress/original.png"]
    page.locator("#many-again:not([hidden])").wait_for()


def test_a_service_with_a_token_is_opened_by_its_address(browser: Any, drawn: dict[str, Path]) -> None:
    """Without the token the page says what is missing; with it everything works, and it doesn't stay in the address."""
    token = "a-token-of-enough-characters"
    service = Service("--host", "0.0.0.0", "--token", token)
    context = browser.new_context()
    context.set_default_timeout(PATIENT)
    page = context.new_page()
    page.goto(service.url)
    page.locator("#start-message", has_text="token").wait_for()
    page.goto("about:blank")
    page.goto(f"{service.url}/#token={token}")
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    assert page.locator("#verdict").get_attribute("data-state") in ("ok", "review")
    assert token not in page.url
    assert downloaded(page, "[data-file='mask.png']")
    context.close()
    service.stop()


def test_what_broke_off_is_tried_again_by_one_click(page: Any, drawn: dict[str, Path]) -> None:
    page.context.set_offline(True)
    drop(page, original=drawn["original"], edited=drawn["edited"])
    page.locator("#verdict[data-state=failed]").wait_for()
    page.context.set_offline(False)
    page.click("#retry")
    page.locator("#verdict:is([data-state=ok], [data-state=review])").wait_for()
    assert page.locator("#retry").is_hidden()
