"""What cannot be done now is done later, and what can never be done is kept apart."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from local import seed
from tests.machines import a_caller, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.machines import Machine

pytestmark = pytest.mark.slow

STEADY: Final = 50  # looks, each a tenth of a second after the one before


@contextmanager
def impatient(machine: Machine, name: str) -> Iterator[tuple[Any, str]]:
    """Have a queue bring back at once what failed, instead of minutes later."""
    sqs = machine.cloud.aws.session.client("sqs", endpoint_url=machine.cloud.endpoint_url)
    url = sqs.get_queue_url(QueueName=f"cadran-local-{name}")["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    yield sqs, url
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before["Attributes"])


def left_over(machine: Machine) -> int:
    """Wait until no work is being done; return how many messages are left all the same.

    The queue hides what a function had that was killed for six minutes.
    """
    seen: list[int] = []

    def is_quiet() -> bool:
        seen.append(machine.cloud.waiting()["projections"])
        return seen[-1] == 0 or (len(seen) > STEADY and len({*seen[-STEADY:]}) == 1)

    wait_for(is_quiet, "work to be done")
    return seen[-1]


def test_a_message_that_nobody_can_read_ends_among_the_dead(machine: Machine) -> None:
    before, others = machine.cloud.waiting()["projections-dead"], left_over(machine)
    with impatient(machine, "projections") as (sqs, url):
        sqs.send_message(QueueUrl=url, MessageBody='{"nonsense": true}')
        wait_for(
            lambda: machine.cloud.waiting()["projections-dead"] == before + 1,
            "five attempts",
            seconds=60,
        )
        # Other calls' messages, due some time after their end, may come at this very moment.
        wait_for(lambda: machine.cloud.waiting()["projections"] <= others, "those to be done")


def test_calls_shown_again_to_every_projection_cost_what_they_did(machine: Machine) -> None:
    story = machine.ring(seed.SHOP, a_caller(), presses={1: "1"}, hangs_up_after=61)
    charge, others = machine.charge(story), left_over(machine)
    with impatient(machine, "projections") as (sqs, url):
        account = machine.world.shop.account
        body = json.dumps({"account_id": account, "call_id": story.call.sid})
        for _ in range(3):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        wait_for(lambda: machine.cloud.waiting()["projections"] <= others, "the replays")

    assert machine.charge(story) == charge
