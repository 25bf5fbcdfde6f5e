"""The AWS part of the product on one machine, without an account."""

from local.cloud.cloud import ACCOUNT_SID, AUTH_TOKEN, Cloud
from local.cloud.emulator import CloudFailed
from local.cloud.running import FunctionFailed, RunningCloud

__all__ = [
    "ACCOUNT_SID",
    "AUTH_TOKEN",
    "Cloud",
    "CloudFailed",
    "FunctionFailed",
    "RunningCloud",
]
