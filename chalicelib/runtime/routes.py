"""What anybody may ask the API without a key: what it can do, and whether it is there."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.runtime.api import Api, Request
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.runtime import models
else:
    models = lazily("chalicelib.runtime.models")


def described(apis: Sequence[Api]) -> Api:
    """Return the API that describes these, and itself."""
    api = Api(__name__)

    @cache
    def description(server: str) -> dict[str, Any]:
        from chalicelib.runtime.openapi import document

        return document([each for part in (*apis, api) for each in part.endpoints], server)

    @api.get("/v1/openapi.json", scope=None)
    def describe_api(request: Request) -> dict[str, Any]:
        """Describe the API (OpenAPI 3.1)."""
        return description(request.base_url)

    @api.get("/v1/health", scope=None)
    def show_health(request: Request) -> models.Health:
        """Say that the API is there."""
        return models.Health(status="ok", stage=settings().stage)

    return api
