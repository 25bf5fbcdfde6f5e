"""The room's routes: each shows one thing the plumbing must get right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.runtime import versions
from chalicelib.runtime.api import Answer, Api, Request
from chalicelib.runtime.cursors import seal, unseal
from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from tests.runtime.room import models
else:
    models = lazily("tests.runtime.room.models")

SEAL = b"0" * 32
api = Api(__name__)
made: list[tuple[str, models.ThingIn]] = []


@api.post("/v1/things", scope="things:write")
def make_thing(request: Request, body: models.ThingIn) -> Answer[models.ThingOut]:
    """Make a thing."""
    made.append((request.account_id, body))
    if body.name == "unavailable":
        raise Unavailable("the table is down")
    if body.name == "conflict":
        raise Conflict("somebody was quicker")
    thing = models.ThingOut(id=request.new_id("thing"), name=body.name, size=body.size)
    return Answer(thing, etag=versions.etag(1), location=f"{request.base_url}/v1/things/{thing.id}")


@api.get("/v1/things", scope="things:read")
def list_things(request: Request, query: models.ThingQuery) -> models.ThingPage:
    """List things."""
    context = f"things {request.account_id} {query.name}"
    start = 0
    if query.cursor is not None:
        start = int(unseal(query.cursor, key=SEAL, context=context)["start"])
    following = seal({"start": start + query.limit}, key=SEAL, context=context)
    return models.ThingPage(items=(), next=following)


@api.get("/v1/things/{thing_id}", scope="things:read")
def show_thing(request: Request, thing_id: str) -> models.ThingOut:
    """Show a thing."""
    if thing_id != "thing_1":
        raise NotFound("no such thing", thing_id=thing_id)
    return models.ThingOut(id=thing_id, name="one", size=1)


@api.patch("/v1/things/{thing_id}", scope="things:write")
def change_thing(request: Request, thing_id: str, body: models.ThingIn) -> models.ThingOut:
    """Change a thing."""
    size = versions.expected(request.if_match)
    return models.ThingOut(id=thing_id, name=body.name, size=size)


@api.delete("/v1/things/{thing_id}", scope="things:write")
def drop_thing(request: Request, thing_id: str) -> None:
    """Drop a thing."""


@api.post("/v1/things/{thing_id}/break", scope="things:write", replayable=False)
def break_thing(request: Request, thing_id: str) -> models.ThingOut:
    """Break a thing, and the API with it."""
    wrong: dict[str, str] = {"id": thing_id}
    return models.ThingOut.model_validate(wrong)


@api.get("/v1/nothing", scope=None)
def nothing(request: Request) -> None:
    """Answer anybody."""
    assert request.account_id == ""
