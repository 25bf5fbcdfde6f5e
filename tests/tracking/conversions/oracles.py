"""The networks' own descriptions of their messages, to hold ours against.

`*.binpb` are protocol buffers' descriptor sets, taken from the packages google-ads 34.0.0 and
google-ads-datamanager 0.9.4; the types of Campaign Management are from the WSDL in bingads
13.0.30.1. Hashes of numbers are those of `Normalize.normalize("ph", ...)` in facebook-business
26.0.3. The packages themselves would be 200 MB.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from google.protobuf import (  # type: ignore[import-untyped]
    descriptor_pb2,
    descriptor_pool,
    json_format,
    message_factory,
)

_DATA: Final = Path(__file__).parent / "data"
ADS: Final = "google.ads.googleads.v26.services."
REQUESTS: Final = {
    "uploadClickConversions": ("google_ads_v26", f"{ADS}UploadClickConversionsRequest"),
    "uploadCallConversions": ("google_ads_v26", f"{ADS}UploadCallConversionsRequest"),
    "uploadConversionAdjustments": ("google_ads_v26", f"{ADS}UploadConversionAdjustmentsRequest"),
    "ingest": ("data_manager_v1", "google.ads.datamanager.v1.IngestEventsRequest"),
}
META_HASHES: Final = {
    "+33639981234": "17bd2f772a9008682f34f2b601ec9abc765097b3305df51b818647ac3507fc10",
    "+447911123456": "40b5c38342a9c584ec707e8679b003f8c779c6aaa138c976ef94e049cc05208f",
    "+33162017702": "2c794affa5388fa9e8d8250e2f74f8b2835d0c0a33c24f3a720f86895db4d5b1",
}


def parsed(url: str, body: Any) -> Any:
    """Read a body as the message that Google defines for this address. Raises ParseError."""
    file, name = REQUESTS[url.rpartition(":")[2]]
    kind = message_factory.GetMessageClass(_pool(file).FindMessageTypeByName(name))
    return json_format.ParseDict(body, kind(), ignore_unknown_fields=False)


def microsoft_types(name: str) -> dict[str, str]:
    """Return the fields of a type of Campaign Management, and their XML types."""
    types: dict[str, dict[str, str]] = json.loads(
        (_DATA / "campaign_management_v13.json").read_text()
    )
    return types[name]


@cache
def _pool(file: str) -> Any:
    found = descriptor_pb2.FileDescriptorSet.FromString((_DATA / f"{file}.binpb").read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for each in found.file:
        pool.Add(each)
    return pool
