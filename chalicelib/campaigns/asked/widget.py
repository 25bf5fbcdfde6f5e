"""The script with which pages show a form, as browsers get it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("callback.js")


@cache
def text() -> str:
    """Return the script."""
    return _FILE.read_text(encoding="utf-8")


@cache
def version() -> str:
    """Return what tells this script from another one."""
    return f"callback-{hashlib.sha256(text().encode()).hexdigest()[:16]}"
