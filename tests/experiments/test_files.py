"""Files of runs on pages: the tree, what is shown of each, and that nothing of them runs."""

import io
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.prose import MOST, prose
from experiments import operations, previews, tables
from experiments.models import Artifact
from projects.roles import Role
from tests.experiments.factories import make_run, put
from tests.factories import make_member, make_project, make_user, now

HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\nrest"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def make_model(run, name="scorer"):
    return operations.create_logged_model(
        experiment=run.experiment, name=name, source_run=run, by=run.created_by, now=now()
    )


def parquet(rows=120, **columns):
    sink = io.BytesIO()
    pq.write_table(pa.table({"n": list(range(rows)), "word": ["<b>x</b>"] * rows} | columns), sink)
    return sink.getvalue()


def shown(run, path, status=200, **given):
    response = client_of(run.created_by).get(f"/p/{run.project.key}/runs/{run.run_id}/{path}", **given)
    assert response.status_code == status, response.content.decode()[-2000:]
    return response


# --- the tree --------------------------------------------------------------------------------------------------------


def artifacts(*paths):
    return [Artifact(path=path, size=10, blob_id="d" * 64) for path in paths]


def test_tree_sums_up_folders_and_keeps_their_ids():
    root = tables.tree(artifacts("a/b/1.txt", "a/b/2.txt", "a/3.csv", "4.bin"))

    assert (root.count, root.size, [one.name for one in root.files]) == (4, 40, ["4.bin"])
    [a] = root.folders
    [b] = a.folders
    assert (a.name, a.count, a.size, b.count, [one.icon for one in a.files]) == ("a", 3, 30, 2, ["file-spreadsheet"])
    assert tables.tree(artifacts("a/b/1.txt")).folders[0].folders[0].id == b.id
    assert tables.tree(artifacts("a/b/1.txt"), name="m-1").folders[0].id != a.id


def test_tree_of_a_very_deep_path_ends_at_the_limit():
    root = tables.tree(artifacts("/".join("x" * 400)))

    depth, folder = 0, root
    while folder.folders:
        depth, folder = depth + 1, folder.folders[0]
    assert depth == tables.MAX_DEPTH
    assert folder.files[0].name == "/".join("x" * (400 - tables.MAX_DEPTH))


@pytest.mark.django_db
def test_run_page_shows_its_files_and_those_of_its_models():
    run = make_run()
    assert "No files yet" in shown(run, "").content.decode()
    put(run, "plots/roc/curve.png", PNG)
    model = make_model(run)
    put(model, "MLmodel", b"flavors: {}")
    put(make_model(make_run(run.project), "other"), "elsewhere.txt", b"no")

    page = shown(run, "?part=files", headers=HTMX).content.decode()

    assert re.sub(r"\s+", " ", page).count('<details id="folder-') == 2
    for said in ("plots", "roc", "curve.png", "scorer", f"/preview/MLmodel?model={model.model_id}"):
        assert said in page
    assert "elsewhere.txt" not in page


@pytest.mark.django_db
def test_file_of_a_model_is_reached_by_its_run_alone():
    run = make_run()
    other = make_run(run.project)
    model = make_model(run)
    put(model, "MLmodel", b"flavors: {}")

    assert "flavors" in shown(run, f"preview/MLmodel?model={model.model_id}").content.decode()
    shown(other, f"preview/MLmodel?model={model.model_id}", status=404)
    shown(run, "preview/MLmodel?model=m-" + "0" * 32, status=404)
    shown(run, "preview/MLmodel", status=404)


@pytest.mark.django_db
def test_files_cost_the_same_queries_for_one_and_for_three():
    run = make_run()
    client, costs = client_of(run.created_by), []
    for paths in (["a/1"], ["a/2", "b/c/3", "4"]):
        for path in paths:
            put(run, path, path.encode())
            put(make_model(run, path[-1]), path, path.encode())
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/p/{run.project.key}/runs/{run.run_id}/?part=files", headers=HTMX)
        costs.append(len(captured))

    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_more_files_than_are_shown_says_so(monkeypatch):
    monkeypatch.setattr("experiments.views.files.MOST_FILES", 2)
    run = make_run()
    for name in ("a", "b", "c"):
        put(run, name, b"x")

    page = shown(run, "?part=files", headers=HTMX).content.decode()

    assert "Only the first 2 are shown" in page
    assert "/preview/b" in page
    assert "/preview/c" not in page


