// The inbox by keyboard, and live: what is new waits behind a bar, so that nothing jumps under the hand.
import { on } from "./keys.js";
import { element, toast } from "./page.js";

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

function later() {
  const menu = current()?.querySelector("details.later");
  if (!menu) return false;
  menu.open = true;
  menu.querySelector("[data-snooze]").focus();
}

function shut() {
  const menu = document.querySelector("details.later[open]");
  if (!menu) return false;
  menu.open = false;
  menu.closest("[data-row]").focus();
}

on("a", "Open the row", () => press("open"), isHere);
on("enter", "Open the row", (target) => target.matches("[data-row]") && press("open"), isHere);
on("e", "Done, or bring it back", () => press("e"), isHere);
on("h", "Put it off", later, isHere);
on("u", "Mark as unread", () => press("u"), isHere);
on("escape", "Shut the menu", shut, () => Boolean(document.querySelector("details.later[open]")));

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.later[open]")) if (!menu.contains(target)) menu.open = false;
});

let at = 0;

function choose(index) {
  const all = rows();
  if (all.length) all[Math.max(0, Math.min(all.length - 1, index))].focus({ focusVisible: true });
}

// --- after a step ---------------------------------------------------------------------------------------------------

const SAID = { done: "Done. It is kept under “Done”.", unread: "Unread again.", back: "It stands on the list again." };

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const row = detail.elt.closest?.("[data-row]");
  if (row) at = rows().indexOf(row);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful || !detail.elt.matches?.("form.acts")) return;
  const step = detail.requestConfig.parameters.get?.("step") ?? detail.requestConfig.parameters.step;
  toast(SAID[step] ?? "Put off. It is kept under “Snoozed”.");
  setTimeout(() => choose(at));
  document.dispatchEvent(new CustomEvent("tl:inbox"));
});

// --- live -----------------------------------------------------------------------------------------------------------

const RETRY_MS = 4000;
let fetching = null;

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/inbox`);
  socket.onmessage = ({ data }) => JSON.parse(data).type === "inbox.changed" && look();
  socket.onclose = ({ code }) => code < 4400 && setTimeout(connect, RETRY_MS * (0.5 + Math.random()));
}

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

function settle(html) {
  const list = root();
  const next = new DOMParser().parseFromString(html, "text/html").querySelector("[data-inbox]");
  if (!next) return;
  const now = new Map(rows(next).map((row) => [row.dataset.row, row]));
  const there = new Set(rows(list).map((row) => row.dataset.row));
  for (const row of rows(list)) {
    const fresh = now.get(row.dataset.row);
    row.classList.toggle("settled", !fresh);
    if (fresh && fresh.dataset.print !== row.dataset.print && !row.contains(document.activeElement)) replace(row, fresh);
  }
  const added = [...now.keys()].filter((key) => !there.has(key)).length;
  bar(added, html);
  document.dispatchEvent(new CustomEvent("tl:inbox"));
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

if (root()) connect();
