"""Versions compared and made to answer again, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.runtime import wiring
from tests.gateway import ask
from tests.ivr.builders import OURS, a_document, a_menu, a_say, a_voicemail, an_end
from tests.ivr.test_routes import KEY, app, comes_back, incoming

if TYPE_CHECKING:
    from chalice.app import Chalice

__all__ = ["app"]


def says(words: str, **more: Any) -> dict[str, Any]:
    menu = a_menu(prompt=words, choices={"1": "box"}, attempts=2)
    return a_document(menu=menu, box=a_voicemail(), **more)


def published(app: Chalice, *documents: dict[str, Any]) -> str:
    """A flow whose versions are these documents."""
    flow = ask(app, "POST", "/v1/flows", body={"document": documents[0]}, key=KEY)
    path = str(flow.headers["Location"])
    for at, document in enumerate(documents, start=1):
        if at > 1:
            saved = {"if-match": f'"{at - 1}"'}
            ask(app, "PUT", f"{path}/draft", body={"document": document}, key=KEY, headers=saved)
        assert ask(app, "POST", f"{path}/publish", key=KEY).status == 201
    return path


def test_what_changed_is_told_as_json_and_as_text(app: Chalice) -> None:
    flow = published(app, says("Un"), says("Deux"))
    path = f"{flow}/versions/1/diff?to=2"

    told = ask(app, "GET", path, key=KEY).json
    text = ask(app, "GET", path, key=KEY, headers={"accept": "text/plain"})

    assert told["nodes_changed"] == ["menu"]
    assert "-    prompt: Un\n+    prompt: Deux\n" in told["diff"]
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.text == told["diff"]
    assert ask(app, "GET", f"{flow}/versions/2/diff", key=KEY).json["diff"] == ""


def test_only_what_is_there_and_one_s_own_is_compared(app: Chalice) -> None:
    flow = published(app, says("Un"))

    assert ask(app, "GET", f"{flow}/versions/2/diff", key=KEY).status == 404
    assert ask(app, "GET", f"{flow}/versions/1/diff?to=7", key=KEY).status == 404
    assert ask(app, "GET", f"{flow}/versions/1/diff?to=x", key=KEY).status == 400
    assert ask(app, "GET", f"{flow}/versions/1/diff", key="acct_b/flows:*").status == 404


def test_an_old_version_answers_again_as_the_next_one(app: Chalice) -> None:
    flow = published(app, says("Un"), says("Deux"))

    back = ask(app, "POST", f"{flow}/rollback", body={"version": 1}, key=KEY)
    again = ask(app, "POST", f"{flow}/rollback", body={"version": 1}, key=KEY)

    assert (back.status, back.json["version"], back.json["restores"]) == (201, 3, 1)
    assert back.headers["Location"] == f"{flow}/versions/3"
    assert again.json["version"] == 3
    assert ask(app, "GET", f"{flow}/versions/3", key=KEY).json["document"] == says("Un")
    listed = ask(app, "GET", f"{flow}/versions", key=KEY).json["items"]
    assert [(each["version"], each["restores"]) for each in listed] == [
        (3, 1),
        (2, None),
        (1, None),
    ]


def test_the_draft_stays_and_can_be_published_again(app: Chalice) -> None:
    flow = published(app, says("Un"), says("Deux"))
    ask(app, "POST", f"{flow}/rollback", body={"version": 1}, key=KEY)

    shown = ask(app, "GET", flow, key=KEY).json
    published_again = ask(app, "POST", f"{flow}/publish", key=KEY).json

    assert shown["document"] == says("Deux")
    assert (shown["published_version"], shown["published_revision"]) == (3, None)
    assert published_again["version"] == 4
    assert ask(app, "GET", f"{flow}/versions/4", key=KEY).json["document"] == says("Deux")


def test_a_version_that_does_not_suit_the_flow_s_numbers_stays_where_it_is(app: Chalice) -> None:
    price = {"kind": "price_notice", "next": "box"}
    flow = published(app, a_document(price=price, box=a_voicemail()), says("Deux"))
    line = replace(wiring.directory().line(OURS), flow_id=flow.rpartition("/")[2])
    wiring.directory().save_line(line)

    refused = ask(app, "POST", f"{flow}/rollback", body={"version": 1}, key=KEY)

    assert refused.status == 422
    assert [each["pointer"] for each in refused.json["errors"]] == ["/nodes/price"]


def test_only_the_revision_that_was_seen_is_rolled_back(app: Chalice) -> None:
    flow = published(app, says("Un"), says("Deux"))
    seen = {"if-match": '"1"'}

    assert (
        ask(app, "POST", f"{flow}/rollback", body={"version": 1}, key=KEY, headers=seen).status
        == 412
    )
    assert ask(app, "POST", f"{flow}/rollback", body={"version": 9}, key=KEY).status == 404
    assert (
        ask(app, "POST", f"{flow}/rollback", body={"version": 1}, key="acct_b/flows:*").status
        == 404
    )


def test_a_call_in_progress_stays_on_its_version(app: Chalice) -> None:
    flows = wiring.flows()
    draft = flows.create("acct_client", "flow_1", says("Un"), wiring.clock())
    flows.publish(draft.header, says("Un"), wiring.clock())
    changed = flows.replace(
        flows.draft("acct_client", "flow_1").header, says("Deux"), wiring.clock()
    )
    flows.publish(changed.header, says("Deux"), wiring.clock())

    before = incoming(app)
    ask(app, "POST", "/v1/flows/flow_1/rollback", body={"version": 1}, key=KEY)
    goes_on = comes_back(app, before)
    after = incoming(app, CallSid="CA2")

    assert ">Deux</" in before.text
    assert ">Deux</" in goes_on.text
    assert ">Un</" in after.text


def test_a_version_whose_sound_or_queue_is_gone_is_refused(app: Chalice) -> None:
    flow = published(app, says("Un"))
    flow_id = flow.rpartition("/")[2]
    flows = wiring.flows()
    sound = {"kind": "play", "audio": "prompt_gone", "version": 1, "next": "end"}
    waits = {"kind": "queue", "queue": "gone", "answered": "end"}
    old = a_document(hello=a_say(next="sound"), sound=sound, waits=waits, end=an_end())
    flows.publish(flows.draft("acct_client", flow_id).header, old, wiring.clock())
    ask(app, "POST", f"{flow}/rollback", body={"version": 1}, key=KEY)

    refused = ask(app, "POST", f"{flow}/rollback", body={"version": 2}, key=KEY)

    assert refused.status == 422
    assert [each["pointer"] for each in refused.json["errors"]] == [
        "/nodes/sound/audio",
        "/nodes/waits/queue",
    ]