# --- what is shown of a file -----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("notes.txt", b"<b>bold</b>", "&lt;b&gt;bold"),
        ("conf.yaml", b"a: <i>", "a: &lt;i&gt;"),
        ("code.anything", b"print('<x>')", "&lt;x&gt;"),
        ("metrics.json", b'{"a":{"b":1}}', "{\n  &quot;a&quot;: {\n    &quot;b&quot;: 1"),
        ("broken.json", b'{"a":', "{&quot;a&quot;:"),
        ("readme.md", b"# Hello\n\n*you* <script>alert(1)</script>", "<h1>Hello</h1>\n<p><em>you</em> &lt;script&gt;"),
        ("rows.csv", b"name;n\n<u>;1\n", "<td>&lt;u&gt;</td>"),
        ("empty.txt", b"", "The file is empty."),
        ("model.bin", b"\x00\x01\x02", "It is not text, and its kind is not known here."),
        ("latin.txt", b"caf\xe9 au lait", "It is not text"),
        ("fake.png", b"<svg onload=alert(1)>", "Its name says PNG, but its bytes are something else."),
        ("fake.svg", b"<html><script>", "Its name says SVG, but its bytes are something else."),
        ("broken.parquet", b"PAR1 but not more", "The file is not Parquet, or it is cut off."),
    ],
)
def test_preview_shows_or_says_why_not(name, data, said):
    run = make_run()
    put(run, name, data)

    page = shown(run, f"preview/{name}").content.decode()

    assert said in page
    assert "<script>alert" not in page


@pytest.mark.django_db
def test_preview_of_a_table_tells_how_much_of_it_is_shown():
    run = make_run()
    file = put(run, "rows.csv", b"a,b\n" + b"1,2\n" * 80)
    small = put(run, "small.tsv", b'a\tb\n"x\ty"\t2\n')

    assert previews.preview_of(file).head.total_rows is None
    assert previews.preview_of(small).head == previews.Head(["a", "b"], [["x\ty", "2"]], [], 1, 2)
    page = shown(run, "preview/rows.csv").content.decode()
    assert page.count("<td>1</td>") == previews.ROWS
    assert "50 rows, 2 of 2 columns" in re.sub(r"\s+", " ", page)


@pytest.mark.django_db
def test_preview_of_parquet_is_read_by_a_child():
    run = make_run()
    put(run, "rows.parquet", parquet(vector=pa.array([[1, 2]] * 120)))

    page = shown(run, "preview/rows.parquet").content.decode()

    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "[1, 2]" in page
    assert "50 of 120 rows, 3 of 3 columns" in re.sub(r"\s+", " ", page)
    assert "int64" in page


@pytest.mark.django_db
def test_parquet_that_decodes_to_more_than_the_childs_memory_is_not_shown(monkeypatch):
    monkeypatch.setattr(previews, "CHILD_MEMORY_MB", 700)
    run = make_run()
    bomb = io.BytesIO()
    page = pa.table({"text": pa.array(["x" * 400_000_000, "y"])})
    pq.write_table(page, bomb, compression="zstd", use_dictionary=False)
    assert bomb.tell() < 1_000_000
    put(run, "bomb.parquet", bomb.getvalue())

    assert "It needed more than its limit of 700 MB of memory." in shown(run, "preview/bomb.parquet").content.decode()


