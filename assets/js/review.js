// Presenting a review: its parts one at a time, by the arrow keys or the bar. What arrives live stays live on the slide.
const slides = () => [...document.querySelectorAll("[data-slide]")];
const body = document.body;
let at = 0;

function show(index) {
  const all = slides();
  at = Math.max(0, Math.min(all.length - 1, index));
  all.forEach((slide, place) => slide.toggleAttribute("data-current", place === at));
  for (const step of bar().querySelectorAll("[data-step]")) {
    step.disabled = at + Number(step.dataset.step) < 0 || at + Number(step.dataset.step) >= all.length;
  }
  bar().querySelector("[role=status]").textContent = `${at + 1} of ${all.length}`;
}

function go(index) {
  show(index);
  scrollTo(0, 0);
}

const bar = () => document.getElementById("slidebar");

function start() {
  body.dataset.presenting = "";
  bar().hidden = false;
  go(0);
  document.documentElement.requestFullscreen?.().catch(() => {}); // without it the slide fills the window
}

function stop() {
  delete body.dataset.presenting;
  bar().hidden = true;
  if (document.fullscreenElement) document.exitFullscreen();
  document.querySelector("[data-present]")?.focus();
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };

document.addEventListener("click", ({ target }) => {
  const step = target.closest("#slidebar [data-step]");
  if (step) go(at + Number(step.dataset.step));
  else if (target.closest("#slidebar [data-leave]")) stop();
  else if (target.closest("[data-present]")) start();
});

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
