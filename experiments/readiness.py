"""What the profile of a dataset version says of whether it is ready, for the dossier of its project."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse

from core.numbers import whole_of
from experiments import queries
from experiments.models import DatasetVersion
from projects.enums import DataCheck
from projects.models import Project
from projects.readiness import Measured, Named, provider
from projects.scoping import DEFAULT

MOST_OFFERED = 100
SHOWN = 3

Columns = Mapping[str, Mapping[str, Any]]
Said = tuple[bool | None, str]


def offer(project: Project) -> list[str]:
    """The newest versions, whether profiled or not."""
    rows = queries.visible_versions(project).order_by("-pk").values_list("dataset__name", "number")
    return [f"{name}@v{number}" for name, number in rows[:MOST_OFFERED]]


def measure(project: Project, named: Named) -> dict[DataCheck, Measured]:
    """Of a version that is there and profiled: what its profile, and that of the version before it, say."""
    versions = _versions(project, named)
    if not versions or versions[0].profile is None:
        return {}
    newest, before = versions[0], versions[1] if len(versions) > 1 else None
    url = reverse("experiments:version", args=[project.key, newest.dataset.name, newest.number])
    return {
        check: Measured(is_met, value, source=str(newest), url=url, at=newest.created_at)
        for check, (is_met, value) in _said(newest, before, named)
    }


def _versions(project: Project, named: Named) -> list[DatasetVersion]:
    """The version that is named, and the profiled one before it."""
    name, _, digits = named.version.rpartition("@v")
    number = whole_of(digits)
    if number is None:
        return []
    rows = queries.visible_versions(project).filter(dataset__name=name, number__lte=number)
    found = list(rows.order_by("-number")[:2])
    return found if found and found[0].number == number else []


def _said(newest: DatasetVersion, before: DatasetVersion | None, named: Named) -> Iterator[tuple[DataCheck, Said]]:
    profile = newest.profile or {}
    columns = {one["name"]: one for one in profile["columns"]}
    yield DataCheck.EXISTS, (newest.rows > 0, f"{newest.rows:,} rows of {len(columns)} columns")
    yield DataCheck.JOINED, _joined(profile)
    if named.label:
        yield DataCheck.LABEL, _label(columns, named)
        yield DataCheck.VOLUME, _volume(columns, named)
        if (profile.get("target") or {}).get("name") == named.label:
            yield DataCheck.AVAILABLE, _available(profile, named)
    if before is not None and before.profile is not None:
        yield DataCheck.STABLE, _stable(columns, {one["name"]: one for one in before.profile["columns"]}, before)


def _joined(profile: Mapping[str, Any]) -> Said:
    """Which columns look like keys; whether they join to others only who knows the others can say."""
    keys = [one["column"] for one in profile["warnings"] if one["code"] == "id_like"]
    repeated = profile.get("duplicate_rows", 0)
    value = f"keys: {', '.join(keys[:SHOWN])}" if keys else "no column looks like a key"
    return (False, f"{value}; {repeated:,} rows repeat another") if repeated else (None, f"{value}; no row repeats")


def _label(columns: Columns, named: Named) -> Said:
    found = columns.get(named.label)
    if found is None:
        return False, f"there is no column {named.label}"
    missing = found["missing"] / max(1, found["missing"] + found["count"])
    value = f"{named.label}: {found['distinct']} values, {missing:.1%} missing"
    return found["distinct"] >= 2, value


def _volume(columns: Columns, named: Named) -> Said:
    """Events for each variable, as in Peduzzi and others 1996."""
    found = columns.get(named.label)
    positives = _positives(found, named.positive) if found else None
    if positives is None:
        return None, "say which value of the label is looked for" if found else f"there is no column {named.label}"
    needed = DEFAULT.events_per_variable * (len(columns) - 1)
    return positives >= needed, f"{positives:,} positives; {needed:,} for {len(columns) - 1} columns"


def _positives(column: Mapping[str, Any], positive: str) -> int | None:
    """How many rows have the value that is looked for; of a column of 0 and 1 its sum, of numbers nobody counted."""
    counted = {str(one["value"]).casefold(): one["count"] for one in column.get("top") or ()}
    if counted:
        return counted.get(positive.casefold()) if positive else None
    if (column.get("min"), column.get("max")) != (0, 1) or column["distinct"] != 2:
        return None
    ones = round(column["mean"] * column["count"])
    return column["count"] - ones if positive in ("0", "0.0") else ones


def _available(profile: Mapping[str, Any], named: Named) -> Said:
    """A column that alone tells the label was often filled in afterwards. None that does proves nothing."""
    telling = [one["column"] for one in profile["warnings"] if one["code"] == "target_like"]
    if telling:
        return False, f"tells {named.label} by itself: {', '.join(telling[:SHOWN])}"
    return None, f"no column tells {named.label} by itself"


def _stable(columns: Columns, earlier: Columns, before: DatasetVersion) -> Said:
    """Means that moved by more than a quarter of a standard deviation: Rubin 2001."""
    gone = sorted(set(earlier) - set(columns))
    both = [name for name in columns if name in earlier]
    moved = [name for name in both if _moved(columns[name], earlier[name]) > DEFAULT.most_moved]
    said = [f"{len(moved)} of {len(both)} columns moved since v{before.number}"]
    said += [f"moved: {', '.join(moved[:SHOWN])}"] if moved else []
    said += [f"gone: {', '.join(gone[:SHOWN])}"] if gone else []
    return not moved and not gone, "; ".join(said)


def _moved(now: Mapping[str, Any], then: Mapping[str, Any]) -> float:
    """In standard deviations of before; nothing of what has no mean."""
    means, spread = (now.get("mean"), then.get("mean")), then.get("std")
    if None in means or not spread:
        return 0.0
    return abs(float(means[0] or 0.0) - float(means[1] or 0.0)) / float(spread)


provider("experiments", measure=measure, offer=offer)
