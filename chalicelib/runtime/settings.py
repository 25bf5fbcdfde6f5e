"""What differs between stages, read once from the environment and typed.

Every field here is a variable in `.chalice/config.json`, for every stage, under the same name
(a test compares the two lists). There are no defaults: a missing one fails with its name.
Secrets are not here; only the prefix under which `runtime.secrets` finds them.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.kernel.errors import CadranError

if TYPE_CHECKING:
    from collections.abc import Mapping


class MissingSetting(CadranError):
    """The environment lacks a setting: a fault of the deployment, not of a caller."""

    code = "missing-setting"


class Settings(NamedTuple):
    """The stage's settings. Names of tables and queues are physical names."""

    stage: str
    directory_table: str
    calls_table: str
    ivr_table: str
    tracking_table: str
    billing_table: str
    desk_table: str
    campaigns_table: str
    webhooks_table: str
    idempotency_table: str
    call_events_queue: str
    projections_queue: str
    exports_queue: str
    invoices_queue: str
    errands_queue: str
    callbacks_queue: str
    conversions_queue: str
    wakeups_queue: str
    hooks_queue: str
    lake_queue: str
    contacts_queue: str
    campaign_calls_queue: str
    rings_queue: str
    secrets_prefix: str
    twilio_url: str
    public_url: str  # "" = taken from each request
    mail_sender: str  # the address of e-mails, verified in SES; "" = none are sent
    text_sender: str  # who sends text messages where the dialled number cannot; "" = nobody
    transcription: str  # "off" or "amazon"
    sockets_url: str  # "" = the one that the deployment noted, and taken from each request
    voicebot: str  # who talks with callers: "bundled", or "bedrock:" and a model's id
    outgoing_local: str  # "name=address:port, ..." of servers on this machine; local stages only

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read every setting. Raises MissingSetting naming all that are absent."""
        names = {field: variable(field) for field in cls._fields}
        missing = sorted(name for name in names.values() if name not in environ)
        if missing:
            raise MissingSetting("the environment lacks settings", names=missing)
        return cls(**{field: environ[name] for field, name in names.items()})


def variable(field: str) -> str:
    """Return the environment variable that holds a field of Settings."""
    return f"CADRAN_{field.upper()}"


@cache
def settings() -> Settings:
    """Return this process's settings, read on first use."""
    return Settings.from_env(os.environ)
