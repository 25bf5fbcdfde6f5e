"""Where the files of calls and visits meet what they are written from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import leads_wiring, secrets, tracking_wiring, watch_wiring, wiring
from chalicelib.runtime.queues import Queue
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.tracking.lake.usecases import Ports


def ports() -> Ports:
    """Return all that writing a day needs."""
    from chalicelib.kernel.parquet import written
    from chalicelib.tracking.lake.gateway import LakeBucket
    from chalicelib.tracking.lake.usecases import Ports

    return Ports(
        log=wiring.calls(),
        journeys=tracking_wiring.journeys(),
        qualities=leads_wiring.leads(),
        spams=watch_wiring.spams(),
        visits=tracking_wiring.visits(),
        files=LakeBucket(wiring.aws("s3"), secrets.files_bucket()),
        log_shards=lambda account_id: wiring.directory().account(account_id).log_shards,
        written=written,
    )


def accounts() -> Iterator[str]:
    """Yield every account."""
    return wiring.books().accounts.everyone()


def rewrite(account_id: str, since: datetime) -> None:
    """Have the days of a visit written again that is about to be erased."""
    from chalicelib.tracking.lake.handlers import write_again

    write_again(account_id, since, wiring.clock(), queue())


def queue() -> Queue:
    """Return the queue of days to write."""
    return Queue(settings().lake_queue)
