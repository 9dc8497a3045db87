"""The route for tickets: what a page gives to a browser in place of its key."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from backend.api.access import TheAccess, TheCaller
from backend.api.deps import require_json
from backend.api.responses import problems
from backend.domain.access import KeyScope
from backend.domain.generation import LIMITS

router = APIRouter(tags=["access"], max_body_size=LIMITS.body_bytes)

_EXAMPLE: dict[str, Any] = {
    "ticket": "lt_3f9a1c0b77de_upload_1795260000_" + "0" * 64,
    "expires_at": "2026-11-21T12:00:00Z",
}


class TicketOrder(BaseModel):
    """What the ticket is for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"scope": "upload"}]})

    scope: Literal["upload"]


class TicketBody(BaseModel):
    """A ticket."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    ticket: str = Field(description="Send it where a key would go.")
    expires_at: datetime


@router.post(
    "/tickets",
    summary="A ticket for a browser",
    dependencies=[Depends(require_json)],
    responses=problems(403, 413, 415, 503),
)
def make_ticket(order: TicketOrder, access: TheAccess, caller: TheCaller) -> TicketBody:
    """Lets a browser send data sets for an hour without knowing the key.

    The key needs the scope itself. A ticket ends with its key.
    """
    ticket, expires_at = access.ticket(caller, KeyScope(order.scope))
    return TicketBody(ticket=ticket, expires_at=expires_at)
