"""Surveys as a shop has them, from the first draft to what its callers answered."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from app import app, run_errands
from chalicelib.calls.store import CallRow
from chalicelib.ivr.errands.errands import TellSurvey
from chalicelib.runtime import surveys_wiring
from infra import recount_surveys
from tests.campaigns.surveys.builders import DOCUMENT
from tests.campaigns.test_routes import a_body
from tests.clouds import requests_counted
from tests.gateway import BASE_URL, Context, ring
from tests.house.shops import CALLER, NUMBER, SPARE, a_shop
from tests.world import messages_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.house.shops import Shop

DAYS = "from=2026-11-01&to=2026-11-30"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Open one shop: each test has a survey of its own."""
    with a_shop() as shop:
        yield shop


def a_survey(shop: Shop, document: dict[str, Any] = DOCUMENT) -> str:
    survey_id: str = shop.makes("/v1/surveys", {"document": document})["id"]
    shop.makes(f"/v1/surveys/{survey_id}/publish")
    return survey_id


def a_line(shop: Shop, survey_id: str) -> None:
    """Have the shop's number answered by the survey."""
    document = {
        "name": "Enquête",
        "start": "ask",
        "nodes": {
            "ask": {"kind": "survey", "survey": survey_id, "next": "bye"},
            "bye": {"kind": "hangup", "text": "Au revoir."},
        },
    }
    seen = shop.ask("GET", f"/v1/flows/{shop.flow_id}").headers["ETag"]
    shop.ask("PUT", f"/v1/flows/{shop.flow_id}/draft", {"document": document}, if_match=seen)
    shop.makes(f"/v1/flows/{shop.flow_id}/publish")
    shop.cools_down()


class ACaller:
    """Somebody who rings the shop, and does what the TwiML lets them."""

    def __init__(self, shop: Shop, number: int) -> None:
        self.shop, self.call_id = shop, f"CA{number:032}"
        self._send(f"/voice/incoming?fallback={SPARE.replace('+', '%2B')}")

    def presses(self, keys: str) -> ACaller:
        return self._go_on("Gather", Digits=keys)

    def says_nothing(self) -> ACaller:
        """The carrier says so once the time is over."""
        return self._go_on("Gather", Digits="")

    def speaks(self, recording_id: str, seconds: int) -> ACaller:
        return self._go_on(
            "Record", RecordingSid=recording_id, RecordingDuration=str(seconds), Digits="hangup"
        )

    @property
    def words(self) -> str:
        return " ".join(self.heard.itertext())

    def _go_on(self, verb: str, **fields: str) -> ACaller:
        return self._send(self._find(verb).attrib["action"].removeprefix(BASE_URL), **fields)

    def _find(self, verb: str) -> ElementTree.Element:
        found = self.heard.find(f".//{verb}")
        assert found is not None, ElementTree.tostring(self.heard, encoding="unicode")
        return found

    def _send(self, path: str, **fields: str) -> ACaller:
        form: dict[str, str | list[str]] = {
            "CallSid": self.call_id,
            "From": CALLER,
            "To": NUMBER,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            **fields,
        }
        heard = ring(app, path, form)
        assert heard.status == 200, heard.text
        self.heard = ElementTree.fromstring(heard.text)
        return self


def kept(shop: Shop, times: int = 1) -> None:
    """Bring what calls left on the queue to its handler, `times` over."""
    while messages := shop.taken("errands"):
        for _ in range(times):
            run_errands(messages_of(messages), Context())


def test_a_survey_may_have_faults_until_it_is_published(shop: Shop) -> None:
    draft = {"name": "Enquête", "questions": [{"key": "nps", "kind": "stars", "text": "?"}]}
    made = shop.ask("POST", "/v1/surveys", {"document": draft})
    assert (made.status, made.headers["ETag"], made.json["version"]) == (201, '"1"', 0)
    path = made.headers["Location"]
    assert [each["pointer"] for each in made.json["faults"]] == ["/questions/0/kind"]

    refused = shop.ask("POST", f"{path}/publish")
    assert (refused.status, refused.json["code"]) == (422, "survey-refused")
    assert [each["pointer"] for each in refused.json["errors"]] == ["/questions/0/kind"]

    assert shop.ask("PUT", f"{path}/draft", {"document": DOCUMENT}).status == 428
    saved = shop.ask("PUT", f"{path}/draft", {"document": DOCUMENT}, if_match='"1"')
    assert (saved.status, saved.headers["ETag"], saved.json["faults"]) == (200, '"2"', [])
    assert shop.ask("PUT", f"{path}/draft", {"document": {}}, if_match='"1"').status == 412

    published = shop.makes(f"{path}/publish")
    assert (published["version"], shop.makes(f"{path}/publish")["version"]) == (1, 1)
    assert shop.gets(path)["document"] == DOCUMENT


