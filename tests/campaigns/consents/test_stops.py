"""STOP by text: it holds at once, for the number's account, and is confirmed once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from chalicelib.campaigns.consents.words import confirmation, is_stop
from chalicelib.kernel.errors import Rejected, Unavailable
from chalicelib.runtime import consents_wiring, telling
from chalicelib.runtime.queues import Queue
from tests.gateway import ring
from tests.house.shops import NUMBER, a_shop
from tests.world import CONSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.kernel.telling import TextOrder
    from tests.house.shops import Shop

PERSON = "+33612345678"


@dataclass
class Sent:
    """Text messages that the carrier took, each once."""

    orders: list[TextOrder] = field(default_factory=list)
    refused: Rejected | None = None
    lost: int = 0

    def send(self, order: TextOrder, *, retry: bool) -> str:
        if self.refused is not None:
            raise self.refused
        if not (retry and order in self.orders):
            self.orders.append(order)
        if self.lost:
            self.lost -= 1
            raise Unavailable("the answer was lost")
        return "SM9"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with a_shop() as shop:
        yield shop


@pytest.fixture
def sent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Sent:
    texts = Sent()
    monkeypatch.setattr(telling, "CarrierTexts", lambda _: texts)
    return texts


def writes(words: str, text_id: str = "SM1", **facts: str) -> None:
    fields: dict[str, Any] = {"MessageSid": text_id, "From": PERSON, "To": NUMBER, "Body": words}
    assert ring(app, "/messages/incoming", {**fields, **facts}).status == 200


def status(shop: Shop) -> str:
    (consent,) = shop.makes("/v1/consents/search", {"number": PERSON})["consents"]
    found: str = consent["status"]
    return found


def withdrawals(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.makes("/v1/consents/search", {"number": PERSON})[
        "withdrawals"
    ]
    return found


def consents(shop: Shop, **facts: Any) -> None:
    shop.makes("/v1/consents", {**CONSENT, "number": PERSON, **facts})


@pytest.mark.parametrize(
    "words",
    ["STOP", "stop.", "Arrêt", "ARRET", "Désinscription", "Stop 36111", "STOP SVP", "Stop all"]
    + ["Stop au 36111", "STOP merci de ne plus m'appeler", "STOPP", "s.t.o.p", "stop démarchage"]
    + ["Arrêtez de m'appeler", "Ne m'appelez plus jamais", "Je ne veux plus être appelé"]
    + ["je retire mon consentement", "désinscrivez-moi", "désabonnez moi", "N'appelez plus"]
    + ["retirez moi de votre liste", "laissez-moi tranquille", "Cessez vos appels", "Bonjour, stop"]
    + ["merci de ne plus me contacter", "M'appelez plus", "plus d'appels svp", "Leave me alone"]
    + ["Je ne souhaite pas que vous me rappeliez", "je m'oppose à tout démarchage", "stop " * 40]
    + ["Stop, j'ai une question", "stop à la boulangerie?", "Please remove me from your list"]
    + ["Ne m'appelez plus !", "ne m’appelez plus merci", "Unsubscribe", "Don't call", "STOP PUB"],
)
def test_words_that_end_a_consent_are_known(words: str) -> None:
    assert is_stop(words)


@pytest.mark.parametrize(
    "words",
    ["", "Bonjour", "OK", "Non", "Je m'arrête au stop", "stopper ?"]
    + ["36111", "merci", "Appelez-moi", "L'arrêt de bus", "Rappelez plus tard"]
    + ["N'oubliez pas de me rappeler", "Vous ne m'avez pas rappelé", "Je n'ai pas reçu votre appel"]
    + ["Je ne veux pas attendre, rappelez-moi", "Pourquoi personne ne me rappelle ?"]
    + ["Je ne suis pas là, rappelez-moi demain", "Why don't you call me back?", "Appelez plus tôt"],
)
def test_words_that_say_more_are_for_somebody_to_read(words: str) -> None:
    assert not is_stop(words)


def test_it_holds_before_the_queue_is_looked_at(shop: Shop, sent: Sent) -> None:
    consents(shop)
    assert status(shop) == "valid"

    writes("STOP")

    assert status(shop) == "withdrawn"
    (withdrawal,) = withdrawals(shop)
    assert (withdrawal["means"], withdrawal["siren"]) == ("sms", None)
    assert sent.orders == []


def test_it_is_confirmed_once_however_often_it_is_brought(shop: Shop, sent: Sent) -> None:
    consents(shop)
    for _ in range(2):
        writes("Arrêt svp")
        shop.project_again()

    (order,) = sent.orders
    assert (order.to, order.from_) == (PERSON, NUMBER)
    assert order.body == confirmation("Arrêt svp", "Boulangerie")
    assert len(withdrawals(shop)) == 1


def test_whoever_says_so_again_was_told_already(shop: Shop, sent: Sent) -> None:
    for at in range(3):
        writes("STOP", f"SM{at}")
        shop.project_again()
        shop.clock.passes(minutes=5)

    assert len(sent.orders) == 1
    assert len(withdrawals(shop)) == 2  # the first, which is a line, and the last


def test_a_confirmation_whose_answer_was_lost_is_not_sent_twice(shop: Shop, sent: Sent) -> None:
    writes("STOP")
    sent.lost = 1
    messages = shop.taken("projections")

    for _ in range(2):
        with suppress(Unavailable):
            consents_wiring.stop(messages[0], confirmed=True)

    assert len(sent.orders) == 1
    assert sent.lost == 0


def test_what_the_carrier_heard_itself_is_confirmed_by_it(shop: Shop, sent: Sent) -> None:
    consents(shop)

    writes("Plus jamais", OptOutType="STOP")
    shop.project_again()

    assert status(shop) == "withdrawn"
    assert sent.orders == []
    assert shop.gets("/v1/leads")["items"] == []


@pytest.mark.parametrize(
    ("words", "facts"),
    [
        pytest.param("Bonjour", {}, id="other words"),
        pytest.param("STOP", {"OptOutType": "HELP"}, id="what the carrier took for a question"),
        pytest.param("STOP", {"To": "+33162019999"}, id="to nobody's number"),
        pytest.param("STOP", {"From": "36180"}, id="from a machine"),
    ],
)
def test_anything_else_ends_nothing(
    shop: Shop, sent: Sent, words: str, facts: dict[str, str]
) -> None:
    consents(shop)

    writes(words, **facts)
    shop.project_again()

    assert status(shop) == "valid"
    assert sent.orders == []


def test_a_stop_is_not_lost_with_its_queue(
    shop: Shop, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("the queue did not take a message")

    consents(shop)
    with monkeypatch.context() as patch:
        patch.setattr(Queue, "put", refuse)
        writes("STOP")

    assert status(shop) == "withdrawn"
    assert len(sent.orders) == 1


def test_a_stop_is_not_lost_with_the_table(
    shop: Shop, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unavailable("the table did not answer")

    consents(shop)
    with monkeypatch.context() as patch:
        patch.setattr(consents_wiring.store(), "ledger", refuse)
        writes("STOP")
    assert status(shop) == "valid"

    shop.project_again()

    assert status(shop) == "withdrawn"


def test_a_number_that_cannot_be_texted_ends_its_consent_all_the_same(
    shop: Shop, sent: Sent
) -> None:
    consents(shop)
    sent.refused = Rejected("no", carrier_code=21610)

    writes("STOP")
    shop.project_again()

    assert status(shop) == "withdrawn"


def test_who_consents_again_may_be_rung_again(shop: Shop, sent: Sent) -> None:
    consents(shop)
    writes("STOP")
    shop.clock.passes(minutes=5)

    again = (shop.clock.now - timedelta(minutes=1)).isoformat()
    consents(shop, captured_at=again, evidence={"reference": "lot-7.pdf"})

    known = shop.makes("/v1/consents/search", {"number": PERSON})["consents"]
    assert [each["status"] for each in known] == ["valid", "withdrawn"]


def test_what_keeps_a_campaign_from_ringing_somebody_is_known_with_one_request(
    shop: Shop, sent: Sent
) -> None:
    for body in ({"siren": "732829320"}, {"campaign": "camp_2"}):
        shop.makes("/v1/suppressions", {"number": PERSON, **body})
    shop.makes("/v1/suppressions", {"number": "+33612*"})
    consents_wiring.withdraw(
        "acct_shop",
        consents_wiring.desk().hashing.caller_hash("acct_shop", PERSON),
        "key",
        shop.clock.now,
        ref="CA1",
    )

    facts = consents_wiring.facts_for("acct_shop", PERSON)

    (withdrawal,) = facts.standing.withdrawals
    assert (withdrawal.means, withdrawal.ref) == ("key", "CA1")
    assert [each.scope for each in facts.suppressed("732829320", "camp_1")] == [
        "siren:732829320",
        "account",
    ]
    assert [each.scope for each in facts.suppressed("552100554", "camp_2")] == [
        "campaign:camp_2",
        "account",
    ]
