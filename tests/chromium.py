"""The browser that tests drive, and the checker of accessibility that they run in its pages."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium")
AXE = Path(os.environ.get("AXE_PATH", Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing (Debian package chromium)")
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason=f"axe-core is missing: {AXE} (npm ci, or AXE_PATH)")


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium, closed at the end."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield one
        one.close()
