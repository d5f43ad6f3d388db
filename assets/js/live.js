// The live channel. The log delivers by sequence number; what arrives only says *that* something changed,
// and the fragments that care fetch themselves again. See "Live" in docs/design.md.
import { answered, partsOf, unanswered } from "./asking.js";
import { ask } from "./dialogs.js";
import { element, toast } from "./page.js";

const FIRST_MS = 30;
const NEXT_MS = 150;
const QUIET_MS = 1000;
const MOST = 20; // addresses that are answered at once
const ASKED = "htmx-request";
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
const SETTLED_MS = 5000;
const PING_MS = 25_000;
const STOPS = { 4400: "not understood by the server", 4401: "signed out", 4403: "no longer a member" };

const body = document.body;
const project = body.dataset.project;
let last = Number(body.dataset.seq ?? 0);
let socket = null;
let attempts = 0;
let retry = null;
let stopped = false;

// --- the connection -------------------------------------------------------------------------------------------------

function connect() {
  clearTimeout(retry);
  if (stopped || socket || !navigator.onLine) return;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opened = new WebSocket(`${scheme}://${location.host}/ws/projects/${project}?after=${last}`);
  socket = opened;
  opened.onopen = () => {
    say("live");
    if (edits) tellEdits();
    if (stale.size) fetchStale();
    setTimeout(() => socket === opened && (attempts = 0), SETTLED_MS);
  };
  opened.onmessage = ({ data }) => receive(JSON.parse(data));
  opened.onclose = ({ code }) => {
    if (socket !== opened) return;
    socket = null;
    unanswered();
    code in STOPS ? stop(code) : again();
  };
}

function isOpen() {
  return socket?.readyState === WebSocket.OPEN;
}

function again() {
  say(navigator.onLine ? "catching-up" : "offline");
  const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts++);
  retry = setTimeout(connect, longest * (0.5 + Math.random() / 2));
}

function stop(code) {
  stopped = true;
  say("stopped", STOPS[code]);
  toast(`Live updates ended: you are ${STOPS[code]}. Load the page again.`, "warn");
}

/** Leaves at once: a socket that nobody answers would take minutes to notice. */
function leave() {
  const left = socket;
  socket = null;
  left?.close();
  unanswered();
  say("offline");
}

function now() {
  attempts = 0;
  connect();
}

// --- what arrives ---------------------------------------------------------------------------------------------------

function receive(message) {
  if (message.parts) return answered(message);
  if (message.presence) return present(message);
  if (message.resync_required) return resync(message);
  if (message.seq !== undefined && message.seq !== null) {
    if (message.seq <= last) return;
    last = message.seq;
    body.dataset.seq = last;
  }
  if (message.type) hear(message);
}

/** Something happened: whoever cares fetches itself again. */
export function hear(message) {
  document.dispatchEvent(new CustomEvent("tl:event", { detail: message }));
  for (const fragment of document.querySelectorAll("[data-live]")) {
    if (!cares(fragment, message)) continue;
    unseen.set(fragment, (unseen.get(fragment) ?? 0) + 1);
    refresh(fragment);
  }
}

/** The page knows more than the log (a backup was restored): start from what the log has. */
function resync({ seq }) {
  last = seq ?? last;
  body.dataset.seq = last;
  document.querySelectorAll("[data-live]").forEach(refresh);
}

/** data-live="item. job.progressed"; with data-live-subject="job:41" not the events of another job. Of several subjects
 * (data-live-subject="run:a run:b") those of each. */
function cares(fragment, { type, subject }) {
  const prefixes = fragment.dataset.live.split(/\s+/).filter(Boolean);
  if (!prefixes.some((prefix) => type.startsWith(prefix))) return false;
  const wanted = (fragment.dataset.liveSubject ?? "").split(/\s+/).filter(Boolean);
  return !wanted.some((one) => one.split(":")[0] === subject?.type) || wanted.includes(`${subject.type}:${subject.id}`);
}

// --- refetching -----------------------------------------------------------------------------------------------------

const unseen = new WeakMap(); // how many changes each fragment does not show yet
const waiting = new Set();
const stale = new Set();
let gathering = null;
let fetchedAt = 0;

