"""What an open page does with the live socket: it refetches what changed, and never takes away what one is editing."""

import json

import pytest
from playwright.sync_api import Route, expect

from tests.ui.conftest import Answer, Site

pytestmark = pytest.mark.browser

RUNS = '<section id="runs" {% live "run. job." "/runs/" %}><p>one run</p></section>'
RISKS = '<section id="risks" {% live "risk." "/risks/" %}><p>one risk</p></section>'


def event(seq: int | None, type: str, subject: tuple[str, str] = ("run", "1")) -> str:
    about = {"type": subject[0], "id": subject[1], "version": None}
    return json.dumps({"seq": seq, "type": type, "subject": about, "at": "2026-11-23T22:16:00Z"})


def fragment(id: str, prefixes: str, text: str) -> Answer:
    return Answer(
        f'<section id="{id}" data-live="{prefixes}" hx-get="/{id}/" hx-trigger="live" hx-swap="morph:outerHTML" '
        f'hx-target="this">{text}</section>'
    )


def connected(site: Site, count: int = 1) -> None:
    site.until(lambda: len(site.sockets) >= count)
    expect(site.page.locator("[data-live-state]")).to_have_attribute("data-state", "live")


def test_event_refetches_the_fragments_that_care_and_no_other(site: Site) -> None:
    page = site.open(RUNS + RISKS)
    site.answers["/runs/"] = fragment("runs", "run. job.", "<p>two runs</p>")
    connected(site)
    site.sockets[0].send(event(8, "run.finished"))
    expect(page.locator("#runs")).to_have_text("two runs")
    assert site.requests("/risks/") == []
    assert site.sockets[0].url.endswith("/ws/projects/FRD?after=7")


def both_changed(site: Site) -> None:
    site.answers["/runs/"] = fragment("runs", "run. job.", "<p>two runs</p>")
    site.answers["/risks/"] = fragment("risks", "risk.", "<p>two risks</p>")
    connected(site)
    site.sockets[0].send(event(8, "run.finished"))
    site.sockets[0].send(event(9, "risk.changed"))


def shows_both(site: Site) -> None:
    expect(site.page.locator("#runs")).to_have_text("two runs", timeout=15_000)
    expect(site.page.locator("#risks")).to_have_text("two risks")


def test_what_one_event_makes_stale_is_asked_for_over_the_socket(site: Site) -> None:
    site.open(RUNS + RISKS)
    both_changed(site)
    shows_both(site)
    assert [(one.method, one.path) for one in site.asked[1:]] == [("ASK", "/runs/"), ("ASK", "/risks/")]


def test_a_socket_that_does_not_answer_is_not_waited_for_long(site: Site) -> None:
    site.open(RUNS + RISKS)
    site.is_mute = True
    newer = {"/runs/": "<section id=runs>two runs</section>", "/risks/": "<section id=risks>two risks</section>"}
    site.answers["/parts/"] = Answer(json.dumps({"parts": newer}), type="application/json")
    both_changed(site)
    shows_both(site)
    assert len(site.requests("/parts/")) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer("", 500),
        Answer("<!doctype html><title>Sign in</title>"),
        Answer('{"parts": {"/runs/": "<section id=runs>two runs</section>"}}', type="application/json"),
    ],
    ids=["refused", "signed out", "a part left out"],
)
def test_what_is_not_answered_together_is_asked_for_by_itself(site: Site, answer: Answer) -> None:
    site.open(RUNS + RISKS)
    site.is_mute = True
    site.answers["/parts/"] = answer
    both_changed(site)
    shows_both(site)
    assert len([one for one in site.requests("/risks/") if one.method == "GET"]) == 1


def test_what_the_socket_does_not_answer_is_asked_for_by_itself(site: Site) -> None:
    site.open(RUNS)
    site.answers["/runs/"] = Answer("<p>There are no runs any more.</p>", 404)
    connected(site)
    site.sockets[0].send(event(8, "run.finished"))
    site.until(lambda: len(site.requests("/runs/")) == 2)
    assert [one.method for one in site.requests("/runs/")] == ["ASK", "GET"]


def test_what_could_not_be_asked_for_is_asked_when_the_connection_is_back(site: Site) -> None:
    site.open(RUNS + RISKS)
    site.is_mute = True
    both_changed(site)
    site.until(lambda: site.requests("/risks/"))
    site.is_down = True
    site.page.context.set_offline(True)
    expect(site.page.locator("[data-live-state]")).to_have_attribute("data-state", "offline")
    site.is_mute = site.is_down = False
    site.page.context.set_offline(False)
    shows_both(site)


def test_event_seen_before_is_ignored_and_a_whisper_has_no_number(site: Site) -> None:
    site.open(RUNS)
    site.answers["/runs/"] = fragment("runs", "run. job.", "again")
    connected(site)
    site.sockets[0].send(event(7, "run.finished"))
    site.sockets[0].send(event(None, "job.progressed", ("job", "1")))
    site.until(lambda: site.requests("/runs/"))
    assert len(site.requests("/runs/")) == 1


def test_a_burst_is_gathered(site: Site) -> None:
    page = site.open(RUNS)
    site.answers["/runs/"] = fragment("runs", "run. job.", "<p>many runs</p>")
    connected(site)
    for seq in range(8, 58):
        site.sockets[0].send(event(seq, "run.finished"))
    expect(page.locator("#runs")).to_have_text("many runs")
    page.wait_for_timeout(400)
    assert len(site.requests("/runs/")) <= 3
    assert page.evaluate("document.body.dataset.seq") == "57"


