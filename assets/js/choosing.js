// Which rows of a list are chosen, with the bar that acts on them. The choice outlives a page of the list and its live
// refreshing; it ends with the tab.
import { element } from "./page.js";

export function select(bar, { name, one: single, many }) {
  const key = `chosen ${location.pathname} ${new URLSearchParams(location.search).get("deleted") ?? ""}`;
  const sent = [...bar.querySelectorAll("[data-chosen] input")].map((one) => one.value); // with what was refused
  const chosen = new Set(sent.length ? sent : JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  const boxes = () => [...document.querySelectorAll("[data-choose]")];
  let last = null;

  function tell() {
    sessionStorage.setItem(key, JSON.stringify([...chosen]));
    for (const one of boxes()) one.checked = chosen.has(one.value);
    const all = document.querySelector("[data-all]");
    const here = boxes();
    if (all) {
      all.checked = here.length > 0 && here.every((one) => one.checked);
      all.indeterminate = !all.checked && here.some((one) => one.checked);
    }
    bar.hidden = chosen.size === 0;
    bar.querySelector("[data-count]").textContent = chosen.size === 1 ? single : `${chosen.size} ${many}`;
    bar.querySelector("[data-chosen]").replaceChildren(...[...chosen].map((value) => element("input", { type: "hidden", name, value })));
    const compare = bar.querySelector("[data-compare]");
    if (!compare) return;
    compare.disabled = chosen.size < 2 || chosen.size > 20;
    compare.title = compare.disabled ? "Choose 2 to 20 runs to compare them" : "";
  }

  document.addEventListener("click", (event) => {
    const one = event.target.closest("[data-choose]");
    if (!one) return;
    const here = boxes();
    const [from, to] = [here.indexOf(last), here.indexOf(one)].sort((a, b) => a - b);
    const range = event.shiftKey && from >= 0 ? here.slice(from, to + 1) : [one];
    for (const each of range) one.checked ? chosen.add(each.value) : chosen.delete(each.value);
    last = one;
    tell();
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-all]")) return;
    for (const one of boxes()) target.checked ? chosen.add(one.value) : chosen.delete(one.value);
    tell();
  });
  bar.querySelector("[data-none]").addEventListener("click", () => {
    chosen.clear();
    tell();
  });
  bar.addEventListener("submit", (event) => {
    if (event.submitter?.matches("[data-compare]")) {
      for (const field of bar.querySelectorAll("[name=csrfmiddlewaretoken], [name=next]")) field.disabled = true;
    } else {
      sessionStorage.removeItem(key);
    }
  });
  addEventListener("pageshow", () => {
    for (const field of bar.querySelectorAll("[disabled]")) field.disabled = false;
    tell();
  });
  document.addEventListener("htmx:afterSwap", tell);
  tell();
}
