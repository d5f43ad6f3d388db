"""Jobs: queued with their cause, claimed by one worker at a time, ended exactly once."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from core import jobs
from core.errors import Conflict, Invalid
from core.jobs import ChildSpec, JobKind, LostLease, kinds
from core.jobs.kinds import _kinds
from core.jobs.working import _finish
from core.models import Event, Job, JobLog, Schedule
from tests.factories import make_project

NOW = jobs.database_now


class Noted:
    """What the kind of this test was asked to do."""

    def __init__(self):
        self.finished, self.failures, self.messages = [], [], []
        self.during = lambda job, report: {"answer": 42}
        self.at_the_end = lambda job: None
        self.on_failure = lambda job: None
        self.child = None


@pytest.fixture
def noted():
    noted = Noted()

    @jobs.job_kind("noted", queue="quick", timeout_s=5, memory_mb=1024)
    class Kind(JobKind):
        def prepare(self, job, scratch):
            if noted.child is None:
                return None
            (scratch / "told.txt").write_text(noted.child)
            return ChildSpec("tests.core.noted_child", {"number": 7})

        def run(self, job, scratch, report):
            return noted.during(job, report)

        def message(self, job, message):
            noted.messages.append(message)

        def finish(self, job, result, scratch):
            noted.at_the_end(job)
            noted.finished.append(job.pk)
            return result

        def failed(self, job, failure):
            noted.failures.append(failure.code)
            noted.on_failure(job)

    yield noted
    del _kinds["noted"]


def submit(project=None, **given):
    with transaction.atomic():
        return jobs.submit("noted", project_id=project.pk if project else None, by=None, **given)


def expire(job):
    """The worker that holds it was killed, and a lease has gone by."""
    Job.objects.filter(pk=job.pk).update(lease_until=NOW() - timedelta(seconds=1), rung_at=None)


def row(job):
    return Job.objects.get(pk=job.pk)


def in_threads(count, work):
    found = []

    def one():
        try:
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return found


@pytest.mark.django_db(transaction=True)
def test_run_brings_a_job_to_its_result(noted):
    project = make_project()
    job = submit(project)

    state = jobs.run(job.pk)

    job = row(job)
    assert (state, job.state, job.result, job.attempt, job.progress) == (
        "succeeded", "succeeded", {"answer": 42}, 1, 1.0
    )  # fmt: skip
    assert noted.finished == [job.pk]
    told = Event.objects.filter(stream=project.pk, subject_type="job").order_by("seq").values_list("type", flat=True)
    assert list(told) == ["job.queued", "job.started", "job.succeeded"]


@pytest.mark.django_db(transaction=True)
def test_run_a_second_ring_does_nothing(noted):
    job = submit()
    jobs.run(job.pk)

    assert jobs.run(job.pk) is None
    assert noted.finished == [job.pk]


@pytest.mark.django_db
def test_submit_that_is_rolled_back_leaves_no_job(noted):
    with transaction.atomic():
        submit()
        transaction.set_rollback(True)

    assert not Job.objects.exists()


@pytest.mark.django_db
def test_submit_unknown_kind_refused():
    with pytest.raises(jobs.UnknownKind), transaction.atomic():
        jobs.submit("no-such-kind", project_id=None, by=None)


@pytest.mark.django_db(transaction=True)
def test_submit_with_a_key_by_many_makes_one_job(noted):
    found = in_threads(6, lambda: submit(unique_key="retrain:1").pk)

    assert len(found) == 6
    assert set(found) == {Job.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_submit_with_the_key_of_an_ended_job_makes_another(noted):
    first = submit(unique_key="retrain:1")
    jobs.run(first.pk)

    assert submit(unique_key="retrain:1").pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_claim_by_many_workers_succeeds_once(noted):
    job = submit()

    claimed = [one for one in in_threads(6, lambda: jobs.claim(job.pk)) if one is not None]

    assert len(claimed) == 1
    assert (row(job).state, row(job).attempt, row(job).token) == ("running", 1, 1)


@pytest.mark.django_db(transaction=True)
def test_claim_of_a_job_that_is_not_due_is_nothing(noted):
    job = submit(delay=timedelta(minutes=5))

    assert jobs.claim(job.pk) is None


@pytest.mark.django_db(transaction=True)
def test_worker_killed_then_another_finishes_once(noted):
    job = submit()
    dead = jobs.claim(job.pk)
    expire(job)

    assert jobs.run(job.pk) == "succeeded"
    with pytest.raises(LostLease):  # the first one was only asleep, and comes to its end now
        _finish(dead, kinds()["noted"], {"answer": 0}, Path("."))

    assert (row(job).attempt, row(job).result, noted.finished) == (2, {"answer": 42}, [job.pk])


@pytest.mark.django_db(transaction=True)
def test_claim_after_all_attempts_were_lost_ends_as_failed(noted):
    job = submit()
    for _ in range(3):
        jobs.claim(job.pk)
        expire(job)

    state = jobs.run(job.pk)

    assert (state, row(job).error) == (
        "failed", {"code": "worker_lost", "message": "The worker was lost 3 times."}
    )  # fmt: skip
    assert noted.failures == ["worker_lost"]


@pytest.mark.django_db(transaction=True)
def test_release_gives_back_the_attempt(noted):
    job = jobs.claim(submit().pk)

    jobs.release(job)

    assert (row(job).state, row(job).attempt, row(job).lease_until) == ("queued", 0, None)
    assert jobs.run(job.pk) == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_release_by_a_worker_that_lost_it_changes_nothing(noted):
    dead = jobs.claim(submit().pk)
    expire(dead)
    alive = jobs.claim(dead.pk)

    jobs.release(dead)

    assert (row(dead).state, row(dead).token) == ("running", alive.token)


@pytest.mark.django_db(transaction=True)
def test_run_refusal_fails_at_once(noted):
    def refuse(job, report):
        raise Invalid("The target has one class.", code="single_class")

    noted.during = refuse
    job = submit()

    assert jobs.run(job.pk) == "failed"
    assert row(job).error == {"code": "single_class", "message": "The target has one class."}
    assert (row(job).attempt, noted.failures) == (1, ["single_class"])


@pytest.mark.django_db(transaction=True)
def test_run_crash_is_tried_again_later_then_given_up(noted):
    def crash(job, report):
        raise ValueError("a bug")

    noted.during = crash
    job = submit()

    assert jobs.run(job.pk) == "queued"
    assert jobs.run(job.pk) is None  # not due yet
    for _ in range(2):
        Job.objects.filter(pk=job.pk).update(due_at=NOW())
        jobs.run(job.pk)

    assert (row(job).state, row(job).error) == ("failed", {"code": "crashed", "message": "ValueError: a bug"})
    assert noted.failures == ["crashed"]


@pytest.mark.django_db(transaction=True)
def test_finish_that_fails_leaves_nothing_and_fails_the_job(noted):
    def refuse(job):
        make_project(key="HALF")
        raise Conflict("The run was deleted meanwhile.", code="deleted")

    noted.at_the_end = refuse
    job = submit()

    assert jobs.run(job.pk) == "failed"
    assert row(job).error["code"] == "deleted"
    assert row(job).result is None
    assert not Event.objects.filter(subject_id="HALF").exists()


@pytest.mark.django_db(transaction=True)
def test_finish_with_a_bug_is_tried_again(noted):
    def crash(job):
        raise KeyError("files")

    noted.at_the_end = crash
    job = submit()

    assert jobs.run(job.pk) == "queued"
    assert row(job).error["code"] == "crashed"


@pytest.mark.django_db(transaction=True)
def test_job_ends_also_when_its_kind_cannot_note_the_failure(noted):
    def refuse(job, report):
        raise Invalid("no")

    def crash(job):
        raise KeyError("run")

    noted.during, noted.on_failure = refuse, crash
    job = submit()

    assert jobs.run(job.pk) == "failed"
    assert row(job).state == "failed"


@pytest.mark.django_db(transaction=True)
def test_cancel_a_queued_job_is_final(noted):
    project = make_project()
    job = submit(project)

    jobs.cancel(job=job, by=project.created_by, now=NOW())

    assert row(job).state == "cancelled"
    assert noted.failures == ["cancelled"]
    assert jobs.run(job.pk) is None
    with pytest.raises(Conflict, match="ended already: cancelled"):
        jobs.cancel(job=job, by=project.created_by, now=NOW())


@pytest.mark.django_db(transaction=True)
def test_cancel_while_it_works_wins_over_its_end(noted):
    project = make_project()
    job = submit(project)
    noted.during = lambda one, report: jobs.cancel(job=job, by=project.created_by, now=NOW()) and {}

    assert jobs.run(job.pk) is None
    assert (row(job).state, noted.finished) == ("cancelled", [])


@pytest.mark.django_db(transaction=True)
def test_cancel_and_finish_at_once_end_in_one_state(noted):
    project = make_project()
    for _ in range(10):
        job = jobs.claim(submit(project).pk)
        kind, outcomes, gate = kinds()["noted"], [], threading.Barrier(2)

        def finish(job=job, kind=kind, outcomes=outcomes, gate=gate):
            gate.wait()
            try:
                outcomes.append(_finish(job, kind, {}, Path(".")))
            except LostLease:
                pass
            finally:
                connection.close()

        def cancel(job=job, outcomes=outcomes, gate=gate):
            gate.wait()
            try:
                outcomes.append(jobs.cancel(job=job, by=project.created_by, now=NOW()).state)
            except Conflict:
                pass
            finally:
                connection.close()

        threads = [threading.Thread(target=finish), threading.Thread(target=cancel)]
        [t.start() for t in threads]
        [t.join() for t in threads]

        assert outcomes == [row(job).state]


@pytest.mark.django_db(transaction=True)
def test_lease_is_kept_while_the_work_lasts(noted, settings):
    settings.JOB_LEASE_SECONDS = 0.6
    taken_over = []

    def long_work(job, report):
        for _ in range(6):
            time.sleep(0.2)
            taken_over.append(jobs.claim(job.pk))
        return {}

    noted.during = long_work

    assert jobs.run(submit().pk) == "succeeded"
    assert taken_over == [None] * 6


@pytest.mark.django_db(transaction=True)
def test_progress_by_a_worker_that_lost_the_job_is_refused(noted):
    dead = jobs.claim(submit().pk)
    expire(dead)
    jobs.claim(dead.pk)

    with pytest.raises(LostLease):
        jobs.Report(dead).progress(0.5, "half")
    assert row(dead).progress == 0


@pytest.mark.django_db(transaction=True)
def test_take_due_rings_for_each_once_until_a_lease_goes_by(noted):
    job = submit()

    assert [pk for pk, _ in jobs.take_due()] == [job.pk]
    assert jobs.take_due() == []
    Job.objects.update(rung_at=NOW() - timedelta(minutes=1))
    assert [pk for pk, _ in jobs.take_due()] == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_take_due_by_many_dispatchers_rings_once(noted):
    for _ in range(5):
        submit()

    rung = in_threads(4, jobs.take_due)

    assert sorted(pk for pks in rung for pk, _ in pks) == sorted(Job.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_take_due_rings_for_a_job_whose_worker_was_lost(noted):
    job = submit()
    jobs.claim(job.pk)
    assert jobs.take_due() == []

    expire(job)

    assert [pk for pk, _ in jobs.take_due()] == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_a_schedule_fired_by_many_makes_one_job_a_slot(noted):
    schedule = Schedule.objects.create(kind="noted", every_seconds=60, next_at=NOW() - timedelta(seconds=150))

    assert jobs.due_schedules() == [schedule.pk]
    fired = in_threads(4, lambda: jobs.fire(schedule.pk))

    assert [job.kind for job in fired if job] == ["noted"]
    assert jobs.due_schedules() == []
    schedule.refresh_from_db()
    assert schedule.next_at > NOW()
    assert (Job.objects.count(), schedule.fires.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_schedule_of_an_unknown_kind_is_not_fired_and_stays():
    schedule = Schedule.objects.create(kind="gone", every_seconds=60, next_at=NOW() - timedelta(seconds=5))

    with pytest.raises(jobs.UnknownKind, match="'gone'"):
        jobs.fire(schedule.pk)

    assert jobs.due_schedules() == [schedule.pk]
    assert not Job.objects.exists()


# --- children --------------------------------------------------------------------------------------------------------

SPEAKING = """
from core import child

