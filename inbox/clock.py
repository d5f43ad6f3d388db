"""When somebody is told: not in their quiet hours, and by e-mail once an hour or once a day. Knows no database."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """In the person's own time zone. Quiet hours may go over midnight; `digest_hour` is None for every hour."""

    zone: str
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_hour: int | None = None


def next_digest(hours: Hours, *, now: datetime) -> datetime:
    """The next full hour, or the next day's hour, that is not in the quiet hours."""
    local = now.astimezone(ZoneInfo(hours.zone))
    hour = local.replace(minute=0, second=0, microsecond=0)
    if hours.digest_hour is None:
        # Counted in real time, so that the hour which a clock that is put back shows twice has two digests.
        found = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    else:
        today = hour.replace(hour=hours.digest_hour)
        found = today if today > local else today + timedelta(days=1)
    return after_quiet(hours, at=found)


def after_quiet(hours: Hours, *, at: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls in."""
    if hours.quiet_from is None or hours.quiet_until is None:
        return at
    local = at.astimezone(ZoneInfo(hours.zone))
    if not _is_within(local.time(), hours.quiet_from, hours.quiet_until):
        return at
    end = datetime.combine(local.date(), hours.quiet_until, tzinfo=local.tzinfo)
    return (
        end
        if end > local
        else datetime.combine(local.date() + timedelta(days=1), hours.quiet_until, tzinfo=local.tzinfo)
    )


def _is_within(moment: time, start: time, end: time) -> bool:
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end
