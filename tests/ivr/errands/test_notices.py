"""Who is told of a voicemail, how, and what of the words in it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.calls.events import MessageTranscribed, Notified
from chalicelib.ivr.errands import notices
from chalicelib.ivr.errands.usecases import JOB_ROUNDS, NOTICE_ROUNDS, leave
from chalicelib.kernel.telling import Means
from chalicelib.runtime import wiring
from tests.house.faults import Trouble, of, trouble
from tests.ivr.errands.builders import (
    ACCOUNT,
    CALL,
    CALLER,
    NOON,
    OURS,
    RECORDING,
    a_house,
    a_notice,
    a_text,
    a_transcription,
)

URL = "https://cadran.test/v1/listen/CA1/RE1?proof=x"
WORDS = "Bonjour, je voudrais deux baguettes."


def test_a_shop_is_told_by_mail_in_french() -> None:
    with a_house() as house:
        house.sees_to(a_notice())

        (mail,) = house.mails
        assert "accueil@boulangerie.test" in str(mail.destinations)
        (event,) = house.events
        assert isinstance(event, Notified)
        assert (event.by, event.status) == ("email", "sent")


def test_a_notice_says_who_called_whom_when_and_for_how_long() -> None:
    notice = notices.written(a_notice(), WORDS, URL, transcribes=True)

    assert notice.subject == "Nouveau message vocal de 06 12 34 56 78"
    assert "01 99 00 12 34" in notice.body
    assert "24/11/2026 12:00" in notice.body
    assert "Durée : 17 s." in notice.body
    assert URL in notice.body
    assert WORDS in notice.body


def test_a_notice_of_a_withheld_number_in_english() -> None:
    notice = notices.written(a_notice(language="en-GB", facts={}), None, None, transcribes=True)

    assert notice.subject == "New voicemail from a withheld number"
    assert "No transcript is available." in notice.body
    assert "Listen" not in notice.body


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("de-DE", "Neue Sprachnachricht von 06 12 34 56 78"),
        ("es-ES", "Nuevo mensaje de voz de 06 12 34 56 78"),
        ("ar-AE", "رسالة صوتية جديدة من 06 12 34 56 78"),
        ("it-IT", "Nouveau message vocal de 06 12 34 56 78"),
    ],
)
def test_a_notice_speaks_the_language_of_its_flow(language: str, subject: str) -> None:
    notice = notices.written(a_notice(language=language), WORDS, URL, transcribes=True)

    assert notice.subject == subject


def test_a_text_is_cut_to_three_parts() -> None:
    notice = notices.written(a_notice(), "mot " * 500, URL, transcribes=True)

    assert len(notice.text) == notices.LONGEST_TEXT
    assert notice.text.endswith(f"… {URL}")


def test_a_shop_is_told_by_text() -> None:
    with a_house() as house:
        house.sees_to(a_notice(by=Means.SMS, to="+33612345679"))

        ((sender, to, body),) = house.texts
        assert (sender, to) == (OURS, "+33612345679")
        assert "06 12 34 56 78" in body


def test_a_stage_without_an_address_sends_no_mail_and_says_so() -> None:
    with a_house(mail_sender="") as house:
        house.sees_to(a_notice())

        assert house.mails == []
        (event,) = house.events
        assert isinstance(event, Notified)
        assert (event.status, event.reason) == ("refused", "no-sender")


def test_a_webhook_to_a_private_address_is_refused_for_good() -> None:
    with a_house() as house:
        house.sees_to(a_notice(by=Means.WEBHOOK, to="https://169.254.169.254/latest"))

        (event,) = house.events
        assert isinstance(event, Notified)
        assert (event.status, event.reason) == ("refused", "refused-url")


def test_a_webhook_says_what_a_program_needs() -> None:
    payload: Any = notices.payload(a_notice(by=Means.WEBHOOK), WORDS, URL, transcribes=True)

    assert payload["type"] == "voicemail.left"
    told = {"transcription": WORDS, "caller": CALLER, "listen_url": URL}
    assert payload["data"] | told == payload["data"]


def test_a_message_is_written_down_and_the_notice_waits_for_it() -> None:
    with a_house() as house:
        house.is_left_a_message(WORDS)
        house.transcriber_says(WORDS)

        house.sees_to(a_notice(id="n", waits=True))
        assert house.mails == []
        house.sees_to(a_transcription(id="t"))
        for turn in range(1, 5):
            house.sees_to(a_transcription(id="t"), turn)
        house.sees_to(a_notice(id="n", waits=True), 1)

        (kept,) = wiring.transcripts().of_call(ACCOUNT, CALL)
        assert (kept.status, kept.text, kept.recording_id) == ("done", WORDS, RECORDING)
        assert wiring.transcripts().of_call("acct_2", CALL) == ()
        assert len(house.mails) == 1
        assert WORDS in str(house.mails[0].body)
        done = [each for each in house.events if isinstance(each, MessageTranscribed)]
        assert [each.status for each in done] == ["done"]


def test_a_notice_does_not_wait_for_ever() -> None:
    with a_house() as house:
        house.sees_to(a_notice(waits=True), NOTICE_ROUNDS)

        assert len(house.mails) == 1


def test_a_recording_that_never_comes_fails_the_transcription() -> None:
    with a_house() as house:
        house.sees_to(a_transcription())
        assert house.events == []

        house.sees_to(a_transcription(), JOB_ROUNDS)

        (event,) = house.events
        assert isinstance(event, MessageTranscribed)
        assert (event.status, event.reason) == ("failed", "too-slow")


def test_where_transcription_is_off_nothing_is_fetched_and_nobody_waits() -> None:
    with a_house(transcription="off") as house:
        house.sees_to(a_transcription())
        house.sees_to(a_notice(waits=True))

        assert [each.kind for each in house.events] == ["notified"]


def test_errands_go_on_the_queue_and_are_seen_to() -> None:
    with a_house() as house:
        assert leave([a_text(), a_notice(id="2")], wiring.errands(), NOON) == ()

        assert house.works() == 2
        assert (len(house.texts), len(house.mails)) == (1, 1)


def test_a_call_goes_on_when_the_queue_takes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with a_house(), trouble(Trouble.REFUSED, of("sqs")):
        lost = leave([a_text()], wiring.errands(), NOON)

    assert [(each.kind, each.id) for each in lost] == [("errand-lost", f"errand-lost:{CALL}:3:0")]
    logged = capsys.readouterr().out
    assert "ErrandLost" in logged
    assert CALLER not in logged
    assert "rendez-vous" not in logged
