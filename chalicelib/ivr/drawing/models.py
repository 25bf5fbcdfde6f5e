"""What the HTTP API says about pictures of flows. Imported at the first request for one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.runtime.schema import Query


class DiagramQuery(Query):
    """What is drawn, and how."""

    format: Literal["svg", "mermaid"] = Field("svg", description="A picture, or Mermaid's text.")
    version: int | None = Field(None, ge=1, le=999_999, description="The draft, unless given.")
    test: int | None = Field(None, ge=0, le=999, description="Whose path is shown, from 0.")
