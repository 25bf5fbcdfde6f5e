"""The whole cloud on this machine: started, the product deployed into it, and stopped.

with Cloud(Path(".local/cloud"), port=8081).start() as cloud:
    print(cloud.base_url)
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import boto3

from infra import parameters, stacks
from infra.session import Aws
from infra.stages import REGION, ROOT, Stage, environment
from local.cloud import emulator, package, template
from local.cloud.running import RunningCloud
from local.cloud.words import PHONE_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LOCAL: Final = Stage("local")
APP_STACK: Final = "cadran-local-app"
CODE_BUCKET: Final = "cadran-local-code"
ACCOUNT_SID: Final = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN: Final = "fedcba9876543210" * 2


@dataclass(frozen=True, slots=True)
class Cloud:
    """A local cloud whose state is under a directory. Port 0 is any free one."""

    state: Path
    port: int = 0
    twilio_url: str = "http://127.0.0.1:8082"
    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN
    outgoing: str = ""  # servers of this machine that flows may ask; "" = those of the stage
    say: Callable[[str], None] = field(default=print)

    @property
    def clock(self) -> Path:
        """Return the file that says by how many seconds the product's clock is ahead."""
        return self.state / "clock"

    def start(self) -> RunningCloud:
        """Start it, deploy the product if its code changed, and return it running.

        Raises CloudFailed, StackFailed or ChaliceFailed; nothing is left running then.
        """
        started = emulator.start(self.state.resolve(), self.port, more={PHONE_URL: self.twilio_url})
        try:
            return self._deploy(started)
        except BaseException:
            started.stop()
            raise

    def _deploy(self, started: emulator.Emulator) -> RunningCloud:
        aws = _aws(started.endpoint_url)
        outputs = stacks.put(
            aws.cloudformation,
            LOCAL.data_stack,
            ROOT / "infra" / "cadran.yaml",
            {"Stage": LOCAL.name, "WhenDeleted": "Delete"},
            tags={},
            say=_quietly,
            poll_seconds=0.05,
        )
        self._put_secrets(aws)
        _verify_sender(aws, environment(LOCAL.name)["CADRAN_MAIL_SENDER"])
        running = RunningCloud(started, aws, self._settings(started))
        self._deploy_code(aws, running, outputs["CallsStreamArn"])
        return running

    def _settings(self, started: emulator.Emulator) -> dict[str, str]:
        """Return the stage's settings, with the addresses that are only known now."""
        apis = f"{started.endpoint_url}/_aws/execute-api"
        sockets = f"{apis}/{template.SOCKETS_ID}/{template.API_STAGE}"
        addresses = {
            "CADRAN_TWILIO_URL": self.twilio_url,
            "CADRAN_PUBLIC_URL": f"{apis}/{template.API_ID}/{template.API_STAGE}",
            "CADRAN_SOCKETS_URL": f"ws{sockets.removeprefix('http')}",
            "CADRAN_LOCAL_CLOCK": str(self.clock.resolve()),
        }
        if self.outgoing:
            addresses["CADRAN_OUTGOING_LOCAL"] = self.outgoing
        return {**environment(LOCAL.name), **addresses}

    def _put_secrets(self, aws: Aws) -> None:
        twilio = {"account_sid": self.account_sid, "auth_tokens": [self.auth_token]}
        name = LOCAL.parameter("twilio")
        parameters.put_secret(aws.ssm, name, json.dumps(twilio), overwrite=True)
        parameters.ensure(aws.ssm, LOCAL)

    def _deploy_code(self, aws: Aws, running: RunningCloud, stream_arn: str) -> None:
        """Replace the app's stack if anything in it changed. Data lives in another and stays."""
        note = self.state / "deployed"
        digest = package.digest(stream_arn, json.dumps(running.settings, sort_keys=True))
        unchanged = note.exists() and note.read_text() == digest
        if unchanged and stacks.outputs(aws.cloudformation, APP_STACK):
            return
        self.say("Packaging and deploying the app")
        note.unlink(missing_ok=True)
        built = package.build(stream_arn, self.state / "package")
        key = f"{digest}.zip"
        _upload(aws, built.code, key)
        place = template.Place(CODE_BUCKET, key, built.libraries, running.settings)
        _replace_stack(aws, template.for_emulator(built.template, place), f"{digest}.json")
        note.write_text(digest)


def _replace_stack(aws: Aws, deployed: Mapping[str, object], key: str) -> None:
    """Delete and create: an update would change the API's id."""
    aws.s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=json.dumps(deployed).encode())
    stacks.delete(aws.cloudformation, APP_STACK, say=_quietly, poll_seconds=0.05)
    stacks.put(
        aws.cloudformation,
        APP_STACK,
        f"{aws.endpoint_url}/{CODE_BUCKET}/{key}",
        {},
        tags={},
        say=_quietly,
        poll_seconds=0.05,
    )


def _upload(aws: Aws, code: Path, key: str) -> None:
    known = {bucket["Name"] for bucket in aws.s3.list_buckets()["Buckets"]}
    if CODE_BUCKET not in known:
        aws.s3.create_bucket(
            Bucket=CODE_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )
    aws.s3.upload_file(str(code), CODE_BUCKET, key)


def _aws(endpoint_url: str) -> Aws:
    session = boto3.Session(
        region_name=REGION,
        aws_access_key_id=emulator.ACCOUNT,
        aws_secret_access_key="test",
    )
    return Aws(emulator.ACCOUNT, REGION, endpoint_url, session)


def _verify_sender(aws: Aws, sender: str) -> None:
    """Let e-mails be sent from the stage's address: nobody confirms it here, and none leaves."""
    ses: Any = aws.session.client("sesv2", endpoint_url=aws.endpoint_url)
    if sender not in {
        each["IdentityName"] for each in ses.list_email_identities()["EmailIdentities"]
    }:
        ses.create_email_identity(EmailIdentity=sender)


def _quietly(line: str) -> None:
    """Say nothing."""
