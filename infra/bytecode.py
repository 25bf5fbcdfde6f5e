"""Bytecode for the package: without any, a cold start compiles all that it imports, which takes
about five times as long as the rest of it.

It is of Python's unchecked kind: an archive keeps no times to check it by, and it never leaves the
package that its source is in. Chalice packages for the Python that runs it; one with other bytecode
passes ours over and compiles. The same sources give the same bytes, wherever they are compiled.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# Two thousand modules, 25 MB compiled, of which a call needs none.
LEFT_OUT: Final = r"/twilio/rest/"


def compile_tree(tree: Path, home: str) -> None:
    """Compile every module in a folder that will be at `home`: tracebacks say so.

    A process of its own does it, because what a process has done before shows in what it compiles.
    What does not compile (a library's file for another Python) is left as it is.
    """
    subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-qq", "-f", "-x", LEFT_OUT),
            *("--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", home, str(tree)),
        ],
        check=False,
    )
