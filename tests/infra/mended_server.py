"""The emulator with its gaps filled that `chalice deploy` falls into. Faults of the emulator's,
not of ours: each is named below, and in docs/decisions/0006-emulators.md.
"""

from __future__ import annotations

import json
from typing import Any

from local.cloud import server


def main() -> None:
    """Mend ministack 1.5.33 and run it."""
    _import_rest_apis()
    _accept_alarms_on_queries()
    _be_ready_at_once()
    server.main()


def _import_rest_apis() -> None:
    """ImportRestApi makes an API without routes, and PutRestApi is unknown."""
    from ministack.services import apigateway_v1 as gateway

    unmended = gateway.handle_request

    async def mended(
        method: str, path: str, headers: Any, body: bytes, query_params: dict[str, list[str]]
    ) -> Any:
        parts = path.strip("/").split("/")
        mode = query_params.get("mode", [""])[0]
        if parts == ["restapis"] and method == "POST" and mode == "import":
            return gateway._get_rest_api(gateway._import_rest_api(json.loads(body)))
        if parts[0] == "restapis" and len(parts) == 2 and method == "PUT":
            return _overwrite(gateway, parts[1], json.loads(body))
        return await unmended(method, path, headers, body, query_params)

    gateway.handle_request = mended


def _overwrite(gateway: Any, api_id: str, document: dict[str, Any]) -> Any:
    stages, deployments = gateway._stages_v1[api_id], gateway._deployments_v1[api_id]
    gateway._delete_rest_api(api_id)
    gateway._import_rest_api(document, {"tags": {"ms-custom-id": api_id}})
    gateway._stages_v1[api_id], gateway._deployments_v1[api_id] = stages, deployments
    return gateway._get_rest_api(api_id)


def _accept_alarms_on_queries() -> None:
    """An AWS::CloudWatch::Alarm with `Metrics` is refused: it stands as one on a plain metric."""
    from ministack.services.cloudformation import provisioners

    unmended = provisioners._cw_metric_alarm_record

    def mended(name: str, props: dict[str, Any]) -> Any:
        plain = {"MetricName": "query", "Namespace": "query"} if props.get("Metrics") else {}
        return unmended(name, {**{k: v for k, v in props.items() if k != "Metrics"}, **plain})

    provisioners._cw_metric_alarm_record = mended


def _be_ready_at_once() -> None:
    """A new function is pending for half a second, and boto's waiter looks every five."""
    from ministack.services import lambda_svc

    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.0


if __name__ == "__main__":
    main()
