"""What a link to a recording carries. Imported when somebody follows one."""

from __future__ import annotations

from pydantic import Field

from chalicelib.runtime.schema import Query


class ListenQuery(Query):
    """Whose recording it is, until when (seconds since 1970), and the proof that we said so."""

    account: str = Field(max_length=100)
    until: int = Field(ge=0, le=2**40)
    proof: str = Field(max_length=100)
