"""`python -m tests.people NAME ...`: create these people with PASSWORD and print their tokens, as JSON."""

import json
import os
import sys

import django

PASSWORD = "correct horse battery"

# Who is in the projects of the journeys beside their owner; the user name of each is what it is called here.
ROLES = {
    "product_owner": "product_owner",
    "scientist": "data_scientist",
    "engineer": "engineer",
    "validator": "validator",
    "viewer": "viewer",
}


def main(usernames: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.stdout.write(json.dumps({username: _token_of_new(username) for username in usernames}))


def _token_of_new(username: str) -> str:
    from core import operations  # noqa: PLC0415 (models need Django set up)
    from core.pages import now  # noqa: PLC0415 (models need Django set up)
    from core.roles import Scope  # noqa: PLC0415 (models need Django set up)

    user = operations.create_user(
        username=username, password=PASSWORD, name=username.replace("-", " ").capitalize(), is_admin=False, by=None
    )
    made = operations.create_token(
        user=user, label="for tests", scopes=list(Scope), days=1, stream_id=None, by=user, now=now()
    )
    return made.text


if __name__ == "__main__":
    main(sys.argv[1:])
