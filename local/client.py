"""The product's HTTP API, as a customer's program would call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

TIMEOUT_SECONDS = 30


class ApiRefused(Exception):
    """The API answered with a problem document."""

    def __init__(self, method: str, path: str, response: requests.Response) -> None:
        super().__init__(f"{method} {path}: {response.status_code} {response.text}")
        self.status = response.status_code


@dataclass(frozen=True, slots=True)
class Client:
    """One key on one deployment; `account` acts for a client account of the key's agency."""

    base_url: str
    key: str
    account: str | None = None

    def acting_for(self, account: str) -> Client:
        """Return the same key, acting for a client account."""
        return Client(self.base_url, self.key, account)

    def get(self, path: str, **query: str) -> Any:
        """Read."""
        return self._send("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any] | None = None, once: str | None = None) -> Any:
        """Create; `once` is an Idempotency-Key."""
        headers = {} if once is None else {"Idempotency-Key": once}
        return self._send("POST", path, json=body or {}, headers=headers)

    def put(self, path: str, body: dict[str, Any], if_match: str | None = None) -> Any:
        """Replace."""
        return self._send("PUT", path, json=body, headers=_matching(if_match))

    def patch(self, path: str, body: dict[str, Any], if_match: str) -> Any:
        """Change some fields."""
        return self._send("PATCH", path, json=body, headers=_matching(if_match))

    def delete(self, path: str) -> None:
        """Remove."""
        self._send("DELETE", path)

    def every(self, path: str, **query: str) -> list[Any]:
        """Read a list to its end, through all its pages."""
        items: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, **query, **cursor)
            items += page["items"]
            if page.get("next") is None:
                return items
            cursor = {"cursor": page["next"]}

    def _send(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        if self.account is not None:
            headers["Cadran-Account"] = self.account
        response = requests.request(
            method, self.base_url + path, headers=headers, timeout=TIMEOUT_SECONDS, **options
        )
        if not response.ok:
            raise ApiRefused(method, path, response)
        return response.json() if response.content else None


def _matching(if_match: str | None) -> dict[str, str]:
    return {} if if_match is None else {"If-Match": if_match}
