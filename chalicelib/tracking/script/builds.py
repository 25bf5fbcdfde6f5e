"""The script that customers' pages load, as it was built: each build named after its bytes.

A build that pages may have pinned is never changed or dropped: a browser that is told another
hash would not run it. `make script` makes a new one of `infra/script/source`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).with_name("builds")
# The files there are, `cadran.js` and what it loads by itself.
_NAME: Final = re.compile(r"(?:cadran|debug)-[0-9a-f]{16}")


def name_of(file: str, text: str) -> str:
    """Return what a build of a file is called.

    >>> name_of("cadran", "")
    'cadran-e3b0c44298fc1c14'
    """
    return f"{file}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def path_of(name: str) -> str:
    """Return where a build is served, below `/t/`.

    >>> path_of("cadran-e3b0c44298fc1c14")
    'e3b0c44298fc1c14/cadran.js'
    """
    file, _, version = name.partition("-")
    return f"{version}/{file}.js"


def integrity_of(text: str, algorithm: str = "sha384") -> str:
    """Return the hash that a page may demand of a text, as `integrity` and policies have it."""
    digest = hashlib.new(algorithm, text.encode()).digest()
    return f"{algorithm}-{base64.b64encode(digest).decode()}"


@cache
def current(file: str = "cadran") -> str:
    """Return the name of the newest build."""
    return str(json.loads(_read("current.json"))[file])


def text_of(name: str) -> str | None:
    """Return a build, None if there is no such: strangers ask for any name, which is not kept."""
    if not _NAME.fullmatch(name) or not (FOLDER / f"{name}.js").is_file():
        return None
    return _built(name)


@cache
def head() -> str:
    """Return what pages may have in their head, the same for every site."""
    return _read("head.js")


@cache
def _built(name: str) -> str:
    return _read(f"{name}.js")


def _read(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")
