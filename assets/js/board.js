// The board: cards dragged between lanes, by pointer, by [ and ], or by the card's menu.
// Moves show at once and go back, with the reason, when the server refuses.
import Sortable from "sortablejs";
import "./moving.js";
import { csrfToken, element, refetch, refusal, toast } from "./page.js";

const boardOf = (node) => node.closest("[data-board]");
const wellsOf = (board) => [...board.querySelectorAll("[data-lane]")];
/** The lanes that a card can go to: those of its track, where the board has several. */
const lanesOf = (node) => wellsOf(node.closest("[data-swim]") ?? boardOf(node));
const cardsIn = (well) => [...well.querySelectorAll(":scope > [data-item]")];

const still = matchMedia("(prefers-reduced-motion: reduce)");

function prepare(root) {
  const boards = root.matches?.("[data-board]") ? [root] : root.querySelectorAll?.("[data-board]") ?? [];
  for (const board of boards) if (board.dataset.moveUrl) wellsOf(board).forEach((well) => sortable(well));
}

function sortable(well) {
  if (Sortable.get(well)) return;
  let before = null;
  Sortable.create(well, {
    group: well.closest("[data-swim]")?.dataset.swim ?? "board",
    draggable: "[data-item]",
    filter: "button, summary",
    preventOnFilter: false,
    forceFallback: true, // by pointer events: a card is then dragged by its title too, which is a link
    fallbackTolerance: 4,
    animation: still.matches ? 0 : 150,
    delay: 120,
    delayOnTouchOnly: true,
    ghostClass: "ghost",
    fallbackClass: "lifted",
    onStart({ item }) {
      before = place(item);
      boardOf(item).dataset.dragging = "";
    },
    onMove({ to }) {
      for (const other of wellsOf(boardOf(to))) other.toggleAttribute("data-over", other === to);
    },
    async onEnd({ item }) {
      for (const other of wellsOf(boardOf(item))) other.removeAttribute("data-over");
      if (!samePlace(before, place(item))) await send(item, before);
      release(boardOf(item));
    },
  });
}

/** Where a card stands, and what tells the server so: its lane, its place there, and the cards below it. */
function place(card) {
  const well = card.parentElement;
  const cards = cardsIn(well).filter((one) => one === card || one.dataset.item !== card.dataset.item);
  const position = cards.indexOf(card);
  const below = cards.slice(position + 1).map((one) => one.dataset.item).join();
  return { well, next: card.nextElementSibling, fields: { ...laneOf(well), position, below } };
}

const laneOf = (well) => ({ lane: well.dataset.lane, swim: well.closest("[data-swim]")?.dataset.swim ?? "" });
const samePlace = (a, b) => a.well === b.well && a.next === b.next;

function release(board) {
  delete board.dataset.dragging;
  document.dispatchEvent(new CustomEvent("tl:release"));
}

/** Tells the server where the card now is; puts it back when the server says no. */
async function send(card, before) {
  const well = card.parentElement;
  const url = boardOf(card).dataset.moveUrl;
  count(before.well, well);
  card.classList.add("sending");
  try {
    const position = cardsIn(well).indexOf(card);
    const { version, status } = await tell(url, { item: card.dataset.item, ...laneOf(well), position, version: card.dataset.version ?? "" });
    if (version) card.dataset.version = version;
    if (before.well === well) return say(`${label(card)} is now in ${laneName(well)}`);
    const undo = { label: "Undo", run: () => putBack(card, url, { ...before.fields, version, status }, laneName(before.well)) };
    toast(`${label(card)} is now in ${laneName(well)}.`, "ok", undo);
    warn(well);
  } catch (error) {
    before.well.insertBefore(card, before.next?.parentElement === before.well ? before.next : null);
    count(well, before.well);
    toast(error instanceof TypeError ? "The server cannot be reached. The card went back." : error.message, "bad");
  } finally {
    card.classList.remove("sending");
  }
}

/** The card's version then, and on a plan the status that it had. Throws with the reason when the server refuses. */
async function tell(url, fields) {
  const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true", Accept: "application/json, text/html" };
  const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields), credentials: "same-origin" });
  if (!answer.ok) throw new Error(refusal(answer.status, answer.headers.get("content-type") ?? "", await answer.text()));
  return { version: answer.headers.get("x-version") ?? "", status: answer.headers.get("x-was") ?? "" };
}

