"""The REST API."""

from django.urls import path

from projects.api import dossier, gates, items, ledger, projects, risks, scope, spikes, sprints, team, tiers

app_name = "projects-api"

urlpatterns = [
    path("projects", projects.ProjectsView.as_view(), name="projects"),
    path("projects/<str:key>", projects.ProjectView.as_view(), name="project"),
    path("projects/<str:key>/members", team.MembersView.as_view(), name="members"),
    path("projects/<str:key>/members/<str:username>", team.MemberView.as_view(), name="member"),
    path("regimes", tiers.RegimesView.as_view(), name="regimes"),
    path("projects/<str:key>/tier", tiers.TierView.as_view(), name="tier"),
    path("projects/<str:key>/tier/history", tiers.TierHistoryView.as_view(), name="tier-history"),
    path("projects/<str:key>/scope", scope.ScopeView.as_view(), name="scope"),
    path("projects/<str:key>/dossier", dossier.DossierView.as_view(), name="dossier"),
    path("projects/<str:key>/dossier/template", dossier.TemplateView.as_view(), name="dossier-template"),
    path("projects/<str:key>/dossier/judgement", dossier.JudgementView.as_view(), name="dossier-judgement"),
    path("projects/<str:key>/dossier/revisions", dossier.RevisionsView.as_view(), name="dossier-revisions"),
    path("projects/<str:key>/dossier/revisions/<int:number>", dossier.RevisionView.as_view(), name="dossier-revision"),
    path("projects/<str:key>/dossier/options", dossier.OptionsView.as_view(), name="options"),
    path("projects/<str:key>/dossier/options/<int:number>", dossier.OptionView.as_view(), name="option"),
    path("projects/<str:key>/dossier/precedents", dossier.PrecedentsView.as_view(), name="precedents"),
    path("projects/<str:key>/dossier/precedents/<int:number>/sheet", dossier.SheetView.as_view(), name="sheet"),
    path("projects/<str:key>/dossier/ceiling", dossier.CeilingView.as_view(), name="ceiling"),
    path("projects/<str:key>/dossier/ceiling/open", dossier.CeilingOpenView.as_view(), name="ceiling-open"),
    path("projects/<str:key>/dossier/spikes", spikes.SpikesView.as_view(), name="spikes"),
    path("projects/<str:key>/dossier/spikes/<int:number>", spikes.SpikeView.as_view(), name="spike"),
    path("projects/<str:key>/dossier/spikes/<int:number>/lock", spikes.SpikeLockView.as_view(), name="spike-lock"),
    path("projects/<str:key>/dossier/spikes/<int:number>/stop", spikes.SpikeStopView.as_view(), name="spike-stop"),
    path("projects/<str:key>/dossier/kill-criteria", spikes.CriteriaView.as_view(), name="kill-criteria"),
    path(
        "projects/<str:key>/dossier/kill-criteria/<int:number>", spikes.CriterionView.as_view(), name="kill-criterion"
    ),
    path(
        "projects/<str:key>/dossier/kill-criteria/<int:number>/decide",
        spikes.CriterionDecideView.as_view(),
        name="kill-criterion-decide",
    ),
    path("projects/<str:key>/dossier/objections", spikes.ObjectionsView.as_view(), name="objections"),
    path("projects/<str:key>/risks", risks.RisksView.as_view(), name="risks"),
    path("projects/<str:key>/risks/<int:number>", risks.RiskView.as_view(), name="risk"),
    path("projects/<str:key>/risks/<int:number>/treat", risks.RiskTreatView.as_view(), name="risk-treat"),
    path("projects/<str:key>/risks/<int:number>/accept", risks.RiskAcceptView.as_view(), name="risk-accept"),
    path("projects/<str:key>/risks/<int:number>/reopen", risks.RiskReopenView.as_view(), name="risk-reopen"),
    path("projects/<str:key>/sprints", sprints.SprintsView.as_view(), name="sprints"),
    path("projects/<str:key>/sprints/<int:number>", sprints.SprintView.as_view(), name="sprint"),
    path("projects/<str:key>/sprints/<int:number>/start", sprints.SprintStartView.as_view(), name="sprint-start"),
    path("projects/<str:key>/sprints/<int:number>/close", sprints.SprintCloseView.as_view(), name="sprint-close"),
    path("projects/<str:key>/items", items.ItemsView.as_view(), name="items"),
    path("projects/<str:key>/items/<int:number>", items.ItemView.as_view(), name="item"),
    path("projects/<str:key>/items/<int:number>/move", items.ItemMoveView.as_view(), name="item-move"),
    path("projects/<str:key>/gates", gates.GatesView.as_view(), name="gates"),
    path("projects/<str:key>/events", ledger.EventsView.as_view(), name="events"),
    path("projects/<str:key>/events/verify", ledger.VerifyView.as_view(), name="events-verify"),
    path("projects/<str:key>/events/exports", ledger.LedgerExportsView.as_view(), name="events-exports"),
    path("projects/<str:key>/events/exports/<int:job_id>", ledger.LedgerExportView.as_view(), name="events-export"),
]
