"""Pages."""

from django.urls import path

from projects.views import activity, board, items, ledger, overview, portfolio, risks, scope, studio, team, tiers

app_name = "projects"

urlpatterns = [
    path("", portfolio.portfolio, name="portfolio"),
    path("projects/new/", portfolio.create, name="create"),
    path("p/<str:key>/", overview.overview, name="overview"),
    path("p/<str:key>/gate/", overview.gate_pass, name="gate-pass"),
    path("p/<str:key>/rename/", overview.rename, name="rename"),
    path("regimes/", tiers.regimes, name="regimes"),
    path("p/<str:key>/tier/", tiers.tier, name="tier"),
    path("p/<str:key>/scope/", scope.scope, name="scope"),
    path("p/<str:key>/scope/studio/", studio.studio, name="studio"),
    path("p/<str:key>/scope/studio/try/", studio.try_out, name="studio-try"),
    path("p/<str:key>/scope/studio/template/", studio.template, name="studio-template"),
    path("p/<str:key>/scope/studio/options/", studio.option_add, name="option-add"),
    path("p/<str:key>/scope/studio/options/<int:number>/remove/", studio.option_remove, name="option-remove"),
    path("p/<str:key>/scope/studio/precedents/", studio.precedent_add, name="precedent-add"),
    path("p/<str:key>/scope/studio/precedents/<int:number>/rate/", studio.precedent_rate, name="precedent-rate"),
    path("p/<str:key>/scope/studio/ceiling/", studio.ceiling_seal, name="ceiling-seal"),
    path("p/<str:key>/scope/studio/ceiling/open/", studio.ceiling_open, name="ceiling-open"),
    path("p/<str:key>/risks/", risks.register, name="risks"),
    path("p/<str:key>/risks/<int:number>/", risks.risk, name="risk"),
    path("p/<str:key>/risks/<int:number>/treat/", risks.treat, name="risk-treat"),
    path("p/<str:key>/risks/<int:number>/accept/", risks.accept, name="risk-accept"),
    path("p/<str:key>/risks/<int:number>/reopen/", risks.reopen, name="risk-reopen"),
    path("p/<str:key>/board/", board.board, name="board"),
    path("p/<str:key>/board/move/", board.move, name="item-move"),
    path("p/<str:key>/board/sprints/", board.plan, name="sprint-plan"),
    path("p/<str:key>/board/sprints/<int:number>/start/", board.start, name="sprint-start"),
    path("p/<str:key>/board/sprints/<int:number>/close/", board.close, name="sprint-close"),
    path("p/<str:key>/board/items/", items.add, name="item-add"),
    path("p/<str:key>/board/items/<int:number>/", items.item, name="item"),
    path("p/<str:key>/team/", team.team, name="team"),
    path("p/<str:key>/team/<str:username>/role/", team.change_role, name="member-role"),
    path("p/<str:key>/team/<str:username>/remove/", team.remove, name="member-remove"),
    path("p/<str:key>/activity/", activity.activity, name="activity"),
    path("p/<str:key>/activity/verify/", ledger.verify, name="ledger-verify"),
    path("p/<str:key>/activity/export/", ledger.export, name="ledger-export"),
    path("p/<str:key>/activity/export/<int:job_id>/", ledger.take, name="ledger-take"),
]
