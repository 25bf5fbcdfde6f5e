"""The AWS account and region that a command works on, and its clients."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from infra.stages import REGION

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient


class AwsUnreachable(Exception):
    """No credentials, or AWS does not accept them."""


@dataclass(frozen=True, slots=True)
class Aws:
    """An account in a region. `endpoint_url` is an emulator's, None on AWS."""

    account: str
    region: str
    endpoint_url: str | None
    session: Any

    @classmethod
    def connect(cls, endpoint_url: str | None = None, region: str | None = None) -> Aws:
        """Find credentials and ask AWS who they are. Raises AwsUnreachable."""
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError

        found = boto3.Session()
        session = boto3.Session(
            region_name=region or os.environ.get("AWS_REGION") or found.region_name or REGION
        )
        try:
            identity = session.client("sts", endpoint_url=endpoint_url).get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise AwsUnreachable(
                f"AWS does not know you: {error}. Sign in (aws sso login, or AWS_PROFILE=...)."
            ) from error
        return cls(identity["Account"], session.region_name, endpoint_url, session)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment with which a child process reaches the same place."""
        place = {"AWS_DEFAULT_REGION": self.region, "AWS_REGION": self.region}
        if self.endpoint_url is not None:
            place["AWS_ENDPOINT_URL"] = self.endpoint_url
        return {**os.environ, **place}

    @property
    def poll_seconds(self) -> float:
        """Return how often to ask whether something is done: an emulator is quick."""
        return 2.0 if self.endpoint_url is None else 0.2

    @property
    def apigateway(self) -> APIGatewayClient:
        """Return a client of API Gateway (REST APIs)."""
        return cast("APIGatewayClient", self._client("apigateway"))

    @property
    def cloudformation(self) -> CloudFormationClient:
        """Return a client of CloudFormation."""
        return cast("CloudFormationClient", self._client("cloudformation"))

    @property
    def functions(self) -> LambdaClient:
        """Return a client of Lambda."""
        return cast("LambdaClient", self._client("lambda"))

    @property
    def logs(self) -> Any:
        """Return a client of CloudWatch Logs."""
        return self._client("logs")

    @property
    def s3(self) -> S3Client:
        """Return a client of S3."""
        return cast("S3Client", self._client("s3"))

    @property
    def sqs(self) -> Any:
        """Return a client of SQS."""
        return self._client("sqs")

    @property
    def streams(self) -> Any:
        """Return a client of DynamoDB's streams."""
        return self._client("dynamodbstreams")

    @property
    def ssm(self) -> SSMClient:
        """Return a client of the parameter store."""
        return cast("SSMClient", self._client("ssm"))

    def _client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint_url)
