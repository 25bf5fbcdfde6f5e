"""React as pages load it, from npm: fetched once, into a folder that git ignores."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Final

CACHE: Final = Path(__file__).parents[3] / ".build" / "npm"
# The last React with files for plain pages; the server's half makes the HTML that is taken over.
FILES: Final = {
    "react@18.3.1": "package/umd/react.development.js",
    "react-dom@18.3.1": "package/umd/react-dom.development.js",
}
SHA256: Final = {
    "react@18.3.1": "8d9bed01a672e7eaf387942d781ad47c6a43089a30a0306060f9fd5ac7870347",
    "react-dom@18.3.1": "031d4427a99f2f3f6cac18bbbf308594a67e4f47d10f4896fdec446505b040e0",
}


def react() -> str:
    """Return the source of React and React DOM, in the build that complains of every mismatch."""
    return "\n".join(map(_file, FILES))


def _file(package: str) -> str:
    archive = CACHE / f"{package.replace('@', '-')}.tgz"
    if not archive.exists():
        assert shutil.which("npm"), "npm is not installed: `make test-tools` does it"
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", package]
        subprocess.run(command, cwd=CACHE, check=True, timeout=120, capture_output=True)
    content = archive.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256[package]
    with tarfile.open(archive) as opened:
        member = opened.extractfile(FILES[package])
        assert member is not None
        return member.read().decode()
