// Fields that are changed where they stand. What was chosen shows at once, goes back with the reason when the server
// refuses, and can be undone; when somebody was faster, both values are shown and a person decides.
import { csrfToken, element, refusal, toast } from "./page.js";

const UNREACHED = "The server cannot be reached. It stays as it was.";

const buttonOf = (place) => place.querySelector(":scope > button");
const nameOf = (place) => place.dataset.name;
const shown = (place, label) => label || place.dataset.nothing;
/** Shown as the server renders it, so its button only says what it does. */
const isRich = (place) => "rich" in place.dataset;

/** With `refused` it opens again: what was typed stands there still, and beneath it why it was not taken. */
function open(place, refused = null) {
  const control = place.querySelector("template").content.firstElementChild.cloneNode(true);
  const begun = refused?.value ?? place.dataset.value;
  control.value = begun;
  control.setAttribute("aria-label", nameOf(place));
  const error = refused && wrong(place, control, refused.said);
  const hadFocus = [document.body, buttonOf(place)].includes(document.activeElement);
  buttonOf(place).hidden = true;
  place.append(control, ...(error ? [error] : []));
  if (!refused || hadFocus) control.focus();
  if (!refused) control.select?.();
  editing(place.dataset.place);

  let over = false;
  const end = (take) => {
    if (over) return;
    over = true;
    const [value, label] = [control.value, labelOf(control)];
    control.remove();
    error?.remove();
    delete place.dataset.wrong;
    buttonOf(place).hidden = false;
    buttonOf(place).focus();
    editing(null);
    if (take && value !== place.dataset.value) change(place, { value, label }, { isTyped: !control.matches("select") });
    else document.dispatchEvent(new CustomEvent("tl:release"));
  };
  control.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end(false);
    else if (event.key === "Enter" && (control.tagName !== "TEXTAREA" || event.ctrlKey || event.metaKey)) end(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  control.addEventListener("blur", () => (refused && control.value === begun ? null : end(true)));
  if (control.matches("select")) control.addEventListener("change", () => end(true));
}

function wrong(place, control, said) {
  const error = element("span", { class: "error", id: `${place.id}-error` }, said);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", error.id);
  place.dataset.wrong = ""; // it is not renewed meanwhile (live.js)
  return error;
}

const labelOf = (control) => (control.matches("select") ? (control.value ? control.selectedOptions[0].text : "") : control.value.trim());

function put(place, { value, label }) {
  place.dataset.value = value;
  if (!isRich(place)) buttonOf(place).textContent = shown(place, label);
  buttonOf(place).classList.toggle("empty", !value);
}

async function change(place, wanted, { was = now(place), undoes = false, back = {}, isTyped = false } = {}) {
  const before = now(place);
  put(place, wanted);
  place.classList.add("sending");
  try {
    const answer = await post(place.dataset.url, { value: wanted.value, was: was.value, ...back });
    const text = await answer.text();
    if (answer.status === 409 && text.includes('"theirs"')) return decide(place, JSON.parse(text), before);
    if (!answer.ok) throw new Error(refusal(answer.status, answer.headers.get("content-type") ?? "", text));
    const { value, label, ...stood } = JSON.parse(text);
    put(current(place), { value, label });
    const said = isRich(place) ? `${nameOf(place)} changed.` : `${nameOf(place)}: ${shown(place, label)}.`;
    const undo = { label: "Undo", run: () => change(current(place), before, { was: wanted, undoes: true, back: stood }) };
    toast(undoes ? `Undone. ${said}` : said, "ok", undoes ? undefined : undo);
  } catch (error) {
    const said = error instanceof TypeError ? UNREACHED : error.message;
    put(current(place), before);
    toast(said, "bad");
    if (isTyped) open(current(place), { value: wanted.value, said });
  } finally {
    place.classList.remove("sending");
    document.dispatchEvent(new CustomEvent("tl:release"));
  }
}

const now = (place) => ({ value: place.dataset.value, label: isRich(place) ? place.dataset.value : buttonOf(place).classList.contains("empty") ? "" : buttonOf(place).textContent.trim() });

/** The fragment may have been fetched again since: the same field, as it is on the page now. */
const current = (place) => (place.isConnected ? place : document.getElementById(place.id) ?? place);

/** Both values, side by side: theirs stays unless I put mine over it. */
function decide(place, { detail, mine, theirs }, before) {
  put(current(place), theirs);
  const value = (title, one) => element("div", {}, element("dt", {}, title), element("dd", {}, shown(place, one.label)));
  const values = element("dl", { class: "bothvalues" }, value("Theirs", theirs), value("Yours", mine), value("Before", before));
  const keep = element("button", { class: "btn", value: "theirs" }, "Keep theirs");
  const over = element("button", { class: "btn primary", value: "mine" }, "Put mine");
  const title = element("h2", { id: "both-title" }, `${nameOf(place)}: two changes`);
  const form = element("form", { method: "dialog", class: "body" }, title, element("p", { class: "meta" }, detail), values);
  form.append(element("div", { class: "buttons" }, keep, over));
  const dialog = element("dialog", { class: "box confirm", "aria-labelledby": "both-title" }, form);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "mine") change(current(place), mine, { was: theirs });
    dialog.remove();
    buttonOf(current(place)).focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  keep.focus();
}

function post(url, fields) {
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  return fetch(url, { method: "POST", headers, body: new URLSearchParams(fields), credentials: "same-origin" });
}

const editing = (place) => document.dispatchEvent(new CustomEvent("tl:editing", { detail: place }));

document.addEventListener("click", ({ target }) => {
  const place = target.closest("[data-infield] > button")?.parentElement;
  if (place) open(place);
});
