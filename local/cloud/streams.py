"""Keep what a table's stream has not brought to its function yet, across a restart.

Ministack 1.5 writes how far each function has read, but not the stream: started again, an empty
stream would be read from where the full one ended, and the first calls of the day would be
neither charged nor counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    State = dict[str, Any]

RECORDS, TRIMMED = "stream_records", "stream_trimmed"


def keep() -> None:
    """Have the emulator's DynamoDB write and read its streams with everything else."""
    from ministack.services import dynamodb

    write, read = dynamodb.get_state, dynamodb.load_persisted_state

    def get_state() -> State:
        return {**write(), **_unread(dynamodb, _lowest_position())}

    def load_persisted_state(data: State) -> None:
        read(data)
        dynamodb._stream_records.update(data.get(RECORDS, {}))
        dynamodb._stream_trimmed.update(data.get(TRIMMED, {}))

    dynamodb.get_state = get_state
    dynamodb.load_persisted_state = load_persisted_state


def last(services: Mapping[str, Callable[[], State]]) -> dict[str, Callable[[], State]]:
    """Put DynamoDB's state after Lambda's: a record may be read twice, but never skipped."""
    others = {name: state for name, state in services.items() if name != "dynamodb"}
    return others | {name: services[name] for name in services if name == "dynamodb"}


def _lowest_position() -> int:
    """Return up to where every function has read."""
    from ministack.services import lambda_svc

    positions = [position for _, position in lambda_svc._dynamodb_stream_positions.all_items()]
    return min(positions, default=0)


def _unread(dynamodb: Any, position: int) -> State:
    """Return the records from a position on, and how many were before them."""
    records, trimmed = type(dynamodb._stream_records)(), type(dynamodb._stream_trimmed)()
    for place, every in dynamodb._stream_records.all_items():
        before = dynamodb._stream_trimmed.get_scoped(*place, 0)
        read = min(max(position - before, 0), len(every))
        records.set_scoped(*place, list(every[read:]))
        trimmed.set_scoped(*place, before + read)
    return {RECORDS: records, TRIMMED: trimmed}
