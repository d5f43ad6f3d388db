// The menus of an item by one key, on a board, in a list and on its own page ([data-whole]): s status, p priority, a assignee, i or ⇧C sprint, l labels. What
// is typed narrows the choices; Enter takes the one that is marked. What was chosen can be undone.
import { on } from "./keys.js";
import { current } from "./lists.js";
import { csrfToken, element, refetch, refusal, toast } from "./page.js";

const MENUS = { s: ["status", "Status"], p: ["priority", "Priority"], a: ["assignee", "Assignee"], i: ["sprint", "Sprint"], l: ["labels", "Labels"] };
const UNREACHED = "The server cannot be reached. It stays as it was.";

const hasMenus = () => Boolean(document.querySelector("[data-menus]"));
const ofPage = () => document.querySelector("[data-menus][data-whole]");
const which = () => (ofPage() ? "this item" : "the focused item");
for (const [key, [name, title]] of Object.entries(MENUS)) on(key, () => `${title} of ${which()}`, () => open(name, title), hasMenus);
on("C", () => `Put ${which()} into a sprint`, () => open("sprint", "Sprint"), hasMenus);

const nameOf = (row) => row.dataset.name ?? row.querySelector(".mono")?.textContent.trim() ?? "the item";

function open(name, title) {
  const row = current()?.dataset.menus ? current() : ofPage();
  if (!row) return false;
  show(row, name, title);
}

let sending = Promise.resolve(); // who is fast asks for the next menu before the last choice is answered

async function show(row, name, title) {
  await sending;
  const answer = await ask(`${row.dataset.menus}?for=${name}`);
  if (answer) raise(row, { name, title, ...answer });
}

async function ask(url, fields = null) {
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json", "HX-Request": "true" };
  try {
    const answer = await fetch(url, { headers, cache: "no-store", credentials: "same-origin", ...(fields && { method: "POST", body: new URLSearchParams(fields) }) });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    toast(refusal(answer.status, answer.headers.get("content-type") ?? "", text), "bad");
  } catch {
    toast(UNREACHED, "bad");
  }
  return null;
}

let menu = null;

function raise(row, menued) {
  menu?.remove();
  const list = element("div", { role: "listbox", id: "item-menu-list", class: "foundlist", "aria-label": menued.title });
  const field = element("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": list.id, "aria-label": `${menued.title} of ${nameOf(row)}`, placeholder: menued.title, autocomplete: "off", maxlength: "40" });
  const made = (menu = element("div", { class: "popmenu itemmenu", popover: "auto", role: "dialog", "aria-label": `${menued.title} of ${nameOf(row)}` }, field, list));

  const choose = (value) => {
    made.hidePopover();
    if (value !== undefined) sending = take(row, menued, value);
  };
  const draw = () => list.replaceChildren(...offered(menued, field.value.trim()).map((one) => optionOf(one, choose)));
  const mark = (by) => {
    const all = [...list.children];
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    all.forEach((one) => one.setAttribute("aria-selected", "false"));
    const next = all[(at + by + all.length) % all.length];
    next?.setAttribute("aria-selected", "true");
    next?.scrollIntoView({ block: "nearest" });
    next ? field.setAttribute("aria-activedescendant", next.id) : field.removeAttribute("aria-activedescendant");
  };
  field.addEventListener("input", () => (draw(), mark(1)));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(1);
    else if (event.key === "ArrowUp") mark(-1);
    else if (event.key === "Enter") choose(list.querySelector("[aria-selected=true]")?.dataset.value);
    else return;
    event.preventDefault();
  });
  made.addEventListener("toggle", ({ newState }) => {
    if (newState !== "closed") return;
    made.remove();
    focus(row);
  });
  document.body.append(made);
  draw();
  made.showPopover();
  place(made, row.querySelector(`[data-place$=":${menued.name}"], .title, .name`) ?? row);
  field.focus();
  const here = menued.options.findIndex((one) => one.here);
  for (let step = 0; step <= Math.max(0, menued.free ? 0 : here); step++) mark(1);
}

/** What fits what is typed; of labels also what is typed itself. */
function offered({ options, free }, text) {
  const fits = options.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase()));
  const isNew = free && text && !options.some(({ label }) => label === text.toLowerCase());
  return isNew ? [...fits, { value: text, label: `New label ${text}`, here: false }] : fits;
}

let counted = 0;

function optionOf({ value, label, here }, choose) {
  const made = element("div", { role: "option", id: `item-menu-${counted++}`, class: "foundline", "aria-selected": "false", "data-value": value }, label);
  if (here) made.append(element("small", {}, "now"));
  made.addEventListener("click", () => choose(value));
  return made;
}

function place(made, beside) {
  const at = beside.getBoundingClientRect();
  made.style.left = `${scrollX + Math.max(8, Math.min(at.left, innerWidth - made.offsetWidth - 8))}px`;
  const below = at.bottom + 6 + made.offsetHeight < innerHeight;
  made.style.top = `${scrollY + (below ? at.bottom + 6 : Math.max(8, at.top - made.offsetHeight - 6))}px`;
}

async function take(row, { name, title, version }, value, place = null) {
  const url = row.dataset.menus;
  const undoes = place !== null;
  const done = await ask(url, { for: name, value, version, ...place });
  if (!done) return;
  document.addEventListener("htmx:afterSettle", () => focus(row), { once: true });
  refetch(document.getElementById(row.id));
  const undo = { label: "Undo", run: () => (sending = take(row, { name, title, version: done.version }, done.undo, { lane: done.lane, below: done.below })) };
  toast(`${undoes ? "Undone. " : ""}${nameOf(row)}, ${title.toLowerCase()}: ${done.said}.`, "ok", undoes ? undefined : undo);
  focus(row);
}

/** The row as it is drawn now has the focus, unless it went elsewhere meanwhile; what is the page's own needs none. */
function focus(row) {
  const there = document.getElementById(row.id);
  if (document.activeElement !== document.body || "whole" in row.dataset) return;
  (there?.hasAttribute("tabindex") ? there : there?.querySelector("a"))?.focus();
}
