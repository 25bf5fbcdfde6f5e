"""Prompts over HTTP: uploaded, listened to, replaced and deleted, with S3 and DynamoDB by moto."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest

from app import app
from chalicelib.ivr.audio.addresses import audio_url, builtin_url
from chalicelib.ivr.audio.documents import samples_of
from chalicelib.ivr.audio.formats import recognise
from chalicelib.ivr.audio.sounds import LARGEST_FILE
from chalicelib.ivr.usage import Kind, Use
from chalicelib.runtime import wiring
from tests.gateway import BASE_URL, Heard, ask
from tests.ivr.audio.recordings import a_wav, an_mp3, level

if TYPE_CHECKING:
    from array import array

    from tests.clouds import Cloud
    from tests.house.shops import Shop


def sent(content: bytes) -> dict[str, str]:
    return {"content_base64": base64.b64encode(content).decode()}


def made(shop: Shop, content: bytes = b"", name: str = "Accueil") -> dict[str, Any]:
    heard = shop.ask("POST", "/v1/prompts", {"name": name, **sent(content or a_wav())})
    assert heard.status == 201, heard.text
    found: dict[str, Any] = heard.json
    assert heard.headers["Location"] == f"/v1/prompts/{found['id']}"
    assert heard.headers["ETag"] == '"1"'
    return found


def fetched(heard: Heard, cloud: Cloud) -> tuple[array[int], dict[str, Any]]:
    """Follow the redirect as the carrier does, and listen."""
    assert heard.status == 302, heard.text
    link = urlsplit(heard.headers["Location"])
    assert "X-Amz-Signature" in link.query or "Signature" in link.query
    key = link.path.lstrip("/").removeprefix(f"{cloud.bucket}/")
    found = boto3.client("s3").get_object(Bucket=cloud.bucket, Key=key)
    return samples_of(recognise(found["Body"].read())), dict(found)


def listened(url: str, cloud: Cloud) -> array[int]:
    return fetched(ask(app, "GET", url.removeprefix(BASE_URL)), cloud)[0]


def files(cloud: Cloud) -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=cloud.bucket, Prefix="prompts/")
    return [each["Key"] for each in listed.get("Contents", [])]


@pytest.mark.parametrize(("content", "source"), [(a_wav(), "wav"), (an_mp3(), "mp3")])
def test_what_is_uploaded_is_what_callers_hear(
    shop: Shop, cloud: Cloud, content: bytes, source: str
) -> None:
    prompt = made(shop, content)

    audio = prompt["audio"]
    assert (audio["version"], audio["source"]) == (1, source)
    assert audio["url"] == audio_url(BASE_URL, prompt["id"], 1)
    assert 500 <= audio["milliseconds"] < 650
    heard, file = fetched(ask(app, "GET", f"/audio/{prompt['id']}/1"), cloud)
    assert level(heard, 1_000) == pytest.approx(12_000, rel=0.1)
    assert file["ContentType"] == "audio/wav"
    assert file["ContentLength"] == audio["size"]
    assert "immutable" in file["CacheControl"]


def test_the_redirect_lives_shorter_than_its_link(shop: Shop) -> None:
    heard = ask(app, "GET", f"/audio/{made(shop)['id']}/1")

    assert heard.headers["Cache-Control"] == "public, max-age=300"


def test_a_new_version_leaves_the_old_one_as_it_is(shop: Shop, cloud: Cloud) -> None:
    prompt = made(shop, a_wav(1_000))

    heard = shop.ask("PUT", f"/v1/prompts/{prompt['id']}/audio", sent(a_wav(2_000)), if_match='"1"')

    assert (heard.status, heard.headers["ETag"]) == (200, '"2"')
    found = shop.gets(f"/v1/prompts/{prompt['id']}")
    assert [each["version"] for each in found["versions"]] == [2, 1]
    assert found["audio"] == found["versions"][0] == heard.json["audio"]
    newer, older = (listened(each["url"], cloud) for each in found["versions"])
    assert level(newer, 2_000) > 11_000 > 100 > level(newer, 1_000)
    assert level(older, 1_000) > 11_000 > 100 > level(older, 2_000)


def test_two_who_change_a_prompt_do_not_undo_each_other(shop: Shop, cloud: Cloud) -> None:
    path = f"/v1/prompts/{made(shop)['id']}"
    first = shop.ask("PUT", f"{path}/audio", sent(a_wav(2_000)), if_match='"1"')
    second = shop.ask("PUT", f"{path}/audio", sent(a_wav(3_000)), if_match='"1"')
    late = shop.ask("DELETE", path, if_match='"1"')

    assert (first.status, second.status, late.status) == (200, 412, 412)
    assert shop.ask("DELETE", path).status == 428
    assert level(listened(first.json["audio"]["url"], cloud), 2_000) > 11_000


def test_an_upload_that_is_sent_twice_is_kept_once(shop: Shop) -> None:
    body = {"name": "Accueil", **sent(a_wav())}
    one, other = (shop.ask("POST", "/v1/prompts", body, idempotency_key="k") for _ in range(2))

    assert one.json == other.json
    assert len(shop.gets("/v1/prompts")["items"]) == 1


def test_prompts_are_listed_page_by_page(shop: Shop) -> None:
    ids = {made(shop, name=f"n{number}")["id"] for number in range(3)}

    first = shop.gets("/v1/prompts?limit=2")
    rest = shop.gets(f"/v1/prompts?limit=2&cursor={first['next']}")

    assert {each["id"] for each in first["items"] + rest["items"]} == ids
    assert (len(rest["items"]), rest["next"]) == (1, None)


def test_a_prompt_that_flows_use_is_not_deleted(shop: Shop, cloud: Cloud) -> None:
    prompt = made(shop)
    uses = [Use(Kind.PROMPT, prompt["id"], "/nodes/welcome/prompt/audio")]
    wiring.usage().record_usage("acct_shop", "flow_1", uses, version=1, now=shop.clock.now)
    path = f"/v1/prompts/{prompt['id']}"

    refused = shop.ask("DELETE", path, if_match='"1"')

    assert (refused.status, refused.json["code"]) == (409, "in-use")
    assert refused.json["errors"] == [
        {"pointer": "/nodes/welcome/prompt/audio", "detail": "used here by the flow flow_1"}
    ]
    assert shop.gets(path)["used_by"] == [
        {"flow_id": "flow_1", "pointer": "/nodes/welcome/prompt/audio"}
    ]
    assert listened(prompt["audio"]["url"], cloud)


def test_a_prompt_that_is_deleted_leaves_nothing(shop: Shop, cloud: Cloud) -> None:
    prompt = made(shop)
    path = f"/v1/prompts/{prompt['id']}"
    shop.ask("PUT", f"{path}/audio", sent(a_wav(2_000)), if_match='"1"')
    assert len(files(cloud)) == 2

    assert shop.ask("DELETE", path, if_match='"2"').status == 204

    assert files(cloud) == []
    assert shop.ask("GET", path).status == 404
    assert shop.gets("/v1/prompts")["items"] == []
    assert shop.ask("DELETE", path, if_match='"2"').status == 404
    for version in (1, 2):
        heard = ask(app, "GET", f"/audio/{prompt['id']}/{version}")
        assert (heard.status, heard.json["code"]) == (404, "not-found")
        assert heard.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["nobody/1", "builtin/silence"])
@pytest.mark.parametrize("version", ["", "0", "01", "x", "9999999", "1e3"])
def test_a_sound_that_is_not_there_is_not_found(shop: Shop, path: str, version: str) -> None:
    known = made(shop)["id"]

    for each in (path, f"{known}/{version or 2}"):
        heard = ask(app, "GET", f"/audio/{each}")
        assert (heard.status, heard.json["code"]) == (404, "not-found")


def test_the_built_in_sounds_are_made_once(shop: Shop, cloud: Cloud) -> None:
    before = files(cloud)

    beep = listened(builtin_url(BASE_URL, "beep"), cloud)
    hold = listened(builtin_url(BASE_URL, "hold"), cloud)
    made_at = fetched(ask(app, "GET", "/audio/builtin/hold"), cloud)[1]["LastModified"]
    shop.cools_down()
    again = fetched(ask(app, "GET", "/audio/builtin/hold"), cloud)[1]["LastModified"]

    assert before == []
    assert files(cloud) == ["prompts/builtin/beep-1.wav", "prompts/builtin/hold-1.wav"]
    assert level(beep, 1_000) > 11_000
    assert len(hold) == 16 * 8_000
    assert again == made_at


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x", "content_base64": "é"}, "/content_base64"),
        ({"name": "x", **sent(b"x" * 500)}, "/content_base64"),
        ({"name": "x", **sent(bytes(LARGEST_FILE + 1))}, "/content_base64"),
    ],
)
def test_a_wrong_file_is_refused_by_its_field(shop: Shop, body: Any, pointer: str) -> None:
    heard = shop.ask("POST", "/v1/prompts", body)

    assert (heard.status, heard.json["code"]) == (422, "unusable-audio")
    assert [fault["pointer"] for fault in heard.json["errors"]] == [pointer]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "\ud800"])
def test_a_wrong_name_is_refused(shop: Shop, name: str) -> None:
    heard = shop.ask("POST", "/v1/prompts", {"name": name, **sent(a_wav())})

    assert heard.status == 400
    assert {fault["pointer"] for fault in heard.json["errors"]} <= {"/name", ""}


def test_the_largest_file_fits_into_a_request_that_lambda_takes(shop: Shop) -> None:
    content = a_wav(rate=48_000, seconds=41)[:LARGEST_FILE]
    assert len(content) > LARGEST_FILE * 0.98

    prompt = made(shop, content)

    assert prompt["audio"]["milliseconds"] == 41_000
    assert len(str(sent(content))) < 6 * 1024 * 1024 - 64 * 1024


def test_publishing_asks_which_versions_are_the_newest(shop: Shop) -> None:
    one, other = made(shop)["id"], made(shop)["id"]
    shop.ask("PUT", f"/v1/prompts/{one}/audio", sent(a_wav(2_000)), if_match='"1"')

    found = wiring.prompts().latest_versions("acct_shop", [one, other, one, "prompt_nobody"])

    assert {id: audio.version for id, audio in found.items()} == {one: 2, other: 1}
    assert wiring.prompts().latest_versions("acct_other", [one]) == {}
    assert wiring.prompts().latest_versions("acct_shop", []) == {}
