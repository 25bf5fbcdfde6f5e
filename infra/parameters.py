"""What a stage needs in SSM: secrets, which are found, made or asked for and never printed, and
what only a deployment knows.
"""

from __future__ import annotations

import base64
import json
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

    from infra.stages import Stage

PEPPER_BYTES = 32


class SecretMissing(Exception):
    """A secret that only a person can give is not in the parameter store, or is no use."""


def ensure(client: SSMClient, stage: Stage) -> list[str]:
    """Check the carrier's credentials and make the pepper. Return what was made.

    The pepper keys the hashes of people's numbers: one that exists is never replaced, or every
    caller would become a stranger.
    """
    check_twilio(client, stage)
    name = stage.parameter("pepper")
    if _read(client, name) is not None:
        return []
    put_secret(client, name, base64.b64encode(secrets.token_bytes(PEPPER_BYTES)).decode())
    return [name]


def check_twilio(client: SSMClient, stage: Stage) -> None:
    """Raise SecretMissing, saying how to put it, unless the carrier's credentials are there."""
    name = stage.parameter("twilio")
    text = _read(client, name)
    if text is None:
        raise SecretMissing(f"{name} is not in the parameter store. {how_to_put(name)}")
    try:
        value = json.loads(text)
        usable = bool(value["account_sid"]) and bool(value["auth_tokens"][0])
    except (ValueError, KeyError, IndexError, TypeError):
        usable = False
    if not usable:
        raise SecretMissing(f"{name} is not what it should be. {how_to_put(name)}")


def how_to_put(name: str) -> str:
    """Tell a person how to put the carrier's credentials, without a shell keeping them."""
    return (
        "Put it so (the text is read from a file, and stays out of the shell's history):\n"
        '  echo \'{"account_sid": "AC...", "auth_tokens": ["..."]}\' > twilio.json   # edit it\n'
        f"  aws ssm put-parameter --type SecureString --name {name} --value file://twilio.json\n"
        "  rm twilio.json\n"
        "While a token is being rotated, auth_tokens holds both: the new one first."
    )


def put_secret(client: SSMClient, name: str, value: str, *, overwrite: bool = False) -> None:
    """Put an encrypted parameter."""
    client.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=overwrite)


def note(client: SSMClient, name: str, value: str) -> None:
    """Put a fact that is no secret; what is right already stays."""
    if _read(client, name) != value:
        client.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def forget(client: SSMClient, name: str) -> None:
    """Remove a fact. One that is not there is no error."""
    with suppress(client.exceptions.ParameterNotFound):
        client.delete_parameter(Name=name)


def _read(client: SSMClient, name: str) -> str | None:
    try:
        return client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound:
        return None
