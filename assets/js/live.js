// The live channel. The log delivers by sequence number; what arrives only says *that* something changed,
// and the fragments that care fetch themselves again. See "Live" in docs/design.md.
import { element, toast } from "./page.js";

const GATHER_MS = 80;
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
    setTimeout(() => socket === opened && (attempts = 0), SETTLED_MS);
  };
  opened.onmessage = ({ data }) => receive(JSON.parse(data));
  opened.onclose = ({ code }) => {
    if (socket !== opened) return;
    socket = null;
    code in STOPS ? stop(code) : again();
  };
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
  say("offline");
}

function now() {
  attempts = 0;
  connect();
}

// --- what arrives ---------------------------------------------------------------------------------------------------

function receive(message) {
  if (message.presence) return present(message.presence);
  if (message.resync_required) return resync(message);
  if (message.seq !== undefined && message.seq !== null) {
    if (message.seq <= last) return;
    last = message.seq;
    body.dataset.seq = last;
  }
  if (!message.type) return;
  document.dispatchEvent(new CustomEvent("tl:event", { detail: message }));
  for (const fragment of document.querySelectorAll("[data-live]")) if (cares(fragment, message)) refresh(fragment);
}

/** The page knows more than the log (a backup was restored): start from what the log has. */
function resync({ seq }) {
  last = seq ?? last;
  body.dataset.seq = last;
  document.querySelectorAll("[data-live]").forEach(refresh);
}

/** data-live="item. job.progressed"; with data-live-subject="job:41" only events of that subject. */
function cares(fragment, { type, subject }) {
  const prefixes = fragment.dataset.live.split(/\s+/).filter(Boolean);
  if (!prefixes.some((prefix) => type.startsWith(prefix))) return false;
  const wanted = fragment.dataset.liveSubject;
  return !wanted || (subject && `${subject.type}:${subject.id}` === wanted);
}

// --- refetching -----------------------------------------------------------------------------------------------------

const waiting = new Set();
const timers = new WeakMap();

function refresh(fragment) {
  if (document.hidden || busy(fragment)) return hold(fragment);
  if (timers.has(fragment)) return;
  timers.set(fragment, setTimeout(() => fetchAgain(fragment), GATHER_MS));
}

function fetchAgain(fragment) {
  timers.delete(fragment);
  if (!fragment.isConnected) return;
  if (document.hidden || busy(fragment)) return hold(fragment);
  waiting.delete(fragment);
  fragment.querySelector(":scope > .newer")?.remove();
  window.htmx.trigger(fragment, "live");
}

const EDITING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

/** Someone types in it, has changed a form in it, has a dialog of it open, or drags a card of it. */
function busy(fragment) {
  const focused = document.activeElement;
  if (fragment !== focused && fragment.contains(focused) && focused.matches(EDITING)) return true;
  return fragment.matches("[data-dragging]") || Boolean(fragment.querySelector("[data-dragging], form[data-dirty], dialog[open]"));
}

function hold(fragment) {
  waiting.add(fragment);
  const dragged = fragment.matches("[data-dragging]") || fragment.querySelector("[data-dragging]");
  if (document.hidden || dragged || fragment.querySelector(":scope > .newer")) return;
  const chip = element("button", { type: "button", class: "btn small newer" }, "Newer version, show");
  chip.addEventListener("click", () => show(fragment));
  fragment.prepend(chip);
}

/** The user asked: what is being edited gives way. */
function show(fragment) {
  fragment.querySelectorAll("form[data-dirty]").forEach((form) => delete form.dataset.dirty);
  if (fragment.contains(document.activeElement)) document.activeElement.blur();
  fetchAgain(fragment);
}

function release() {
  for (const fragment of waiting) {
    if (!fragment.isConnected) waiting.delete(fragment);
    else if (!document.hidden && !busy(fragment)) refresh(fragment);
  }
}

// --- what the header says -------------------------------------------------------------------------------------------

const WORDS = { live: "Live", offline: "Offline", "catching-up": "Offline, catching up", stopped: "Not live" };
let here = 0;

function say(state, why) {
  for (const sign of document.querySelectorAll("[data-live-state]")) {
    sign.dataset.state = state;
    const counted = state === "live" && here > 0;
    sign.querySelector("[data-live-text]").textContent = why ?? (counted ? `${here} here now` : WORDS[state]);
  }
}

let people = [];

function present(found) {
  people = found;
  here = people.length;
  say("live");
  for (const place of document.querySelectorAll("[data-presence]")) place.replaceChildren(...people.slice(0, 5).map(face));
  showEditors();
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
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ editing: edits }));
}

function face({ name, initials }) {
  return element("span", { class: `face face-${shade(name)}`, title: name }, initials);
}

/** The same colour for the same name as core.templatetags.ui.shade. */
export function shade(name) {
  let sum = 0;
  for (const byte of new TextEncoder().encode(name)) sum = (sum * 33 + byte) % 65521;
  return sum % 8;
}

// --- wiring ---------------------------------------------------------------------------------------------------------

document.addEventListener("tl:release", release);
document.addEventListener("focusout", () => setTimeout(release));
document.addEventListener("htmx:afterSettle", showEditors);
document.addEventListener("tl:editing", ({ detail }) => {
  edits = detail;
  tellEdits();
});

if (project) {
  connect();
  setInterval(() => socket?.readyState === WebSocket.OPEN && socket.send("ping"), PING_MS);
  addEventListener("online", now);
  addEventListener("offline", leave);
  addEventListener("pageshow", ({ persisted }) => persisted && now());
  addEventListener("pagehide", () => {
    const left = socket;
    socket = null;
    left?.close();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    now();
    release();
  });
}
