"""Data: versions are added whole or not at all, numbered without gaps, and profiled by a job."""

import io
import threading

import pytest
from django.db import connection

from core.errors import Conflict, DomainError, Invalid, NotAllowed, TooLarge
from core.models import Blob, Event, Job
from experiments import operations
from experiments.models import Dataset, DatasetVersion
from experiments.tabular import Table, write_canonical
from projects.roles import Role
from tests.drain import drain
from tests.experiments.factories import make_csv, make_dataset_version, make_rows
from tests.factories import make_member, make_project, make_user, now


def upload(project, data, *, by=None, filename="transactions.csv", name="transactions"):
    return operations.create_dataset_version(
        project=project,
        name=name,
        upload=io.BytesIO(data),
        filename=filename,
        by=by or project.created_by,
        now=now(),
    )


@pytest.mark.django_db
def test_create_dataset_version_keeps_rows_schema_and_bytes():
    project = make_project()
    data = make_csv(make_rows(60))

    version = upload(project, data)

    assert (str(version), version.rows) == ("transactions@v1", 60)
    assert [(c["name"], c["kind"]) for c in version.columns] == [
        ("amount", "numeric"),
        ("hour", "integer"),
        ("merchant", "categorical"),
        ("is_fraud", "integer"),
    ]
    assert (version.original.size, version.profile) == (len(data), None)
    told = Event.objects.filter(stream=project.pk, type__startswith="dataset").order_by("seq")
    assert [(e.type, e.data.get("digest")) for e in told] == [
        ("dataset.created", None),
        ("dataset_version.added", version.digest),
    ]
    assert Job.objects.get().kind == "profile"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PRODUCT_OWNER, Role.VALIDATOR, Role.VIEWER])
def test_create_dataset_version_by_who_may_not_is_refused(role):
    project = make_project()

    with pytest.raises(NotAllowed, match="data scientist"):
        upload(project, make_csv(), by=make_member(project, role))
    with pytest.raises(NotAllowed, match="not in it"):
        upload(project, make_csv(), by=make_user())

    assert not Dataset.objects.exists()


@pytest.mark.django_db
def test_create_dataset_version_same_bytes_names_the_version_that_has_them():
    project = make_project()
    upload(project, make_csv())

    with pytest.raises(Conflict, match=r"transactions@v1 has exactly these bytes already") as refused:
        upload(project, make_csv())

    assert refused.value.code == "same_bytes"
    assert DatasetVersion.objects.count() == 1
    assert upload(project, make_csv(), name="copy").number == 1


BAD = {
    "empty": (b"", "a.csv", "no_rows"),
    "header only": (b"a,b\n", "a.csv", "no_rows"),
    "ragged": (b"a,b\n1,2\n3\n", "a.csv", "ragged_row"),
    "latin-1": ("a,b\ncaf\xe9,1\n".encode("latin-1"), "a.csv", "not_utf8"),
    "utf-16": ("a,b\n1,2\n".encode("utf-16"), "a.csv", "not_utf8"),
    "no header": (b"1.5,2.7\n3,4\n", "a.csv", "no_header"),
    "twice": (b"a,a\n1,2\n", "a.csv", "duplicate_column"),
    "blank name": (b"a,\n1,2\n", "a.csv", "blank_column_name"),
    "nul": (b"a,b\n1,\x002\n", "a.csv", "nul_byte"),
    "spreadsheet": (b"PK", "a.xlsx", "unknown_format"),
    "no parquet": (b"PAR1 nonsense PAR1", "a.parquet", "unreadable"),
    "bad filename": (b"a\n1\n", "a\r\nSet-Cookie: x.csv", "bad_filename"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", BAD)
def test_create_dataset_version_bad_file_names_the_fault_and_leaves_nothing(case):
    data, filename, code = BAD[case]
    project = make_project()

    with pytest.raises(Invalid) as refused:
        upload(project, data, filename=filename)

    assert refused.value.code == code
    assert [error.field for error in refused.value.errors] == ["file"]
    assert not Dataset.objects.exists()
    assert not Blob.objects.exists()
    assert not Event.objects.filter(type__startswith="dataset").exists()


@pytest.mark.django_db
def test_create_dataset_version_one_byte_over_the_limit_is_refused(settings):
    data = make_csv()
    settings.MAX_UPLOAD_BYTES = len(data) - 1

    with pytest.raises(TooLarge, match=f"{len(data) - 1:,} bytes"):
        upload(make_project(), data)

    assert not Blob.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", " ", "a b", "../x", "a/b", "x" * 81, ".hidden", "é", "a\0"])
def test_create_dataset_version_bad_name_is_refused(name):
    with pytest.raises(DomainError) as refused:
        upload(make_project(), make_csv(), name=name)

    assert refused.value.field == "name"


@pytest.mark.django_db(transaction=True)
def test_create_dataset_version_by_many_at_once_numbers_without_gaps():
    project = make_project()
    refused = []

    def add(seed):
        try:
            upload(project, make_csv(make_rows(20, seed=seed % 4)))  # 4 different files, each sent twice
        except Conflict as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(seed,)) for seed in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert sorted(DatasetVersion.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert refused == ["same_bytes"] * 4


@pytest.mark.django_db(transaction=True)
def test_profile_job_describes_the_version_once():
    version = make_dataset_version(rows=make_rows(80))

    drain()

    version.refresh_from_db()
    assert (version.profile["rows"], len(version.profile["columns"])) == (80, 4)
    assert Event.objects.filter(type="dataset_version.profiled").count() == 1
    assert Job.objects.get().state == "succeeded"


@pytest.mark.django_db
def test_store_profile_again_changes_nothing():
    version = make_dataset_version()
    operations.store_profile(version=version, profile={"rows": 1, "columns": [], "warnings": []})

    operations.store_profile(version=version, profile={"rows": 2, "columns": [], "warnings": []})

    version.refresh_from_db()
    assert version.profile["rows"] == 1


@pytest.mark.django_db
def test_create_dataset_version_reads_parquet_in_a_child(tmp_path):
    write_canonical(Table.from_rows(make_rows(30)), tmp_path / "t.parquet")

    version = upload(make_project(), (tmp_path / "t.parquet").read_bytes(), filename="t.parquet")

    assert (version.rows, len(version.columns)) == (30, 4)
