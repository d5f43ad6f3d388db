"""Files of items: what is kept, who reads it, and that nothing that was sent can do anything."""

import io
import zlib

import pytest
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.errors import Invalid, NotAllowed, NotFound, TooLarge
from core.models import Blob, Event
from core.prose import prose
from projects import operations, queries
from projects.models import Attachment
from projects.operations import ITEM_TALK
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_item

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTMX = {"HX-Request": "true"}


@pytest.fixture
def item():
    return make_item(make_project(key="FRD"))


@pytest.fixture
def sponsor(item):
    return make_member(item.project, Role.SPONSOR)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def attach(item, data=PNG, name="shot.png", *, by=None, **given):
    file = File(io.BytesIO(data), name=name)
    return operations.attach_file(item=item, file=file, by=by or item.project.created_by, now=now(), **given)


def page(item, attachment=None, query=""):
    tail = f"{attachment.pk}/{query}" if attachment else ""
    return f"/p/{item.project.key}/board/items/{item.number}/attachments/{tail}"


def api(item, tail=""):
    return f"/api/v1/projects/{item.project.key}/items/{item.number}/attachments{tail}"


def steps():
    return [one.data["step"] for one in Event.objects.filter(type="item.attached").order_by("seq")]


def test_a_picture_is_kept_shown_and_taken_away(item):
    owner = client_of(item.project.created_by)

    sent = owner.post(
        page(item), {"file": SimpleUploadedFile("a [shot].png", PNG)}, headers={"Accept": "application/json"}
    )
    made = Attachment.objects.get()
    shown = owner.get(page(item, made))

    assert sent.json() == {"name": "a [shot].png", "reference": f"![a shot.png](attachment:{made.pk})"}
    assert (made.media_type, made.blob.size, made.visibility) == ("image/png", len(PNG), "everyone")
    assert b"".join(shown.streaming_content) == PNG
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    saved = owner.get(page(item, made, "?download"))
    assert saved["Content-Disposition"] == "attachment; filename*=UTF-8''a%20%5Bshot%5D.png"
    assert "No files yet" in owner.post(page(item, made), {"act": "delete"}, headers=HTMX).content.decode()
    assert (Attachment.objects.count(), steps()) == (0, ["added", "removed"])
    assert "shot" not in str(list(Event.objects.filter(type="item.attached").values_list("data", flat=True)))


@pytest.mark.parametrize(
    ("name", "data"),
    [("page.png", HTML), ("drawing.svg", SVG), ("drawing.png", SVG), ("x.html", HTML), ("x.pdf", b"%PDF-")],
)
def test_what_is_no_picture_is_only_downloaded_whatever_it_is_called(item, name, data):
    made = attach(item, data, name)

    sent = client_of(item.project.created_by).get(page(item, made))

    assert made.media_type == ""
    assert sent["Content-Type"] == "application/octet-stream"
    assert sent["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert (sent["X-Content-Type-Options"], sent["Content-Security-Policy"]) == ("nosniff", "sandbox")


def test_a_picture_with_html_behind_it_is_sent_as_a_picture(item):
    made = attach(item, PNG + HTML, "shot.html")

    sent = client_of(item.project.created_by).get(page(item, made))

    assert (sent["Content-Type"], sent["X-Content-Type-Options"]) == ("image/png", "nosniff")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.txt", "a.txt"),
        ("two\nlines\x00.txt", "two lines .txt"),
        ("ä ö.txt", "ä ö.txt"),
    ],
)
def test_a_name_is_one_line_and_no_path(item, given, kept):
    assert attach(item, name=given).name == kept


def test_what_cannot_be_attached_leaves_nothing(item, sponsor, settings):
    settings.ATTACHMENT_MAX_BYTES = 100
    before = Event.objects.count()

    with pytest.raises(TooLarge, match="The file has 101 bytes; an attachment has at most 100"):
        attach(item, b"x" * 101)
    with pytest.raises(Invalid, match="empty"):
        attach(item, b"")
    with pytest.raises(Invalid, match="1 to 200 characters: got 204"):
        attach(item, name="n" * 200 + ".png")
    with pytest.raises(Invalid, match="Visibility"):
        attach(item, visibility="nobody")
    with pytest.raises(NotAllowed, match="not of the team"):
        attach(item, by=sponsor, visibility="team")
    with pytest.raises(NotAllowed):
        attach(item, by=make_user())
    assert (Attachment.objects.count(), Blob.objects.count(), Event.objects.count()) == (0, 0, before)


def test_an_item_has_a_limit(item, monkeypatch):
    monkeypatch.setattr("projects.operations.attachments.MOST_FILES", 1)
    attach(item)

    with pytest.raises(Invalid, match="at most 1 attachments"):
        attach(item)


def test_an_upload_that_breaks_off_leaves_nothing(item):
    class Broken(io.BytesIO):
        name, size = "a.bin", 10

        def read(self, size=-1):
            if self.tell():
                raise OSError("the other side is gone")
            return super().read(4)

    with pytest.raises(OSError, match="gone"):
        operations.attach_file(item=item, file=Broken(b"0123456789"), by=item.project.created_by, now=now())

    assert (Attachment.objects.count(), Blob.objects.count(), steps()) == (0, 0, [])


def test_a_body_cut_short_is_refused(item):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + PNG
    owner = client_of(item.project.created_by)

    for data in (body, body[:30], b""):
        answer = owner.generic("POST", api(item), data, content_type="multipart/form-data; boundary=x")
        assert answer.status_code in (400, 422), data

    assert not Attachment.objects.exists()