def test_a_survey_that_is_put_away_is_listed_no_more(shop: Shop) -> None:
    survey_id = a_survey(shop)
    listed = [each["id"] for each in shop.gets("/v1/surveys?limit=200")["items"]]
    assert survey_id in listed

    assert shop.ask("DELETE", f"/v1/surveys/{survey_id}").status == 204

    listed = [each["id"] for each in shop.gets("/v1/surveys?limit=200")["items"]]
    assert survey_id not in listed
    refused = shop.ask(
        "PUT", f"/v1/surveys/{survey_id}/draft", {"document": DOCUMENT}, if_match='"1"'
    )
    assert (refused.status, refused.json["code"]) == (409, "survey-archived")
    assert shop.gets(f"/v1/surveys/{survey_id}/results?{DAYS}")["total"]["begun"] == 0


def test_a_flow_with_a_survey_that_is_not_published_is_refused(shop: Shop) -> None:
    survey_id = shop.makes("/v1/surveys", {"document": DOCUMENT})["id"]
    document = {
        "name": "Enquête",
        "start": "ask",
        "nodes": {
            "ask": {"kind": "survey", "survey": survey_id, "next": "bye"},
            "bye": {"kind": "hangup"},
        },
    }
    flow = shop.makes("/v1/flows", {"document": document})

    refused = shop.ask("POST", f"/v1/flows/{flow['id']}/publish")

    assert [(each["pointer"], each["detail"]) for each in refused.json["errors"]] == [
        ("/nodes/ask/survey", f"no survey with the id '{survey_id}' is published")
    ]


def test_what_callers_answer_is_counted_as_it_is_given(shop: Shop) -> None:
    survey_id = a_survey(shop)
    a_line(shop, survey_id)
    results = f"/v1/surveys/{survey_id}/results?{DAYS}"

    pleased = ACaller(shop, 101)
    assert "Trois questions pour vous." in pleased.words
    pleased.presses("10").presses("1")
    kept(shop, times=2)  # every message twice
    so_far = shop.gets(results)["total"]
    assert (so_far["begun"], so_far["answered"], so_far["finished"]) == (1, 1, 0)
    pleased.presses("5").presses("7")
    assert "Merci beaucoup." in pleased.words

    angry = ACaller(shop, 102).presses("4").presses("3").speaks("RE" + "1" * 32, 9)
    assert "Merci beaucoup." in angry.words
    silent = ACaller(shop, 103).says_nothing().says_nothing()
    assert "Le technicien" in silent.words
    kept(shop, times=2)

    told = shop.gets(results)
    total = told["total"]
    assert (total["begun"], total["answered"], total["finished"]) == (3, 2, 2)
    assert total["completion_percent"] == 66.7
    by_key = {each["key"]: each for each in total["questions"]}
    nps = by_key["nps"]["nps"]
    assert (nps["score"], nps["promoters"], nps["detractors"]) == (0.0, 1, 1)
    assert nps["low"] < 0 < nps["high"]
    assert by_key["care"]["satisfied_percent"] == 100.0
    assert by_key["effort"]["mean"] == 7.0
    assert {each["label"]: each["count"] for each in by_key["visit"]["distribution"]} == {
        "À l'heure": 1,
        "En retard": 0,
        "Jamais": 1,
    }
    (group,) = shop.gets(f"{results}&by=channel")["groups"]
    assert (group["group"], group["begun"]) == ("voice", 3)
    assert shop.gets(f"{results}&by=agent")["groups"] == []

    (verbatim,) = shop.gets(f"/v1/surveys/{survey_id}/verbatims")["items"]
    assert (verbatim["call_id"], verbatim["recording_id"]) == (angry.call_id, "RE" + "1" * 32)
    assert verbatim["answers"]["nps"] == 4


def test_results_are_a_table_and_a_picture_too(shop: Shop) -> None:
    survey_id = a_survey(shop)
    a_line(shop, survey_id)
    ACaller(shop, 201).presses("9").presses("2").presses("4").presses("6")
    kept(shop)
    path = f"/v1/surveys/{survey_id}"

    table = shop.ask("GET", f"{path}/results?{DAYS}", accept="text/csv").text
    picture = shop.ask("GET", f"{path}/results?{DAYS}", accept="image/svg+xml")
    rows = shop.ask("GET", f"{path}/responses?separator=,", accept="text/csv").text

    lines = table.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("group;begun;answered;finished;question;kind;answers;value")
    assert "(total);1;1;1;visit;choice;1;late;En retard;1;;;;;" in lines
    assert picture.headers["Content-Type"] == "image/svg+xml"
    drawn = ElementTree.fromstring(picture.text)
    assert "1 interrogés, 1 jusqu'au bout" in "".join(drawn.itertext())
    assert re.search(r",voice,fr-FR,.*,9,late,4,6,\r\n$", rows)


