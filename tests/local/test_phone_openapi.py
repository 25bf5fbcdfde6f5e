"""The REST side held against Twilio's OpenAPI document, which an npm package of theirs ships."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator

from local.phone.exchange import ACCOUNT_SID
from local.phone.handsets import Handset
from tests.local.phone_customers import AGENT, CALLER, OURS, TOKEN, Scene, play

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "@twilio/cli-core@8.3.2"
SHA256 = "6ae83443de5882462b5fba9eddd9080a0ba52ff9cfa579d8bac9f4cf43ee4409"
DOCUMENT = "package/src/services/twilio-api/twilio_api_v2010.json"
ROOT = "/2010-04-01/Accounts/{AccountSid}"

# Newer than the document: the type of a number was added to the resource later.
LATER = {"type"}

formats = FormatChecker(formats=())


@formats.checks("date-time-rfc-2822", raises=(TypeError, ValueError))
def is_rfc2822(value: object) -> bool:
    return value is None or parsedate_to_datetime(str(value)).tzinfo is not None


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Get the package by npm, check that it is the one we know, and read the document in it."""
    assert shutil.which("npm"), "npm is not installed: `make test-tools` does it"
    folder: Path = tmp_path_factory.mktemp("openapi")
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, timeout=120)
    (package,) = folder.glob("*.tgz")
    assert hashlib.sha256(package.read_bytes()).hexdigest() == SHA256
    with tarfile.open(package) as archive:
        member = archive.extractfile(DOCUMENT)
        assert member is not None
        read: dict[str, Any] = json.load(member)
    return read


def judge(document: dict[str, Any], method: str, path: str, status: int, body: Any) -> None:
    """Hold one answer against the document: its status, its schema, and no field missing or new."""
    responses = document["paths"][path][method]["responses"]
    assert str(status) in responses, f"{method} {path} may not answer {status}"
    schema = responses[str(status)]["content"]["application/json"]["schema"]
    whole = {"components": document["components"]} | schema
    faults = [
        f"{'/'.join(map(str, fault.path))}: {fault.message}"
        for fault in OAS30Validator(whole, format_checker=formats).iter_errors(body)
    ]
    assert faults == []
    for one, properties in resources(document, schema, body):
        assert set(one) - LATER == set(properties) - LATER


def resources(
    document: dict[str, Any], schema: dict[str, Any], body: Any
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pair each resource in an answer with the properties that it should have."""

    def properties(ref: dict[str, str]) -> dict[str, Any]:
        name = ref["$ref"].rpartition("/")[2]
        found: dict[str, Any] = document["components"]["schemas"][name]["properties"]
        return found

    if "$ref" in schema:
        return [(body, properties(schema))]
    (key,) = [name for name, part in schema["properties"].items() if part.get("type") == "array"]
    expected = properties(schema["properties"][key]["items"])
    assert body[key], "an empty list proves nothing"
    return [(one, expected) for one in body[key]]


class Visitor:
    """Use the API with plain requests and let the document judge each answer."""

    def __init__(self, scene: Scene, document: dict[str, Any]) -> None:
        self.base = scene.network.base_url
        self.document = document
        self.headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, TOKEN)}

    async def __call__(
        self, method: str, path: str, form: dict[str, str] | None = None, **names: str
    ) -> Any:
        url = (self.base + ROOT + path).format(AccountSid=ACCOUNT_SID, **names)
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, data=form, headers=self.headers) as response,
        ):
            body = await response.json()
            judge(self.document, method, ROOT + path, response.status, body)
            return body


@pytest.mark.slow
def test_every_answer_has_the_published_shape(document: dict[str, Any]) -> None:
    async def act(scene: Scene) -> None:
        visit = Visitor(scene, document)
        scene.network.handset(AGENT, Handset(hangs_up_after=20))
        story = await scene.network.ring(
            to=OURS, from_=CALLER, leaves_message=5, ends_message_with="#"
        )
        call, child = story.legs
        with scene.network.clock.busy():
            await visit("get", "/Calls.json")
            await visit("get", "/Calls/{Sid}.json", Sid=call.sid)
            await visit("get", "/Calls/{Sid}.json", Sid=child.sid)
            form = {"To": AGENT, "From": OURS, "Url": f"{scene.customer.url}/sortant"}
            made = await visit("post", "/Calls.json", form)
            changed = {"Status": "canceled"}
            await visit("post", "/Calls/{Sid}.json", changed, Sid=made["sid"])
            await visit("get", "/Calls/{CallSid}/Recordings.json", CallSid=call.sid)
            recordings = await visit("get", "/Recordings.json")
            await visit("get", "/Recordings/{Sid}.json", Sid=recordings["recordings"][0]["sid"])

            await visit("get", "/IncomingPhoneNumbers.json")
            bought = {"PhoneNumber": "+33199005555", "VoiceUrl": "https://example.com/"}
            number = await visit("post", "/IncomingPhoneNumbers.json", bought)
            path = "/IncomingPhoneNumbers/{Sid}.json"
            await visit("get", path, Sid=number["sid"])
            await visit("post", path, {"FriendlyName": "Accueil"}, Sid=number["sid"])
            for kind in ("Local", "Mobile", "National", "TollFree"):
                offer = "/AvailablePhoneNumbers/{CountryCode}/" + f"{kind}.json"
                await visit("get", offer, CountryCode="FR")

            form = {"To": CALLER, "From": OURS, "Body": "Bonjour"}
            message = await visit("post", "/Messages.json", form)
            await visit("get", "/Messages.json")
            await visit("get", "/Messages/{Sid}.json", Sid=message["sid"])

    answers = {"/voice": "<Record action='/suite'/>", "/suite": f"<Dial>{AGENT}</Dial>"}
    play(answers, act)


@pytest.mark.slow
def test_the_judge_does_see_a_wrong_shape(document: dict[str, Any]) -> None:
    async def act(scene: Scene) -> None:
        visit = Visitor(scene, document)
        story = await scene.network.ring(to=OURS, from_=CALLER)
        call = await visit("get", "/Calls/{Sid}.json", Sid=story.call.sid)
        path = f"{ROOT}/Calls/{{Sid}}.json"

        wrong = [
            call | {"sid": "CA1"},
            call | {"status": "initiated"},
            call | {"start_time": "2026-03-02"},
            call | {"duration": 3},
            call | {"mood": "good"},
            {key: value for key, value in call.items() if key != "queue_time"},
        ]
        for body in wrong:
            with pytest.raises(AssertionError):
                judge(document, "get", path, 200, body)
        with pytest.raises(AssertionError, match=re.escape("may not answer 201")):
            judge(document, "get", path, 201, call)

    play({"/voice": "<Hangup/>"}, act)
