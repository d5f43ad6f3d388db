"""Two projects with something of everything, made by the operations, and the pages that show them."""

import io
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.urls import reverse

from config.demo import dossier, fraud_dossier, register, sprint_review
from core.models import Job
from experiments import operations as experiments
from experiments.operations import RUN_TALK, MetricEntry
from experiments.queries import root_of
from models_registry import operations as registry
from models_registry.models import Approval
from models_registry.operations import VERSION_TALK
from monitoring.models import Alert
from porting import operations as porting
from projects import operations, queries
from projects.enums import CardKind, Visibility
from projects.models import Classification, Membership
from tests.demo.people import make_cast
from tests.factories import make_user, now
from tests.models_registry.factories import make_approved, make_review, make_version
from tests.monitoring import factories as watched
from tests.monitoring.test_check_drift import check
from tests.projects.factories import classify, make_risk, make_scope, policy_text
from tests.projects.test_library import finished

STUDIO = ("case", "options", "assumptions", "spikes", "objections")
WAIVABLE = "    waivers: {allowed: true, by: sponsor, max_days: 30}\n"


class World:
    """A project, its people, and the addresses of its pages."""

    key: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.owner = make_user(f"owner-of-{self.key.lower()}")
        self.administrator = make_user(is_admin=True)
        self.stranger = make_user()
        self.project = operations.create_project(
            key=self.key, name=f"Project {self.key}", purpose="To be walked.", by=self.owner, now=now()
        )
        self.people = make_cast(self.project)

    def page(self, name: str, *rest: object) -> str:
        return reverse(name, args=[self.key, *rest])

    def membership(self, who: str) -> Membership:
        return Membership.objects.get(project=self.project, user=getattr(self.people, who))