@child.main
def run(spec):
    child.progress(0.5, "half")
    child.log("a line")
    child.emit("metric", key="loss", value=0.25, step=spec["number"])
    return {"answer": spec["number"]}

if __name__ == "__main__":
    run()
"""


@pytest.mark.django_db(transaction=True)
def test_child_is_given_its_spec_and_heard(noted):
    noted.child = SPEAKING
    job = submit()

    assert jobs.run(job.pk) == "succeeded"
    assert row(job).result["answer"] == 7
    assert noted.messages == [{"t": "metric", "key": "loss", "value": 0.25, "step": 7}]
    assert list(JobLog.objects.values_list("line", flat=True)) == ["a line"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("code", "text", "error"),
    [
        ("timeout", "import time; time.sleep(60)", "It was stopped after its limit of 5 seconds."),
        ("out_of_memory", "x = bytearray(3 * 1024**3)", "It needed more than its limit of 1,024 MB of memory."),
        ("crashed", "raise SystemExit(3)", "It crashed: exit status 3"),
        ("crashed", "print('done')", "The work ended without a result."),
    ],
)
def test_child_that_goes_wrong_fails_the_job_with_its_limit(noted, code, text, error):
    noted.child = text
    job = submit()

    assert jobs.run(job.pk) == "failed"
    assert row(job).error == {"code": code, "message": error}
    assert noted.failures == [code]


@pytest.mark.django_db(transaction=True)
def test_child_imports_nothing_from_its_scratch_folder(noted, monkeypatch):
    noted.child = """
