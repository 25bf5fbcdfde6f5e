"""The emulator's own process: ministack, whose state is also written while it runs.

Ministack writes its state when it stops. Killed, or the machine lost, a day of calls would be
gone; so a thread writes it every few seconds as well.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from local.cloud import naming, streams, words

if TYPE_CHECKING:
    from collections.abc import Callable

SNAPSHOT_SECONDS = 5


def main() -> None:
    """Run until a signal stops us."""
    from ministack import app

    streams.keep()
    words.hear()
    naming.name()
    app.save_all = _one_at_a_time(app.save_all)
    threading.Thread(target=_snapshots, daemon=True, name="snapshots").start()
    sys.argv = ["ministack"]
    app.main()


def _one_at_a_time(save: Callable[[Any], None]) -> Callable[[Any], None]:
    """Keep the last write, at the end, from meeting one of ours in the same file."""
    lock = threading.Lock()

    def locked(services: Any) -> None:
        with lock:
            save(streams.last(services))

    return locked


def _snapshots() -> None:
    """Write every service's state, now and then. A write that fails leaves the last one."""
    from ministack import app

    while True:
        time.sleep(SNAPSHOT_SECONDS)
        app.save_all(app._build_persistence_save_dict())


if __name__ == "__main__":
    main()
