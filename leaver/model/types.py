"""The field types that records are made of: what a text in YAML must look like to be one of them.

Each type carries its own JSON Schema, so that the editor refuses what the loader would refuse.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)
from pydantic import ValidationInfo as Info
from pydantic_core import PydanticCustomError

from leaver.model import moment as _moment
from leaver.model import period as _period
from leaver.model.shown import quoted

# Only names of the form Area/City (or UTC): ZoneInfo would also open odd keys as file names.
_ZONE_NAME = r"UTC|[A-Za-z]+(?:[/_+-][A-Za-z0-9_+-]+)+"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOST_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"


class Record(BaseModel):
    """A frozen record: unknown keys are refused, `snake_case` fields are spelled with spaces in YAML."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.replace("_", " "),
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
    )


def fault(message: str, remedy: str) -> PydanticCustomError:
    """A refusal by a field type; the loader reports `message` and `remedy` at the value's place."""
    return PydanticCustomError("leaver", "{fault}. {remedy}", {"fault": message, "remedy": remedy})


def _count_of(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    raise fault(f"{quoted(value)} is not a whole number", "Write it in digits.")


def _moment_of(
    value: Any, info: Info, parse: Callable[[str, str | None], datetime] = _moment.parse_moment
) -> datetime:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise fault(f'"{value}" has no zone', "Give an aware datetime.")
        return value.astimezone(UTC)
    if not isinstance(value, str) or len(value) > 60 or not value.isprintable():
        raise fault(f"{quoted(value)} is not a moment", 'Write date and time, such as "2026-11-27 17:00".')
    zone = info.context.get("zone") if isinstance(info.context, dict) else None
    try:
        return parse(value, zone)
    except _moment.MomentError as error:
        raise fault(error.fault, error.remedy) from None


def _day_or_moment_of(value: Any, info: Info) -> datetime:
    if isinstance(value, str) and re.fullmatch(_DAY, value):
        return _moment_of(value, info, _moment.parse_day)
    return _moment_of(value, info)


def _date_of(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    remedy = 'Write a date such as "2026-11-27".'
    if not isinstance(value, str) or not re.fullmatch(_DAY, value):
        raise fault(f"{quoted(value)} is not a date", remedy)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise fault(f'"{value}" does not exist ({error})', remedy) from None


def _period_of(value: Any) -> _period.Period:
    if isinstance(value, _period.Period):
        return value
    if isinstance(value, str):
        try:
            return _period.Period.parse(value)
        except _period.PeriodError:
            pass
    raise fault(
        f"{quoted(value)} is not a period", 'Write one such as "30 days", "8 weeks", "6 months" or "5 years".'
    )


def _zone_of(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(_ZONE_NAME, value):
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
        else:
            return value
    raise fault(
        f"{quoted(value)} is not an IANA time zone",
        'Write a name such as "Europe/London" or "America/New_York".',
    )


def _host_label_of(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(_HOST_LABEL, value):
        return value
    raise fault(
        f"{quoted(value)} is not an organisation name", 'Write the first part of its address, such as "acme".'
    )


Moment = Annotated[
    datetime,
    BeforeValidator(_moment_of),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": _moment.PATTERN,
            "description": "A local time in the client's zone, or one with an offset: 2026-11-27 17:00",
            "examples": ["2026-11-27 17:00", "2026-11-27 17:00 +01:00"],
        }
    ),
]
DayOrMoment = Annotated[
    datetime,
    BeforeValidator(_day_or_moment_of),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"{_moment.PATTERN}|^{_DAY}$",
            "description": "A day, from its beginning in the client's zone, or a moment",
            "examples": ["2026-11-02", "2026-11-02 17:00"],
        }
    ),
]
Day = Annotated[
    date,
    BeforeValidator(_date_of),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "pattern": f"^{_DAY}$",
            "examples": ["2026-11-27"],
        }
    ),
]
Period = Annotated[
    _period.Period,
    BeforeValidator(_period_of),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": _period.PATTERN, "examples": ["30 days", "5 years"]}),
]
Zone = Annotated[
    str,
    BeforeValidator(_zone_of),
    WithJsonSchema(
        {"type": "string", "pattern": f"^(?:{_ZONE_NAME})$", "examples": ["Europe/London", "UTC"]}
    ),
]
OrgName = Annotated[
    str,
    BeforeValidator(_host_label_of),
    WithJsonSchema({"type": "string", "pattern": f"^{_HOST_LABEL}$", "examples": ["acme"]}),
]

KEY_PATTERN = r"^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$"
TEXT_PATTERN = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
USERNAME_PATTERN = r"^[A-Za-z0-9'._!#^~+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?$"
EMAIL_PATTERN = r"^[A-Za-z0-9'._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?$"
OWNER_PATTERN = f"{KEY_PATTERN}|{EMAIL_PATTERN}"
APPROVER_PATTERN = (
    r"^@[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98})(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,98})?$|" + EMAIL_PATTERN
)
DOMAIN_PATTERN = r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$"
TENANT_PATTERN = r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
COUNTRY_PATTERN = r"^[A-Z]{2}$"
SKU_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$"

Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
"""The name of a record inside its client; lower case, so that any Pulumi backend takes it as part of a name."""
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=256, strip_whitespace=True, pattern=TEXT_PATTERN)
]
"""One line of text."""
Username = Annotated[str, StringConstraints(pattern=USERNAME_PATTERN)]
"""A user principal name (Entra) or login (Okta): local part, @, domain."""
Email = Annotated[str, StringConstraints(pattern=EMAIL_PATTERN)]
Owner = Annotated[str, StringConstraints(pattern=OWNER_PATTERN)]
"""Somebody: the key of a person, or an e-mail address."""
Approver = Annotated[str, StringConstraints(pattern=APPROVER_PATTERN)]
"""An account or team of the code host, such as @acme/approvers, or an e-mail address."""
Domain = Annotated[str, StringConstraints(pattern=DOMAIN_PATTERN)]
TenantId = Annotated[str, StringConstraints(pattern=TENANT_PATTERN)]
Country = Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)]
"""A country code of two letters (ISO 3166-1), as Entra's usageLocation wants it."""
Sku = Annotated[str, StringConstraints(pattern=SKU_PATTERN)]
"""A product of Microsoft: its part number (skuPartNumber) or its ID (skuId, a UUID)."""
Flag = Annotated[bool, Strict()]
"""true or false, and none of the words that some YAML readers take for them."""
Count = Annotated[int, BeforeValidator(_count_of)]
"""A whole number, written in digits."""
Seats = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(_count_of)]
"""How many of something were bought. The bounds stand first: after a validator they are lost to the JSON Schema."""
