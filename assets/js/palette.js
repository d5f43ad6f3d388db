// Find anything: what the page offers at once, and what the server finds as one types. A combobox with a list box, whose
// options are links, so that they open in another tab too.
import { open, openHelp } from "./keys.js";
import { element, icon } from "./page.js";

const WAIT_MS = 90;
const MOST_HERE = 7;

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  openPalette();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-go-to]")) return;
  event.preventDefault();
  openPalette();
});

// --- what the page offers -------------------------------------------------------------------------------------------

const clean = (text) => text.trim().replace(/\s+/g, " ");
const nameOf = (node) => clean(node.dataset.name ?? node.dataset.shortcutName ?? node.getAttribute("aria-label") ?? node.textContent);
const canPress = (node) => node.checkVisibility() && !node.disabled && node.getAttribute("aria-disabled") !== "true";

function actions() {
  const buttons = [...document.querySelectorAll("main .actions :is(a, button), main [data-shortcut]")].filter(canPress);
  const found = buttons.map((node) => ({ name: nameOf(node), keys: node.dataset.shortcut, sign: "zap", act: () => node.click() }));
  const theme = document.querySelector("[data-theme-toggle]");
  if (theme) found.push({ name: "Switch theme", words: "dark light colour", sign: "sun-moon", act: () => theme.click() });
  found.push({ name: "Keyboard", words: "keys shortcuts help", keys: "?", sign: "keyboard", act: openHelp });
  const out = document.querySelector(".railfoot form button");
  if (out) found.push({ name: "Sign out", words: "log out leave", sign: "log-out", act: () => out.click() });
  return found;
}

function links() {
  const all = document.querySelectorAll(".rail .raillink, main a[href]:not([href^='#'], [data-no-go], .actions *)");
  return [...all].map((link) => ({ name: nameOf(link.querySelector(".clip") ?? link), href: link.href, sign: link.closest(".rail") ? "corner-down-right" : "file", keys: link.dataset.key && `g ${link.dataset.key}`, isPage: Boolean(link.closest(".rail")) }));
}

function offers() {
  const seen = new Set();
  return [...actions(), ...links()].filter(({ name, href = name }) => name && name.length <= 80 && !seen.has(href) && seen.add(href));
}

function fitting(all, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, words: more = "" }) => words.every((word) => `${name} ${more}`.toLowerCase().includes(word));
  const begins = ({ name }) => (name.toLowerCase().startsWith(words[0] ?? "") ? 0 : 1);
  return words.length ? all.filter(fits).sort((a, b) => begins(a) - begins(b)).slice(0, MOST_HERE) : [];
}

// --- the palette ----------------------------------------------------------------------------------------------------

function openPalette() {
  const all = offers();
  const here = element("div", { role: "presentation" });
  const found = element("div", { role: "presentation" });
  const list = element("div", { role: "listbox", id: "palette-list", "aria-label": "Found", class: "foundlist" }, here, found);
  const said = element("p", { class: "vh", role: "status" });
  const input = element("input", { type: "text", role: "combobox", "aria-controls": "palette-list", "aria-expanded": "true", "aria-autocomplete": "list", "aria-label": "Search or go to", placeholder: "Search or go to…", autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "200" });
  const foot = element("footer", {}, element("kbd", {}, "↑"), " ", element("kbd", {}, "↓"), " choose  ", element("kbd", {}, "Enter"), " open  ", element("kbd", {}, "Esc"), " close");
  const dialog = element("dialog", { class: "box goer", "aria-label": "Search" }, element("div", { class: "gofield" }, icon("search"), input), list, said, foot);
  if (!open(dialog)) return;
  const lines = () => [...list.querySelectorAll("[role=option]")];
  let chosen = null;
  let asked = new AbortController();
  let timer = 0;
  let isEager = false; // Enter came before the answer

  const choose = (line) => {
    chosen = line ?? null;
    for (const one of lines()) one.setAttribute("aria-selected", String(one === chosen));
    chosen ? input.setAttribute("aria-activedescendant", chosen.id) : input.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = lines();
    choose(all.at((all.indexOf(chosen) + by + all.length) % all.length));
  };
  const tell = (sentence) => {
    said.textContent = sentence ?? (lines().length ? `${lines().length} found` : "Nothing found");
  };

  const showHere = () => {
    const fit = fitting(all, input.value);
    here.replaceChildren(...(fit.length ? [group("Here", fit.map((one, at) => option(one, at, dialog)))] : []));
    choose(lines()[0]);
  };
  const ask = async () => {
    asked.abort();
    asked = new AbortController();
    const text = input.value;
    const query = new URLSearchParams({ q: text, near: document.body.dataset.project ?? "" });
    try {
      const answer = await fetch(`/search/?${query}`, { headers: { "HX-Request": "true" }, signal: asked.signal });
      const html = await answer.text();
      if (text !== input.value) return;
      if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
      showFound(html);
    } catch (error) {
      if (error.name === "AbortError") return;
      found.replaceChildren(element("p", { class: "nothing", role: "alert" }, "The server cannot be asked just now. What this page offers is found all the same."));
    }
  };
  const showFound = (html) => {
    const known = new Set([...here.querySelectorAll("a")].map((one) => one.href));
    const keep = chosen && here.contains(chosen) ? chosen : null;
    found.innerHTML = html; // our own server's fragment, of its own origin, with everything escaped
    for (const line of found.querySelectorAll("a")) if (known.has(line.href)) line.remove();
    const begun = new Set([...here.querySelectorAll("div[role=option] .clip")].map((one) => one.textContent));
    for (const line of found.querySelectorAll("a[data-command]")) if (begun.has(line.querySelector(".clip").textContent)) line.remove();
    for (const one of found.querySelectorAll(".foundgroup:not(:has(a))")) one.remove();
    if (!lines().length && !found.childElementCount) found.append(element("p", { class: "nothing" }, "Nothing of yours is like that. Fewer words find more."));
    choose(keep ?? lines()[0]);
    tell();
    if (isEager) take(chosen, {});
  };

  input.addEventListener("input", () => {
    isEager = false;
    showHere();
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter") chosen ? take(chosen, event) : (isEager = true);
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointermove", ({ target }) => {
    const line = target.closest("[role=option]");
    if (line && line !== chosen) choose(line);
  });
  list.addEventListener("click", ({ target }) => target.closest("a[href*='#']") && dialog.close());
  dialog.addEventListener("close", () => asked.abort());
  showHere();
  ask();
}

function take(line, { ctrlKey, metaKey }) {
  if (!line) return;
  if (line.matches("a") && (ctrlKey || metaKey)) return window.open(line.href, "_blank", "noopener");
  line.click();
}

function group(label, lines) {
  const head = element("h3", { id: "palette-here" }, label);
  return element("div", { class: "foundgroup", role: "group", "aria-labelledby": "palette-here" }, head, ...lines);
}

function option({ name, href, keys, sign, act }, at, dialog) {
  const inside = [icon(sign), element("span", { class: "clip" }, name), ...(keys ? [element("kbd", {}, keys)] : [])];
  const given = { class: "foundline", role: "option", id: `here-${at}`, "aria-selected": "false" };
  if (href) return element("a", { ...given, href, tabindex: "-1" }, ...inside);
  const line = element("div", given, ...inside);
  line.addEventListener("click", () => {
    dialog.addEventListener("close", () => act(), { once: true });
    dialog.close();
  });
  return line;
}