def test_pages_of_responses_and_of_verbatims_go_on(shop: Shop) -> None:
    survey_id = a_survey(shop)
    a_line(shop, survey_id)
    for number in range(301, 304):
        ACaller(shop, number).presses("0").presses("3").speaks(f"RE{number:032}", 5)
        shop.clock.passes(minutes=1)
    kept(shop)
    path = f"/v1/surveys/{survey_id}"

    first = shop.gets(f"{path}/responses?limit=2")
    second = shop.gets(f"{path}/responses?limit=2&cursor={first['next']}")
    assert [len(each["items"]) for each in (first, second)] == [2, 1]
    table = shop.ask("GET", f"{path}/responses?limit=2", accept="text/csv")
    following = re.fullmatch(r'<(.*)>; rel="next"', unquote(table.headers["Link"]))
    assert following is not None
    assert shop.gets(following[1]) == second

    newest = shop.gets(f"{path}/verbatims?limit=1")
    assert newest["items"][0]["recording_id"] == f"RE{303:032}"
    assert newest["next"] is not None


def test_an_answer_costs_the_webhook_no_more_than_any_other(shop: Shop) -> None:
    survey_id = a_survey(shop)
    a_line(shop, survey_id)
    call = ACaller(shop, 401).presses("9")

    with requests_counted(CallRow) as asked:
        call.presses("1")

    assert len(asked) <= 2, asked


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-02&to=2026-11-01", "/to"),
        ("from=2024-11-02&to=2026-11-01", "/to"),
        ("from=2026-11-02", "/to"),
        (f"{DAYS}&by=weather", "/by"),
        (f"{DAYS}&language=it", "/language"),
    ],
)
def test_results_that_cannot_be_asked_for_are_refused(shop: Shop, query: str, pointer: str) -> None:
    survey_id = a_survey(shop)

    refused = shop.ask("GET", f"/v1/surveys/{survey_id}/results?{query}")

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (400, pointer)


def test_a_document_too_large_for_a_row_is_refused(shop: Shop) -> None:
    large = {"name": "x" * 100_001}

    refused = shop.ask("POST", "/v1/surveys", {"document": large})

    assert (refused.status, refused.json["errors"][0]["pointer"]) == (400, "/document")


def test_counters_are_proved_to_be_the_sum_of_what_was_answered(shop: Shop) -> None:
    survey_id = a_survey(shop)
    a_line(shop, survey_id)
    for number in range(501, 504):
        ACaller(shop, number).presses("8").presses("2").presses("4")
    kept(shop)
    store, said = surveys_wiring.store(), list[str]()

    found = recount_surveys.recount("acct_shop", survey_id, store)
    recount_surveys.tell(found, said.append)
    shop.forget_rows("campaigns", f"response#acct_shop#{survey_id}#CA{502:032}")
    lost = recount_surveys.recount("acct_shop", survey_id, store)
    recount_surveys.tell(lost, said.append)

    assert (found.equal, lost.equal) == (True, False)
    assert said[0] == "3 responses: 0 counters wrong: equal"
    assert "all '' 2026-11-23 nps 8: +1" in said


def test_a_flow_that_asks_a_survey_is_tried_without_a_phone(shop: Shop) -> None:
    survey_id = a_survey(shop)
    a_line(shop, survey_id)
    steps = [{"press": "9"}, {"press": "3"}, {"press": "7"}]

    tried = shop.makes(f"/v1/flows/{shop.flow_id}/simulate", {"steps": steps})

    told = json.dumps(tried, ensure_ascii=False)
    assert "Le technicien est-il venu ?" in told
    assert "Merci beaucoup." in told
    assert shop.gets(f"/v1/surveys/{survey_id}/results?{DAYS}")["total"]["begun"] == 0


def test_answers_to_a_campaign_s_call_count_for_it_and_its_segment(shop: Shop) -> None:
    survey_id = a_survey(shop)
    campaign = shop.makes("/v1/campaigns", a_body(shop, segment="age >= 18"))
    for at, campaign_id in enumerate((campaign["id"], "camp_gone")):
        facts = {"what": "begun", "at": "2026-11-23T11:00:00+00:00", "campaign": campaign_id}
        surveys_wiring.take_told(
            TellSurvey(
                id=f"CA{at}:1",
                account_id="acct_shop",
                call_id=f"CA{at}",
                node="ask",
                survey_id=survey_id,
                version=1,
                facts=facts,
            )
        )

    results = f"/v1/surveys/{survey_id}/results?{DAYS}"
    segments = shop.gets(f"{results}&by=segment")["groups"]
    campaigns = shop.gets(f"{results}&by=campaign")["groups"]

    assert [(each["group"], each["begun"]) for each in segments] == [("age >= 18", 1)]
    assert sorted(each["group"] for each in campaigns) == sorted((campaign["id"], "camp_gone"))
