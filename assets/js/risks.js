// The register and its heat map brush each other: a square filters the list, a row lights its square and shows the way
// from where its risk came to where it shall go. What is filtered and what is pointed at survive the fragment's refetching.

let filtered = "";
let square; // pointed at, or with the focus in it
let pointed; // the id of such a row

const register = () => document.querySelector("[data-risks]");
const rows = (root) => [...root.querySelectorAll("tr[data-risk]")];
const cell = (root, at) => (at ? root.querySelector(`[data-cell="${at}"]`) : null);

function show(root) {
  for (const row of rows(root)) row.hidden = Boolean(filtered) && (row.dataset.at !== filtered || row.dataset.state !== "open");
  for (const button of root.querySelectorAll("[data-cell-button]")) {
    button.setAttribute("aria-pressed", String(button.dataset.cellButton === filtered));
  }
  const all = root.querySelector("[data-all-risks]");
  if (all) all.hidden = !filtered;
  const count = root.querySelector("[data-risk-count]");
  const shown = rows(root).filter((row) => !row.hidden).length;
  if (count) count.textContent = filtered ? `${shown} of ${rows(root).length}` : String(shown);
  brush(root);
}

function filter(at) {
  filtered = filtered === at ? "" : at;
  show(register());
}

/** Lights the square of a row (`lit`), where its risk came from (`was`) and where it shall end (`aim`). */
function light(root, row) {
  for (const each of root.querySelectorAll("[data-cell]")) each.classList.remove("lit", "was", "aim");
  if (row) {
    cell(root, row.dataset.inherent)?.classList.add("was");
    cell(root, row.dataset.target)?.classList.add("aim");
    cell(root, row.dataset.at)?.classList.add("lit");
  }
  draw(root, row);
}

function lightRows(root, at) {
  for (const row of rows(root)) row.classList.toggle("lit", Boolean(at) && row.dataset.at === at && row.dataset.state === "open");
}

function brush(root) {
  lightRows(root, square);
  light(root, rows(root).find(({ id }) => id === pointed));
}

function draw(root, strong) {
  const svg = root.querySelector("[data-moves]");
  if (!svg) return;
  svg.replaceChildren();
  for (const row of rows(root)) {
    if (row.hidden || (row.dataset.state !== "open" && row !== strong)) continue;
    arrow(root, svg, row.dataset.inherent, row.dataset.at, row === strong);
    arrow(root, svg, row.dataset.at, row.dataset.target, row === strong);
  }
}

function arrow(root, svg, from, to, isStrong) {
  const [a, b] = [cell(root, from), cell(root, to)];
  if (!a || !b || a === b) return;
  const frame = svg.getBoundingClientRect();
  const [start, end] = [a, b].map((each) => middle(each.getBoundingClientRect(), frame));
  const turn = Math.atan2(end.y - start.y, end.x - start.x);
  const tip = { x: end.x - 8 * Math.cos(turn), y: end.y - 8 * Math.sin(turn) };
  const css = isStrong ? "strong" : "";
  svg.append(line(start, tip, css));
  for (const side of [0.5, -0.5]) {
    const barb = { x: tip.x - 7 * Math.cos(turn + side), y: tip.y - 7 * Math.sin(turn + side) };
    svg.append(line(tip, barb, css));
  }
}

const middle = (box, frame) => ({ x: box.x - frame.x + box.width / 2, y: box.y - frame.y + box.height / 2 });

function line(from, to, css) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const at = { x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: css };
  for (const [name, value] of Object.entries(at)) made.setAttribute(name, value);
  return made;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-cell-button]");
  if (button) filter(button.dataset.cellButton);
  else if (target.closest("[data-all-risks]")) filter(filtered);
});

for (const type of ["pointerover", "focusin"]) {
  document.addEventListener(type, ({ target }) => {
    const root = register();
    if (!root || !target.closest) return;
    square = target.closest("[data-cell]")?.dataset.cell;
    pointed = target.closest("tr[data-risk]")?.id;
    brush(root);
  });
}

document.addEventListener("htmx:afterSettle", () => register() && show(register()));
addEventListener("resize", () => register() && brush(register()));
if (register()) show(register());
