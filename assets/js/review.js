// Presenting a review: its parts one at a time, by the arrow keys. What arrives live stays live on the slide.
import { element } from "./page.js";

const slides = () => [...document.querySelectorAll("[data-slide]")];
const body = document.body;
let at = 0;

function show(index) {
  const all = slides();
  at = Math.max(0, Math.min(all.length - 1, index));
  all.forEach((slide, place) => slide.toggleAttribute("data-current", place === at));
  count().textContent = `${at + 1} / ${all.length}`;
}

function go(index) {
  show(index);
  scrollTo(0, 0);
}

function count() {
  const found = document.querySelector(".slidecount");
  if (found) return found;
  const made = element("div", { class: "slidecount", role: "status" });
  document.getElementById("main").append(made);
  return made;
}

function start() {
  body.dataset.presenting = "";
  go(0);
  document.documentElement.requestFullscreen?.().catch(() => {}); // without it the slide fills the window
}

function stop() {
  delete body.dataset.presenting;
  count().remove();
  if (document.fullscreenElement) document.exitFullscreen();
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };

document.addEventListener("click", ({ target }) => target.closest("[data-present]") && start());

// Before the page's own keys, for which Escape is the way up.
document.addEventListener("keydown", (event) => {
  if (!("presenting" in body.dataset) || event.target.closest("input, textarea, select")) return;
  if (event.key === "Escape") stop();
  else if (event.key in STEPS) go(at + STEPS[event.key]);
  else if (event.key === "Home") go(0);
  else if (event.key === "End") go(slides().length - 1);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement && "presenting" in body.dataset) stop();
});

// A part that fetched itself again does not know that it is on show.
document.addEventListener("htmx:afterSwap", () => "presenting" in body.dataset && show(at));
