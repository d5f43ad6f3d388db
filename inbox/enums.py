"""What stands in an inbox, what people are told of, and by which ways."""

from django.db.models import TextChoices

from core.flow import Flow, step


class Group(TextChoices):
    """The parts of the page, in their order."""

    DECIDE = "decide", "Waiting for my decision"
    ASSIGNED = "assigned", "Assigned to me"
    MENTIONS = "mentions", "Mentions"
    ALERTS = "alerts", "Alerts that I answer for"
    EXPIRING = "expiring", "Soon at an end"


class Show(TextChoices):
    """Which rows are asked for."""

    OPEN = "open", "To do"
    SNOOZED = "snoozed", "Snoozed"
    DONE = "done", "Done"


class Kind(TextChoices):
    """What one can be told of."""

    MENTION = "mention", "Somebody mentions me"
    ASSIGNMENT = "assignment", "Something is assigned to me"
    REVIEW = "review", "A version asks for my review"
    GATE = "gate", "A gate asks for my decision, or is ready"
    ALERT = "alert", "A model in production raises an alert"
    EXPIRING = "expiring", "A waiver, an acceptance or a token soon ends"


class Channel(TextChoices):
    """How one is told outside the inbox, which always has it."""

    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Chat"


class Shape(TextChoices):
    """What an incoming webhook understands."""

    SLACK = "slack", "Slack"
    TEAMS = "teams", "Teams"


class Digest(TextChoices):
    HOURLY = "hourly", "Every hour"
    DAILY = "daily", "Once a day"


class SendState(TextChoices):
    PENDING = "pending", "Pending"
    SENT = "sent", "Sent"
    DROPPED = "dropped", "Dropped"
    DEAD = "dead", "Given up"


SEND_FLOW = Flow(
    SendState,
    initial=SendState.PENDING,
    steps=[
        step("send", frm=[SendState.PENDING], to=SendState.SENT),
        step("drop", frm=[SendState.PENDING], to=SendState.DROPPED),
        step("give_up", frm=[SendState.PENDING], to=SendState.DEAD),
    ],
)
