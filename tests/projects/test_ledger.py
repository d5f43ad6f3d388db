"""The ledger in a project: verified and exported by jobs, by whoever is in it, and each time it says so itself."""

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from core import events, jobs, ledger, storage
from core.errors import Gone, NotAllowed, NotFound
from core.ledger import check, checkpoints
from core.ledger.jobs import EXPORT, VERIFY
from core.models import Blob, Event, Job, Stream
from projects import operations
from projects.roles import Role
from tests.core.test_ledger import folder as folder
from tests.core.test_ledger import hash_anew, tamper
from tests.drain import drain
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_item, make_token
from tests.projects.test_api import Api

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project():
    project = make_project(name="Card fraud scoring")
    for number in range(5):
        make_item(project, title=f"Item {number} \u2028 å")
    ledger.keep(Stream.objects.get(pk=project.pk), now=now())
    return project


def url(name, project, *more):
    return reverse(f"projects:{name}", args=[project.key, *more])


def types(project):
    return [one.type for one in Event.objects.filter(stream_id=project.pk, type__startswith="ledger.").order_by("seq")]


def exported(project, folder):
    """The archive of a new export, unpacked there."""
    job = operations.export_ledger(project=project, by=project.created_by)
    drain()
    job.refresh_from_db()
    with zipfile.ZipFile(storage.open_blob(job.result["digest"])) as archive:
        archive.extractall(folder)
    return folder


def checked(folder, *arguments):
    """The archive's own script, as an auditor runs it: without anything of ours."""
    call = [sys.executable, "-I", str(folder / "verify.py"), *arguments]
    done = subprocess.run(call, capture_output=True, text=True, cwd=folder, timeout=60)
    return done.returncode, done.stdout


def test_verify_ledger_by_a_viewer_gives_the_verdict_and_an_event(client, project):
    client.force_login(make_member(project, Role.VIEWER))

    answer = client.post(url("ledger-verify", project))
    drain()
    shown = client.get(url("activity", project), {"part": "checks"}, HTTP_HX_REQUEST="true").content.decode()

    assert answer.status_code == 302
    assert "The chain holds: 9 events checked" in shown
    assert "Event 6, written down outside the database" in shown
    assert types(project) == ["ledger.verified"]


def test_verify_ledger_says_where_it_breaks(client, project):
    client.force_login(project.created_by)
    tamper(("UPDATE core_event SET actor_label = 'x' WHERE stream_id = %s AND seq = 3", [project.pk]))

    client.post(url("ledger-verify", project))
    drain()
    shown = client.get(url("activity", project), {"part": "checks"}, HTTP_HX_REQUEST="true").content.decode()

    assert "broken at event 3: it was changed" in shown


def test_two_requests_at_once_are_one_walk(project):
    first = operations.verify_ledger(project=project, by=project.created_by)
    second = operations.verify_ledger(project=project, by=project.created_by)

    assert first.pk == second.pk


@pytest.mark.parametrize("operation", [operations.verify_ledger, operations.export_ledger])
def test_a_stranger_is_refused_and_nothing_is_queued(project, operation):
    with pytest.raises(NotAllowed):
        operation(project=project, by=make_user())

    assert not Job.objects.filter(kind__in=[VERIFY, EXPORT]).exists()


def test_take_ledger_of_another_project_is_not_there(project, tmp_path):
    exported(project, tmp_path / "out")
    job = Job.objects.get(kind=EXPORT)
    other = make_project(owner=project.created_by)

    with pytest.raises(NotFound):
        operations.take_ledger(project=other, job_id=job.pk, by=project.created_by)
    with pytest.raises(NotAllowed):
        operations.take_ledger(project=project, job_id=job.pk, by=make_user())
    assert "ledger.read" not in types(project) + types(other)


def test_take_ledger_that_is_no_longer_kept_says_so(project, tmp_path):
    exported(project, tmp_path / "out")
    job = Job.objects.get(kind=EXPORT)
    Blob.objects.filter(digest=job.result["digest"]).delete()

    with pytest.raises(Gone, match="kept for 30 days"):
        operations.take_ledger(project=project, job_id=job.pk, by=project.created_by)
    refused = Api(project.created_by).post(f"projects/{project.key}/events/exports/{job.pk}")

    assert (refused.status_code, refused.json()["code"]) == (410, "gone")
    assert "ledger.read" not in types(project)


