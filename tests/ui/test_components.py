"""Components: the markup that pages rely on, and that nothing a user wrote becomes markup."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from core.components import signs
from core.models import User, identity


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_pill_escapes() -> None:
    assert render('{% pill text "ok" %}', text="<b>") == '<span class="pill ok">&lt;b&gt;</span>'


def test_card_with_a_live_fragment() -> None:
    html = render('{% card title id="runs" live="run. job." url="/runs/" %}<p>in it</p>{% endcard %}', title="<Runs>")
    assert 'id="runs"' in html
    assert 'data-live="run. job."' in html
    assert 'hx-get="/runs/"' in html
    assert "&lt;Runs&gt;" in html
    assert "<p>in it</p>" in html


def test_itself_is_taken_from_the_page_as_it_was_asked_for() -> None:
    html = render('{% itself "sides" %}', request=RequestFactory().get("/p/FRD/risks/1/?who=<me>"))
    assert 'hx-get="/p/FRD/risks/1/?who=%3Cme%3E"' in html
    assert 'hx-select="#sides"' in html


def test_itself_follows_nothing_where_a_form_was_refused() -> None:
    assert render('{% itself "sides" %}', request=RequestFactory().post("/p/FRD/risks/1/treat/")) == ""


def test_card_escapes_what_its_content_did_not_mark_safe() -> None:
    assert "&lt;i&gt;" in render("{% card %}{{ name }}{% endcard %}", name="<i>")


def test_button_with_a_reason_cannot_submit_and_says_why() -> None:
    html = render('{% button "Approve" "primary" reason=why hx_post="/approve/" %}', why="You wrote this version.")
    assert 'type="button"' in html
    assert 'aria-disabled="true"' in html
    assert "You wrote this version." in html
    assert "hx-post" not in html
    assert "primary" not in html


def test_button_without_a_reason_submits_and_passes_attributes_on() -> None:
    html = render('{% button "Cancel" "danger" reason=None hx_post="/c/" data_danger=True data_confirm="Sure?" %}')
    assert 'type="submit"' in html
    assert 'hx-post="/c/"' in html
    assert " data-danger " in html
    assert "aria-disabled" not in html


@pytest.mark.parametrize(
    ("name", "initials"),
    [("The data scientist", "DS"), ("Validator", "VA"), ("product_owner", "PO"), ("the", "TH"), ("", "")],
)
def test_initials(name: str, initials: str) -> None:
    assert identity.initials_of(name) == initials
    assert User(name=name).initials == initials
    assert not name or f'<span aria-hidden="true">{initials}</span>' in signs.face(name)


def test_roles_have_faces_of_different_colours() -> None:
    roles = ["Owner", "Product owner", "Data scientist", "Engineer", "Validator"]
    assert len({signs.shade(role) for role in roles}) == 5


def test_face_of_nobody_is_the_system() -> None:
    assert "system" in render('{% face "" %}')


def test_ago_carries_the_moment_in_utc() -> None:
    at = datetime(2026, 11, 23, 22, 16, tzinfo=UTC)
    assert render("{% ago at %}", at=at) == (
        '<time datetime="2026-11-23T22:16:00+00:00" data-relative>23 Nov 2026, 22:16 UTC</time>'
    )
    assert render("{% ago None %}") == "–"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ 192|duration }}", "3 m 12 s"),
        ("{{ 0.0382|duration }}", "38 ms"),
        ("{{ 3.42|lasted }}", "3.4 days"),
        ("{{ 0.99999|lasted }}", "1.0 days"),
        ("{{ 0.05|lasted }}", "1 h 12 m"),
        ("{{ 0.01|lasted }}", "14 m"),
        ("{{ 0|lasted }}", "under 1 m"),
        ("{{ 7325|duration }}", "2 h 2 m"),
        ("{{ 12345678|bytesize }}", "12 MB"),
        ("{{ 999|bytesize }}", "999 B"),
        ("{{ 0.031|signed }}", "+0.031"),
        ("{{ 0.1234|percent }}", "12.3%"),
        ("{{ None|percent }}", "–"),
        ("{{ day|day }}", "9 Dec 2026"),
    ],
)
def test_filters(source: str, shown: str) -> None:
    assert render(source, day=date(2026, 12, 9)) == shown


class PlanForm(forms.Form):
    name = forms.CharField(help_text="People see it.")
    note = forms.CharField(required=False)
    kind = forms.ChoiceField(choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect)
    file = forms.FileField()


def test_field_joins_label_help_and_error() -> None:
    html = render("{% field form.name %}", form=PlanForm({"name": ""}))
    assert '<label for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_field_marks_what_is_optional_not_what_is_required() -> None:
    form = PlanForm()
    assert "optional" in render("{% field form.note %}", form=form)
    assert "optional" not in render("{% field form.name %}", form=form)


def test_field_of_choices_is_a_group_with_a_legend() -> None:
    html = render("{% field form.kind %}", form=PlanForm())
    assert "<legend>Kind</legend>" in html
    assert html.count('type="radio"') == 2


def test_field_of_a_file_is_a_place_to_drop_it() -> None:
    html = render("{% field form.file max_bytes=200 %}", form=PlanForm())
    assert 'data-max-bytes="200"' in html
    assert 'type="file"' in html


def test_errors_of_a_form_link_to_its_fields() -> None:
    form = PlanForm({"kind": "a"})
    form.add_error(None, "The project is retired.")
    html = render("{% errors form %}", form=form)
    assert "The project is retired." in html
    assert '<a href="#id_name">Name</a>: This field is required.' in html
    assert render("{% errors form %}", form=PlanForm()).strip() == ""


def test_line_says_where_the_project_is() -> None:
    stages = [{"label": "Scoping", "state": "done"}, {"label": "Delivery", "state": "now", "progress": 62}]
    html = render("{% line stages %}", stages=stages)
    assert html.count("aria-current") == 1
    assert 'width="62%"' in html


def test_progress_without_a_value_runs_without_an_end() -> None:
    assert "value=" not in render("{% progress None %}")
    assert 'value="0.61"' in render("{% progress 0.61 %}")


def test_a_brief_age_is_marked_as_such() -> None:
    html = render("{% ago at brief=True %}{% ago None brief=True %}", at=datetime(2026, 11, 23, 22, 16, tzinfo=UTC))
    assert html == '<time datetime="2026-11-23T22:16:00+00:00" data-relative="brief">23 Nov 2026, 22:16 UTC</time>–'
