"""The CloudFormation templates: clean under cfn-lint, and agreed with the code that uses them."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

import pytest
from cfnlint.api import lint_file
from pynamodb.models import Model

from chalicelib.calls.keys import PROJECTED
from infra import chalice_cli
from infra.stages import ROOT, Stage, chalice_config
from tests.template import resources, template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = resources("AWS::DynamoDB::Table", stage="prod")
QUEUES = resources("AWS::SQS::Queue", stage="prod")
CONSUMERS = {
    "CallEventsQueue": "store_late_events",
    "ProjectionsQueue": "project_again",
    "ExportsQueue": "write_exports",
    "InvoicesQueue": "close_account_month",
    "ErrandsQueue": "run_errands",
    "HooksQueue": "run_hooks",
    "CallbacksQueue": "place_callbacks",
    "ConversionsQueue": "send_conversions",
    "WakeupsQueue": "wake_sockets",
    "RingsQueue": "ring_calls",
    "LakeQueue": "write_days",
    "ContactsQueue": "import_contacts",
    "CampaignCallsQueue": "place_campaign_calls",
}
JOBS = {
    *CONSUMERS.values(),
    "project_calls",
    "close_months",
    "find_callbacks",
    "campaigns_tick",
    "tend_pools",
    "ask_for_days",
    "learn_behaviours",
}


@pytest.mark.parametrize("name", ["cadran.yaml", "alarms.yaml"])
def test_our_templates_are_clean(name: str) -> None:
    assert complaints(ROOT / "infra" / name) == []


def test_the_linter_sees_a_fault(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text((ROOT / "infra/cadran.yaml").read_text().replace("HASH", "HUSH"))

    assert complaints(wrong) != []


@pytest.mark.slow
@pytest.mark.parametrize("stage", list(chalice_config()["stages"]))
def test_the_template_that_chalice_makes_is_clean(stage: str, tmp_path: Path) -> None:
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    stream = f"arn:aws:dynamodb:eu-west-3:123456789012:table/cadran-{stage}-calls/stream/2026"

    chalice_cli.run(
        ["package", "--stage", stage, str(tmp_path)],
        {**os.environ, **credentials, "CADRAN_CALLS_STREAM_ARN": stream},
        print,
    )

    assert complaints(tmp_path / "sam.json") == []


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_recoverable_encrypted_paid_by_use_and_forgets(table: str) -> None:
    properties = TABLES[table]

    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert properties["TimeToLiveSpecification"]["Enabled"] is True


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"IdempotencyTable"}))
def test_a_stage_that_keeps_its_data_keeps_every_table(table: str) -> None:
    declared = template()["Resources"][table]

    assert declared["DeletionPolicy"] == {"Ref": "WhenDeleted"}
    assert declared["UpdateReplacePolicy"] == {"Ref": "WhenDeleted"}
    assert Stage("prod").keeps_data
    assert not Stage("dev").keeps_data


def test_every_index_of_the_call_log_carries_what_lists_show() -> None:
    indexes = TABLES["CallsTable"]["GlobalSecondaryIndexes"]
    (live,) = (each for each in indexes if each["IndexName"] == "by_live")

    lists = [each for each in indexes if each is not live]
    carried = {each["IndexName"]: each["Projection"]["NonKeyAttributes"] for each in lists}

    assert live["Projection"] == {"ProjectionType": "KEYS_ONLY"}  # there is no room for more

    assert {name: sorted(names) for name, names in carried.items()} == dict.fromkeys(
        carried, sorted(PROJECTED)
    )


def test_every_row_class_finds_its_table_and_its_indexes() -> None:
    made = {each["TableName"].removeprefix("cadran-prod-"): each for each in TABLES.values()}

    for name, row in rows():
        wanted = row._get_schema()
        assert in_order(wanted["key_schema"]) == in_order(made[name]["KeySchema"]), name
        indexes = {each["IndexName"]: each for each in made[name].get("GlobalSecondaryIndexes", [])}
        for index in wanted["global_secondary_indexes"]:
            there = indexes[index["index_name"]]
            assert in_order(index["key_schema"]) == in_order(there["KeySchema"]), (name, index)
            assert index["projection"]["ProjectionType"] == there["Projection"]["ProjectionType"]


@pytest.mark.parametrize("queue", CONSUMERS)
def test_a_message_stays_hidden_for_six_times_what_its_consumer_may_take(queue: str) -> None:
    config = chalice_config()
    job = config["lambda_functions"].get(CONSUMERS[queue], {})

    allowed = job.get("lambda_timeout", config["lambda_timeout"])

    assert QUEUES[queue]["VisibilityTimeout"] >= 6 * allowed


@pytest.mark.parametrize("queue", CONSUMERS)
def test_work_that_keeps_failing_is_set_aside_for_two_weeks(queue: str) -> None:
    redrive = QUEUES[queue]["RedrivePolicy"]

    dead = redrive["deadLetterTargetArn"].strip("<>").removesuffix(".Arn")

    assert redrive["maxReceiveCount"] == 5
    assert QUEUES[dead]["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert QUEUES[dead]["QueueName"] == f"{QUEUES[queue]['QueueName']}-dead"


def test_every_job_and_every_dead_letter_queue_has_an_alarm() -> None:
    alarms = template(ROOT / "infra" / "alarms.yaml")["Resources"]

    assert set(alarms["Fn::ForEach::Jobs"][1]) == JOBS
    assert {f"cadran-prod-{name}-dead" for name in alarms["Fn::ForEach::DeadLetters"][1]} == {
        queue["QueueName"] for queue in QUEUES.values() if queue["QueueName"].endswith("-dead")
    }


def test_the_files_are_encrypted_private_and_exports_go_after_a_week() -> None:
    (bucket,) = resources("AWS::S3::Bucket", stage="prod").values()

    assert bucket["BucketEncryption"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    exports = next(
        r for r in bucket["LifecycleConfiguration"]["Rules"] if r.get("Prefix") == "exports/"
    )
    assert exports["ExpirationInDays"] == 7


def complaints(path: Path) -> list[str]:
    """Return what cfn-lint says of a template, warnings included."""
    return [f"{each.rule.id} {each.message}" for each in lint_file(path)]


def rows() -> Iterator[tuple[str, Any]]:
    """Yield every row class of the rooms, with the table it is of."""
    for store in sorted((ROOT / "chalicelib").glob("*/store.py")):
        importlib.import_module(f"chalicelib.{store.parent.name}.store")
    for row in _subclasses(Model):
        table = getattr(getattr(row, "Meta", None), "table", None)
        if row.__module__.startswith("chalicelib.") and table is not None:
            yield table, row


def in_order(keys: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Return the keys of a table or an index, the hash key first."""
    return sorted((each["KeyType"], each["AttributeName"]) for each in keys)


def _subclasses(base: Any) -> Iterator[Any]:
    for each in base.__subclasses__():
        yield each
        yield from _subclasses(each)
