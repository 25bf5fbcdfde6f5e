"""Where the call log's stream is. It is known when the package is made, which is when Chalice
wants it; a running function is handed records and never asks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a running function sees in place of the stream, whose mapping was made long ago.
NOWHERE: Final = "arn:aws:dynamodb:eu-west-3:000000000000:table/cadran-calls/stream/unknown"
PROJECT: Final = Path(__file__).resolve().parent.parent.parent


def calls_stream(environ: Mapping[str, str], project: Path = PROJECT) -> str:
    """Return the ARN that `make deploy` hands over, or the one it noted for a plain deployment."""
    if "CADRAN_CALLS_STREAM_ARN" in environ:
        return environ["CADRAN_CALLS_STREAM_ARN"]
    noted = project / ".chalice" / "outputs" / f"{environ['CADRAN_STAGE']}.json"
    if noted.exists():
        arn: str = json.loads(noted.read_text())["calls_stream_arn"]
        return arn
    return NOWHERE
