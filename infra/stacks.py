"""Create, update and delete CloudFormation stacks, and say what happens meanwhile.

Always by change set: it shows what will change, finds out that nothing does, and can take back
tables and a bucket that a deleted stack left behind.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mypy_boto3_cloudformation import CloudFormationClient

    Say = Callable[[str], None]

    class TemplateArgs(TypedDict, total=False):
        """One of the two ways in which CloudFormation takes a template."""

        TemplateBody: str
        TemplateURL: str


POLL_SECONDS = 2.0
GIVE_UP_SECONDS = 30 * 60
NO_CHANGE = ("didn't contain changes", "No updates are to be performed")


class StackFailed(Exception):
    """CloudFormation could not bring a stack to what its template says."""


def put(
    client: CloudFormationClient,
    name: str,
    template: Path | str,
    values: Mapping[str, str],
    *,
    tags: Mapping[str, str],
    say: Say,
    adopt: bool = False,
    poll_seconds: float = POLL_SECONDS,
) -> dict[str, str]:
    """Create the stack or update it, wait, and return its outputs. Raises StackFailed.

    `template` is a file, or the S3 URL of one that is over 51,200 bytes.

    With `adopt`, resources of the template's names that exist already become the stack's.
    """
    exists = _clear_the_way(client, name, say, poll_seconds)
    document: TemplateArgs = (
        {"TemplateURL": template}
        if isinstance(template, str)
        else {"TemplateBody": template.read_text()}
    )
    change_set = client.create_change_set(
        StackName=name,
        ChangeSetName=f"change-{time.time_ns()}",
        ChangeSetType="UPDATE" if exists else "CREATE",
        **document,
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()
        ],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        ImportExistingResources=adopt,
    )
    changes = _changes(client, change_set["Id"], poll_seconds)
    if changes is None:
        say(f"{name}: up to date")
        client.delete_change_set(ChangeSetName=change_set["Id"])
    else:
        for change in changes:
            say(f"{name}: {change}")
        client.execute_change_set(ChangeSetName=change_set["Id"])
        _wait(client, name, say, poll_seconds)
    return outputs(client, name)


def outputs(client: CloudFormationClient, name: str) -> dict[str, str]:
    """Return the outputs of a stack, {} if there is none."""
    stack = _find(client, name) or {}
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def parameters(client: CloudFormationClient, name: str) -> dict[str, str]:
    """Return the parameters a stack was last given, {} if there is none."""
    stack = _find(client, name) or {}
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}


def delete(
    client: CloudFormationClient, name: str, *, say: Say, poll_seconds: float = POLL_SECONDS
) -> None:
    """Delete a stack and wait until it is gone. Raises StackFailed."""
    stack = _find(client, name)
    if stack is None:
        say(f"{name}: not there")
        return
    say(f"{name}: deleting")
    client.delete_stack(StackName=name)
    _wait(client, stack["StackId"], say, poll_seconds)
    say(f"{name}: deleted")


def _clear_the_way(client: CloudFormationClient, name: str, say: Say, poll_seconds: float) -> bool:
    """Tell whether there is a stack to update; remove the remains of one that never came up."""
    stack = _find(client, name)
    status = "" if stack is None else stack["StackStatus"]
    if status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
        say(f"{name}: removing what a failed creation left")
        delete(client, name, say=say, poll_seconds=poll_seconds)
        return False
    if status.endswith("IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        raise StackFailed(f"{name} is being changed by somebody else ({status})")
    return status not in ("", "REVIEW_IN_PROGRESS")


def _find(client: CloudFormationClient, name: str) -> Any | None:
    from botocore.exceptions import ClientError

    try:
        stacks = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    alive = [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
    return alive[0] if alive else None


def _changes(client: CloudFormationClient, change_set: str, poll: float) -> list[str] | None:
    """Wait for the change set and return it in words, None if it would change nothing."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        described = client.describe_change_set(ChangeSetName=change_set)
        status, reason = described["Status"], described.get("StatusReason", "")
        if status == "CREATE_COMPLETE":
            resources = [each["ResourceChange"] for each in described["Changes"]]
            return [f"{each['Action']} {each['LogicalResourceId']}" for each in resources]
        if status == "FAILED" and any(words in reason for words in NO_CHANGE):
            return None
        if status == "FAILED":
            raise StackFailed(f"{described['StackName']}: {reason}")
        time.sleep(poll)
    raise StackFailed(f"{change_set}: no answer from CloudFormation")


def _wait(client: CloudFormationClient, name: str, say: Say, poll: float) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        stack = _find(client, name)
        if stack is None:
            return
        status = stack["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            _check(client, name, status)
            return
        time.sleep(poll)
    raise StackFailed(f"{name}: still not done after {GIVE_UP_SECONDS} s")


def _check(client: CloudFormationClient, name: str, status: str) -> None:
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "IMPORT_COMPLETE"):
        return
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    failed = [
        f"{event.get('LogicalResourceId')}: {event.get('ResourceStatusReason')}"
        for event in events
        if event.get("ResourceStatus", "").endswith("FAILED")
    ]
    raise StackFailed(f"{name}: {status}. " + "; ".join(failed))
