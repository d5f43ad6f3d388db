"""Files of the front end are named by their content: a browser keeps them for ever, and they are sent compressed. The
font comes as it is (it is compressed in itself), and a page asks for it before anything else."""

import json
import re

import pytest
from django.templatetags.static import static

from tests.ui.conftest import STATIC

# A file's answer is closed after it was sent; that looks at the connection, which whichever test came before left open.
pytestmark = pytest.mark.django_db

NAMES = json.loads((STATIC / "throughline" / "manifest.json").read_text())


@pytest.mark.parametrize("name", sorted(NAMES.keys() - {"inter.woff2"}))
def test_each_is_kept_for_ever_and_sent_compressed(client, name):
    address = static(f"throughline/{name}")
    assert re.fullmatch(r"/static/throughline/[a-z]+-[0-9A-Z]{8}\.\w+", address)

    for encoding in ("br", "gzip"):
        answer = client.get(address, headers={"accept-encoding": encoding})
        assert answer.status_code == 200
        assert answer.headers["Content-Encoding"] == encoding
        assert "immutable" in answer.headers["Cache-Control"]
        answer.close()


def test_the_font_is_kept_for_ever_asked_for_first_and_never_moves_what_is_read(client):
    address = static("throughline/inter.woff2")
    answer = client.get(address)
    assert re.fullmatch(r"/static/throughline/fonts/inter-latin-opsz-normal-[0-9A-Z]{8}\.woff2", address)
    assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True)
    answer.close()

    first = re.search(r"<link rel=.(?:preload|stylesheet).[^>]*>", client.get("/sign-in/").content.decode())
    assert f'href="{address}"' in first[0]
    style = (STATIC / "throughline" / NAMES["app.css"]).read_text()
    assert re.findall(r"font-display:(\w+)", style) == ["optional"] * style.count("@font-face")


def test_what_the_build_does_not_name_stands_for_itself():
    assert static("drf_spectacular_sidecar/redoc.js") == "/static/drf_spectacular_sidecar/redoc.js"
