"""Bases of the HTTP API's models. Imported lazily, with the models themselves."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from chalicelib.kernel import phone
from chalicelib.kernel.errors import Rejected


class Body(BaseModel):
    """What a client sends as JSON: unknown fields and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def storable(text: str) -> str:
    """Refuse half a character, which JSON can say and no store can keep."""
    text.encode("utf-8")
    return text


def _e164(written: str) -> str:
    try:
        return phone.parse(written)
    except Rejected as error:
        raise ValueError(error.message) from error


# A telephone number in any usual spelling, read as E.164.
E164 = Annotated[str, StringConstraints(min_length=2, max_length=40), AfterValidator(_e164)]


def _without_defaults(schema: dict[str, Any]) -> None:
    for each in schema.get("properties", {}).values():
        each.pop("default", None)


class Patch(Body):
    """What a client sends to change a thing: a field that is not sent stays as it is.

    The defaults in the model are never used as values, so they are not documented as such.
    """

    model_config = ConfigDict(json_schema_extra=_without_defaults)


class Query(BaseModel):
    """What a client sends in the URL: text, converted to the declared types."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """What we answer. Clients must accept fields they do not know."""

    model_config = ConfigDict(frozen=True)
