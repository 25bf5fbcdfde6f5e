"""How one webhook may be reached and repeated: the `#rc=..&ct=..` overrides of its URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urldefrag

# name in the fragment: field, smallest, largest
_LIMITS = {
    "ct": ("connect_ms", 100, 10_000),
    "rt": ("read_ms", 100, 15_000),
    "tt": ("total_ms", 100, 15_000),
    "rc": ("retries", 0, 5),
}
_POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})


@dataclass(frozen=True, slots=True)
class Connection:
    """Time-outs in milliseconds, number of retries, and the faults that are worth a retry."""

    connect_ms: int = 5_000
    read_ms: int = 15_000
    total_ms: int = 15_000
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    fault: str = ""  # the part of the fragment that makes no sense (11243)

    def retries_on(self, failure: str) -> bool:
        """Tell whether a failure ("ct", "rt", "4xx", "5xx") is to be tried again."""
        return bool(failure) and (failure in self.policy or "all" in self.policy)


def parse(url: str) -> tuple[str, Connection]:
    """Split a configured URL into the one to request and its connection overrides.

    Values out of range are brought back into it; an unknown retry policy is reported as `fault`.
    """
    bare, fragment = urldefrag(url)
    connection = Connection()
    for name, values in parse_qs(fragment).items():
        connection = _override(connection, name, values[-1])
    return bare, connection


def _override(connection: Connection, name: str, value: str) -> Connection:
    if name == "rp":
        policy = frozenset(value.split(","))
        if policy <= _POLICIES:
            return replace(connection, policy=policy)
        return replace(connection, fault=f"rp={value}")
    if name in _LIMITS and value.isdigit():
        field, least, most = _LIMITS[name]
        clamped = min(max(int(value), least), most)
        changes: dict[str, int] = {field: clamped}
        return replace(connection, **changes)  # type: ignore[arg-type]
    return connection
