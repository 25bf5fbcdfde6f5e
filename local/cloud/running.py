"""A cloud that is up: where it answers, and how to reach inside it."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from infra.stages import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.session import Aws
    from local.cloud.emulator import Emulator

LOCAL = Stage("local")


class FunctionFailed(Exception):
    """A function raised; the message has its error and the end of its log."""


@dataclass(frozen=True, slots=True)
class RunningCloud:
    """The local cloud with the product deployed in it. Leaving it stops it."""

    emulator: Emulator
    aws: Aws
    settings: dict[str, str]

    @property
    def base_url(self) -> str:
        """Return the public address of the product, without a trailing slash."""
        return self.settings["CADRAN_PUBLIC_URL"]

    @property
    def sockets_url(self) -> str:
        """Return where WebSockets are opened, without a trailing slash."""
        return self.settings["CADRAN_SOCKETS_URL"]

    @property
    def endpoint_url(self) -> str:
        """Return where AWS's services answer."""
        return self.emulator.endpoint_url

    @property
    def env(self) -> dict[str, str]:
        """Return the environment in which product code of this process uses this cloud."""
        return {
            **self.settings,
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_DEFAULT_REGION": self.aws.region,
            "AWS_REGION": self.aws.region,
            "AWS_ACCESS_KEY_ID": self.aws.account,
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def invoke(self, handler: str, event: dict[str, Any]) -> Any:
        """Run one of app.py's handlers with an event and return its result.

        Raises FunctionFailed if it raises.
        """
        answer = self.aws.functions.invoke(
            FunctionName=LOCAL.function(handler), Payload=json.dumps(event).encode()
        )
        result = json.loads(answer["Payload"].read() or "null")
        if answer.get("FunctionError"):
            log = "\n".join(self.logs(handler)[-20:])
            raise FunctionFailed(f"{handler}: {result.get('errorMessage')}\n{log}")
        return result

    def tick(self, handler: str, now: datetime) -> Any:
        """Run a schedule's handler as if it were `now`."""
        return self.invoke(
            handler,
            {
                "version": "0",
                "id": f"tick-{time.time_ns()}",
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": self.aws.account,
                "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "region": self.aws.region,
                "resources": [],
                "detail": {},
            },
        )

    def logs(self, handler: str | None = None) -> list[str]:
        """Return what a function wrote, oldest first. None is the API's function."""
        group = f"/aws/lambda/{LOCAL.function(handler)}"
        pages = self.aws.logs.get_paginator("filter_log_events")
        try:
            return [
                event["message"].rstrip()
                for page in pages.paginate(logGroupName=group)
                for event in page["events"]
            ]
        except self.aws.logs.exceptions.ResourceNotFoundException:
            return []

    def waiting(self) -> dict[str, int]:
        """Return how many messages each of our queues holds, being worked on or not."""
        sqs = self.aws.session.client("sqs", endpoint_url=self.endpoint_url)
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        waiting: dict[str, int] = {}
        for url in sqs.list_queues(QueueNamePrefix="cadran-local-").get("QueueUrls", []):
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
            name = url.rpartition("/")[2].removeprefix("cadran-local-")
            waiting[name] = sum(int(found["Attributes"][each]) for each in names)
        return waiting

    def workers(self, function: str = "") -> Iterator[int]:
        """Yield the living processes in which functions run, or those of one: its own children.

        One whose first thread has ended lives until the others have: it is not waited for before.
        """
        parent = self.emulator.process.pid
        for each in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile
                facts = (each / "stat").read_text().rpartition(") ")[2].split()
                if int(facts[1]) != parent:
                    continue
                if facts[0] in "ZX":
                    living = len(list((each / "task").iterdir())) > 1
                else:
                    living = function.encode() in (each / "environ").read_bytes()
                if living:
                    yield int(each.name)

    def stop(self) -> None:
        """Stop it. Its state is on disk afterwards."""
        self.emulator.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
