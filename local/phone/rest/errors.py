"""Twilio's error bodies: a code, a message, a page to read, and the HTTP status."""

from __future__ import annotations

from typing import Any

from aiohttp import web


class RestError(Exception):
    """The request is refused with one of Twilio's codes."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> web.Response:
        """Give the answer for it."""
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if self.status == 401 else None
        return web.json_response(self.body(), status=self.status, headers=headers)

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> RestError:
    """Refuse what is not there."""
    return RestError(404, 20404, f"The requested resource {path} was not found")
