"""Periods: `30 days`, `8 weeks`, `6 months`, `5 years`, counted on the calendar and not in seconds."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

Unit = Literal["day", "week", "month", "year"]
PATTERN = r"^[1-9][0-9]{0,3} (day|week|month|year)s?$"


class PeriodError(ValueError):
    """A text that is not a period."""


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time on the calendar: `count` (1 to 9999) of `unit`."""

    count: int
    unit: Unit

    @staticmethod
    @lru_cache(maxsize=256)
    def parse(text: str) -> Period:
        """Read `30 days` or `1 year`.

        Raises:
            PeriodError: the text has another form.
        """
        if not re.fullmatch(PATTERN.strip("^$"), text):
            raise PeriodError(
                f'"{text}" is not a period such as "30 days", "8 weeks", "6 months" or "5 years"'
            )
        count, unit = text.split(" ")
        unit = unit.removesuffix("s")
        if unit not in get_args(Unit):
            raise PeriodError(f'"{unit}" is not a unit of time')
        return Period(int(count), cast(Unit, unit))

    def after(self, start: datetime, zone: str) -> datetime:
        """The instant this long after `start`, at the same local time of `zone`.

        31 January and a month is the last day of February; past the calendar's end, that end.
        """
        tz = ZoneInfo(zone)
        here = start.astimezone(tz)
        try:
            if self.unit in ("day", "week"):
                moved = here.replace(tzinfo=None) + timedelta(
                    days=self.count * (7 if self.unit == "week" else 1)
                )
            else:
                months = here.month - 1 + self.count * (12 if self.unit == "year" else 1)
                year, month = here.year + months // 12, months % 12 + 1
                day = min(here.day, calendar.monthrange(year, month)[1])
                moved = here.replace(tzinfo=None, year=year, month=month, day=day)
            return moved.replace(tzinfo=tz).astimezone(start.tzinfo)
        except (OverflowError, ValueError, calendar.IllegalMonthError):
            return datetime.max.replace(tzinfo=start.tzinfo)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'s' if self.count != 1 else ''}"