import pathlib, sys
pathlib.Path("colorsys.py").write_text("raise SystemExit(9)")
import colorsys
from core import child
child.result(path=colorsys.__file__)
"""
    job = submit()

    assert jobs.run(job.pk) == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_routine_job_is_told_of_only_when_it_fails(noted, monkeypatch):
    monkeypatch.setattr(type(jobs.kinds()["noted"]), "is_routine", True)
    project = make_project()
    jobs.run(submit(project).pk)
    told = Event.objects.filter(stream=project.pk, subject_type="job")
    assert not told.exists()

    noted.child = "raise SystemExit(1)"
    jobs.run(submit(project).pk)

    assert list(told.values_list("type", flat=True)) == ["job.failed"]


@pytest.mark.django_db(transaction=True)
def test_child_sees_no_secrets(noted, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    noted.child = "import os; from core import child; child.result(names=sorted(os.environ))"
    job = submit()
    jobs.run(job.pk)

    assert not {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "THROUGHLINE_DATA"} & set(row(job).result["names"])


@pytest.mark.django_db(transaction=True)
def test_child_is_dead_soon_after_its_job_is_cancelled(noted, tmp_path):
    project = make_project()
    mark = tmp_path / "alive"
    noted.child = f"""
import time, pathlib
from core import child
child.log("up")
while True:
    pathlib.Path({str(mark)!r}).touch()
    time.sleep(0.1)
"""
    job = submit(project)
    worker = threading.Thread(target=lambda: (jobs.run(job.pk), connection.close()))
    worker.start()
    while not (JobLog.objects.exists() and mark.exists()):
        time.sleep(0.05)

    jobs.cancel(job=job, by=project.created_by, now=NOW())
    worker.join(timeout=5)

    assert not worker.is_alive()
    assert time.time() - mark.stat().st_mtime < 5
    assert row(job).state == "cancelled"
