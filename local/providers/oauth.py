"""Token endpoints of Google and Microsoft: a refresh token for an access token (RFC 6749, 6).

`SECRETS` opens them. Microsoft's gives a new refresh token each time, as it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from local.providers.asked import Answer

if TYPE_CHECKING:
    from local.providers.asked import Asked

SECRETS: Final = {
    "client_id": "demo-client",
    "client_secret": "demo-secret",
    "refresh_token": "demo-refresh",
}
ACCESS: Final = "demo-access"
DEVELOPER: Final = "demo-developer"
_FORM: Final = "application/x-www-form-urlencoded"


def google(asked: Asked) -> Answer:
    """Answer as oauth2.googleapis.com does."""
    return _answer(asked, {})


def microsoft(asked: Asked) -> Answer:
    """Answer as login.microsoftonline.com does."""
    return _answer(asked, {"refresh_token": "demo-refresh-renewed"})


def is_bearer(asked: Asked) -> bool:
    """Say whether a request shows the access token."""
    return asked.headers.get("authorization") == f"Bearer {ACCESS}"


def _answer(asked: Asked, more: dict[str, str]) -> Answer:
    form = {name: each[0] for name, each in parse_qs(asked.body.decode(errors="replace")).items()}
    if asked.headers.get("content-type") != _FORM or form.get("grant_type") != "refresh_token":
        return Answer(400, {"error": "unsupported_grant_type"})
    if (form.get("client_id"), form.get("client_secret")) != (
        SECRETS["client_id"],
        SECRETS["client_secret"],
    ):
        return Answer(401, {"error": "invalid_client"})
    if not form.get("refresh_token", "").startswith(SECRETS["refresh_token"]):
        return Answer(400, {"error": "invalid_grant", "error_description": "expired or revoked"})
    token = {"access_token": ACCESS, "expires_in": 3599, "token_type": "Bearer"}
    return Answer(200, {**token, **more})
