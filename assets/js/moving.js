// Cards that others move slide to their new places, with the name of who moved them. What I drop stands there already.
// A board says who in data-by, for some seconds after the move.

const SLIDE_MS = 150;
const NAMED_MS = 2500;
const MOST = 80; // cards in sight that slide at once
const still = matchMedia("(prefers-reduced-motion: reduce)");

let before = new Map();

const inSight = ({ top, bottom }) => bottom > 0 && top < innerHeight;
const laneOf = (card) => card.parentElement.dataset.lane;

function remember({ target }) {
  if (!target.matches("[data-board]")) return;
  before = new Map();
  for (const card of target.querySelectorAll("[data-item]")) before.set(card.id, { lane: laneOf(card), box: card.getBoundingClientRect() });
}

function slide({ target }) {
  if (!before.size || !target.matches?.("[data-board]")) return;
  const places = [...target.querySelectorAll("[data-item]")].map((card) => ({ card, box: card.getBoundingClientRect(), was: before.get(card.id) }));
  before = new Map();
  const moved = places.filter(({ box, was }) => was && (was.box.x !== box.x || was.box.y !== box.y) && (inSight(was.box) || inSight(box)));
  if (!still.matches) for (const one of moved.slice(0, MOST)) glide(one);
  for (const { card, was } of places) if (was?.lane !== laneOf(card)) name(card);
}

function glide({ card, box, was }) {
  const from = `translate(${was.box.x - box.x}px, ${was.box.y - box.y}px)`;
  card.animate([{ transform: from }, { transform: "none" }], { duration: SLIDE_MS, easing: "ease-out" });
}

function name(card) {
  const { by } = card.dataset;
  if (!by || by === document.body.dataset.me || card.querySelector(".mover")) return;
  const tag = Object.assign(document.createElement("span"), { className: "mover", textContent: by });
  tag.setAttribute("aria-hidden", "true"); // the feed says it in words
  card.append(tag);
  setTimeout(() => tag.remove(), NAMED_MS);
}

document.addEventListener("tl:before-swap", remember);
document.addEventListener("htmx:afterSwap", slide);
