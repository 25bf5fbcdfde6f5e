"""AWS that does not answer as it should: at a request of one's choice, for as long as one likes.

Faults are put where botocore hands a request to the network, so the SDK's own retries, time-outs
and error classes are the real ones. Time-outs and pauses take no time: `waited` adds them up, and
is all the time that passes for a webhook's patience, however busy the machine that runs the tests.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import Endpoint
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from chalicelib.runtime import patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Wanted = Callable[[int, str], bool]


class Trouble(StrEnum):
    """What goes wrong with a request."""

    THROTTLED = "throttled"  # it is refused for want of capacity
    REFUSED = "refused"  # the connection fails at once
    SLOW = "slow"  # no answer within the client's time-out: it is not carried out
    LOST = "lost"  # it is carried out, and the answer is lost


@dataclass(slots=True)
class Network:
    """What is between us and AWS. `sent` names each request, as `dynamodb.UpdateItem`."""

    sent: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    waited: float = 0.0


@contextmanager
def trouble(kind: Trouble, wanted: Wanted, *, busy: float = 0.0) -> Iterator[Network]:
    """Have requests fail that are wanted, by their number (from 1) and name, retries included.

    `busy` is how many seconds our own machine loses before each request.
    """
    network = Network()
    internals: Any = Endpoint
    make, respond = internals.make_request, internals._get_response

    def make_request(self: Endpoint, model: Any, request: Any) -> Any:
        name = f"{model.service_model.service_name}.{model.name}"
        network.sent.append(name)
        network.waited += busy
        request["context"]["fails"] = wanted(len(network.sent), name)
        if request["context"]["fails"]:
            network.failed.append(name)
        return make(self, model, request)

    def get_response(self: Endpoint, request: Any, model: Any, context: Any) -> Any:
        if not context["fails"]:
            return respond(self, request, model, context)
        if kind is Trouble.LOST:
            respond(self, request, model, context)
        network.waited += _seconds(kind, self)
        return _outcome(kind, self)

    def sleep(seconds: float) -> None:
        network.waited += seconds

    with pytest.MonkeyPatch.context() as patch:
        # botocore offers no seam for this that covers every client, present and future.
        patch.setattr(Endpoint, "make_request", make_request)
        patch.setattr(Endpoint, "_get_response", get_response)
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=sleep))
        patch.setattr(patience, "clock", lambda: network.waited)
        yield network


@contextmanager
def watched() -> Iterator[Network]:
    """Note every request, and let it pass."""
    with trouble(Trouble.REFUSED, lambda number, name: False) as network:
        yield network


def from_(first: int, last: float = float("inf"), *services: str) -> Wanted:
    """Choose requests from one number to another, of some services if they are named."""

    def wanted(number: int, name: str) -> bool:
        return first <= number <= last and (not services or name.partition(".")[0] in services)

    return wanted


def of(*services: str) -> Wanted:
    """Choose every request of these services."""
    return from_(1, float("inf"), *services)


def _outcome(kind: Trouble, endpoint: Endpoint) -> Any:
    if kind is Trouble.REFUSED:
        return None, EndpointConnectionError(endpoint_url=endpoint.host)
    if kind is not Trouble.THROTTLED:
        return None, ReadTimeoutError(endpoint_url=endpoint.host)
    error = {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}
    metadata = {"HTTPStatusCode": 400, "RequestId": "1", "HTTPHeaders": {}}
    response = AWSResponse(endpoint.host, 400, HTTPHeaders(), None)
    return (response, {"Error": error, "ResponseMetadata": metadata}), None


def _seconds(kind: Trouble, endpoint: Any) -> float:
    if kind in (Trouble.SLOW, Trouble.LOST):
        return float(endpoint.http_session._timeout.read_timeout)
    return 0.0
