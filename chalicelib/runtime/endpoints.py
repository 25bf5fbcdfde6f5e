"""What an API route declares: its path, its scope, and its types, which document and validate it.

A view is written as

    @api.post("/v1/flows", scope="flows:write", status=201)
    def create_flow(request: Request, body: models.FlowIn) -> models.FlowOut: ...

`body` and `query` name pydantic models in the room's `models` module, which is imported at the
first request, not at cold start. Other parameters are parts of the path.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from chalicelib.kernel.principal import Principal

ModelT = TypeVar("ModelT")


@dataclass(frozen=True, slots=True)
class Request:
    """What every view is given besides its own arguments. `now` is aware, UTC.

    `accept` is the media type to answer with, one of those that the endpoint has.
    """

    principal: Principal
    now: datetime
    base_url: str
    if_match: str | None
    accept: str
    _new_id: Callable[[], str]

    @property
    def account_id(self) -> str:
        """The account this request acts for."""
        return self.principal.account_id

    def new_id(self, prefix: str) -> str:
        """Return a fresh identifier such as `flow_01J...`."""
        return f"{prefix}_{self._new_id()}"


@dataclass(frozen=True, slots=True)
class Answer(Generic[ModelT]):
    """A model with headers of its own (`ETag`, `Location`), freshness, or another status.

    A text is answered as it is, under its `media` type; so are bytes of a type known as binary.
    """

    body: ModelT
    etag: str | None = None
    location: str | None = None
    status: int | None = None
    fresh_seconds: int = 0
    media: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Endpoint:
    """One method of one path."""

    def __init__(
        self,
        view: Callable[..., Any],
        *,
        method: str,
        path: str,
        scope: str | None,
        status: int,
        models: str,
        replayable: bool,
        largest: int,
        media: str,
        also: tuple[str, ...] = (),
        reads: tuple[str, ...] = (),
    ) -> None:
        self.view = view
        self.method = method
        self.path = path
        self.scope = scope
        self.status = status
        self.models = models
        self.replayable = replayable
        self.largest = largest  # bytes of a body
        self.media = media  # type of what is answered
        self.also = also  # types of texts or bytes that may be asked for instead
        self.reads = reads  # types of bodies besides JSON: the model reads these by itself

    @property
    def name(self) -> str:
        """The view's name, which is the operation's id in the API document."""
        return self.view.__name__

    @property
    def summary(self) -> str:
        """The first line of the view's docstring."""
        return (inspect.getdoc(self.view) or self.name).splitlines()[0]

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The view's types, resolved: this is what imports the models."""
        known = {"Request": Request, "Answer": Answer, "models": lazily(self.models)}
        names = {**self.view.__globals__, **known}
        return get_type_hints(self.view, globalns=names)

    @property
    def body(self) -> type[BaseModel] | None:
        """The model of the request's body, if it takes one."""
        return self.hints.get("body")

    @property
    def query(self) -> type[BaseModel] | None:
        """The model of the query string, if it takes one."""
        return self.hints.get("query")

    @property
    def versioned(self) -> bool:
        """Whether the view looks at `If-Match`: it changes a thing that has a version."""
        return "if_match" in self.view.__code__.co_names

    @property
    def answer(self) -> type[BaseModel] | None:
        """The model of the answer, or None when it has no body, or is a text."""
        kind = self.hints.get("return")
        if get_origin(kind) is Answer:
            (kind,) = get_args(kind)
        return kind if isinstance(kind, type) and kind not in (type(None), str) else None
