// The table of runs: the filter's offers and errors as one types, the runs that are chosen, and the column picker.
import { select } from "./choosing.js";
import { element } from "./page.js";
import "./narrow.js";

// --- the filter -----------------------------------------------------------------------------------------------------

const WAIT_MS = 120;
const box = document.querySelector("[data-filter]");
if (box) assist(box);

function assist(box) {
  const input = box.querySelector("input");
  const list = box.querySelector("[role=listbox]");
  const said = document.querySelector("[data-filter-error]");
  let timer = 0;
  let asked = 0;
  let at = -1;
  let shownFor = null; // the text that the offers on show were made for: one types faster than they come

  input.addEventListener("input", () => later());
  input.addEventListener("focus", () => later());
  input.addEventListener("click", () => later());
  input.addEventListener("blur", () => close());
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") later();
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(at + (event.key === "ArrowDown" ? 1 : -1));
    }
    const stale = shownFor !== input.value;
    const taken = event.key === "Enter" ? at >= 0 && !stale : event.key === "Tab" && !event.shiftKey && (at >= 0 || stale || "typed" in list.dataset);
    if (!taken) return;
    event.preventDefault();
    stale ? takeFirst() : take(list.children[Math.max(at, 0)]);
  });

  /** The first of the offers for what stands there now. */
  async function takeFirst() {
    clearTimeout(timer);
    await ask();
    if (!list.hidden && list.children.length && shownFor === input.value) take(list.children[0]);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  }

  async function ask() {
    const mine = ++asked;
    const text = input.value;
    const query = new URLSearchParams({ q: text, at: input.selectionStart ?? text.length });
    const answer = await fetch(`${box.dataset.assist}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== asked || !answer?.ok) return;
    const { error, offers } = await answer.json();
    // What is not finished is no error while one types; it is when one has stopped at something else.
    const wrong = error && !error.is_unfinished;
    said.textContent = wrong ? error.message : "";
    input.toggleAttribute("aria-invalid", Boolean(wrong));
    if (wrong) input.setAttribute("aria-invalid", "true");
    shownFor = text;
    document.activeElement === input ? show(offers) : close();
  }

  function show(offers) {
    at = -1;
    list.replaceChildren(...offers.map(offer));
    list.hidden = offers.length === 0;
    list.toggleAttribute("data-typed", offers.length > 0 && offers[0].start < offers[0].end);
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }

  function offer(one, index) {
    const item = element("li", { role: "option", id: `offer-${index}`, "aria-selected": "false" }, element("span", { class: "mono" }, one.text), element("small", {}, one.note));
    item.offer = one;
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(item);
    });
    return item;
  }

  function choose(index) {
    const { length } = list.children;
    at = index < 0 ? length - 1 : index % length;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    list.children[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", list.children[at].id);
  }

  function take(item) {
    const { text, start, end } = item.offer;
    const before = input.value.slice(0, start);
    const spaced = before && !/[\s(]$/.test(before) ? `${before} ` : before;
    input.value = `${spaced}${text} ${input.value.slice(end).trimStart()}`;
    const cursor = spaced.length + text.length + 1;
    input.setSelectionRange(cursor, cursor);
    ask();
  }

  function close() {
    asked += 1;
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog[open]")) return;
    event.preventDefault();
    input.focus();
  });
}

const bar = document.querySelector("[data-selection]");
if (bar) select(bar, { name: "run", one: "1 run", many: "runs" });
