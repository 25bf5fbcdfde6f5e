"""What the carrier's failures mean: whether something was done, and whether to try again."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.kernel.errors import NotFound, Rejected, Unavailable

_MOST_DIGITS = 5


class OutcomeUnknown(Unavailable):
    """The carrier did not answer in time: the request may or may not have been carried out."""

    code = "outcome-unknown"


class Slowed(Unavailable):
    """429: not carried out, and safe to repeat after `retry_after` seconds, if that was told."""

    code = "slowed-down"


class translated:
    """Turn Twilio's failures into ours: 4xx is a refusal, 429 and 5xx are worth a retry."""

    def __init__(self, action: str, **facts: str) -> None:
        self.action = action
        self.facts = facts

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is None:
            return
        import requests
        from twilio.base.exceptions import TwilioException, TwilioRestException

        if isinstance(error, requests.RequestException):
            raise OutcomeUnknown(f"{self.action}: no answer", **self.facts) from error
        if isinstance(error, TwilioRestException):
            refused = refusal(self.action, error.status, error.code, error.msg, self.facts)
            raise refused from error
        if isinstance(error, TwilioException):
            raise refusal(self.action, *_said_by(error), self.facts) from error


def _said_by(error: Exception) -> tuple[int, int | None, str]:
    """Return status, code and words of a list's failure: the SDK leaves them in its response."""
    response = error.args[1] if len(error.args) > 1 else None
    try:
        said = json.loads(response.text)  # type: ignore[union-attr]
    except (AttributeError, TypeError, ValueError):
        said = {}
    said = said if isinstance(said, dict) else {}
    return getattr(response, "status_code", 500), said.get("code"), said.get("message", "")


def refusal(
    action: str, status: int, code: int | None, words: str, facts: dict[str, str]
) -> Exception:
    known: dict[str, Any] = {**facts, "carrier_code": code, "status": status}
    if status == 404:
        return NotFound(f"{action}: the carrier does not know it", **known)
    if status == 429:  # "never processed, always safe to retry" (Twilio, error 20429)
        return Slowed(f"{action}: the carrier asks to slow down", **known)
    if status >= 500:
        return OutcomeUnknown(f"{action}: the carrier failed", **known)
    return Rejected(f"{action}: the carrier refuses ({words})", **known)


def retry_after(headers: Any) -> int | None:
    """Return for how many seconds the carrier wants no more, if it says so in seconds."""
    told = str((headers or {}).get("Retry-After", ""))
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _MOST_DIGITS else None
