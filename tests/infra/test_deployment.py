"""The real `chalice deploy`, through our own command, against an emulator: twice, then down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from infra import touches
from infra.session import Aws
from infra.stages import REGION, Stage
from local.cloud import emulator
from local.cloud.cloud import ACCOUNT_SID, AUTH_TOKEN
from local.phone.threads import running
from tests.infra.checkouts import Checkout, a_checkout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.phone.threads import RunningNetwork

pytestmark = pytest.mark.slow

DEV = Stage("dev")
JOBS = {
    "websocket_connect",
    "websocket_message",
    "websocket_disconnect",
    "run_errands",
    "run_hooks",
    "find_callbacks",
    "place_callbacks",
    "send_conversions",
    "tend_pools",
    "wake_sockets",
    "ring_calls",
    "ask_for_days",
    "learn_behaviours",
    "write_days",
    "import_contacts",
    "campaigns_tick",
    "place_campaign_calls",
    "project_calls",
    "store_late_events",
    "project_again",
    "write_exports",
    "close_months",
    "close_account_month",
}
DOORS = [f"{door.lstrip('/')}/POST" for door in touches.PAGE_DOORS]
TWILIO = json.dumps({"account_sid": ACCOUNT_SID, "auth_tokens": [AUTH_TOKEN]})


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Aws]:
    """An empty account in the mended emulator."""
    running = emulator.start(tmp_path / "cloud", server="tests.infra.mended_server")
    session = boto3.Session(
        region_name=REGION,
        aws_access_key_id=emulator.ACCOUNT,
        aws_secret_access_key="test",
    )
    yield Aws(emulator.ACCOUNT, REGION, running.endpoint_url, session)
    running.stop()


@pytest.fixture
def phones() -> Iterator[RunningNetwork]:
    """A carrier that knows the account of the credentials below."""
    with running(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN) as network:
        yield network


def test_a_stage_comes_up_stays_the_same_when_repeated_and_goes(
    aws: Aws, phones: RunningNetwork, tmp_path: Path
) -> None:
    here = a_checkout(tmp_path / "checkout")

    refused = deploy(here, aws, phones.base_url)
    assert refused.returncode == 1
    assert "/cadran/dev/twilio is not in the parameter store" in refused.stderr
    assert "aws ssm put-parameter" in refused.stderr

    aws.ssm.put_parameter(Name="/cadran/dev/twilio", Value=TWILIO, Type="SecureString")
    first = deploy(here, aws, phones.base_url)
    assert first.returncode == 0, first.stdout + first.stderr
    after_first = what_is_there(aws)
    assert after_first["functions"].keys() == {
        DEV.function(None),
        *(DEV.function(job) for job in JOBS),
    }
    assert "POST /voice/incoming" in after_first["routes"]
    assert after_first["schedules"] == {
        "cadran-dev-close_months-event": "rate(1 hour)",
        "cadran-dev-find_callbacks-event": "rate(1 minute)",
        "cadran-dev-campaigns_tick-event": "rate(1 minute)",
        "cadran-dev-tend_pools-event": "rate(5 minutes)",
        "cadran-dev-ask_for_days-event": "rate(1 day)",
        "cadran-dev-learn_behaviours-event": "rate(1 hour)",
    }
    assert after_first["queues"] == {
        "cadran-dev-call-events": "cadran-dev-store_late_events",
        "cadran-dev-projections": "cadran-dev-project_again",
        "cadran-dev-exports": "cadran-dev-write_exports",
        "cadran-dev-invoices": "cadran-dev-close_account_month",
        "cadran-dev-errands": "cadran-dev-run_errands",
        "cadran-dev-hooks": "cadran-dev-run_hooks",
        "cadran-dev-callbacks": "cadran-dev-place_callbacks",
        "cadran-dev-conversions": "cadran-dev-send_conversions",
        "cadran-dev-wakeups": "cadran-dev-wake_sockets",
        "cadran-dev-rings": "cadran-dev-ring_calls",
        "cadran-dev-lake": "cadran-dev-write_days",
        "cadran-dev-contacts": "cadran-dev-import_contacts",
        "cadran-dev-campaign-calls": "cadran-dev-place_campaign_calls",
    }
    assert after_first["stream"] == {
        "function": "cadran-dev-project_calls",
        "bisects": True,
        "attempts": 10,
        "failures": "cadran-dev-projections-dead",
    }
    assert after_first["logs kept"] == dict.fromkeys(after_first["functions"], 7)
    assert after_first["pages"] == dict.fromkeys(DOORS, (200, 400))
    outputs = json.loads((here.home / ".chalice/outputs/dev.json").read_text())
    assert outputs["calls_stream_arn"].startswith("arn:aws:dynamodb:")
    sockets = aws.ssm.get_parameter(Name="/cadran/dev/sockets-url")["Parameter"]["Value"]
    assert sockets.startswith("wss://")
    assert sockets == outputs["sockets_url"]
    reached = aws.ssm.get_parameter(Name="/cadran/dev/api-url")["Parameter"]["Value"]
    assert reached == outputs["api_url"]
    assert outputs["files_bucket"] == f"cadran-dev-files-{aws.account}"

    elsewhere = a_checkout(tmp_path / "another-machine")
    second = deploy(elsewhere, aws, phones.base_url)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "cadran-dev-data: up to date" in second.stdout
    assert "shown this once" in first.stdout
    assert "shown this once" not in second.stdout
    assert what_is_there(aws) == after_first

    touches.bound_pages(aws.apigateway, *_api(aws), 50)
    touches.bound_pages(aws.apigateway, *_api(aws), None)  # what an operator set stays
    bounded = what_is_there(aws)
    assert bounded.pop("pages") == dict.fromkeys(DOORS, (50, 100))
    touches.bound_pages(aws.apigateway, *_api(aws), 200)
    assert what_is_there(aws) == after_first

    spared = destroy(elsewhere, aws, typed="prod\n")
    assert spared.returncode == 1
    assert what_is_there(aws) == after_first

    gone = destroy(elsewhere, aws, typed="dev\n")
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert what_is_there(aws)["functions"] == {}
    assert what_is_there(aws)["routes"] == set()
    assert (
        aws.session.client("dynamodb", endpoint_url=aws.endpoint_url).list_tables()["TableNames"]
        == []
    )
    assert aws.ssm.get_parameter(Name="/cadran/dev/pepper")["Parameter"]["Type"] == "SecureString"
    with pytest.raises(aws.ssm.exceptions.ParameterNotFound):
        aws.ssm.get_parameter(Name="/cadran/dev/sockets-url")


def deploy(here: Checkout, aws: Aws, twilio_url: str) -> Any:
    place = ("--endpoint-url", str(aws.endpoint_url), "--twilio-url", twilio_url)
    return here.run("-m", "infra.deploy", "--stage", "dev", *place)


def destroy(here: Checkout, aws: Aws, typed: str) -> Any:
    place = ("--endpoint-url", str(aws.endpoint_url))
    return here.run("-m", "infra.destroy", "--stage", "dev", *place, typed=typed)


def what_is_there(aws: Aws) -> dict[str, Any]:
    """Return all of the deployment that an operator would notice changing."""
    names = {each["FunctionName"] for each in aws.functions.list_functions()["Functions"]}
    mappings = aws.functions.list_event_source_mappings()["EventSourceMappings"]
    sources = {_last(each["EventSourceArn"]): each for each in mappings}
    streams = [each for each in mappings if ":dynamodb:" in each["EventSourceArn"]]
    return {
        "functions": {name: _settings(aws, name) for name in names},
        "routes": set(_routes(aws)),
        "schedules": {
            rule["Name"]: rule["ScheduleExpression"]
            for rule in aws.session.client("events", endpoint_url=aws.endpoint_url).list_rules()[
                "Rules"
            ]
        },
        "queues": {
            source: _last(each["FunctionArn"])
            for source, each in sources.items()
            if source.startswith("cadran-")
        },
        "stream": _stream(streams),
        "logs kept": _kept(aws),
        "pages": _bounds(aws),
    }


def _settings(aws: Aws, name: str) -> tuple[object, ...]:
    found = aws.functions.get_function_configuration(FunctionName=name)
    variables = found.get("Environment", {}).get("Variables", {})
    shape = (found["Handler"], found["MemorySize"], found["Timeout"], found["Role"])
    return (*shape, found["TracingConfig"]["Mode"], tuple(sorted(variables.items())))


def _routes(aws: Aws) -> Iterator[str]:
    for api in aws.apigateway.get_rest_apis()["items"]:
        yield f"{api['id']} {api['name']}"
        for resource in aws.apigateway.get_resources(restApiId=api["id"], limit=500)["items"]:
            for method in resource.get("resourceMethods", {}):
                yield f"{method} {resource['path']}"


def _api(aws: Aws) -> tuple[str, str]:
    (api,) = aws.apigateway.get_rest_apis()["items"]
    return api["id"], "dev"


def _bounds(aws: Aws) -> dict[str, tuple[float, int]]:
    """Return what may come a second and at once, where that is bounded."""
    return {
        door.strip("/"): (each["throttlingRateLimit"], each["throttlingBurstLimit"])
        for api in aws.apigateway.get_rest_apis()["items"]
        for stage in aws.apigateway.get_stages(restApiId=api["id"])["item"]
        for door, each in stage.get("methodSettings", {}).items()
    }


def _stream(mappings: list[Any]) -> dict[str, object]:
    if not mappings:
        return {}
    (mapping,) = mappings
    return {
        "function": _last(mapping["FunctionArn"]),
        "bisects": mapping.get("BisectBatchOnFunctionError"),
        "attempts": mapping.get("MaximumRetryAttempts"),
        "failures": _last(mapping["DestinationConfig"]["OnFailure"]["Destination"]),
    }


def _kept(aws: Aws) -> dict[str, int | None]:
    groups = aws.logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
    return {_name(each): each.get("retentionInDays") for each in groups}


def _name(group: Any) -> str:
    return str(group["logGroupName"]).rpartition("/")[2]


def _last(arn: str) -> str:
    return arn.rpartition(":")[2]
