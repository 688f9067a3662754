"""The page in a real Chromium: what somebody does who never opens a shell."""

from __future__ import annotations

import shlex
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.cli.main import run
from segmask.samples import sample
from tests.serve.conftest import Service
from tests.serve.pages import PATIENT, decided_by_change, downloaded, drop, settled


def test_a_sample_is_composited_and_downloaded_as_the_shell_does(page: Any, tmp_path: Path) -> None:
    """One click for the sample, another target, the download; then the command line that the page shows."""
    page.click("#sample")
    settled(page)
    assert page.locator("#verdict").get_attribute("data-state") == "ok"
    page.click("[data-part=upper]")
    page.locator("[data-part=upper][aria-pressed=false]").wait_for()
    page.locator("#busy").wait_for(state="visible")
    settled(page)
    with_page = downloaded(page, "#download")
    page.locator("#command-box summary").click()
    words = shlex.split(page.locator("#command").inner_text())
    (tmp_path / "original.jpg").write_bytes(sample("original.jpg"))
    (tmp_path / "edited.jpg").write_bytes(sample("edited.jpg"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        with pytest.raises(SystemExit) as ended:
            run(words[1:])
    assert ended.value.code == 0
    assert (tmp_path / words[words.index("-o") + 1]).read_bytes() == with_page


def test_painting_undo_and_files(page: Any, drawn: dict[str, Path]) -> None:
    """A stroke that stays original, undone and redone; the zip holds what was painted; the API makes the same of it."""
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    decided_by_change(page)
    whole = np.asarray(io.read_gray(downloaded(page, "[data-file='mask.png']")))
    assert whole[70, 100] == 255
    page.keyboard.press("x")
    box = page.locator("#viewer").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.45
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 40, middle[1], steps=5)
    page.mouse.up()
    page.locator("#undo:not([disabled])").wait_for()
    settled(page)
    painted = np.asarray(io.read_gray(downloaded(page, "[data-file='mask.png']")))
    assert (painted < whole).any()
    assert not (painted > whole).any()
    with zipfile.ZipFile(BytesIO(downloaded(page, "[data-file='all.zip']"))) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert {"composite.png", "mask.png", "exclude.png", "report.json", "command.txt"} == set(held)
    files = {"original": drawn["original"].read_bytes(), "edited": drawn["edited"].read_bytes()}
    again = segmask.apply(files["original"], files["edited"], strategy="diff", exclude=held["exclude.png"])
    assert again.encoded(".png", mark=True)[0] == held["composite.png"]
    page.click("#undo")
    settled(page)
    undone = np.asarray(io.read_gray(downloaded(page, "[data-file='mask.png']")))
    np.testing.assert_array_equal(undone, whole)
    page.keyboard.press("Control+Shift+z")
    settled(page)
    redone = np.asarray(io.read_gray(downloaded(page, "[data-file='mask.png']")))
    np.testing.assert_array_equal(redone, painted)


def test_masks_and_paintings_come_back_without_loss(page: Any, drawn: dict[str, Path], tmp_path: Path) -> None:
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    decided_by_change(page)
    page.focus("#viewer")
    page.keyboard.press("b")
    page.keyboard.press("Enter")  # by the keyboard alone: a dab in the middle
    settled(page)
    page.locator("summary", has_text="Masks").click()
    painting, mask = tmp_path / "painting.png", tmp_path / "mask.png"
    painting.write_bytes(downloaded(page, "#painting-save"))
    mask.write_bytes(downloaded(page, "#mask-save"))
    page.click("#clear")
    settled(page)
    page.set_input_files("#painting-file", painting)
    settled(page)
    assert downloaded(page, "#painting-save") == painting.read_bytes()
    assert downloaded(page, "#mask-save") == mask.read_bytes()
    page.click("#clear")
    settled(page)
    page.set_input_files("#mask-file", mask)
    page.locator("#using").wait_for()
    settled(page)
    assert downloaded(page, "#mask-save") == mask.read_bytes()


def test_broken_and_wrong_files_are_said(page: Any, drawn: dict[str, Path], tmp_path: Path) -> None:
    """Before upload by what the file is; after it by what it holds; and one can start anew."""
    text, broken = tmp_path / "notes.txt", tmp_path / "broken.png"
    text.write_text("no picture", encoding="utf-8")
    broken.write_bytes(drawn["edited"].read_bytes()[:300])
    page.set_input_files("#file-original", text)
    assert page.locator("#start-message").is_visible()
    drop(page, original=drawn["original"], edited=broken)
    page.locator("#verdict[data-state=failed]").wait_for(timeout=PATIENT)
    assert "broken.png" in page.locator("#verdict-text").inner_text()
    page.click("#again")
    assert page.locator("#start").is_visible()


def test_views_keys_and_zoom(page: Any, drawn: dict[str, Path]) -> None:
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    for key, view in (("5", "taken"), ("6", "change"), ("9", "doubt"), ("1", "composite")):
        page.keyboard.press(key)
        page.locator(f"[data-view={view}][aria-pressed=true]").wait_for()
    fitted = page.locator("#zoom-level").inner_text()
    page.keyboard.press("0")
    assert page.locator("#zoom-level").inner_text() == "100 %"
    page.keyboard.press("f")
    assert page.locator("#zoom-level").inner_text() == fitted


def test_two_people_never_see_each_others_pictures(browser: Any, service: Service, drawn: dict[str, Path]) -> None:
    """Ids are not shared by pages, and a pair is gone when its page goes."""
    asked: list[str] = []
    with service.client() as client:
        for _ in range(2):
            context = browser.new_context()
            context.set_default_timeout(PATIENT)
            page = context.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.goto(service.url)
            drop(page, original=drawn["original"], edited=drawn["edited"])
            settled(page)
            page.click("#again")
            page.locator("#start").wait_for()
            page.evaluate("() => fetch('/healthz').then((answer) => answer.status)")
            context.close()
        pairs = {url.split("/pairs/")[1].split("/")[0] for url in asked if "/pairs/" in url}
        assert len(pairs) == 2
        assert {client.get(f"/v1/pairs/{pair}/views/original").status_code for pair in pairs} == {404}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_no_serious_fault_for_screen_readers_and_keyboards(
    browser: Any, service: Service, drawn: dict[str, Path], width: int, scheme: Any
) -> None:
    """At the start, over a result with all that folds open, in the help, and in the batch tab before and after."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    still = {"reduced_motion": "reduce"}  # halfway through a transition any contrast is low
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True, **still)
    context.set_default_timeout(PATIENT)
    page = context.new_page()
    page.goto(service.url)
    faults: list[str] = []

    def look() -> None:
        faults.extend(serious(axe.run(page)))
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    look()
    drop(page, original=drawn["original"], edited=drawn["edited"])
    settled(page)
    for summary in page.locator("details.more > summary").all():
        summary.click()
    look()
    page.click("#help")
    look()
    page.keyboard.press("Escape")
    page.click("#tab-many")
    look()
    sent = {"coat.png": "original", "coat_edited.png": "edited", "bad.png": "original", "lonely.png": "mask"}
    files = [{"name": name, "mimeType": "image/png", "buffer": drawn[kind].read_bytes()} for name, kind in sent.items()]
    page.set_input_files("#file-many", [*files, {"name": "bad_edited.png", "mimeType": "image/png", "buffer": b"none"}])
    page.locator("#many-again:not([hidden])").wait_for()
    page.locator("#many-rows img.strip").wait_for()
    look()
    context.close()
    assert faults == []


def serious(found: Any) -> list[str]:
    violations = found.response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in violations
        if fault["impact"] in ("serious", "critical")
    ]
