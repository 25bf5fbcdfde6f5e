"""What the API says about itself."""

from __future__ import annotations

from typing import Literal

from chalicelib.runtime.schema import Out


class Health(Out):
    """The code runs and answers; no table is asked."""

    status: Literal["ok"]
    stage: str
