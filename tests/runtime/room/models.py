"""What the room takes and gives."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.runtime.schema import Body, Out, Query


class ThingIn(Body):
    """A thing to make."""

    name: Annotated[str, Field(min_length=1, max_length=20)]
    size: Annotated[int, Field(ge=0, le=100)] = 1
    tags: Annotated[tuple[str, ...], Field(max_length=3, strict=False)] = ()


class ThingOut(Out):
    """A thing as it is."""

    id: str
    name: str
    size: int


class ThingPage(Out):
    """Some things, and where to go on."""

    items: tuple[ThingOut, ...]
    next: str | None = None


class ThingQuery(Query):
    """Which things."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
    name: str | None = None
