"""The product on this machine, and a browser that calls nobody but it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

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
# Nobody waits so long unless something is wrong, or the machine is starved.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium, for one module: each test opens a context of its own. Playwright's
    event loop runs until it stops, and tests elsewhere that have a loop of their own could not.
    """
    chromium = shutil.which("chromium")
    assert chromium, "no browser: `make test-tools` installs Debian's chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=list(QUIET), timeout=2 * PATIENCE
        )
        yield started
        started.close()
