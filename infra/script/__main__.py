"""Makes the script that customers' pages load from its readable source: `make script`.

The result is committed, so that only who changes the source needs npm. A build is named after its
bytes and stays for good: pages that pinned one must find it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from chalicelib.tracking.script import builds

SOURCE: Final = Path(__file__).with_name("source")
PARTS: Final = ("0-open", "1-numbers", "2-page", "3-consent", "4-visit", "5-start")
MINIFIER: Final = "terser@5.51.4"
OPTIONS: Final = ("--compress", "passes=3,unsafe_arrows", "--mangle", "--ecma", "2018")
LICENCE: Final = "/*! Cadran, Apache-2.0 */"


def build() -> dict[str, str]:
    """Return what every file of the newest build is to hold."""
    debug = _small(_source("debug"))
    name = builds.name_of("debug", debug)
    whole = "".join(f"{_source(part)}\n" for part in PARTS)
    whole = whole.replace("DEBUG_PATH", builds.path_of(name))
    whole = whole.replace("DEBUG_INTEGRITY", builds.integrity_of(debug))
    script = LICENCE + _small(f'(function(){{"use strict";\n{whole}}})();')
    current = {"debug": name, "cadran": builds.name_of("cadran", script)}
    return {
        f"{name}.js": debug,
        f"{current['cadran']}.js": script,
        "head.js": _small(_source("head")),
        "current.json": json.dumps(current, indent=2) + "\n",
    }


def main() -> int:
    """Write the newest build."""
    for name, text in build().items():
        (builds.FOLDER / name).write_text(text, encoding="utf-8")
        print(f"{len(text.encode()):6} bytes  {name}")
    return 0


def _source(part: str) -> str:
    return Path(SOURCE / f"{part}.js").read_text(encoding="utf-8")


def _small(text: str) -> str:
    command = ["npm", "exec", "--yes", "--package", MINIFIER, "--", "terser", *OPTIONS]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
