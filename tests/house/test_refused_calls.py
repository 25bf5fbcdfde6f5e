"""Callers whom no flow answers: they hear why, in French, and somebody can find out later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.directory.lines import LineState
from chalicelib.runtime import wiring
from tests.house.carrier import CALL, Caller
from tests.house.shops import CALLER, NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.house.shops import Shop

NOBODYS: Final = "Le numéro que vous avez composé n'est pas en service."
SORRY: Final = "Nous sommes désolés"


def suspend(shop: Shop) -> None:
    from dataclasses import replace

    from chalicelib.directory.accounts import AccountState

    directory = wiring.directory()
    account = replace(directory.account("acct_shop"), state=AccountState.SUSPENDED)
    directory.copy_account(directory.save_account(account), directory.line(NUMBER))


def without_flow(shop: Shop) -> None:
    flow = shop.makes("/v1/flows", {"document": {"name": "Brouillon"}})
    change_line(shop, flow_id=flow["id"])


def with_no_flow_at_all(shop: Shop) -> None:
    change_line(shop, flow_id=None)


def change_line(shop: Shop, **changes: Any) -> None:
    line = wiring.directory().line(NUMBER)
    heard = shop.ask(
        "PATCH",
        f"/v1/numbers/{NUMBER.replace('+', '%2B')}",
        changes,
        if_match=f'"{line.version}"',
    )
    assert heard.status == 200, heard.text


def release(shop: Shop) -> None:
    line = wiring.directory().line(NUMBER)
    heard = shop.ask("DELETE", f"/v1/numbers/{NUMBER.replace('+', '%2B')}")
    assert heard.status < 300, heard.text
    assert wiring.directory().line(NUMBER).state is not line.state is LineState.ACTIVE


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]


def test_a_number_that_is_nobodys_is_not_in_service(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Caller(to="+33162019999")
    capsys.readouterr()

    heard = call.rings()

    assert heard.status == 200
    assert NOBODYS in heard.text
    assert call.reached == "apology"
    warning = next(line for line in logged(capsys) if line.get("message") == "call refused")
    assert (warning["reason"], warning["correlation_id"]) == ("unknown number", CALL)
    assert shop.cloud.rows("calls") == []


@pytest.mark.parametrize(
    ("trouble", "reason", "words"),
    [
        (suspend, "account suspended", SORRY),
        (without_flow, "no flow published", SORRY),
        (with_no_flow_at_all, "no flow published", SORRY),
        (release, "number not in use", NOBODYS),
    ],
)
def test_a_number_that_takes_no_calls_says_so_and_its_account_can_see_it(
    shop: Shop,
    capsys: pytest.CaptureFixture[str],
    trouble: Callable[[Shop], None],
    reason: str,
    words: str,
) -> None:
    trouble(shop)
    shop.cools_down()
    capsys.readouterr()
    call = Caller()

    heard = call.rings()
    call.hangs_up(after=8)

    assert heard.status == 200
    assert words in heard.text
    assert 'language="fr-FR"' in heard.text
    assert call.reached == "apology"
    lines = logged(capsys)
    warning = next(line for line in lines if line.get("message") == "call refused")
    assert (warning["level"], warning["reason"]) == ("WARNING", reason)
    assert not any(CALLER[1:] in json.dumps(line) for line in lines)
    row = shop.row(CALL)
    assert (row["account_id"], row["outcome"]) == ({"S": "acct_shop"}, {"S": "fell-back"})
    assert row["fell_back"] == {"SS": [reason]}


def test_a_refused_call_is_in_its_accounts_log_like_any_other(shop: Shop) -> None:
    with_no_flow_at_all(shop)
    shop.cools_down()
    call = Caller()

    call.rings()
    call.hangs_up(after=8)

    assert shop.events(CALL) == ["received", "fell-back", "ended"] or set(shop.events(CALL)) == {
        "received",
        "fell-back",
        "ended",
    }
    listed = shop.gets("/v1/calls?outcome=fell-back")["items"]
    assert [each["id"] for each in listed] == [CALL]
    assert listed[0]["source"] == shop.source_id
