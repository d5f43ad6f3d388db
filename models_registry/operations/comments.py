"""Who comments on versions, and how it is told."""

from models_registry import rules
from models_registry.events import VERSION_COMMENTED
from models_registry.models import VersionComment
from projects.operations import Talk

VERSION_TALK = Talk(model=VersionComment, event=VERSION_COMMENTED, why_not=rules.why_not_comment)
