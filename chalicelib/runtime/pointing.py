"""The carrier's HTTP client, as its SDK has it and as we need it. Imported lazily, with the SDK."""

from __future__ import annotations

from typing import Any

from chalicelib.runtime.refusals import Slowed, retry_after


def http_client(twilio: str, base_url: str, timeout_seconds: float) -> Any:
    """Return a client of Twilio's that asks another host, and waits so long for an answer."""
    from threading import local

    from twilio.http.http_client import TwilioHttpClient

    class Pointed(TwilioHttpClient):  # type: ignore[misc]
        """Twilio's own client, with the host replaced: the SDK has no option for it.

        It answers with what it keeps as its last response: of several threads each keeps its own,
        or somebody would be told of another one's call.
        """

        _kept = local()

        @property
        def _test_only_last_response(self) -> Any:
            return getattr(self._kept, "response", None)

        @_test_only_last_response.setter
        def _test_only_last_response(self, response: Any) -> None:
            self._kept.response = response

        def request(self, method: str, url: str, **options: Any) -> Any:
            answer = super().request(method, url.replace(twilio, base_url, 1), **options)
            if answer.status_code == 429:  # the SDK's own error has no headers
                words = f"{method}: the carrier asks to slow down"
                raise Slowed(words, status=429, retry_after=retry_after(answer.headers))
            return answer

    return Pointed(timeout=timeout_seconds)
