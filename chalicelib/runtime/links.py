"""Links to files of the bucket: anybody who has one may follow it, for so long."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.errors import Unavailable


def signed(client: Any, bucket: str, key: str, seconds: int, *, disposition: str = "") -> str:
    """Sign a link: no request is made. Raises Unavailable where there are no credentials.

    `disposition` is what a browser is told to do with the file (RFC 6266).
    """
    wanted = {"Bucket": bucket, "Key": key}
    if disposition:
        wanted["ResponseContentDisposition"] = disposition
    try:
        link = client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("a link cannot be signed", key=key) from error
    return str(link)
