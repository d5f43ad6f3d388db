// Files for an item: chosen, dropped or pasted. They are sent at once, and the text at hand then names them.
import { csrfToken, element, refusal, toast } from "./page.js";
import { size } from "./forms.js";

async function send(file, place) {
  const { attaches: url, attachesFor: visibility = "everyone", maxBytes } = place.dataset;
  if (file.size > Number(maxBytes)) throw new Error(`${file.name} has ${size(file.size)}; an attachment has at most ${size(Number(maxBytes))}.`);
  const body = new FormData();
  body.append("visibility", visibility);
  body.append("file", file);
  const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body, credentials: "same-origin" });
  const text = await answer.text();
  if (!answer.ok) throw new Error(refusal(answer.status, answer.headers.get("content-type") ?? "", text));
  return JSON.parse(text);
}

/** One after the other, so that they stand in the text in their order. The text is not sent before it names them. */
async function attach(files, place, field) {
  const senders = place.closest("form")?.querySelectorAll("button[type=submit]") ?? [];
  for (const button of senders) button.disabled = true;
  const note = place.querySelector("[data-attach-note]") ?? place.appendChild(element("span", { class: "meta", role: "status", "data-attach-note": "" }));
  for (const file of files) {
    note.textContent = `Sending ${file.name}…`;
    try {
      const { name, reference } = await send(file, place);
      if (field?.isConnected) insert(field, reference);
      else toast(`${name} is attached.`, "ok");
    } catch (error) {
      toast(error instanceof TypeError ? "The server cannot be reached. Nothing was attached." : error.message, "bad");
    }
  }
  note.textContent = "";
  for (const button of senders) button.disabled = false;
}

function insert(field, text) {
  const before = field.value.slice(0, field.selectionStart);
  const gap = before && !/\s$/.test(before) ? " " : "";
  field.setRangeText(gap + text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const placeOf = (node) => node.closest?.("[data-attaches]");
const fieldIn = (place) => place.querySelector("textarea");
const hasFiles = ({ dataTransfer }) => dataTransfer && [...dataTransfer.types].includes("Files");

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-attach]");
  if (button) placeOf(button).querySelector("[data-attach-file]").click();
});
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-attach-file]")) return;
  const place = placeOf(target);
  attach([...target.files], place, fieldIn(place));
  target.value = "";
});
document.addEventListener("paste", (event) => {
  const place = event.target.matches?.("textarea") && placeOf(event.target);
  const files = [...(event.clipboardData?.files ?? [])];
  if (!place || !files.length) return;
  event.preventDefault();
  attach(files, place, event.target);
});
document.addEventListener("dragover", (event) => {
  const place = hasFiles(event) && placeOf(event.target);
  if (!place) return;
  event.preventDefault();
  place.dataset.over = "";
});
document.addEventListener("dragleave", ({ target }) => delete placeOf(target)?.dataset.over);
document.addEventListener("drop", (event) => {
  const place = hasFiles(event) && placeOf(event.target);
  if (!place) return;
  event.preventDefault();
  delete place.dataset.over;
  const files = [...event.dataTransfer.files];
  // A description that is not being changed is opened first: the file is named where it ends.
  if (place.matches("[data-infield]") && !fieldIn(place)) place.querySelector(":scope > button").click();
  attach(files, place, fieldIn(place));
});