class Planned(World):
    """Before its first gate: scope, dossier, risks, findings, gate, policy, sprints, items."""

    key = "PLAN"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._scope()
        self._sprints()
        self._items()
        self._gate()

    def pages(self) -> list[str]:
        return [
            self.page("projects:overview"),
            self.page("projects:tier"),
            self.page("projects:scope"),
            *(f"{self.page('projects:studio')}?section={section}" for section in STUDIO),
            self.page("projects:risks"),
            self.page("projects:risk", self.risk.number),
            self.page("projects:risk", self.treated.number),
            self.page("projects:findings"),
            self.page("projects:finding", self.finding.number),
            self.page("projects:gate"),
            self.page("projects:gate-since", self.verdict.pk),
            self.page("projects:board"),
            self.page("projects:items"),
            self.page("projects:backlog"),
            self.page("projects:requests"),
            self.page("projects:work-settings"),
            self.page("projects:item", self.item.number),
            self.page("projects:sprints"),
            self.page("projects:sprint-page", self.sprint.number),
            self.page("projects:sprint-plan-page", self.planned.number),
            self.page("projects:sprint-review", self.sprint.number),
            self.page("projects:sprint-review", self.closed.number),
            self.page("projects:team"),
            self.page("documents:documents"),
            self.page("documents:document", "gate_decision"),
            self.page("projects:activity"),
        ]

    def _scope(self) -> None:
        project, people = self.project, self.people
        make_scope(project, by=people.scientist)
        self.classification: Classification = classify(project)
        dossier.tell(project, people, fraud_dossier.DOSSIER)
        register.tell(project, people, register.FRAUD_RISKS[:3])
        self.option = queries.option(project, 2)
        self.precedent = queries.precedents(project).get()
        self.assumption = queries.assumptions(project)[1]
        self.criterion = queries.kill_criteria(project).get()
        self.spike = queries.spikes(project).get()
        self.draft_spike = operations.plan_spike(option=self.option, tests="label", by=people.scientist, now=now())
        self.finished = finished()
        unrated = {
            "title": "Rules of a sister bank",
            "planned_effort": 4.0,
            "actual_effort": 5.0,
            "source": "Its report.",
        }
        self.unrated = operations.add_precedent(project=project, values=unrated, by=people.scientist, now=now())
        self.risk, treated, self.other_risk = (queries.risk(project, number) for number in (1, 2, 3))
        self.treated = operations.treat_risk(risk=treated, treatment="Measured.", by=self.owner, now=now())
        self.control = self.risk.controls.first()
        self.finding = operations.open_finding(
            project=project,
            title="The holdout is small",
            severity="medium",
            about_type="risk",
            about_id="1",
            owner=people.scientist,
            by=people.validator,
            now=now(),
        )
        closed = operations.open_finding(
            project=project,
            title="No second rater",
            severity="low",
            about_type="risk",
            about_id="2",
            by=people.validator,
            now=now(),
        )
        self.closed_finding = operations.close_finding(
            finding=closed, resolution="There is one.", by=people.validator, now=now()
        )

    def _sprints(self) -> None:
        project, by, today = self.project, self.people.product, now().date()
        plan = {"project": project, "by": by, "now": now()}
        self.closed, self.sprint, self.planned = (
            operations.plan_sprint(
                goal=goal, start_date=today + timedelta(days=start), end_date=today + timedelta(days=start + 12), **plan
            )
            for goal, start in (("Is there signal?", -20), ("Scores to act on", -6), ("In production", 8))
        )
        sprint_review.first(project, self.closed, self.sprint, self.people)
        operations.start_sprint(sprint=self.sprint, by=by, now=now())
        sprint_review.second(self.sprint, self.people)
        self.closed, self.sprint, self.planned = (
            queries.sprint(project, one.number) for one in (self.closed, self.sprint, self.planned)
        )
        self.card = queries.review_cards(self.sprint).get(kind=CardKind.ACTION)
        self.link = operations.share_review(sprint=self.sprint, label="Board", days=7, by=by, now=now()).link

    def _items(self) -> None:
        project, by = self.project, self.people.product
        plain = {"project": project, "by": by}
        give = plain | {"now": now()}
        self.status = operations.add_status(name="Waiting for data", group="in_progress", **plain)
        self.field = operations.define_field(name="Region", type="choice", choices=["North", "South"], **plain)
        self.template = operations.save_template(name="Look at data", values={"kind": "data", "points": 3}, **plain)
        self.view = operations.save_view(name="Mine", query="assignee=me", is_shared=True, **plain)
        self.item, self.second, self.third = (
            operations.add_item(title=title, sprint=self.sprint, **give)
            for title in ("Watch the mix", "Explain a block", "Rehearse")
        )
        self.in_backlog = operations.add_item(title="Graph network", **give)
        operations.add_blocker(item=self.item, blocker=self.second, by=by, now=now())
        self.blocked = operations.block_item(item=self.third, cause="data", reason="No access yet", by=by, now=now())
        self.item_link = operations.link_item(item=self.item, kind="risk", target="1", by=by, now=now())
        self.comment = operations.add_comment(
            talk=operations.ITEM_TALK, on=self.item, text="Who looks?", by=by, now=now(), visibility=Visibility.EVERYONE
        )
        self.attachment = operations.attach_file(item=self.item, file=ContentFile(b"a", "a.txt"), by=by, now=now())
        self.request, self.other_request = (
            operations.request_item(title=title, project=project, by=self.people.viewer, now=now())
            for title in ("A list of blocks", "A report")
        )

    def _gate(self) -> None:
        project = self.project
        policy = operations.draft_policy(
            text=policy_text(approvals="[{role: validator}, {role: sponsor}]", rest=WAIVABLE), by=make_user(), now=now()
        )
        policy = operations.publish_policy(policy=policy, by=self.administrator, now=now())
        operations.move_to_policy(project=project, policy=policy, by=self.owner, now=now())
        asked = {"project": project, "by": self.people.validator, "now": now()}
        operations.request_gate(project=project, by=self.people.engineer, now=now())
        verdict = operations.decide_gate(verdict="reject", comment="Not yet.", **asked)
        self.verdict = operations.withdraw_gate_decision(
            approval=verdict, reason="Too early.", by=self.people.validator, now=now()
        )
        operations.withdraw_gate_request(request=verdict.request, by=self.people.engineer, now=now())
        self.gate_request = operations.request_gate(project=project, by=self.people.engineer, now=now())


