"""Bases of the HTTP API's models. Imported lazily, with the models themselves."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """What a client sends as JSON: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """What a client sends in the URL: text, converted to the declared types."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """What we answer. Clients must accept fields they do not know."""

    model_config = ConfigDict(frozen=True)
