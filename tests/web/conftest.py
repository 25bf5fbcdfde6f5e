"""The product on this machine, and a browser that calls nobody but it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.e2e.conftest import machine, whole_machine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

__all__ = ["browser", "machine", "whole_machine"]

# As root there is no sandbox; the rest keeps Chromium from calling home.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium, for one test: Playwright's event loop runs until it stops, and
    tests that have a loop of their own could not.
    """
    chromium = shutil.which("chromium")
    assert chromium, "no browser: `make test-tools` installs Debian's chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield started
        started.close()
