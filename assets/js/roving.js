// A picture of many points is one stop of Tab: [data-roving="points"], or "grid" for squares in rows. Arrows, Home and End go
// from one to the next, Enter opens it as ever, and Esc goes on to what stands below the picture (tabindex -1). The
// server gives the first point tabindex 0 and all others -1; the one that has the focus takes that over. Each has an id:
// by that htmx and we find it again in a fragment that was fetched anew.

const POINTS = "[data-roving] :is(a, button)";
const pictureOf = (point) => point.closest("[data-roving]");
const pointsOf = (picture) => [...picture.querySelectorAll("a, button")];

let stood = ""; // where the arrows left off

function enter(point) {
  stood = point.id;
  for (const one of pointsOf(pictureOf(point))) one.setAttribute("tabindex", one === point ? "0" : "-1");
}

const middle = (point) => {
  const box = point.getBoundingClientRect();
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
};

/** All points in the order in which the arrows of that axis pass them. Of squares that is row by row, or column by column. */
function ordered(picture, axis) {
  const across = axis === "x" ? "y" : "x";
  const [first, second] = picture.dataset.roving === "grid" ? [across, axis] : [axis, across];
  const placed = pointsOf(picture).map((point) => ({ point, at: middle(point) }));
  return placed.sort((a, b) => a.at[first] - b.at[first] || a.at[second] - b.at[second]).map(({ point }) => point);
}

const STEPS = { ArrowRight: ["x", 1], ArrowLeft: ["x", -1], ArrowDown: ["y", 1], ArrowUp: ["y", -1] };

function next(picture, point, key) {
  const [axis, step] = STEPS[key] ?? ["x", 0];
  const all = ordered(picture, axis);
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  return step && all[Math.max(0, Math.min(all.length - 1, all.indexOf(point) + step))];
}

function leave(picture) {
  picture.nextElementSibling?.focus();
}

/** Before the keys of the page hear of it: Esc there goes back a page. */
function walk(event) {
  const point = event.target.closest?.(POINTS);
  if (!point || event.ctrlKey || event.metaKey || event.altKey) return;
  const picture = pictureOf(point);
  const to = next(picture, point, event.key);
  if (to) to.focus({ focusVisible: true });
  else if (event.key === "Escape") leave(picture);
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", walk, true);

document.addEventListener("focusin", ({ target }) => target.matches(POINTS) && enter(target));
// A fragment that was fetched anew says its first point again, wherever one was.
document.addEventListener("htmx:afterSettle", () => {
  const point = stood && document.getElementById(stood);
  if (point && point.matches(POINTS)) enter(point);
});
