// The keyboard: ? for help, Ctrl K to go anywhere, g and a letter to go to a page of the rail.
import { element } from "./page.js";

const typing = (node) => node.closest?.("input, textarea, select, [contenteditable], dialog[open]");
let afterG = 0;

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    return openGoer();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (Date.now() - afterG < 1200) {
    afterG = 0;
    return document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
  if (event.key === "g") afterG = Date.now();
  else if (event.key === "?") openHelp();
  else press(event);
});

/** A button or link with data-shortcut="c" is pressed by its letter. */
function press(event) {
  const target = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
}

document.addEventListener("click", ({ target }) => target.closest("[data-go-to]") && openGoer());

// --- help -----------------------------------------------------------------------------------------------------------

function openHelp() {
  const list = element("dl", { class: "keys" });
  const line = (what, ...keys) => list.append(element("dt", {}, what), element("dd", {}, ...keys.flatMap((key) => [element("kbd", {}, key), " "])));
  line("Go to anything", "Ctrl", "K");
  line("This list", "?");
  line("Close what is open", "Esc");
  for (const link of document.querySelectorAll(".rail [data-key]")) line(`Go to ${link.dataset.name}`, "g", link.dataset.key);
  for (const node of document.querySelectorAll("[data-shortcut]")) line(node.dataset.shortcutName ?? node.textContent.trim(), node.dataset.shortcut);
  if (document.querySelector("[data-board]")) line("Move the focused card to the lane before or after", "[", "]");
  const header = element("header", {}, element("h2", {}, "Keyboard"), element("button", { class: "btn small quiet", type: "button", "data-closes": "" }, "Close"));
  open(element("dialog", { class: "box", "aria-label": "Keyboard" }, header, element("div", { class: "body" }, list)));
}

function open(dialog) {
  if (document.querySelector("dialog[open]")) return;
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

// --- go to ----------------------------------------------------------------------------------------------------------

function places() {
  const links = document.querySelectorAll(".rail .raillink, main a[href]:not([href^='#'], [data-no-go])");
  const seen = new Set();
  return [...links].flatMap((link) => {
    const name = (link.dataset.name ?? link.textContent).trim().replace(/\s+/g, " ");
    if (!name || name.length > 80 || seen.has(link.href)) return [];
    seen.add(link.href);
    return [{ name, href: link.href, where: link.closest(".rail") ? "" : "on this page" }];
  });
}

function openGoer() {
  const all = places();
  const list = element("ul", { role: "listbox", id: "goer-list" });
  const input = element("input", { type: "text", role: "combobox", "aria-controls": "goer-list", "aria-expanded": "true", "aria-label": "Go to", placeholder: "Go to…", autocomplete: "off" });
  let chosen = 0;
  const choose = (index) => {
    const rows = [...list.children];
    chosen = Math.max(0, Math.min(rows.length - 1, index));
    rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === chosen)));
    rows[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const fill = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word))).slice(0, 40);
    list.replaceChildren(...found.map(({ name, href, where }) => element("li", { role: "option" }, element("a", { href, tabindex: "-1" }, name, element("small", {}, where)))));
    choose(0);
  };
  input.addEventListener("input", fill);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") list.children[chosen]?.querySelector("a").click();
    else return;
    event.preventDefault();
  });
  const foot = element("footer", {}, element("kbd", {}, "↑"), " ", element("kbd", {}, "↓"), " choose  ", element("kbd", {}, "Enter"), " go  ", element("kbd", {}, "?"), " on a page: all keys");
  open(element("dialog", { class: "box goer", "aria-label": "Go to" }, input, list, foot));
  fill();
}
