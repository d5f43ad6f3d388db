// Every list by keyboard: J and K move, Enter opens, X chooses, Space looks, Esc goes back. A list is [data-rows], its rows
// are its children, or [data-row] stands on each; a row is focused by its first link, or itself if it can be. A letter that a button in the row carries
// as data-row-key presses it.
import { on } from "./keys.js";
import { element, icon, refusal } from "./page.js";
import { tellAll } from "./times.js";

const ROWS = "[data-rows] > *, [data-row], [data-item]";
const rows = () => [...document.querySelectorAll(ROWS)].filter((row) => row.checkVisibility() && handleOf(row));
const handleOf = (row) => (row.hasAttribute("tabindex") ? row : row.querySelector("a.name, a.title, a[href]"));
const rowOf = (node) => node?.closest?.(ROWS);

let last = null; // the id of the row that was focused last: a live list may have made it anew
export const current = () => rowOf(document.activeElement) ?? (last && rowOf(document.getElementById(last)));

document.addEventListener("focusin", ({ target }) => {
  const row = rowOf(target);
  if (row?.id) last = row.id;
});

const PEEKED = "[data-peek], [data-row], [data-item]";
const hasRows = () => rows().length > 0;

function move(by) {
  const all = rows();
  const at = all.indexOf(current());
  const row = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))];
  if (!row) return false;
  last = row.id || null;
  row.scrollIntoView({ block: "nearest" });
  if (isPeeking()) return look(row);
  handleOf(row).focus({ focusVisible: true });
}

on("j", "Next in the list", () => move(1), hasRows);
on("k", "The one before", () => move(-1), hasRows);
on("enter", "Open the focused one", (target) => (target.matches("a, button, summary, [data-item]") ? false : open(current())), hasRows);
on("x", "Choose the focused one", choose, () => Boolean(document.querySelector(":is([data-rows], [data-row]) [data-choose]")));
on(" ", "Look at the focused one without leaving", (target) => (target.matches("button, summary, input") ? false : toggle()), () => Boolean(document.querySelector(PEEKED)));
on("escape", "Close what is looked at, or go back", back);

const linkOf = (row) => row?.querySelector("a.name, a.title, a[href]");

function open(row) {
  const link = linkOf(row);
  link?.click();
  return Boolean(link);
}

function choose() {
  const box = current()?.querySelector("[data-choose]");
  box?.click();
  return Boolean(box);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.letters === "off") return;
  if (event.target.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
  const button = rowOf(event.target)?.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

function back() {
  if (isPeeking()) return close();
  if (document.querySelector(":popover-open:not(.toasts, .tip)")) return false;
  if (document.querySelector("form[data-dirty]")) return false;
  const up = [...document.querySelectorAll(".crumb a[href]")].at(-1);
  up?.click();
  return Boolean(up);
}

// --- looking without leaving ----------------------------------------------------------------------------------------

let panel = null;
let asked = 0;

const isPeeking = () => Boolean(panel?.isConnected);

function toggle() {
  const row = current();
  if (isPeeking()) return close();
  return row?.matches(PEEKED) ? look(row) : false;
}

async function look(row) {
  const url = row.dataset.peek || linkOf(row).href;
  if (!isPeeking()) raise();
  const mine = ++asked;
  const [body] = panel.getElementsByClassName("body");
  for (const one of document.querySelectorAll("[data-peeked]")) delete one.dataset.peeked;
  row.dataset.peeked = "";
  panel.querySelector("a.btn").href = linkOf(row)?.href ?? url;
  const answer = await fetch(`${url}${url.includes("?") ? "&" : "?"}part=peek`, { headers: { "HX-Request": "true" } }).catch(() => null);
  const html = answer ? await answer.text() : "";
  if (mine !== asked || !isPeeking()) return;
  if (answer?.ok) body.innerHTML = html; // our own server's fragment
  else body.replaceChildren(element("p", { class: "error" }, answer ? refusal(answer.status, answer.headers.get("content-type") ?? "", html) : "The server cannot be reached."));
  tellAll(body);
  panel.setAttribute("aria-label", body.querySelector("h2")?.textContent.trim() ?? "At a glance");
  if (!panel.contains(document.activeElement)) panel.focus();
}

function raise() {
  const shut = element("button", { class: "iconbtn", type: "button", "aria-label": "Close" }, icon("x"));
  shut.addEventListener("click", close);
  const go = element("a", { class: "btn small", href: "#" }, icon("maximize-2"), "Open");
  const foot = element("footer", {}, element("kbd", {}, "J"), " ", element("kbd", {}, "K"), " next, before  ", element("kbd", {}, "Esc"), " close");
  panel = element("aside", { class: "peek", role: "dialog", tabindex: "-1", "aria-label": "At a glance" }, element("header", {}, go, shut), element("div", { class: "body", "aria-live": "polite" }), foot);
  document.body.append(panel);
}

function close() {
  const row = document.querySelector("[data-peeked]") ?? current();
  panel.remove();
  panel = null;
  if (row) delete row.dataset.peeked;
  if (row) handleOf(row)?.focus({ focusVisible: true });
  return true;
}
