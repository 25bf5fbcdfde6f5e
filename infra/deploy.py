"""Bring a stage to what this checkout says. Safe to repeat: what is right already stays.

`python -m infra.deploy --stage prod`, or `make deploy STAGE=prod`.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import CadranError
from infra import chalice_cli, parameters, product, records, stacks, touches
from infra.session import Aws, AwsUnreachable
from infra.stages import API_URL, LOG_DAYS, ON_AWS, ROOT, SOCKETS_URL, Stage

FAILURES = (
    AwsUnreachable,
    chalice_cli.ChaliceFailed,
    parameters.SecretMissing,
    stacks.StackFailed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infra.product import Product


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy, and return the exit status."""
    options = _parser().parse_args(arguments)
    stage = Stage(options.stage)
    try:
        aws = Aws.connect(options.endpoint_url, options.region)
        base_url = deploy(
            stage,
            aws,
            alarm_email=options.alarm_email,
            pages_a_second=options.pages_a_second,
        )
        _hand_over(product.of(stage, aws, options.twilio_url), base_url)
    except FAILURES as error:
        print(f"\nNot deployed. {error}", file=sys.stderr)
        return 1
    except CadranError as error:
        print(f"\nDeployed, but not all numbers point here: {error}", file=sys.stderr)
        return 1
    return 0


def deploy(
    stage: Stage,
    aws: Aws,
    *,
    alarm_email: str | None,
    pages_a_second: int | None = None,
    say: Callable[[str], None] = print,
) -> str:
    """Do the steps in order, each of them idempotent. Return the public address."""
    say(f"Deploying {stage.name} to account {aws.account} in {aws.region}")
    for name in parameters.ensure(aws.ssm, stage):
        say(f"{name}: made")
    _deploy_data(stage, aws, say)
    base_url = _deploy_code(stage, aws, say)
    touches.bound_pages(aws.apigateway, *records.api(stage), pages_a_second)
    _deploy_alarms(stage, aws, alarm_email, say)
    say(f"{stage.name} answers at {base_url}")
    return base_url


def _deploy_data(stage: Stage, aws: Aws, say: Callable[[str], None]) -> None:
    """Bring tables, queues and bucket up to date, and keep what the code needs to know of them."""
    outputs = stacks.put(
        aws.cloudformation,
        stage.data_stack,
        ROOT / "infra" / "cadran.yaml",
        {"Stage": stage.name, "WhenDeleted": "Retain" if stage.keeps_data else "Delete"},
        tags=_tags(stage),
        say=say,
        adopt=stage.keeps_data,
        poll_seconds=aws.poll_seconds,
    )
    stage.write_outputs(
        {
            "region": aws.region,
            "calls_stream_arn": outputs["CallsStreamArn"],
            "files_bucket": outputs["FilesBucket"],
            "projections_dead_arn": outputs["ProjectionsDeadArn"],
        }
    )


def _deploy_code(stage: Stage, aws: Aws, say: Callable[[str], None]) -> str:
    """Run `chalice deploy` and add what it cannot say."""
    known = stage.outputs()
    records.fetch(aws.s3, known["files_bucket"], stage)
    chalice_cli.run_for("deploy", stage, aws.environment, say)
    records.keep(aws.s3, known["files_bucket"], stage)
    for function in records.functions(stage):
        touches.keep_logs(aws.logs, function, LOG_DAYS[stage.name])
    tuned = touches.tune_stream(
        aws.functions,
        stage.function("project_calls"),
        known["calls_stream_arn"],
        known["projections_dead_arn"],
    )
    if not tuned:
        say("The stream of calls has no handler: nothing will be projected")
    base_url, sockets_url = records.base_url(stage), records.sockets_url(stage)
    # The code asks for it: it cannot know the address of the API beside its own. On a first
    # deployment that is soon enough, because no number points here yet.
    parameters.note(aws.ssm, stage.parameter(API_URL), base_url)
    parameters.note(aws.ssm, stage.parameter(SOCKETS_URL), sockets_url)
    stage.write_outputs({"api_url": base_url, "sockets_url": sockets_url})
    return base_url


def _deploy_alarms(stage: Stage, aws: Aws, email: str | None, say: Callable[[str], None]) -> None:
    known = stacks.parameters(aws.cloudformation, stage.alarms_stack)
    stacks.put(
        aws.cloudformation,
        stage.alarms_stack,
        ROOT / "infra" / "alarms.yaml",
        {
            "Stage": stage.name,
            "AlarmEmail": known.get("AlarmEmail", "") if email is None else email,
        },
        tags=_tags(stage),
        say=say,
        poll_seconds=aws.poll_seconds,
    )


def _hand_over(deployed: Product, base_url: str) -> None:
    """Send the numbers' calls here, and give the operator a first key, shown this once."""
    count = deployed.point_numbers(base_url)
    print(f"Webhooks of {count} numbers point at {base_url}")
    key = deployed.found()
    if key is not None:
        print(f"The operator's account is made. Its key, shown this once: {key}")


def _tags(stage: Stage) -> dict[str, str]:
    return {"app": "cadran", "stage": stage.name}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("--stage", required=True, choices=ON_AWS)
    parser.add_argument("--region", help="default: AWS_REGION, your profile's, or eu-west-3")
    parser.add_argument("--alarm-email", help="who hears of alarms (kept when left out)")
    parser.add_argument(
        "--pages-a-second",
        type=int,
        choices=range(1, 10_001),
        metavar="N",
        help="what web pages may send, each of two doors (kept when left out, 200 at first)",
    )
    parser.add_argument(
        "--endpoint-url",
        default=os.environ.get("AWS_ENDPOINT_URL"),
        help="another cloud than AWS: an emulator",
    )
    parser.add_argument(
        "--twilio-url",
        default=os.environ.get("CADRAN_TWILIO_URL"),
        help="another carrier than the stage's: a phone network",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
