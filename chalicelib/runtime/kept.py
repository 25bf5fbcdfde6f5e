"""Values kept in the process for a while, and used beyond it when their store does not answer.

A webhook reads the same line and the same flow for every call: reading them again costs a caller
time, and not having them costs the call. Bounded in size and in age; errors are never kept.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

KeyT = TypeVar("KeyT", bound="Hashable")
ValueT = TypeVar("ValueT")

FRESH_SECONDS: Final = 30.0
STALE_SECONDS: Final = 24 * 3600.0
# After a failure the store is left alone for a moment: waiting for its time-out at every step of
# every call would be worse for callers than a value that is some seconds older.
RESPITE_SECONDS: Final = 5.0
SIZE: Final = 2_000


class Kept(Generic[KeyT, ValueT]):
    """Reads through `load`, which raises Unavailable when its store does not answer."""

    def __init__(
        self,
        load: Callable[[KeyT], ValueT],
        *,
        fresh_seconds: float = FRESH_SECONDS,
        size: int = SIZE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._fresh_seconds = fresh_seconds
        self._size = size
        self._clock = clock
        self._entries: OrderedDict[KeyT, _Entry[ValueT]] = OrderedDict()

    def get(self, key: KeyT) -> ValueT:
        """Return the value, at most `fresh_seconds` old unless the store does not answer.

        Raises what `load` raises; Unavailable only if there is no value of the last day either.
        """
        entry, now = self._entries.get(key), self._clock()
        if entry is not None and now < entry.fresh_until:
            return entry.value
        try:
            value = self._load(key)
        except Unavailable:
            if entry is None or now - entry.loaded_at > STALE_SECONDS:
                raise
            entry.fresh_until = self._clock() + RESPITE_SECONDS
            return entry.value
        except Exception:
            self.forget(key)
            raise
        self._keep(key, value)
        return value

    def put(self, key: KeyT, value: ValueT) -> None:
        """Keep a value that was learnt on the way, as if it had just been read."""
        self._keep(key, value)

    def forget(self, key: KeyT) -> None:
        """Drop a value that is known to have changed."""
        self._entries.pop(key, None)

    def _keep(self, key: KeyT, value: ValueT) -> None:
        now = self._clock()
        self._entries[key] = _Entry(value, now, now + self._fresh_seconds)
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)


class _Entry(Generic[ValueT]):
    __slots__ = ("fresh_until", "loaded_at", "value")

    def __init__(self, value: ValueT, loaded_at: float, fresh_until: float) -> None:
        self.value = value
        self.loaded_at = loaded_at
        self.fresh_until = fresh_until
