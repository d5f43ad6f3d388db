"""What components do in the browser, under the real content security policy."""

import json

import pytest
from playwright.sync_api import expect

from core import catalogue
from core.components.signs import shade
from tests.ui.conftest import Answer, Site

pytestmark = pytest.mark.browser

LANES = [
    {"key": "ready", "cards": ["FRD-1", "FRD-2"]},
    {"key": "doing", "cards": ["FRD-3"]},
    {"key": "done", "cards": []},
]
BOARD = """
<section id="board" class="board" data-board data-move-url="/move/">{% for lane in lanes %}
  <section class="lane"><header>{{ lane.key }} <span data-count>{{ lane.cards|length }}</span></header>
  <ol class="well" id="well-{{ lane.key }}" data-lane="{{ lane.key }}">{% for key in lane.cards %}
    <li class="item" id="{{ key }}" data-item="{{ key }}" data-version="4" data-name="{{ key }}" tabindex="0">
      <a class="title" href="#">{{ key }}</a>
      <button type="button" data-move-menu aria-label="Move {{ key }}">{% icon "ellipsis" 12 %}</button>
    </li>{% endfor %}</ol></section>{% endfor %}
</section>"""
PROBLEM = "application/problem+json"


def test_card_moves_by_keyboard_and_the_server_is_told(site: Site) -> None:
    page = site.open(BOARD, lanes=LANES)
    site.answers["/move/"] = Answer(status=204)
    page.locator("#FRD-1").press("]")
    expect(page.locator("#well-doing [data-item]")).to_have_count(2)
    site.until(lambda: site.requests("/move/"))
    [asked] = site.requests("/move/")
    assert asked.fields == {"item": "FRD-1", "lane": "doing", "position": "1", "version": "4"}
    assert asked.csrf == "the-token"
    expect(page.locator("[data-count]").nth(1)).to_have_text("2")
    expect(page.locator("#FRD-1")).to_be_focused()


def test_a_move_is_undone_by_telling_the_server_where_the_card_stood(site: Site) -> None:
    page = site.open(BOARD, lanes=LANES)
    site.answers["/move/"] = Answer(status=204)
    page.locator("#FRD-1").press("]")

    page.get_by_role("button", name="Undo").click()

    expect(page.locator(".toast")).to_have_text("Undone. FRD-1 is in ready again.")
    _moved, undone = site.requests("/move/")
    assert undone.fields == {"item": "FRD-1", "lane": "ready", "position": "0", "below": "FRD-2"}


def test_refused_move_goes_back_and_says_why(site: Site) -> None:
    page = site.open(BOARD, lanes=LANES)
    site.answers["/move/"] = Answer(json.dumps({"detail": "The sprint is closed."}), 409, PROBLEM)
    page.locator("#FRD-1").press("]")
    expect(page.locator(".toast")).to_contain_text("The sprint is closed.")
    expect(page.locator("#well-ready [data-item]")).to_have_text(["FRD-1", "FRD-2"])
    expect(page.locator("[data-count]").nth(0)).to_have_text("2")


def test_card_is_dragged_to_another_lane(site: Site) -> None:
    page = site.open(BOARD, lanes=LANES)
    site.answers["/move/"] = Answer(status=204)
    start = page.locator("#FRD-2").bounding_box()
    end = page.locator("#well-done").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 90, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(start["x"] + 140, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + 60, end["y"] + 60, steps=8)
    page.wait_for_timeout(200)  # what the card is over is looked up every 50 ms
    page.mouse.up()
    expect(page.locator("#well-done [data-item]")).to_have_text(["FRD-2"])
    site.until(lambda: site.requests("/move/"))
    assert site.requests("/move/")[0].fields["lane"] == "done"


def test_card_moves_by_its_menu(site: Site) -> None:
    page = site.open(BOARD, lanes=LANES)
    site.answers["/move/"] = Answer(status=204)
    page.get_by_role("button", name="Move FRD-3").click()
    page.get_by_role("menuitemradio", name="done").click()
    expect(page.locator("#well-done [data-item]")).to_have_text(["FRD-3"])


