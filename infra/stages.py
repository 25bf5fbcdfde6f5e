"""What the names of one stage's parts are: stacks, functions, parameters, files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
APP: Final = "cadran"
ON_AWS: Final = ("dev", "staging", "prod")
REGION: Final = "eu-west-3"  # Paris: people's numbers stay in France

API_URL: Final = "api-url"  # the parameter that says where the carrier reaches us
SOCKETS_URL: Final = "sockets-url"  # the parameter that says where WebSockets are opened

# How long logs are kept. Not in .chalice/config.json: Chalice 1.34 gives retention to a log group
# that is not the API's, and its template for the API's group names a resource that is not there.
LOG_DAYS: Final = {"dev": 7, "staging": 14, "prod": 90}

# Stages whose data outlives their stack.
KEPT: Final = frozenset({"prod"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment of the product, by its name."""

    name: str

    @property
    def data_stack(self) -> str:
        """Return the stack of tables, queues and bucket."""
        return f"{APP}-{self.name}-data"

    @property
    def alarms_stack(self) -> str:
        """Return the stack of alarms."""
        return f"{APP}-{self.name}-alarms"

    @property
    def keeps_data(self) -> bool:
        """Tell whether tables and bucket stay when the stack is deleted."""
        return self.name in KEPT

    def function(self, handler: str | None = None) -> str:
        """Return a function's physical name, as Chalice gives it: None is the API's."""
        return f"{APP}-{self.name}" if handler is None else f"{APP}-{self.name}-{handler}"

    def parameter(self, name: str) -> str:
        """Return the path of a parameter in SSM."""
        return f"/{APP}/{self.name}/{name}"

    def queue(self, name: str) -> str:
        """Return a queue's physical name."""
        return f"{APP}-{self.name}-{name}"

    @property
    def outputs_file(self) -> Path:
        """Return where the last deployment's facts are kept, out of git."""
        return ROOT / ".chalice" / "outputs" / f"{self.name}.json"

    def write_outputs(self, outputs: dict[str, str]) -> None:
        """Keep facts that app.py and people need later, beside those that are there."""
        self.outputs_file.parent.mkdir(parents=True, exist_ok=True)
        known = {**self.outputs(), **outputs}
        self.outputs_file.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")

    def outputs(self) -> dict[str, str]:
        """Return the facts of the last deployment, {} before the first."""
        if not self.outputs_file.exists():
            return {}
        outputs: dict[str, str] = json.loads(self.outputs_file.read_text())
        return outputs


def chalice_config() -> dict[str, Any]:
    """Return `.chalice/config.json`."""
    config: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text())
    return config


def environment(stage: str) -> dict[str, str]:
    """Return the environment that a stage's functions run with."""
    variables: dict[str, str] = chalice_config()["stages"][stage]["environment_variables"]
    return variables
