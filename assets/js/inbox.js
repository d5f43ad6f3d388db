// The inbox by keyboard, and live: what is new waits behind a bar, so that nothing jumps under the hand.
import { on } from "./keys.js";
import { element, toast } from "./page.js";
import { listen } from "./several.js";

const root = () => document.querySelector("[data-inbox]");
const rows = (within = root()) => [...within.querySelectorAll("[data-row]")];

// --- the keyboard: lists.js moves between the rows ------------------------------------------------------------------

const current = () => document.activeElement?.closest?.("[data-row]");
const isHere = () => Boolean(root());

function press(name) {
  const button = current()?.querySelector(`[data-act="${name}"]`);
  button?.click();
  return Boolean(button);
}

on("a", "Open the row", () => press("open"), isHere);
on("enter", "Open the row", (target) => target.matches("[data-row]") && press("open"), isHere);
on("e", "Done, or bring it back", () => press("e"), isHere);
on("h", "Put it off", () => press("h"), isHere);
on("u", "Mark as unread", () => press("u"), isHere);

let at = 0;

// The forms around the list and in the menu stand once: they are told which row is meant before they are sent.
document.addEventListener(
  "click",
  ({ target }) => {
    const row = target.closest?.("[data-inbox] [data-row]");
    if (!row) return;
    at = rows().indexOf(row);
    for (const field of document.querySelectorAll("[data-steps] [name=key]")) field.value = row.dataset.row;
  },
  true,
);

function choose(index) {
  const all = rows();
  if (all.length) all[Math.max(0, Math.min(all.length - 1, index))].focus({ focusVisible: true });
}

// --- after a step ---------------------------------------------------------------------------------------------------

const SAID = { done: "Done. It is kept under “Done”.", unread: "Unread again.", back: "It stands on the list again." };

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt: form } = detail.requestConfig; // detail.elt is what is still on the page
  if (!detail.successful || !form.matches("[data-steps]")) return;
  const step = detail.requestConfig.parameters.get?.("step") ?? detail.requestConfig.parameters.step;
  toast(SAID[step] ?? "Put off. It is kept under “Snoozed”.");
  setTimeout(() => choose(at));
  fetchCount();
});

// --- live -----------------------------------------------------------------------------------------------------------

let fetching = null;

/** Asks for the list again, once at a time, and lays what is new behind the bar. */
function look() {
  if (document.hidden) return void (late = true);
  fetching ??= ask().finally(() => (fetching = null));
}

let late = false;
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && late) {
    late = false;
    look();
  }
});

async function ask() {
  const answer = await fetch(root().dataset.inbox, { headers: { "HX-Request": "true" } });
  if (answer.ok && !answer.redirected) settle(await answer.text());
}

/** Of all rows of a list, those too that are not drawn. */
function keys(list) {
  const folded = [...list.querySelectorAll("[data-folded]")].flatMap((part) => part.dataset.folded.split(" "));
  return new Set([...rows(list).map((row) => row.dataset.row), ...folded.filter(Boolean)]);
}

function settle(html) {
  const list = root();
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-inbox]");
  if (!next) return;
  const now = new Map(rows(next).map((row) => [row.dataset.row, row]));
  const [there, stands] = [keys(list), keys(next)];
  for (const row of rows(list)) {
    const fresh = now.get(row.dataset.row);
    row.classList.toggle("settled", !stands.has(row.dataset.row));
    if (fresh && fresh.dataset.print !== row.dataset.print && !row.contains(document.activeElement)) replace(row, fresh);
  }
  const added = [...stands].filter((key) => !there.has(key)).length;
  bar(added, html);
  count();
}

function replace(row, fresh) {
  const made = document.importNode(fresh, true);
  row.replaceWith(made);
  window.htmx.process(made);
}

function bar(added, html) {
  const button = document.querySelector("[data-inbox-new]");
  button.hidden = !added;
  button.textContent = `${added} new, show`;
  button.onclick = () => {
    const row = current()?.dataset.row;
    const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-inbox]");
    const made = document.importNode(next, true);
    root().replaceWith(made);
    window.htmx.process(made);
    button.hidden = true;
    choose(Math.max(0, rows().findIndex((one) => one.dataset.row === row)));
  };
  if (added) document.getElementById("voice").replaceChildren(element("span", {}, `${added} new in your inbox`));
}

if (root()) listen("inbox", look);

// --- the figure in the rail, on every page --------------------------------------------------------------------------

const COUNT_MS = 5000;
const SOON_MS = 300;
const figure = () => document.getElementById("inbox-count");
let counting = null;
let counted = 0;
let owed = false;

const isOfUse = () => navigator.onLine && !document.hidden;

/** Counts again soon; however much happens, once in a while, only where somebody looks and the server can answer. */
function count() {
  const soon = Math.max(SOON_MS, counted + COUNT_MS - Date.now());
  counting ??= setTimeout(() => (isOfUse() ? fetchCount() : (counting = null, owed = true)), soon);
}

const countOwed = () => isOfUse() && owed && count();

function fetchCount() {
  clearTimeout(counting);
  counting = null;
  owed = false;
  counted = Date.now();
  if (figure()) window.htmx.trigger(figure(), "count");
}

document.addEventListener("tl:event", ({ detail }) => {
  const matters = figure()?.dataset.matters?.split(" ") ?? [];
  if (matters.some((prefix) => detail.type.startsWith(prefix))) count();
});

document.addEventListener("visibilitychange", countOwed);
addEventListener("online", countOwed);
