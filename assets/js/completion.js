// Completes the word before the caret out of a datalist, in fields with data-completes, or the @name in fields with
// data-mentions: in a text editor as well as in a line. Arrows choose, Enter or Tab takes, Escape leaves it; what was typed stays typed until something is taken.

const MOST = 8;
const WORD = /[A-Za-z_][A-Za-z0-9_.]*$/;
const MENTION = /(?<![\w@/.+-])@[\w.-]*$/;

let field = null;
let list = null;
let chosen = 0;

const words = (id) => [...document.getElementById(id).options].map((one) => ({ text: one.value, note: one.label }));
const mentions = () => "mentions" in field.dataset;
const before = () => field.value.slice(0, field.selectionStart).match(mentions() ? MENTION : WORD)?.[0] ?? "";

/** Those that begin with it first, then those whose own name does, then those in which any word does. */
function fitting(word) {
  const wanted = word.toLowerCase();
  const starts = (text, between) => text.toLowerCase().split(between).some((part) => part.startsWith(wanted));
  const rank = ({ text }) => [/$^/, ".", /[._]/].findIndex((between) => starts(text, between));
  const ranked = words(field.dataset.mentions ?? field.dataset.completes).filter((one) => one.text !== word).map((one) => [rank(one), one]);
  const kept = ranked.filter(([place]) => place >= 0).sort(([one], [other]) => one - other);
  return kept.slice(0, MOST).map(([, one]) => one);
}

function close() {
  list?.remove();
  field?.removeAttribute("aria-activedescendant");
  field?.setAttribute("aria-expanded", "false");
  list = null;
}

function offer() {
  const word = before();
  const found = word.length > (mentions() ? 0 : 1) && field.selectionStart === field.selectionEnd ? fitting(word) : [];
  close();
  if (!found.length) return;
  list = document.createElement("ul");
  list.className = "offers";
  list.id = "offers";
  list.role = "listbox";
  list.ariaLabel = mentions() ? "People" : "Facts and functions";
  list.append(...found.map(option));
  field.after(list);
  field.setAttribute("aria-expanded", "true");
  choose(0);
}

function option({ text, note }, index) {
  const item = document.createElement("li");
  item.role = "option";
  item.id = `offer-${index}`;
  const name = document.createElement("span");
  name.className = "mono";
  name.textContent = text;
  const said = document.createElement("small");
  said.textContent = note;
  item.append(name, said);
  item.dataset.text = text;
  return item;
}

function choose(index) {
  const items = [...list.children];
  chosen = (index + items.length) % items.length;
  items.forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
  field.setAttribute("aria-activedescendant", items[chosen].id);
}

function take(text) {
  const start = field.selectionStart - before().length;
  field.setRangeText(text, start, field.selectionStart, "end");
  close();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  close();
}

function press(event) {
  if (!list || event.target !== field || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
  else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen].dataset.text);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-completes], [data-mentions]")) return;
  if (field !== target) close();
  field = target;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "offers");
  offer();
});
document.addEventListener("keydown", press, true);
document.addEventListener("pointerdown", (event) => {
  const item = list && event.target.closest?.(".offers [role=option]");
  if (item) {
    event.preventDefault();
    take(item.dataset.text);
  } else close();
});
document.addEventListener("focusout", ({ target }) => target === field && close());