/** What comes after a quiet second shows at once; in a storm the events are gathered. */
function refresh(fragment) {
  if (document.hidden || busy(fragment)) return hold(fragment);
  stale.add(fragment);
  gathering ??= setTimeout(fetchStale, performance.now() - fetchedAt > QUIET_MS ? FIRST_MS : NEXT_MS);
}

/** All that is stale by now: what can be asked for together costs one request. */
function fetchStale() {
  gathering = null;
  fetchedAt = performance.now();
  const found = new Set([...stale].map(standing).filter(Boolean));
  stale.clear();
  const due = [...found].filter(begins);
  const together = due.filter((fragment) => fragment.hasAttribute("hx-get"));
  for (let at = 0; at < together.length; at += MOST) fetchTogether(together.slice(at, at + MOST));
  due.filter((fragment) => !together.includes(fragment)).forEach(fetchAlone);
}

/** The fragment, or what an answer has put in its place. */
function standing(fragment) {
  const heir = fragment.isConnected ? fragment : fragment.id && document.getElementById(fragment.id);
  return heir && heir.matches("[data-live]") ? heir : null;
}

/** While it is being fetched, what happened since waits for the answer. */
function begins(fragment) {
  if (fragment.classList.contains(ASKED)) return refresh(fragment);
  if (document.hidden || busy(fragment)) return hold(fragment);
  waiting.delete(fragment);
  fragment.querySelector(":scope > .newer")?.remove();
  return true;
}

function fetchAlone(fragment) {
  window.htmx.trigger(fragment, "live");
}

/** Somebody may have begun to edit while the answer was on its way. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig?.triggeringEvent?.type !== "live") return;
  if (!busy(detail.elt)) return detail.elt.dispatchEvent(new CustomEvent("tl:before-swap", { bubbles: true }));
  detail.shouldSwap = false;
  hold(detail.elt);
});

/** What could not be asked for stays stale until the connection is back. */
async function fetchTogether(fragments) {
  if (fragments.length < 2 && !isOpen()) return fragments.forEach(fetchAlone);
  for (const fragment of fragments) fragment.classList.add(ASKED);
  const answers = await partsOf([...new Set(fragments.map(address))], socket);
  for (const fragment of fragments) {
    fragment.classList.remove(ASKED);
    if (!answers) {
      stale.add(fragment);
      continue;
    }
    const answer = answers[address(fragment)];
    const now = standing(fragment);
    if (now && answer === undefined) fetchAlone(now);
    else if (now) put(now, answer);
  }
}

function address(fragment) {
  const { pathname, search } = new URL(fragment.getAttribute("hx-get"), location.href);
  return pathname + search;
}

function put(fragment, html) {
  if (busy(fragment)) return hold(fragment);
  fragment.dispatchEvent(new CustomEvent("tl:before-swap", { bubbles: true }));
  const swap = { swapStyle: fragment.getAttribute("hx-swap") ?? "innerHTML", swapDelay: 0, settleDelay: 0 };
  const about = { target: fragment, elt: fragment };
  window.htmx.swap(fragment, html, swap, { select: fragment.getAttribute("hx-select"), contextElement: fragment, eventInfo: about });
}

const EDITING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

/** Someone types in it, has changed a form in it or typed what was refused, has a dialog of it open, or drags a card of
 * it: outside of what a renewal leaves alone. */
function busy(fragment) {
  const focused = document.activeElement;
  if (fragment !== focused && fragment.contains(focused) && focused.matches(EDITING) && !kept(focused, fragment)) return true;
  const held = [...fragment.querySelectorAll("[data-dragging], [data-wrong], form[data-dirty], dialog[open]")];
  return fragment.matches("[data-dragging]") || held.some((one) => !kept(one, fragment));
}

function kept(node, fragment) {
  const keeper = node.closest("[data-keep]");
  return Boolean(keeper) && keeper !== fragment && fragment.contains(keeper);
}

function hold(fragment) {
  waiting.add(fragment);
  const dragged = fragment.matches("[data-dragging]") || fragment.querySelector("[data-dragging]");
  if (document.hidden || dragged) return;
  const changes = unseen.get(fragment) ?? 1;
  const said = changes === 1 ? "1 newer change: show" : `${changes} newer changes: show`;
  const stands = fragment.querySelector(":scope > .newer");
  if (stands) return stands.replaceChildren(said);
  const chip = element("button", { type: "button", class: "btn small newer" }, said);
  chip.addEventListener("click", () => show(fragment));
  fragment.prepend(chip);
}