def test_confirmation_is_asked_before_the_request(site: Site) -> None:
    page = site.open('{% button "Delete" hx_post="/delete/" hx_swap="none" data_confirm="Delete it?" type="button" %}')
    site.answers["/delete/"] = Answer(status=204)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("Delete it?")
    page.get_by_role("button", name="Cancel").click()
    assert site.requests("/delete/") == []
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Go on").click()
    site.until(lambda: site.requests("/delete/"))
    assert site.requests("/delete/")[0].csrf == "the-token"


def test_confirmation_of_a_plain_form_sends_the_button_that_was_pressed(site: Site) -> None:
    button = '{% button "Reject" name="how" value="reject" data_confirm="Reject?" %}'
    page = site.open(f'<form method="post" action="/decide/">{button}</form>')
    site.answers["/decide/"] = Answer("<!doctype html><title>done</title>")
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_title("done")
    assert site.requests("/decide/")[0].fields == {"how": "reject"}


def test_button_with_a_reason_tells_it_and_sends_nothing(site: Site) -> None:
    page = site.open('<form method="post" action="/x/">{% button "Approve" reason="You wrote it." tip=True %}</form>')
    page.get_by_role("button", name="Approve").click(force=True)
    expect(page.get_by_role("tooltip")).to_have_text("You wrote it.")
    assert site.requests("/x/") == []


def test_wrong_form_comes_back_in_its_place_and_a_refusal_becomes_a_toast(site: Site) -> None:
    page = site.open('<form id="f" hx-post="/save/" hx-swap="outerHTML"><input name="name">{% button "Save" %}</form>')
    wrong = (
        '<form id="f" hx-post="/save/" hx-swap="outerHTML"><p>Needs a name.</p><button class="btn">Save</button></form>'
    )
    site.answers["/save/"] = Answer(wrong, 422)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#f p")).to_have_text("Needs a name.")
    site.answers["/save/"] = Answer('<div class="toast bad"><span class="text">The gate is closed.</span></div>', 409)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts .toast")).to_have_text("The gate is closed.")
    expect(page.locator("#f p")).to_have_text("Needs a name.")
    expect(page.get_by_role("button", name="Save")).to_be_enabled()


def test_server_that_cannot_be_reached_is_named(site: Site) -> None:
    page = site.open('<button hx-post="/gone/">Send</button>')
    page.route("**/gone/", lambda route: route.abort())
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".toast.bad")).to_contain_text("cannot be reached")


def test_theme_is_kept_over_a_reload(site: Site) -> None:
    page = site.open("<p>text</p>")
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 20, 24)"


def test_keyboard_goes_anywhere(site: Site) -> None:
    page = site.open("<p>text</p>")
    site.answers["/p/FRD/risks/"] = Answer("<!doctype html><title>risks</title>")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("risk")
    page.keyboard.press("Enter")
    expect(page).to_have_title("risks")


FOUND = """<div class="foundgroup" role="group" aria-label="Items">
<a class="foundline" role="option" id="found-1-1" href="/p/FRD/board/items/1/">Later <mark>labels</mark></a>
<a class="foundline" role="option" id="found-1-2" href="/p/FRD/risks/">Risks</a>
<a class="foundline" role="option" id="found-1-3" data-command href="/p/FRD/risks/#new-risk">
<span class="clip">New risk</span></a></div>"""


