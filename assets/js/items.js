// Lists of items: what is chosen, walked and changed by keys.
import { select } from "./choosing.js";

const bar = document.querySelector("[data-selection]");
if (bar) select(bar, { name: "item", one: "1 item", many: "items" });

document.addEventListener("change", ({ target }) => target.matches("[data-submits]") && target.form.requestSubmit());

const typing = (node) => node.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
const rows = () => [...document.querySelectorAll("[data-row]")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const row = event.target.closest?.("[data-row]");
  if (event.key === "j") step(row, 1);
  else if (event.key === "k") step(row, -1);
  else if (event.key === "x" && row) row.querySelector("[data-choose]")?.click();
  else if (event.key === "Enter" && row === event.target) row.querySelector("a.name")?.click();
  else return;
  event.preventDefault();
});

function step(row, by) {
  const all = rows();
  const to = row ? all[all.indexOf(row) + by] : all[by > 0 ? 0 : all.length - 1];
  to?.focus();
}
