"""The sprint review: one document in reading order, which the page, the API, the snapshot and the file all show; what
was corrected since it was frozen; and what of it somebody outside may read."""

from projects.reviewing.amendments import Amendment, amendments
from projects.reviewing.content import content_of, review_of
from projects.reviewing.measured import Measured, measures
from projects.reviewing.movement import Waiting, address_of, count, waits
from projects.reviewing.outside import for_outside
from projects.reviewing.planning import Room, plan_of, working_days

__all__ = [
    "Amendment",
    "Measured",
    "Room",
    "Waiting",
    "address_of",
    "amendments",
    "content_of",
    "count",
    "for_outside",
    "measures",
    "plan_of",
    "review_of",
    "waits",
    "working_days",
]