@pytest.mark.django_db
def test_previews_have_limits_and_say_so(monkeypatch):
    for name, value in (("TEXT_BYTES", 8), ("PICTURE_BYTES", 8), ("PAGE_BYTES", 8), ("PARQUET_BYTES", 8)):
        monkeypatch.setattr(previews, name, value)
    run = make_run()
    text = put(run, "long.txt", "abcdefgé and more".encode())
    for name, data in (("big.png", PNG), ("big.html", b"<p>long</p>"), ("big.parquet", parquet())):
        found = previews.preview_of(put(run, name, data))
        assert (found.kind, found.said.startswith(f"It has {len(data):,} bytes; a ")) == ("none", True)

    assert previews.preview_of(text).text == "abcdefg"
    assert previews.preview_of(text).said == "Only its first 8 of 18 bytes are shown."
    shown(run, "page/big.html", status=404)
    shown(run, "picture/big.png", status=404)


# --- nothing runs ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pictures_are_sent_as_what_they_are_into_a_sandbox():
    run = make_run()
    put(run, "plot.png", PNG)
    put(run, "fake.png", b"<svg onload=alert(1)>")
    put(run, "plot.svg", SVG)

    for name, media_type in (("plot.png", "image/png"), ("plot.svg", "image/svg+xml")):
        sent = shown(run, f"picture/{name}")
        assert sent["Content-Type"] == media_type
        assert sent["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
        assert sent["X-Content-Type-Options"] == "nosniff"
    shown(run, "picture/fake.png", status=404)
    assert (
        "<script" not in shown(run, "preview/plot.svg").content.decode().split('class="body"')[1].split("</section>")[0]
    )


@pytest.mark.django_db
def test_html_is_shown_in_a_frame_that_may_nothing():
    run = make_run()
    put(run, "report.html", b"<h1>Report</h1><script>alert(1)</script>")

    page = shown(run, "preview/report.html").content.decode()
    frame = re.search(r"<iframe[^>]*>", page)[0]
    sent = shown(run, "page/report.html")

    assert re.search(r"\ssandbox\s", frame)
    assert "allow" not in frame
    assert "It has scripts, which do not run here" in page
    assert "alert(1)" not in page
    assert sent["Content-Security-Policy"].split(";")[:2] == ["sandbox", " default-src 'none'"]
    assert sent["X-Frame-Options"] == "SAMEORIGIN"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert b"".join(sent.streaming_content) == b"<h1>Report</h1><script>alert(1)</script>"
    shown(run, "page/plot.svg", status=404)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["page.html", "plot.svg", "plain.txt"])
def test_downloads_are_attachments(name):
    run = make_run()
    put(run, name, SVG)

    sent = shown(run, f"artifacts/{name}")

    assert sent["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert sent["Content-Type"] == "application/octet-stream"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Security-Policy"] == "sandbox"


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["artifacts", "preview", "picture", "page"])
def test_files_open_to_the_team_and_not_to_strangers(view):
    project = make_project()
    run = make_run(project)
    name = {"picture": "a.png", "page": "a.html"}.get(view, "a.txt")
    put(run, name, PNG)
    address = f"/p/{project.key}/runs/{run.run_id}/{view}/{name}"

    for person in (project.created_by, make_member(project, Role.VIEWER)):
        assert client_of(person).get(address).status_code == 200
    assert client_of(make_user()).get(address).status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,hi)", "<p>[x](data:text/html,hi)</p>"),
        ("[x](https://a.example)", '<p><a href="https://a.example" rel="nofollow noopener noreferrer">x</a></p>'),
        ('[x](/a "\\" onclick=\\"alert(1)")',
         '<p><a href="/a" title="&quot; onclick=&quot;alert(1)" rel="nofollow noopener noreferrer">x</a></p>'),
        ("![alt](https://a.example/x.png)",
         '<p>!<a href="https://a.example/x.png" rel="nofollow noopener noreferrer">alt</a></p>'),
        ("```<b>\n<i>\n```", '<pre><code class="language-&lt;b&gt;">&lt;i&gt;\n</code></pre>'),
    ],
)  # fmt: skip
def test_markdown_cannot_do_anything(written, said):
    assert prose(written).strip() == said


def test_markdown_has_a_limit():
    assert len(prose("a" * (MOST + 500))) == MOST + len("<p></p>\n")