def test_only_events_of_the_named_subject(site: Site) -> None:
    page = site.open('<div id="runs" {% live "job." "/runs/" "job:41" %}>waiting</div>')
    site.answers["/runs/"] = fragment("runs", "job.", "done")
    connected(site)
    site.sockets[0].send(event(8, "job.finished", ("job", "40")))
    page.wait_for_timeout(250)
    assert site.requests("/runs/") == []
    site.sockets[0].send(event(9, "job.finished", ("job", "41")))
    expect(page.locator("#runs")).to_have_text("done")


def test_what_is_being_typed_stays_until_the_newer_version_is_asked_for(site: Site) -> None:
    form = '<form method="post"><input id="why" aria-label="Why"></form>'
    page = site.open(f'<section id="runs" {{% live "run." "/runs/" %}}>{form}</section>')
    site.answers["/runs/"] = fragment("runs", "run.", f"<p>newer</p>{form}")
    connected(site)
    page.locator("#why").fill("because")
    site.sockets[0].send(event(8, "run.finished"))
    expect(page.get_by_role("button", name="1 newer change: show")).to_be_visible()
    site.sockets[0].send(event(9, "run.finished"))
    newer, dialog = page.get_by_role("button", name="2 newer changes: show"), page.get_by_role("dialog")
    expect(newer).to_be_visible()
    expect(page.locator("#why")).to_have_value("because")
    assert site.requests("/runs/") == []
    newer.click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#why")).to_have_value("because")
    newer.click()
    dialog.get_by_role("button", name="Show the newer").click()
    expect(page.locator("#runs p")).to_have_text("newer")
    expect(page.locator(".newer")).to_have_count(0)
    page.locator("#why").focus()
    site.sockets[0].send(event(10, "run.finished"))
    page.get_by_role("button", name="1 newer change: show").click()  # nothing written is lost
    expect(page.locator(".newer")).to_have_count(0)


NEWER = fragment("runs", "run.", '<p>newer</p><input id="why" aria-label="Why">')


def is_not_disturbed(site: Site) -> None:
    expect(site.page.get_by_role("button", name="1 newer change: show")).to_be_visible()
    expect(site.page.locator("#why")).to_have_value("because")
    expect(site.page.locator("#runs p")).to_have_count(0)


def test_what_somebody_begins_to_edit_while_the_answer_is_on_its_way_stays(site: Site) -> None:
    page = site.open('<section id="runs" {% live "run." "/runs/" %}><input id="why" aria-label="Why"></section>')
    connected(site)
    site.is_mute = True
    site.sockets[0].send(event(8, "run.finished"))
    site.until(lambda: site.requests("/runs/"))
    page.locator("#why").fill("because")
    site.sockets[0].send(json.dumps({"ask": 1, "parts": {"/runs/": NEWER.body}}))
    is_not_disturbed(site)


def test_what_somebody_begins_to_edit_while_it_is_asked_for_by_itself_stays(site: Site) -> None:
    page = site.open('<section id="runs" {% live "run." "/runs/" %}><input id="why" aria-label="Why"></section>')
    held: list[Route] = []
    page.route("**/runs/", lambda route: held.append(route))
    connected(site)
    site.sockets[0].send(event(8, "run.finished"))
    site.until(lambda: held)
    page.locator("#why").fill("because")
    held[0].fulfill(body=NEWER.body, content_type="text/html")
    is_not_disturbed(site)


def test_a_minute_offline_is_caught_up_from_the_last_number(site: Site) -> None:
    page = site.open(RUNS)
    site.answers["/runs/"] = fragment("runs", "run. job.", "<p>caught up</p>")
    connected(site)
    site.sockets[0].send(event(9, "risk.raised"))
    site.until(lambda: True)
    page.wait_for_function("document.body.dataset.seq === '9'")
    page.context.set_offline(True)
    expect(page.locator("[data-live-text]")).to_have_text("Offline")
    page.context.set_offline(False)
    connected(site, 2)
    assert site.sockets[1].url.endswith("after=9")
    site.sockets[1].send(event(10, "run.finished"))
    expect(page.locator("#runs")).to_have_text("caught up")


def test_a_broken_connection_comes_back_by_itself(site: Site) -> None:
    site.open(RUNS)
    connected(site)
    site.sockets[0].close(code=1012)
    connected(site, 2)


def test_who_is_no_longer_a_member_is_told_and_not_reconnected(site: Site) -> None:
    page = site.open(RUNS)
    connected(site)
    site.sockets[0].close(code=4403)
    expect(page.locator("[data-live-text]")).to_have_text("no longer a member")
    expect(page.locator(".toast")).to_contain_text("Live updates ended")
    page.wait_for_timeout(900)
    assert len(site.sockets) == 1


def test_resync_goes_back_to_the_number_of_the_log_and_fetches_everything(site: Site) -> None:
    page = site.open(RUNS + RISKS)
    site.answers["/runs/"] = fragment("runs", "run. job.", "runs again")
    site.answers["/risks/"] = fragment("risks", "risk.", "risks again")
    connected(site)
    site.sockets[0].send(json.dumps({"resync_required": True, "seq": 3}))
    expect(page.locator("#runs")).to_have_text("runs again")
    expect(page.locator("#risks")).to_have_text("risks again")
    assert page.evaluate("document.body.dataset.seq") == "3"


def test_presence_is_counted_and_shown(site: Site) -> None:
    page = site.open(RUNS)
    connected(site)
    people = [{"name": "Data scientist", "initials": "DS"}, {"name": "Validator", "initials": "VA"}]
    site.sockets[0].send(json.dumps({"presence": people, "here": len(people)}))
    expect(page.locator("[data-live-text]")).to_have_text("2 here now")
    expect(page.locator("[data-presence] .face")).to_have_text(["DS", "VA"])