/** Undo: to the lane in which the card was, above what stood below it. The page may have been drawn anew meanwhile. */
async function putBack(card, url, fields, lane) {
  try {
    await tell(url, { item: card.dataset.item, ...fields });
    toast(`Undone. ${label(card)} is in ${lane} again.`, "ok");
    refetch(document.getElementById(card.id));
  } catch (error) {
    toast(error instanceof TypeError ? "The server cannot be reached. The card stays where it is." : error.message, "bad");
  }
}

/** A lane shows only its first cards: its number is counted on from what the server said. */
function count(from, to) {
  if (from === to) return;
  for (const [well, step] of [[from, -1], [to, 1]]) {
    const number = well.closest(".lane")?.querySelector("[data-count]");
    if (number) number.textContent = number.dataset.total = Number(number.dataset.total ?? number.textContent) + step;
  }
}

/** A limit stops nobody: it says that it is passed. */
function warn(well) {
  const limit = Number(well.closest(".lane").querySelector("[data-limit]")?.dataset.limit ?? Infinity);
  const same = boardOf(well).querySelectorAll(`[data-lane="${CSS.escape(well.dataset.lane)}"]`);
  const held = [...same].reduce((sum, one) => sum + Number(one.closest(".lane").querySelector("[data-count]").textContent), 0);
  if (held > limit) toast(`${laneName(well)} holds ${held}, at most ${limit} are agreed. Finish one first, if you can.`, "warn");
}

const label = (card) => card.dataset.name ?? card.querySelector(".title")?.textContent.trim() ?? "The card";
const laneName = (well) => well.dataset.name ?? well.dataset.lane;

function say(text) {
  const voice = document.getElementById("voice");
  if (voice) voice.textContent = text;
}

// --- without a pointer ----------------------------------------------------------------------------------------------

async function moveTo(card, well) {
  if (!well || well === card.parentElement) return;
  const before = place(card);
  const board = boardOf(card);
  board.dataset.dragging = "";
  well.append(card);
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  card.focus();
  await send(card, before);
  release(board);
  focusAgain(card);
}

/** On a slow line they may be at another card by now. */
function focusAgain(card) {
  if (document.activeElement === document.body) document.getElementById(card.id)?.focus();
}

/** One place up or down in its lane. */
async function rankTo(card, neighbour, side) {
  if (!neighbour?.matches("[data-item]")) return;
  const before = place(card);
  const board = boardOf(card);
  board.dataset.dragging = "";
  neighbour[side](card);
  card.focus();
  await send(card, before);
  release(board);
  focusAgain(card);
}

document.addEventListener("keydown", (event) => {
  const card = event.target.matches?.("[data-item]") && event.target;
  const board = card && boardOf(card);
  if (!board) return;
  const wells = lanesOf(card);
  const at = wells.indexOf(card.parentElement);
  if (board.dataset.moveUrl && event.key === "[") moveTo(card, wells[at - 1]);
  else if (board.dataset.moveUrl && event.key === "]") moveTo(card, wells[at + 1]);
  else if (board.dataset.moveUrl && event.altKey && event.key === "ArrowUp") rankTo(card, card.previousElementSibling, "before");
  else if (board.dataset.moveUrl && event.altKey && event.key === "ArrowDown") rankTo(card, card.nextElementSibling, "after");
  else if (event.key === "ArrowDown") focus(card.nextElementSibling);
  else if (event.key === "ArrowUp") focus(card.previousElementSibling);
  else if (event.key === "ArrowRight") focus(cardsIn(wells[at + 1] ?? card.parentElement)[0]);
  else if (event.key === "ArrowLeft") focus(cardsIn(wells[at - 1] ?? card.parentElement)[0]);
  else if (event.key === "Enter") card.querySelector("a")?.click();
  else return;
  event.preventDefault();
});

const focus = (card) => card?.matches("[data-item]") && card.focus();

let menu = null;

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-move-menu]");
  if (!button) return;
  const card = button.closest("[data-item]");
  menu?.remove();
  menu = element("div", { class: "popmenu", popover: "auto", role: "menu" }, element("div", { class: "heading" }, "Move to"));
  for (const well of lanesOf(card)) {
    const here = well === card.parentElement;
    const choice = element("button", { type: "button", role: "menuitemradio", "aria-checked": String(here) }, laneName(well));
    choice.addEventListener("click", () => moveTo(card, well));
    menu.append(choice);
  }
  document.body.append(menu);
  menu.showPopover();
  const at = button.getBoundingClientRect();
  menu.style.left = `${scrollX + Math.max(8, Math.min(at.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${scrollY + at.bottom + 4}px`;
  menu.querySelector("button").focus();
});

prepare(document);
document.addEventListener("htmx:load", ({ target }) => prepare(target));
document.addEventListener("htmx:afterSwap", () => prepare(document));