const isTyped = (field) => field.matches(EDITING) && field.type !== "hidden" && field.value !== field.defaultValue;

/** The user asked: what is being edited gives way, but what was written goes by their word alone. */
async function show(fragment) {
  const written = [...fragment.querySelectorAll("input, textarea")].filter((field) => isTyped(field) && !kept(field, fragment));
  const question = "Give up what you have written?\nIt is not saved, and the newer version takes its place.";
  if (written.length && !(await ask(question, { action: "Show the newer" }))) return;
  fragment.querySelectorAll("form[data-dirty]").forEach((form) => delete form.dataset.dirty);
  fragment.querySelectorAll("[data-wrong]").forEach((place) => delete place.dataset.wrong);
  if (fragment.contains(document.activeElement)) document.activeElement.blur();
  refresh(fragment);
}

function release() {
  for (const fragment of waiting) {
    if (!fragment.isConnected) waiting.delete(fragment);
    else if (!document.hidden && !busy(fragment)) refresh(fragment);
  }
}

// --- what the header says -------------------------------------------------------------------------------------------

const WORDS = { live: "Live", connecting: "Connecting", offline: "Offline", "catching-up": "Offline, catching up", stopped: "Not live" };
let here = 0;
let said = ["connecting"];

function say(state, why) {
  said = [state, why];
  for (const sign of document.querySelectorAll("[data-live-state]")) {
    sign.dataset.state = state;
    const counted = state === "live" && here > 0;
    sign.querySelector("[data-live-text]").textContent = why ?? (counted ? `${here} here now` : WORDS[state]);
  }
}

let people = [];

function present(message) {
  people = message.presence;
  here = message.here;
  say("live");
  showPeople();
}

function showPeople() {
  for (const place of document.querySelectorAll("[data-presence]")) place.replaceChildren(...people.slice(0, 5).map(face));
  showEditors();
}

/** What was fetched again knows neither the connection nor who is here. */
function sayAgain() {
  say(...said);
  showPeople();
}

/** data-place="item:7:title" shows who else edits just that. */
function showEditors() {
  for (const place of document.querySelectorAll("[data-place]")) {
    const others = people.filter(({ places, name }) => places?.includes(place.dataset.place) && name !== body.dataset.me);
    const said = others.map(({ name }) => name).join(", ");
    place.toggleAttribute("data-edited", others.length > 0);
    if (others.length) place.dataset.editors = `${said} is changing this`;
    else delete place.dataset.editors;
  }
}

let edits = null;

/** What I edit is told to the others; told again when the connection is made anew. */
function tellEdits() {
  if (isOpen()) socket.send(JSON.stringify({ editing: edits }));
}

function face({ name, initials }) {
  return element("span", { class: `face face-${shade(name)}`, title: name }, initials);
}

/** The same colour for the same name as core.components.signs.shade. */
export function shade(name) {
  let sum = 0;
  for (const byte of new TextEncoder().encode(name)) sum = (sum * 33 + byte) % 65521;
  return sum % 8;
}

// --- wiring ---------------------------------------------------------------------------------------------------------

document.addEventListener("htmx:afterSwap", ({ detail }) => unseen.delete(detail.target));
document.addEventListener("tl:release", release);
document.addEventListener("visibilitychange", () => document.hidden || release());
document.addEventListener("focusout", () => setTimeout(release));
if (project) document.addEventListener("htmx:afterSettle", sayAgain);
document.addEventListener("tl:editing", ({ detail }) => {
  edits = detail;
  tellEdits();
});

if (project) {
  connect();
  setInterval(() => isOpen() && socket.send("ping"), PING_MS);
  addEventListener("online", now);
  addEventListener("offline", leave);
  addEventListener("pageshow", ({ persisted }) => persisted && now());
  addEventListener("pagehide", () => {
    const left = socket;
    socket = null;
    left?.close();
  });
  document.addEventListener("visibilitychange", () => document.hidden || now());
}
