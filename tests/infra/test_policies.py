"""The hand-written policies: enough for the template, nothing beyond, alike in every stage."""

from __future__ import annotations

import copy
import json

import pytest

from infra.stages import ROOT, chalice_config
from tests.infra.policies import policy, too_broad, unreachable

STAGES = ("local", "dev", "staging", "prod")
SUFFIXES = ("", "-jobs", "-pools", "-sockets")


@pytest.mark.parametrize("stage", STAGES)
def test_every_table_index_stream_queue_bucket_and_parameter_has_a_statement(stage: str) -> None:
    documents = [policy(stage, suffix) for suffix in SUFFIXES]

    assert list(unreachable(stage, documents)) == []


def test_a_table_without_a_statement_is_noticed() -> None:
    documents = [copy.deepcopy(policy("prod", suffix)) for suffix in SUFFIXES]
    for document in documents:
        for statement in document["Statement"]:
            statement["Resource"] = [r for r in statement["Resource"] if "prod-billing" not in r]

    missing = list(unreachable("prod", documents))

    assert [arn.rpartition(":")[2] for arn in missing] == [
        "table/cadran-prod-billing",
        "table/cadran-prod-billing/index/by_recorded",
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("stage", STAGES)
def test_every_action_and_resource_is_named(stage: str, suffix: str) -> None:
    assert list(too_broad(policy(stage, suffix))) == []


@pytest.mark.parametrize(
    ("action", "resource", "found"),
    [
        pytest.param("dynamodb:*", "arn:aws:dynamodb:*:*:table/cadran-dev-ivr", "dynamodb:*"),
        pytest.param("s3:GetObject", "*", "s3:GetObject"),
        pytest.param("s3:GetObject", "arn:aws:s3:::*", "arn:aws:s3:::*"),
        pytest.param("sqs:SendMessage", "arn:aws:sqs:*:*:cadran-*", "arn:aws:sqs:*:*:cadran-*"),
        pytest.param(
            "execute-api:ManageConnections",
            "arn:aws:execute-api:*:*:*/*/POST/@connections/*",
            "arn:aws:execute-api:*:*:*/*/POST/@connections/*",
        ),
    ],
)
def test_a_wildcard_too_many_is_noticed(action: str, resource: str, found: str) -> None:
    document = {"Statement": [{"Effect": "Allow", "Action": [action], "Resource": [resource]}]}

    assert list(too_broad(document)) == [found]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("stage", STAGES)
def test_the_policies_of_two_stages_differ_by_the_stage_alone(stage: str, suffix: str) -> None:
    text = json.dumps(policy(stage, suffix))

    gateway = chalice_config()["stages"][stage]["api_gateway_stage"]
    renamed = text.replace(f"cadran-{stage}", "cadran-prod").replace(
        f"cadran/{stage}/", "cadran/prod/"
    )
    renamed = renamed.replace(f":*:*:*/{gateway}/", ":*:*:*/prod/")  # of connections

    assert json.loads(renamed) == policy("prod", suffix)


@pytest.mark.parametrize("stage", STAGES)
def test_every_function_uses_a_policy_file_that_is_there(stage: str) -> None:
    config = chalice_config()
    ours = config["stages"][stage]

    files = {ours["iam_policy_file"]} | {
        each["iam_policy_file"] for each in ours["lambda_functions"].values()
    }

    assert config["autogen_policy"] is False
    assert files == {f"policy-{stage}{suffix}.json" for suffix in SUFFIXES}
    assert all((ROOT / ".chalice" / file).exists() for file in files)


def test_the_api_can_neither_take_from_queues_nor_delete_calls() -> None:
    allowed = {
        (action, resource)
        for statement in policy("prod")["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }

    assert not any(action == "sqs:ReceiveMessage" for action, _ in allowed)
    assert ("dynamodb:DeleteItem", "arn:aws:dynamodb:*:*:table/cadran-prod-calls") not in allowed
