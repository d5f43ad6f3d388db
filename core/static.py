"""The front end's files under the names of their content, as its build wrote them down."""

import json
from functools import lru_cache

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage

FOLDER = "throughline/"


class BuiltStorage(StaticFilesStorage):
    """`{% static "throughline/app.js" %}` is the address of app-HASH.js; other names stand for themselves."""

    def url(self, name: str | None) -> str:
        return super().url(_built().get(name or "", name))


@lru_cache(maxsize=1)
def _built() -> dict[str, str]:
    """Read once: a front end that is built again is served from the next start on."""
    manifest = settings.BASE_DIR / "build" / "static" / FOLDER / "manifest.json"
    if not manifest.exists():  # checks and commands run without a front end
        return {}
    return {FOLDER + name: FOLDER + file for name, file in json.loads(manifest.read_text()).items()}