def test_an_export_that_has_expired_says_when_and_what_to_do_instead_of_being_offered(client, project, tmp_path):
    exported(project, tmp_path / "out")
    job = Job.objects.get(kind=EXPORT)
    client.force_login(project.created_by)
    take = url("ledger-take", project, job.pk)
    assert take in client.get(url("activity", project), {"part": "checks"}, HTTP_HX_REQUEST="true").content.decode()

    Job.objects.filter(pk=job.pk).update(finished_at=now() - timedelta(days=31))
    page = client.get(url("activity", project), {"part": "checks"}, HTTP_HX_REQUEST="true").content.decode()

    expired = now() - timedelta(days=1)
    assert f'expired on <time datetime="{expired:%Y-%m-%d}' in page
    assert "Export the ledger again" in page
    assert take not in page
    assert client.post(take).status_code == 410
    assert "ledger.read" not in types(project)


def test_export_holds_by_its_own_script(project, tmp_path):
    folder = exported(project, tmp_path / "out")

    code, said = checked(folder, "--key", checkpoints.public_key())

    lines = (folder / "events.jsonl").read_bytes().split(b"\n")[:-1]
    assert (code, said) == (0, f"{project.key}: 8 events, 1 checkpoints, signed by {checkpoints.public_key()}\n")
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert types(project) == ["ledger.exported"]


def test_export_and_download_are_events(client, project):
    client.force_login(project.created_by)
    client.post(url("ledger-export", project))
    drain()
    job = Job.objects.get(kind=EXPORT)

    answer = client.post(url("ledger-take", project, job.pk))

    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == job.result["digest"]
    assert types(project) == ["ledger.exported", "ledger.read"]
    assert client.get(url("ledger-take", project, job.pk)).status_code == 405


def test_export_says_that_the_chain_is_broken(project, tmp_path):
    tamper(("UPDATE core_event SET actor_label = 'x' WHERE stream_id = %s AND seq = 3", [project.pk]))

    code, said = checked(exported(project, tmp_path / "out"))

    assert code == 1
    assert "changed at event 3" in said


def change_a_line(folder):
    path = folder / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Item 2", b"Item X"))


def cut_a_line(folder):
    path = folder / "events.jsonl"
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:-2]) + b"\n")


def swap_lines(folder):
    path = folder / "events.jsonl"
    one, two, *rest = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([two, one, *rest]))


def change_the_manifest(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"events":8', '"events":7'))


def change_the_readme(folder):
    (folder / "README.txt").write_text("Trust me.")


def change_a_checkpoint(folder):
    path = next((folder / "checkpoints").iterdir())
    path.write_text(path.read_text().replace('"seq":6', '"seq":5'))


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        (change_a_line, "line 4 of events.jsonl is not what was exported"),
        (cut_a_line, "events are missing after line 7"),
        (swap_lines, "line 1 of events.jsonl is not what was exported"),
        (change_the_manifest, "the manifest's signature does not hold"),
        (change_the_readme, "README.txt is not what was exported"),
        (change_a_checkpoint, "is not what was exported"),
    ],
)
def test_an_archive_that_was_changed_is_found_by_its_script(project, tmp_path, attack, found):
    folder = exported(project, tmp_path / "out")
    attack(folder)

    code, said = checked(folder)

    assert code == 1
    assert found in said


MISSING = "cannot be read: No such file or directory"
HARMS = [
    ("manifest.json", None, f"manifest.json {MISSING}"),
    ("manifest.sig", None, f"manifest.sig {MISSING}"),
    *(
        ("manifest.json", content, "manifest.json is damaged")
        for content in (b"", b'{"key"', b"\xff\x00", b"[1]", b"{}")
    ),
    ("manifest.json", b"[" * 100_000, "manifest.json is damaged"),
    ("manifest.sig", b"\xff\x00", "manifest.sig is damaged"),
    ("manifest.sig", b"", "the manifest's signature does not hold"),
]