def test_what_is_the_teams_is_not_for_others_until_the_team_shows_it(item, sponsor):
    owner = item.project.created_by
    made = attach(item, visibility="team")
    other = client_of(sponsor)

    def fetched():
        return [other.get(address).status_code for address in (page(item, made), api(item, f"/{made.pk}/content"))]

    def say(by, text, visibility="everyone"):
        operations.add_comment(talk=ITEM_TALK, on=item, text=text, visibility=visibility, by=by, now=now())

    assert fetched() == [404, 404]
    say(owner, f"![a](attachment:{made.pk})", "team")
    say(sponsor, f"![a](attachment:{made.pk})")  # whoever cannot see it cannot show it
    assert fetched() == [404, 404]
    assert other.get(api(item)).json()["results"] == []
    assert other.post(page(item, made), {"act": "delete"}).status_code == 404
    say(owner, f"See [it](attachment:{made.pk})")
    assert fetched() == [200, 200]
    assert steps() == ["added", "shared"]


def test_a_description_shows_what_it_names(item):
    made = attach(item, visibility="team")

    operations.revise_item(
        item=item, values={"description": f"![a](attachment:{made.pk})"}, by=item.project.created_by, now=now()
    )

    made.refresh_from_db()
    assert made.visibility == "everyone"
    shown = client_of(item.project.created_by).get(f"/p/FRD/board/items/{item.number}/").content.decode()
    assert f'<img src="{page(item, made)}" alt="a" loading="lazy">' in shown


def test_removing_is_for_who_attached_it_and_who_plans(item, sponsor):
    theirs, made = attach(item, by=sponsor), attach(item)

    with pytest.raises(NotAllowed):
        operations.remove_attachment(attachment=made, by=sponsor)
    operations.remove_attachment(attachment=theirs, by=sponsor)
    operations.remove_attachment(attachment=made, by=make_member(item.project, Role.DATA_SCIENTIST))

    assert not Attachment.objects.exists()
    with pytest.raises(NotFound):
        operations.remove_attachment(attachment=made, by=item.project.created_by)


def test_another_items_and_another_projects_number_finds_nothing(item):
    made, beside = attach(item), make_item(item.project, title="Beside")
    other = make_item(make_project(key="OTH"))
    owner, stranger = client_of(item.project.created_by), client_of(other.project.created_by)

    assert owner.get(page(beside, made)).status_code == 404
    assert owner.get(api(beside, f"/{made.pk}")).status_code == 404
    assert stranger.get(page(other, made)).status_code == 404
    assert stranger.get(page(item, made)).status_code == 404
    assert stranger.delete(api(item, f"/{made.pk}")).status_code == 404
    assert owner.get(page(item) + "9" * 30 + "/").status_code == 404


def test_attachments_by_rest(item):
    owner = client_of(item.project.created_by)

    made = owner.post(api(item), {"file": SimpleUploadedFile("a.txt", b"text"), "visibility": "team"})
    body = made.json()

    assert (made.status_code, made["Location"]) == (201, body["url"])
    assert (body["name"], body["size"], body["media_type"], body["visibility"]) == ("a.txt", 4, "", "team")
    assert owner.get(body["url"]).json() == body
    assert owner.get(api(item)).json()["results"] == [body]
    assert b"".join(owner.get(body["url"] + "/content").streaming_content) == b"text"
    assert owner.delete(body["url"]).status_code == 204
    assert owner.get(body["url"]).status_code == 404
    refused = owner.post(api(item), {"file": SimpleUploadedFile("a.txt", b"")})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "file")


def test_the_list_costs_the_same_for_one_and_for_three(item):
    owner, costs = client_of(item.project.created_by), []
    for count in (1, 2):
        for number in range(count):
            attach(item, f"{count}{number}".encode(), by=make_member(item.project, Role.ENGINEER))
        with CaptureQueriesContext(connection) as asked:
            owner.get(page(item), headers=HTMX)
            owner.get(api(item))
        costs.append(len(asked))

    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("![a](attachment:12)", '<p><img src="/f/12/" alt="a" loading="lazy"></p>'),
        ('![" onerror="x](attachment:12)', '<p><img src="/f/12/" alt="&quot; onerror=&quot;x" loading="lazy"></p>'),
        ("[a](attachment:12)", '<p><a href="/f/12/" rel="nofollow noopener noreferrer">a</a></p>'),
        ("[a](attachment:../../x)", '<p><a href="attachment:../../x" rel="nofollow noopener noreferrer">a</a></p>'),
        ("`![a](attachment:12)`", "<p><code>![a](attachment:12)</code></p>"),
        ("![a](https://a.example/x.png)",
         '<p>!<a href="https://a.example/x.png" rel="nofollow noopener noreferrer">a</a></p>'),
        ("![a](/f/12/)", '<p>!<a href="/f/12/" rel="nofollow noopener noreferrer">a</a></p>'),
    ],
)  # fmt: skip
def test_only_attachments_are_pictures(written, said):
    assert prose(written, "/f/").strip() == said


def test_a_reference_without_its_item_leads_nowhere():
    assert prose("![a](attachment:1)").strip() == "<p>a</p>"
    assert "attachment" not in prose("[a](attachment:1)")


def test_a_compressed_bomb_is_only_bytes(item):
    made = attach(item, b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(10_000_000)))

    assert queries.attachment_of(item, item.project.created_by, made.pk).blob.size < 20_000


def test_a_text_of_brackets_is_text_and_costs_no_search_for_links():
    assert prose("[a](https://example.com/)" * 1000).count("<a ") == 1000
    assert "<a " not in prose("[a](https://example.com/)" * 1001)
    assert prose("[" * 60_000) == "<p>" + "[" * 60_000 + "</p>\n"