class Line(World):
    """Data, runs, versions in review and approved, what serves, what is watched."""

    key = "LINE"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        promised = {"metric": "average_precision", "baseline": 0.2, "minimal_useful": 0.3}
        operations.revise_scope(project=self.project, values=promised, by=self.owner, now=now())
        self._runs()
        self._import()
        self._versions()
        self._serving()

    def pages(self) -> list[str]:
        version = (self.open_version.model.name, self.open_version.number)
        return [
            self.page("projects:overview"),
            self.page("experiments:data"),
            self.page("experiments:version", "transactions", 1),
            self.page("experiments:experiments"),
            self.page("experiments:run", self.run.run_id),
            self.page("experiments:run", self.trained.run_id),
            f"{self.page('experiments:compare')}?run={self.run.run_id}&run={self.trained.run_id}&all=1",
            f"{self.page('experiments:connect')}?since=0",
            self.page("experiments:job", self.job.pk),
            self.page("models_registry:models"),
            self.page("models_registry:version", *version),
            self.page("models_registry:reviews"),
            self.page("models_registry:review", self.review.number),
            self.page("models_registry:review-since", self.approval.review.number, self.approval.pk),
            self.page("models_registry:deployments"),
            self.page("models_registry:deployment", self.deployment.name),
            self.page("monitoring:monitor", self.alert.monitor.deployment.name),
            self.page("projects:item", self.item.number),
            f"{self.page('projects:studio')}?section=options",
            self.page("documents:documents"),
            self.page("documents:document", "model_card"),
            self.page("documents:document", "annex4"),
            self.page("porting:exports"),
            self.page("porting:imports"),
            self.page("porting:import", self.import_.pk),
            self.page("projects:risks"),
            self.page("projects:risk", self.risk.number),
            self.page("projects:activity"),
        ]

    def _runs(self) -> None:
        by = self.people.scientist
        self.item = operations.add_item(project=self.project, title="Try", by=by, now=now())
        self.experiment = experiments.ensure_experiment(project=self.project, name="Notebook", by=by, now=now())
        self.run, self.ended_run, self.deleted_run = (
            experiments.create_run(
                experiment=self.experiment, name=name, started_at=now(), by=by, tags={"stage": "try"}
            )
            for name in ("first", "second", "third")
        )
        measured = [MetricEntry("loss", 0.5 - step / 10, step, 1_700_000_000_000 + step) for step in range(3)]
        experiments.log_batch(run=self.run, metrics=measured, by=by, now=now())
        experiments.end_run(run=self.ended_run, status="FINISHED", ended_at=now(), by=by)
        experiments.delete_run(run=self.deleted_run, by=by, now=now())
        self.comment = operations.add_comment(talk=RUN_TALK, on=self.run, text="Looks right.", by=by, now=now())
        source = io.BytesIO(b"# Notes\n")
        experiments.put_artifact(
            project=self.project, root=root_of(self.run), path="notes.md", source=source, by=by, now=now()
        )

    def _import(self) -> None:
        """One that has ended: there is one at a time."""
        source = {"upload": io.BytesIO(b"zip"), "filename": "b.zip"}
        self.import_ = porting.start_import(project=self.project, by=self.owner, now=now(), **source)
        Job.objects.filter(pk=self.import_.job_id).update(state="failed", finished_at=now())

    def _versions(self) -> None:
        by = self.people.scientist
        self.approved = make_approved(self.project, by=by, validator=self.people.validator)
        self.trained, self.job = self.approved.run, Job.objects.filter(stream_id=self.project.pk).latest("pk")
        self.approval = Approval.objects.get(review__model_version=self.approved)
        self.deployment = registry.deploy_version(
            project=self.project, name="card-fraud", version=self.approved, by=self.people.engineer, now=now()
        )
        self.open_version = make_version(self.project, by=by, seed=2)
        self.review = make_review(self.open_version, by=by)
        self.candidate = make_version(self.project, by=by, seed=1)
        self.model = self.candidate.model
        self.version_comment = operations.add_comment(
            talk=VERSION_TALK, on=self.open_version, text="Slices?", by=by, now=now()
        )
        registry.set_alias(model=self.model, alias="next", version=self.candidate, by=by, now=now())
        registry.set_model_tags(model=self.model, tags={"team": "fraud"}, by=by, now=now())
        registry.set_version_tags(version=self.open_version, tags={"kind": "deep"}, by=by, now=now())

    def _serving(self) -> None:
        monitor = watched.make_monitor(tmp_path=self.folder, project=self.project, by=self.people.engineer)
        watched.windows_of(monitor.deployment, [0, 1, 1, 1])
        check(monitor, at=watched.START + timedelta(seconds=43))
        self.alert = Alert.objects.select_related("monitor__deployment").get(project=self.project)
        self.monitor = self.alert.monitor
        self.risk = make_risk(self.project)
