"""What the catalogue of the design system shows: made-up values for templates/ui/catalogue.html."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from core import charts

PEOPLE = ["Product owner", "Data scientist", "Engineer", "Validator", "Owner", "Viewer", "Risk officer", "Analyst"]
SWATCHES = ["bg", "surface", "sunken", "thread", "ok", "warn", "bad", "ink"]
ICONS = ["house", "crosshair", "triangle-alert", "square-kanban", "database", "chart-line", "box", "rocket", "activity"]
ICONS += ["shield-check", "users", "history", "flask-conical", "git-compare", "gavel", "scale", "key-round", "bell"]


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="People see it in the rail.")
    kind = forms.ChoiceField(label="Kind", choices=[("", "Choose"), ("fraud", "Fraud"), ("churn", "Churn")])
    low = forms.FloatField(label="At least, per year")
    high = forms.FloatField(label="At most, per year", required=False)
    estimator = forms.ChoiceField(
        label="Estimator",
        widget=forms.RadioSelect,
        choices=[("lr", "Logistic regression"), ("rf", "Random forest"), ("gb", "Gradient boosting")],
        initial="gb",
    )
    why = forms.CharField(label="Why, for the record", widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label="Data", help_text="CSV or Parquet, 200 MB at most", required=False)
    agree = forms.BooleanField(label="The data may be used for this", help_text="Ask its owner if you are not sure.")


def context(now: datetime | None = None) -> dict[str, Any]:
    """Everything the catalogue's template asks for."""
    now = now or datetime.now(UTC)
    wrong = ExampleForm({"name": "", "kind": "fraud", "low": "much", "estimator": "gb", "why": "because"})
    wrong.fields["file"].widget = forms.HiddenInput()
    wrong.is_valid()
    return {
        "swatches": SWATCHES,
        "people": PEOPLE,
        "icons": ICONS,
        "digest": "9f2c4e1ab07d55e3f1c8a4be2d90716cfe83a0d1b6c7e25f",
        "snippet": 'import mlflow\nmlflow.set_tracking_uri("http://localhost:8000/p/FRD")',
        "moment_ago": now - timedelta(minutes=9),
        "stages": _stages(),
        "tab_items": _tabs(),
        "checks": _checks(),
        "entries": _entries(now),
        "runs": _runs(),
        "history": [0.74, 0.77, 0.78, 0.8, 0.79, 0.816, 0.847],
        "form": ExampleForm(),
        "wrong_form": wrong,
        "lanes": _lanes(),
        **_charts(),
    }


def _stages() -> list[dict[str, Any]]:
    return [
        {"label": "Scoping", "state": "done", "note": "gate passed 12 Sep"},
        {"label": "Feasibility", "state": "done", "note": "gate passed 3 Oct"},
        {"label": "Delivery", "state": "now", "note": "sprint 4 of 5, release gate 7 of 9", "progress": 62},
        {"label": "Production", "state": "todo", "note": "target 9 Dec"},
        {"label": "Retired", "state": "todo"},
    ]


def _tabs() -> list[dict[str, Any]]:
    names = [("Evidence", None), ("Comparison", None), ("Model card", None), ("Lineage", None), ("Discussion", 6)]
    return [{"label": label, "url": "#", "here": i == 0, "count": count} for i, (label, count) in enumerate(names)]


def _checks() -> list[dict[str, str]]:
    rows = [
        ("ok", "Test PR-AUC at least 0.82", "0.847 on holdout 2026-10", "run swift-heron-41"),
        ("ok", "Beats the champion with 95% confidence", "+0.031 [0.012, 0.049]", "comparison 12"),
        ("ok", "Risk register has no open critical risk", "0 critical, 4 open", "risks"),
        ("wait", "Independent validation approved", "waiting for the validator", "review 31"),
        ("bad", "Rollback rehearsed on staging", "41 days ago, limit 30", "deployment"),
    ]
    return [dict(zip(("mark", "text", "found", "source"), row, strict=True)) for row in rows]