def test_what_is_damaged_or_missing_in_an_archive_is_told_in_one_line(project, tmp_path):
    folder = exported(project, tmp_path / "out")
    for name, content, said in HARMS:
        kept = (folder / name).read_bytes()
        (folder / name).unlink()
        if content is not None:
            (folder / name).write_bytes(content)

        assert checked(folder) == (1, f"DOES NOT HOLD: {said}\n")
        (folder / name).write_bytes(kept)
    (folder / "links.txt").unlink()
    code, told = checked(folder)
    assert (code, told.count("\n")) == (1, 1)
    assert "links.txt" in told


def test_a_checkpoint_vouches_for_those_before_it_and_one_that_was_changed_is_found(project, tmp_path):
    for _ in range(2):
        make_item(project)
        checkpoints.keep(Stream.objects.get(pk=project.pk), now=now())
    folder = exported(project, tmp_path / "out")
    assert checked(folder)[0] == 0
    first, second, *_ = sorted((folder / "checkpoints").iterdir())
    manifest = json.loads((folder / "manifest.json").read_bytes())
    heads = {}

    assert check.check_checkpoints(folder, manifest, heads) == 3
    kept = json.loads(second.read_bytes())
    assert kept["checkpoint"]["previous"] == check.digest_of(first)
    first.write_bytes(first.read_bytes().replace(b'"seq":', b'"seq": '))
    assert check.check_checkpoints(folder, manifest, heads) == 3, "its own signature still holds"
    first.write_bytes(first.read_bytes().replace(b'"head":"', b'"head":"0'))
    with pytest.raises(check.DoesNotHold, match="not signed by this key"):
        check.check_checkpoints(folder, manifest, heads)


def test_an_archive_signed_by_somebody_else_is_found(project, tmp_path):
    code, said = checked(exported(project, tmp_path / "out"), "--key", "00" * 32)

    assert code == 1
    assert "signed by another key" in said


def test_the_script_agrees_with_the_library_about_signatures():
    """Messages of many lengths, and each signature with one bit turned over."""
    key = bytes.fromhex(checkpoints.public_key())
    for length in (0, 1, 63, 64, 1000):
        message = bytes(number % 251 for number in range(length))
        signature = checkpoints.signer().sign(message)
        turned = bytes([signature[0] ^ 1]) + signature[1:]
        assert check.is_signed(key, message, signature)
        assert not check.is_signed(key, message, turned)
        assert not check.is_signed(key, message + b"x", signature)
        assert not check.is_signed(key, message, signature[:32] + (check.ORDER + 1).to_bytes(32, "little"))


def test_by_rest_as_by_the_portal(client, project):
    headers = {"Authorization": f"Bearer {make_token(project.created_by)}"}
    base = f"/api/v1/projects/{project.key}"

    def post(path):
        return client.post(f"{base}/{path}", {}, content_type="application/json", headers=headers)

    walk, packed = post("events/verify"), post("events/exports")
    drain()
    verdict = client.get(walk.json()["url"], headers=headers).json()["result"]
    taken = post(f"events/exports/{packed.json()['job']}")

    assert (walk.status_code, packed.status_code, taken.status_code) == (202, 202, 200)
    assert (verdict["is_intact"], verdict["anchored_seq"]) == (True, 6)
    assert b"".join(taken.streaming_content)[:2] == b"PK"
    assert post("events/exports/999999").status_code == 404


def test_a_job_of_a_chain_that_was_hashed_anew_still_finds_it(project):
    tamper(("UPDATE core_event SET actor_label = 'x' WHERE stream_id = %s AND seq = 3", [project.pk]))
    hash_anew(Stream.objects.get(pk=project.pk), since=3)
    job = operations.verify_ledger(project=project, by=project.created_by)

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.result["first_bad_seq"], job.result["reason"]) == (1, "replaced")
    assert Event.objects.filter(type=events.LEDGER_VERIFIED).get().data["is_intact"] is False
    connection.close()
