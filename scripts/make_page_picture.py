"""Draw docs/images/serve.jpg: the page with the sample pair, in Chromium.

Run ``python scripts/make_page_picture.py`` from the repository's root; needs the extra ``test-serve`` and Chromium.
"""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image as Pil

TARGET = Path("docs/images/serve.jpg")
SIZE: Any = {"width": 1280, "height": 800}


def main() -> None:
    """Start the service, let the page work on the sample, and take its picture."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "segmask", "serve", "--port", "0"]
    service = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert service.stderr is not None
        found = re.search(r"http://[\d.]+:\d+", service.stderr.readline())
        assert found is not None
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page: Any = browser.new_page(viewport=SIZE, color_scheme="light")
            page.goto(found[0])
            page.click("#sample")
            page.locator("#verdict[data-state=ok]").wait_for(timeout=120_000)
            page.locator("#busy").wait_for(state="hidden")
            page.wait_for_timeout(500)
            shot = page.screenshot()
            browser.close()
    finally:
        service.terminate()
        service.wait(60)
    Pil.open(BytesIO(shot)).convert("RGB").save(TARGET, quality=82, optimize=True)


if __name__ == "__main__":
    main()
