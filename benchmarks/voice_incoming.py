"""What an incoming call costs us in CPU time, beside a bare Flask view that answers the same.

Both check Twilio's signature over the same form and return the same TwiML. Ours also finds the
line, its source and its flow, walks the flow and makes the call's first event. Storage is
stubbed at the store ports; what a process keeps between calls (the line, the flow, the token) is
warm, as it is in a function that has answered before.
"""

from __future__ import annotations

import gc
import io
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from benchmarks import cloud, shop
from benchmarks.figures import Figure, percentile, report
from local.seed import SPARE, WELCOME
from tests.clouds import TOKEN
from tests.gateway import BASE_URL, DOMAIN, FORM, STAGE_PATH, Context, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[[str], "tuple[float, str]"]  # a call's id -> CPU seconds, TwiML

ROUNDS: Final = 15
BLOCKS: Final = 8  # a round: as many blocks of each side, one after the other
CALLS: Final = 40  # a block
AT_MOST: Final = 2.0


def figures() -> Iterator[Figure]:
    """Measure both sides in turns; each figure is the median over the rounds."""
    with cloud.opened():
        ours, theirs = _product(), _baseline()
        _check_equal(ours, theirs)
        gc.collect()
        gc.freeze()  # what the tools of this measurement leave behind is no part of either side
        rounds = [_round(ours, theirs) for _ in range(ROUNDS)]
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        mine = median(percentile(sample, share) for sample, _ in rounds)
        bare = median(percentile(sample, share) for _, sample in rounds)
        yield Figure(f"voice_incoming_{name}", mine * 1e3, "ms CPU", bare * 1e3, at_most=AT_MOST)


def _round(ours: Answer, theirs: Answer) -> tuple[list[float], list[float]]:
    mine: list[float] = []
    bare: list[float] = []
    for block in range(BLOCKS):
        for answer, sample in ((ours, mine), (theirs, bare)):
            sample += [answer(f"CA{block:016x}{number:016x}")[0] for number in range(CALLS)]
    return mine, bare


def _check_equal(ours: Answer, theirs: Answer) -> None:
    """Warm both up, and see that they say the same."""
    for number in range(200):
        mine, bare = ours(f"CA{number:032x}")[1], theirs(f"CA{number:032x}")[1]
        if mine != bare:
            raise AssertionError(f"they answer differently:\n{mine}\n{bare}")


def _product() -> Answer:
    """Return the real app on the real wiring, whose stores are stubs."""
    from app import app

    shop.stub_stores()

    def answer(call_id: str) -> tuple[float, str]:
        event = cloud.webhook(app, shop.INCOMING, shop.an_incoming(call_id))
        began = time.thread_time()
        answered = app(event, Context())
        return time.thread_time() - began, answered["body"]

    return answer


def _baseline() -> Answer:
    """Return a Flask app whose only view does what such a view cannot do without.

    Called by WSGI with an environment made beforehand: Flask's test client would add its own work.
    """
    from flask import Flask, Response, abort, request
    from twilio.request_validator import RequestValidator
    from twilio.twiml.voice_response import VoiceResponse

    bare, validator = Flask("bare"), RequestValidator(TOKEN)
    prompt = WELCOME["nodes"]["welcome"]["prompt"]
    back = (
        f"{BASE_URL}/voice/flows/{shop.FLOW}/1/welcome?account={shop.ACCOUNT}&attempt=1"
        f"&fallback={SPARE.replace('+', '%2B')}&shards=1&step=1&target=0"
    )

    @bare.post("/voice/incoming")
    def answer_call() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(request.url, request.form, signature):
            abort(403)
        response = VoiceResponse()
        gather = response.gather(
            action=back,
            method="POST",
            input="dtmf",
            timeout=5,
            num_digits=1,
            finish_on_key="#",
            action_on_empty_result=True,
        )
        gather.say(prompt, language="fr-FR", voice="Polly.Lea-Neural")
        return Response(str(response), mimetype="text/xml")

    def answer(call_id: str) -> tuple[float, str]:
        environ = _environ(call_id)
        began = time.thread_time()
        answered = b"".join(bare.wsgi_app(environ, _start_response))
        return time.thread_time() - began, answered.decode()

    return answer


def _environ(call_id: str) -> dict[str, Any]:
    fields = shop.an_incoming(call_id)
    body = urlencode(fields, doseq=True).encode()
    path, _, query = shop.INCOMING.partition("?")
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": STAGE_PATH,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": DOMAIN,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": DOMAIN,
        "HTTP_X_TWILIO_SIGNATURE": sign(f"{BASE_URL}{shop.INCOMING}", fields),
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _start_response(status: str, headers: object, _: object = None) -> Callable[[bytes], object]:
    assert status.startswith("200"), status
    return lambda text: None


if __name__ == "__main__":
    sys.exit(report(figures()))