def _entries(now: datetime) -> list[dict[str, Any]]:
    def before(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    return [
        {"actor": "Data scientist", "text": "The data scientist finished", "object": "swift-heron-41", "url": "#"}
        | {"after": ": PR-AUC 0.847", "at": before(0)},
        {"actor": "", "text": "Drift check passed on", "object": "merchant_category", "at": before(2)},
        {"actor": "Product owner", "text": "The product owner moved", "object": "FRD-112", "after": " to Review"}
        | {"at": before(9)},
        {"actor": "Validator", "text": "The validator asked for a rollback rehearsal", "at": before(31)},
        {"actor": "", "text": "Challenger compared with version 7", "mark": "wait", "step": "3"},
    ]


def _runs() -> list[dict[str, Any]]:
    rows = [
        ("swift-heron-41", "gb, depth 6, velocity@4", 0.847, 192, "Finished", "ok"),
        ("calm-otter-40", "gb, depth 8, velocity@4", 0.841, 242, "Finished", "ok"),
        ("true-newt-42", "trial 61 of 100", 0.839, 61, "Running", "thread"),
        ("mute-lark-36", "gb, depth 12", None, 110, "Out of memory", "bad"),
    ]
    return [
        {"name": name, "what": what, "value": value, "seconds": seconds, "state": state, "tone": tone}
        | {"values": [(value or 0.6) * (1 - math.exp(-i / 5)) for i in range(1, 24)]}
        for name, what, value, seconds, state, tone in rows
    ]


def _lanes() -> list[dict[str, Any]]:
    def item(key: int, title: str, tag: str, points: int, owner: str, **more: Any) -> dict[str, Any]:
        return {"key": f"FRD-{key}", "title": title, "tag": tag, "points": points, "owner": owner, **more}

    ready = [
        item(118, "Alert the on-call when label delay exceeds 50 days", "Monitoring", 2, "Engineer"),
        item(121, "Explain declines to the contact centre", "Business", 3, "Product owner"),
        item(123, "Backfill merchant country for 2025", "Data", 5, "Data scientist"),
        item(124, "Price the scoring host for December", "Technology", 1, "Validator"),
    ]
    doing = [
        item(109, "Tune boosting depth against calibration", "Experiment", 5, "Data scientist")
        | {"progress": 0.61, "note": "trial 61 of 100, best 0.847"},
        item(115, "Rehearse rollback on staging", "Release", 2, "Validator", blocks="blocks release gate"),
        item(117, "Recall by region in the model card", "Review", 2, "Engineer"),
    ]
    review = [
        item(112, "Velocity features without leakage", "Experiment", 8, "Product owner"),
        item(119, "Threshold policy signed by Operations", "Business", 3, "Product owner"),
    ]
    done = [
        item(101, "Freeze holdout 2026-10", "Data", 3, "Data scientist"),
        item(104, "Shadow version 7 beside version 6", "Release", 5, "Validator"),
    ]
    dropped = [item(110, "Graph network over card pairs", "Experiment", 13, "Data scientist")]
    lanes = {"Ready": ready, "In progress": doing, "Review": review, "Done": done, "Dropped": dropped}
    return [{"key": name.lower().replace(" ", "_"), "name": name, "cards": cards} for name, cards in lanes.items()]


def _charts() -> dict[str, Any]:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    month = [f"{i + 1} Nov" for i in range(28)]
    measured = [0.845 + 0.006 * math.sin(i * 0.7) for i in range(17)]
    estimated = [0.842 + 0.005 * math.sin(i * 0.7 + 0.3) - max(0, i - 20) * 0.009 for i in range(28)]
    counts = [2, 8, 21, 34, 40, 31, 18, 9, 4, 2, 1, 6]
    training = [3, 11, 26, 38, 41, 28, 15, 7, 3, 1, 1, 0]
    return {
        "burn_up": charts.burn_up(days=days, done=[0, 3, 9, 11, 18, 24, 27], scope=[44, 44, 44, 46, 46, 48, 48]),
        "curve": charts.curve(
            [charts.Series("Measured", measured), charts.Series("Estimated", estimated, "dash")],
            x_labels=month,
            limit=charts.Limit(0.78, "Minimal useful value 0.78", bad="below"),
            x_name="Day",
        ),
        "histogram": charts.histogram(counts, [i * 25 for i in range(13)], reference=training),
        "bars": charts.bars(
            [("merchant_category", 0.31), ("amount", 0.24), ("velocity_1h", 0.17), ("hour", 0.04), ("day", -0.03)]
        ),
        "heat": charts.heat_map(_drift(), month, warm=0.1, hot=0.25),
    }


def _drift() -> dict[str, list[float | None]]:
    names = ["amount", "merchant_category", "card_age_days", "country_pair", "hour", "velocity_1h", "device_score"]
    rows: dict[str, list[float | None]] = {}
    for row, name in enumerate(names):
        rows[name] = [0.05 + 0.045 * math.sin(i * (row + 1.7) + row) for i in range(28)]
    rows["merchant_category"][21:] = [0.27, 0.31, 0.36, 0.42, 0.44, 0.47, 0.5]
    rows["country_pair"][24:] = [0.13, 0.15, 0.16, 0.18]
    rows["device_score"][3:5] = [None, None]
    return rows