def test_the_palette_shows_what_the_page_offers_at_once_and_then_what_the_server_finds(site: Site) -> None:
    page = site.open("""{% button "New risk" data_shortcut="c" type="button" data_opens="new-risk" %}
        {% dialog "new-risk" "New risk" %}<p>form</p>{% enddialog %}""")
    site.answers["/search/"] = Answer(FOUND)
    page.get_by_role("button", name="Search").first.click()
    box = page.get_by_role("combobox", name="Search or go to")
    box.fill("risk")
    options = page.get_by_role("option")
    # A page that the rail leads to is not said twice, nor is what this page begins itself.
    expect(options).to_have_text(["Risks", "New riskc", "Later labels"])
    expect(page.get_by_role("status").filter(has_text="3 found")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == "found-1-1"
    box.fill("new risk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="New risk")).to_be_visible()


def test_the_palette_works_on_without_the_server_and_says_so(site: Site) -> None:
    page = site.open("<p>text</p>")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("risk")
    expect(page.get_by_role("alert")).to_contain_text("cannot be asked")
    expect(page.get_by_role("option", name="Risks")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_question_mark_lists_the_keys_of_this_page(site: Site) -> None:
    page = site.open(ROWS)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("Go to Overview")
    expect(keys).to_contain_text("Next in the list")
    page.keyboard.press("Escape")
    site.open("<p>text</p>").keyboard.press("?")
    expect(keys).to_contain_text("Go to Overview")
    expect(keys).not_to_contain_text("Next in the list")


ROWS = """<table><tbody data-rows>
<tr id="a" data-peek><td><input type="checkbox" data-choose value="a" aria-label="a"><a class="name" href="/a/">One</a>
</td></tr>
<tr id="b" data-peek><td><input type="checkbox" data-choose value="b" aria-label="b"><a class="name" href="/b/">Two</a>
<button type="button" data-row-key="d" data-copy="two">Done</button></td></tr></tbody></table>"""


def test_a_list_is_walked_chosen_from_looked_into_and_opened_by_keys(site: Site) -> None:
    page = site.open(ROWS)
    site.answers |= {"/a/": Answer("<h2>First</h2>"), "/b/": Answer("<!doctype html><title>two</title><h2>Second</h2>")}
    for key in "jjj":
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Two")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="b")).to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press(" ")
    expect(page.get_by_role("dialog", name="First")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("dialog", name="Second")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Two")).to_be_focused()
    page.keyboard.press("d")
    expect(page.locator("[data-copied]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_title("two")


def test_keys_of_one_letter_never_fire_while_one_types_and_can_be_turned_off(site: Site) -> None:
    page = site.open(f"<label>Text <input id='text'></label>{ROWS}")
    page.get_by_label("Text").focus()
    page.keyboard.type("jx?g")
    expect(page.get_by_label("Text")).to_have_value("jx?g")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("document.body.dataset.letters = 'off'; document.activeElement.blur()")
    page.keyboard.type("j?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="One")).not_to_be_focused()


def test_colour_of_a_face_is_the_same_on_both_sides(site: Site) -> None:
    page = site.open("<p>text</p>")
    names = ["Data scientist", "Validator", "Größe"]
    site.until(lambda: site.sockets)
    people = [{"name": name, "initials": "XX"} for name in names]
    site.sockets[0].send(json.dumps({"presence": people, "here": len(people)}))
    faces = page.locator("[data-presence] .face")
    expect(faces).to_have_count(3)
    for index, name in enumerate(names):
        expect(faces.nth(index)).to_have_class(f"face face-{shade(name)}")


@pytest.mark.parametrize("width", [1440, 400])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_catalogue_fits_and_breaks_no_policy(site: Site, width: int, theme: str) -> None:
    site.page.set_viewport_size({"width": width, "height": 900})
    site.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page = site.open("{% include 'ui/catalogue_body.html' %}", base="ui/app.html", **catalogue.context())
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_narrow_screen_opens_its_menu(site: Site) -> None:
    site.page.set_viewport_size({"width": 400, "height": 800})
    page = site.open("<p>text</p>")
    expect(page.get_by_role("link", name="Risks")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Risks")).to_be_visible()


def test_toast_is_seen_above_an_open_dialog(site: Site) -> None:
    dialog = '{% dialog "d" "New" %}<button hx-post="/no/">Send</button>{% enddialog %}'
    page = site.open(dialog + '<button data-opens="d">Open</button>')
    site.answers["/no/"] = Answer(json.dumps({"detail": "Not now."}), 409, PROBLEM)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".toast")).to_be_visible()
    assert page.evaluate("document.querySelector('#toasts:popover-open') !== null")


def test_link_asks_before_it_is_followed(site: Site) -> None:
    page = site.open('{% button "Leave" href="/left/" data_confirm="Leave the project?" %}')
    site.answers["/left/"] = Answer("<!doctype html><title>left</title>")
    page.get_by_role("link", name="Leave").click()
    assert site.requests("/left/") == []
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_title("left")
