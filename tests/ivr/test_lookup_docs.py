"""What docs/lookups.md shows is true."""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.gateway import HttpLookups
from chalicelib.ivr.lookup_checks import faults_of
from chalicelib.ivr.lookups import Lookup, LookupFailed, Method
from chalicelib.kernel.internet import Trouble
from chalicelib.kernel.signing import account_secret
from chalicelib.runtime.connecting import Network
from tests.clouds import PEPPER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.answers import Value

PAGE = (Path(__file__).parents[2] / "docs" / "lookups.md").read_text(encoding="utf-8")
SAID = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
SERVER = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
LOOKUP = Lookup(**SAID | {"method": Method(SAID["method"])})
VALUES: dict[str, Value] = {"caller.number": "+33612345678", "order.number": 12}


def secret_of(account_id: str, generation: int) -> str:
    return account_secret(PEPPER, account_id, generation)


@pytest.fixture
def port() -> Iterator[int]:
    """The example's server, that believes account 1."""
    names: dict[str, Any] = {}
    exec(SERVER, names)  # the page's own code, as a reader would run it
    server = names["server"](0, secret_of("acct_1", 1))
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield server.server_address[1]
    server.shutdown()
    serving.join()
    server.server_close()


def ask(port: int, account_id: str = "acct_1", age: timedelta = timedelta()) -> dict[str, Any]:
    network = Network(local={"crm.example.fr": ("127.0.0.1", port)})
    lookups = HttpLookups(secret_of, network=network)
    request = LOOKUP.request(VALUES)
    return dict(lookups.fetch(account_id, request, "CA1", datetime.now(UTC) - age))


def test_the_example_can_be_published() -> None:
    assert faults_of(LOOKUP) == ()


def test_the_example_s_server_answers_the_example(port: int) -> None:
    assert ask(port) == {"client.name": "Zoé", "order.status": "expédiée"}


@pytest.mark.parametrize(
    "other", [{"account_id": "acct_2"}, {"age": timedelta(minutes=6)}], ids=["account", "age"]
)
def test_the_example_s_server_believes_nobody_else(port: int, other: dict[str, Any]) -> None:
    with pytest.raises(LookupFailed) as failed:
        ask(port, **other)

    assert (failed.value.reason, failed.value.status) == (Trouble.STATUS, 401)


def test_every_reason_to_fail_is_described() -> None:
    described = re.findall(
        r"^\| `([\w-]+)` \|", PAGE.partition("## When it fails")[2], re.MULTILINE
    )

    assert set(described) == {each.value for each in Trouble}
