// The keyboard: ? lists the keys that work here, Ctrl K finds anything, g and a letter goes to a page of the rail, and a
// letter presses the button that carries it. Keys of one letter can be turned off on the account's page (WCAG 2.1.4).
import { element } from "./page.js";

const G_MS = 1200;
const keys = [];
let afterG = 0;

/** on(" ", "Look at the focused one", act, isHere): act may answer false, and the key goes on to the next. A capital
 * is the letter with Shift, where that is a key of its own. The name may be a function that tells it. */
export function on(key, name, act, isHere = () => true) {
  keys.push({ key, name, act, isHere });
}

export const typing = (node) => node.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], dialog[open]");

const isOff = () => document.body.dataset.letters === "off";
const withModifier = (event) => event.ctrlKey || event.metaKey || event.altKey;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || withModifier(event) || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (isOff() && event.key.length === 1) return;
  if (handle(event)) event.preventDefault();
});

function handle({ key, shiftKey, target }) {
  if (Date.now() - afterG < G_MS) {
    afterG = 0;
    return press(`[data-key="${CSS.escape(key)}"]`);
  }
  if (key === "g") return Boolean((afterG = Date.now()));
  if (key === "?") return openHelp();
  const letter = key.toLowerCase();
  const isMeant = (one) => one.key === letter || (shiftKey && one.key === key);
  return keys.some((one) => isMeant(one) && one.isHere() && one.act(target) !== false) || press(`[data-shortcut="${CSS.escape(key)}"]`, isSeen);
}

const isSeen = (node) => node.checkVisibility() && !node.disabled;

function press(selector, isMeant = () => true) {
  const target = [...document.querySelectorAll(selector)].find(isMeant);
  target?.click();
  return Boolean(target);
}

// --- help -----------------------------------------------------------------------------------------------------------

export function openHelp() {
  const dialog = element("dialog", { class: "box", "aria-label": "Keyboard" });
  const header = element("header", {}, element("h2", {}, "Keyboard"), element("button", { class: "btn small quiet", type: "button", "data-closes": "" }, "Close"));
  dialog.append(header, element("div", { class: "body" }, ...parts()));
  return open(dialog);
}

function parts() {
  const letters = isOff()
    ? [element("p", { class: "meta" }, "Keys of one letter are turned off for you. ", element("a", { class: "link", href: "/account/#keys" }, "Turn them on"))]
    : [section("On this page", here()), section("Go to", places())];
  return [section("Anywhere", anywhere()), ...letters].filter(Boolean);
}

const anywhere = () => [
  ["Find anything, or do something", "Ctrl", "K"],
  ...(isOff() ? [] : [["This list", "?"]]),
  ["Close what is open", "Esc"],
];

function here() {
  const said = keys.filter((one) => one.isHere()).map(({ key, name }) => [typeof name === "string" ? name : name(), NAMES[key] ?? key]);
  for (const node of document.querySelectorAll("[data-shortcut]")) if (isSeen(node)) said.push([node.dataset.shortcutName ?? node.textContent.trim(), node.dataset.shortcut]);
  if (document.querySelector("[data-board]")) said.push(["Move the focused card to the lane before or after", "[", "]"]);
  return said;
}

const NAMES = { " ": "Space", enter: "Enter", escape: "Esc", C: "⇧C" };
const places = () => [...document.querySelectorAll(".rail [data-key]")].map((link) => [`Go to ${link.dataset.name}`, "g", link.dataset.key]);

function section(title, lines) {
  if (!lines.length) return null;
  const list = element("dl", { class: "keys" });
  for (const [what, ...pressed] of lines) list.append(element("dt", {}, what), element("dd", {}, ...pressed.flatMap((key) => [element("kbd", {}, key), " "])));
  return element("section", { class: "keypart" }, element("h3", {}, title), list);
}

/** Shows a dialog made here, which is gone when it closes. */
export function open(dialog) {
  if (document.querySelector("dialog[open]")) return false;
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return true;
}
