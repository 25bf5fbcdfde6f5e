"""The local cloud with the real package in it."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from infra import parameters, stacks
from infra.stages import Stage
from local.cloud import Cloud, CloudFailed, FunctionFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.cloud import RunningCloud

pytestmark = pytest.mark.slow

TABLE = "cadran-local-idempotency"


def a_cloud(state: Path, said: list[str] | None = None, port: int = 0) -> Cloud:
    return Cloud(state, port=port, say=(said if said is not None else []).append)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    """A cloud that several tests may use: none of them changes what another needs."""
    with a_cloud(tmp_path_factory.mktemp("cloud")).start() as running:
        yield running


def test_what_was_stored_is_there_after_a_stop_and_nothing_is_deployed_again(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    with a_cloud(tmp_path, said).start() as cloud:
        port = cloud.emulator.port
        document = urllib.request.urlopen(f"{cloud.base_url}/v1/openapi.json").read()
        put(cloud, "before")
        pepper = secret(cloud, "pepper")
    assert b'"openapi"' in document
    assert said == ["Packaging and deploying the app"]

    with a_cloud(tmp_path, said, port).start() as cloud:
        assert has(cloud, "before")
        assert secret(cloud, "pepper") == pepper
        assert urllib.request.urlopen(f"{cloud.base_url}/v1/openapi.json").read() == document
    assert said == ["Packaging and deploying the app"]


def test_a_cloud_that_is_killed_loses_seconds_not_days(tmp_path: Path) -> None:
    cloud = a_cloud(tmp_path).start()
    put(cloud, "before")
    assert eventually(lambda: is_written(tmp_path, "before"))

    os.kill(cloud.emulator.process.pid, signal.SIGKILL)
    cloud.emulator.process.wait()

    with a_cloud(tmp_path).start() as again:
        assert has(again, "before")


def test_a_run_that_was_killed_leaves_no_cloud_behind_and_loses_nothing(tmp_path: Path) -> None:
    orphan = a_cloud(tmp_path).start()
    put(orphan, "before")

    with a_cloud(tmp_path).start() as cloud:
        assert has(cloud, "before")
        assert orphan.emulator.process.wait(60) is not None


def test_two_clouds_do_not_share_a_port(cloud: RunningCloud, tmp_path: Path) -> None:
    second = a_cloud(tmp_path, port=cloud.emulator.port)

    with pytest.raises(CloudFailed, match="taken"):
        second.start()


def test_what_a_function_raises_is_shown_with_its_log(cloud: RunningCloud) -> None:
    with pytest.raises(FunctionFailed, match="close_account_month"):
        cloud.invoke("close_account_month", {"Records": [{"body": 1}]})

    assert eventually(lambda: cloud.logs("close_account_month") != [])
    assert cloud.waiting()["invoices-dead"] == 0


def test_a_function_is_refused_what_its_policy_does_not_name(cloud: RunningCloud) -> None:
    iam = cloud.aws.session.client("iam", endpoint_url=cloud.endpoint_url)
    function = cloud.aws.functions.get_function_configuration(
        FunctionName="cadran-local-close_months"
    )
    role = function["Role"].rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    allowed = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    fewer = [each for each in allowed["Statement"] if not _is_of(each, "dynamodb:Query")]
    first_of_december = datetime(2026, 12, 1, 5, tzinfo=UTC)

    cloud.tick("close_months", first_of_december)

    put_policy(iam, role, name, {**allowed, "Statement": fewer})
    try:
        with pytest.raises(FunctionFailed, match="AccessDenied"):
            cloud.tick("close_months", first_of_december)
    finally:
        put_policy(iam, role, name, allowed)


def test_a_stack_that_cannot_be_made_says_why_and_can_be_tried_again(
    cloud: RunningCloud, tmp_path: Path
) -> None:
    template = tmp_path / "wrong.yaml"
    template.write_text(
        "Resources:\n  Wrong:\n    Type: AWS::CloudWatch::Alarm\n"
        "    Properties: {MetricName: a, Namespace: b, ComparisonOperator: GreaterThanThreshold}\n"
    )
    said: list[str] = []

    for _ in range(2):
        with pytest.raises(stacks.StackFailed, match="Wrong: .*Threshold"):
            stacks.put(
                cloud.aws.cloudformation,
                "wrong",
                template,
                {},
                tags={},
                say=said.append,
                poll_seconds=0.05,
            )

    assert "wrong: removing what a failed creation left" in said


def test_secrets_are_asked_for_or_made_once(cloud: RunningCloud) -> None:
    dev, ssm = Stage("dev"), cloud.aws.ssm

    with pytest.raises(parameters.SecretMissing, match="put-parameter"):
        parameters.ensure(ssm, dev)

    parameters.put_secret(ssm, dev.parameter("twilio"), '{"account_sid": "AC1"}')
    with pytest.raises(parameters.SecretMissing, match="not what it should be"):
        parameters.ensure(ssm, dev)

    good = '{"account_sid": "AC1", "auth_tokens": ["t"]}'
    parameters.put_secret(ssm, dev.parameter("twilio"), good, overwrite=True)
    assert parameters.ensure(ssm, dev) == ["/cadran/dev/pepper"]
    assert parameters.ensure(ssm, dev) == []


def put_policy(iam: Any, role: str, name: str, document: dict[str, Any]) -> None:
    """Replace what a role may do."""
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def _is_of(statement: dict[str, Any], action: str) -> bool:
    return action in statement["Action"]


def put(cloud: RunningCloud, key: str) -> None:
    """Store a row."""
    table(cloud).put_item(Item={"id": key})


def has(cloud: RunningCloud, key: str) -> bool:
    """Tell whether a row is there."""
    return "Item" in table(cloud).get_item(Key={"id": key})


def table(cloud: RunningCloud) -> Any:
    dynamodb = cloud.aws.session.resource("dynamodb", endpoint_url=cloud.endpoint_url)
    return dynamodb.Table(TABLE)


def is_written(state: Path, key: str) -> bool:
    """Tell whether a row is on the disk: the tables are written after all else."""
    return any(key in file.read_text() for file in state.rglob("dynamodb.json"))


def secret(cloud: RunningCloud, name: str) -> str:
    """Return one of the stage's secrets."""
    found = cloud.aws.ssm.get_parameter(Name=f"/cadran/local/{name}", WithDecryption=True)
    return found["Parameter"]["Value"]


def eventually(check: Callable[[], bool], seconds: float = 120) -> bool:
    """Wait for something that happens a little later."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.1)
    return False
