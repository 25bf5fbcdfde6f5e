"""What commands that count anew are told: a stage, where it is, whose things."""

from __future__ import annotations

import argparse
import os
import sys

from infra.session import Aws, AwsUnreachable
from infra.stages import ON_AWS, environment


def parser(name: str, description: str | None, whose: str) -> argparse.ArgumentParser:
    """Return the arguments that all of them have."""
    parser = argparse.ArgumentParser(prog=f"python -m infra.{name}", description=description)
    parser.add_argument("--stage", required=True, choices=(*ON_AWS, "local"))
    parser.add_argument("--region", help="default: AWS_REGION, your profile's, or eu-west-3")
    parser.add_argument("--endpoint-url", default=os.environ.get("AWS_ENDPOINT_URL"))
    parser.add_argument("--account", required=True, help=whose)
    return parser


def connected(options: argparse.Namespace) -> Aws | None:
    """Reach the stage, with this process's settings pointing at it; None (and said) if it fails."""
    try:
        aws = Aws.connect(options.endpoint_url, options.region)
    except AwsUnreachable as error:
        print(error, file=sys.stderr)
        return None
    os.environ.update(aws.environment | environment(options.stage))
    return aws
