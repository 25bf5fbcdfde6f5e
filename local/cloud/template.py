"""Turn the template that Chalice makes into one that the emulator runs well.

Nothing of the product changes: the same code, handlers, routes, schedules and consumers. What
differs, and why, is in docs/decisions/0006-emulators.md.
"""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from infra.stages import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

API_ID: Final = "cadran"
API_STAGE: Final = "api"
SOCKETS_ID: Final = "cadran-sockets"
INSIDE: Final = Path(__file__).with_name("inside")
_API_HANDLER: Final = "app.app"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the code is, and what its environment says beside the stage's settings."""

    bucket: str
    key: str
    libraries: Path
    environment: Mapping[str, str]


def for_emulator(template: dict[str, Any], place: Place) -> dict[str, Any]:
    """Return the template to deploy."""
    adapted = copy.deepcopy(template)
    resources = adapted["Resources"]
    resources.pop("ManagedLayer", None)
    for resource in resources.values():
        if resource["Type"] == "AWS::Serverless::Function":
            _place(resource["Properties"], place)
    resources.update(_rest_api(resources.pop("RestAPI")["Properties"]))
    _sockets_api(resources)
    return adapted


def _sockets_api(resources: dict[str, Any]) -> None:
    """Give the API of WebSockets an id that stays the same, and a stage that deploys itself.

    The emulator knows no `AWS::ApiGatewayV2::Deployment`.
    """
    del resources["WebsocketAPIDeployment"]
    resources["WebsocketAPI"]["Properties"]["Tags"] = {"ms-custom-id": SOCKETS_ID}
    stage = resources["WebsocketAPIStage"]["Properties"]
    del stage["DeploymentId"]
    stage["AutoDeploy"] = True


def _place(function: dict[str, Any], place: Place) -> None:
    """Name the function as `chalice deploy` does, and give it its code and libraries.

    The layer's directory is put on Python's path instead of being unpacked for each process, after
    what functions load at start here only.
    """
    function.pop("Layers", None)
    handler = function["Handler"]
    function["FunctionName"] = Stage("local").function(
        None if handler == _API_HANDLER else handler.removeprefix("app.")
    )
    function["CodeUri"] = {"Bucket": place.bucket, "Key": place.key}
    variables = function.setdefault("Environment", {}).setdefault("Variables", {})
    path = os.pathsep.join(map(str, (INSIDE, place.libraries)))
    variables |= {**place.environment, "PYTHONPATH": path}


def _rest_api(serverless: dict[str, Any]) -> dict[str, Any]:
    """Write the API out in plain CloudFormation, with an id that stays the same.

    SAM puts tags on the stage only; the emulator takes the id from the API's own tag.
    """
    body = serverless["DefinitionBody"]
    api = {
        "Type": "AWS::ApiGateway::RestApi",
        "Properties": {
            "Body": body,
            "BinaryMediaTypes": body.get("x-amazon-apigateway-binary-media-types", []),
            "MinimumCompressionSize": serverless["MinimumCompressionSize"],
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
            "Tags": [{"Key": "ms-custom-id", "Value": API_ID}],
        },
    }
    deployment = {
        "Type": "AWS::ApiGateway::Deployment",
        "Properties": {"RestApiId": {"Ref": "RestAPI"}},
    }
    stage = {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "RestApiId": {"Ref": "RestAPI"},
            "DeploymentId": {"Ref": "RestAPIDeployment"},
            "StageName": API_STAGE,
        },
    }
    return {"RestAPI": api, "RestAPIDeployment": deployment, "RestAPIStage": stage}
