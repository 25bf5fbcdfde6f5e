"""Take a stage down, after asking. `python -m infra.destroy --stage dev`, or `make destroy`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from infra import chalice_cli, parameters, records, stacks
from infra.session import Aws, AwsUnreachable
from infra.stages import API_URL, ON_AWS, SOCKETS_URL, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main(arguments: Sequence[str] | None = None, ask: Callable[[str], str] = input) -> int:
    """Ask, destroy, and return the exit status."""
    options = _parser().parse_args(arguments)
    stage = Stage(options.stage)
    try:
        aws = Aws.connect(options.endpoint_url, options.region)
        print(_warning(stage, aws))
        if ask(f"Type {stage.name} to go on: ").strip() != stage.name:
            print("Nothing was touched.")
            return 1
        destroy(stage, aws)
    except (AwsUnreachable, chalice_cli.ChaliceFailed, stacks.StackFailed) as error:
        print(f"\nNot all is gone. {error} It is safe to run this again.", file=sys.stderr)
        return 1
    return 0


def destroy(stage: Stage, aws: Aws, say: Callable[[str], None] = print) -> None:
    """Delete alarms, code and data, in this order. Safe to repeat after a failure."""
    poll = aws.poll_seconds
    stacks.delete(aws.cloudformation, stage.alarms_stack, say=say, poll_seconds=poll)
    bucket = stacks.outputs(aws.cloudformation, stage.data_stack).get("FilesBucket")
    if bucket is not None:
        records.fetch(aws.s3, bucket, stage)
    chalice_cli.run_for("delete", stage, aws.environment, say)
    parameters.forget(aws.ssm, stage.parameter(API_URL))
    parameters.forget(aws.ssm, stage.parameter(SOCKETS_URL))
    if bucket is not None:
        records.forget(aws.s3, bucket, stage)
        if not stage.keeps_data:
            say(f"{bucket}: {_empty(aws.session, aws.endpoint_url, bucket)} files deleted")
    stacks.delete(aws.cloudformation, stage.data_stack, say=say, poll_seconds=poll)
    stage.outputs_file.unlink(missing_ok=True)
    say(_what_stays(stage))


def _warning(stage: Stage, aws: Aws) -> str:
    numbers = (
        "The numbers at Twilio stay rented and will reach nobody: release or point them first."
    )
    return (
        f"This takes {stage.name} down in account {aws.account}, {aws.region}.\n"
        f"{numbers}\n{_what_stays(stage)}"
    )


def _what_stays(stage: Stage) -> str:
    parameters = f"The secrets under {stage.parameter('')} stay in the parameter store."
    if not stage.keeps_data:
        return f"Tables, queues and files go. {parameters}"
    return (
        "Retained: the tables (with their point-in-time backups) and the bucket; "
        f"the next deployment takes them back. Queues go, with what is in them. {parameters}"
    )


def _empty(session: Any, endpoint_url: str | None, bucket: str) -> int:
    """Delete every file of a bucket: CloudFormation deletes only an empty one."""
    files = session.resource("s3", endpoint_url=endpoint_url).Bucket(bucket).objects
    return sum(len(batch.get("Deleted", [])) for batch in files.all().delete())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.destroy", description=__doc__)
    parser.add_argument("--stage", required=True, choices=ON_AWS)
    parser.add_argument("--region")
    parser.add_argument("--endpoint-url", default=os.environ.get("AWS_ENDPOINT_URL"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
