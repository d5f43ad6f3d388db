// Where Markdown is written: how it will look, and what is being written stays while the page around it is renewed.
import { csrfToken, toast } from "./page.js";

// --- how it will look -----------------------------------------------------------------------------------------------

async function preview(button) {
  const writing = button.closest("[data-writing]");
  const place = writing.querySelector("[data-preview-place]");
  const field = writing.querySelector("textarea");
  const shows = button.getAttribute("aria-pressed") === "false";
  if (shows) {
    const answer = await fetch(button.dataset.preview, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken() },
      body: new URLSearchParams({ text: field.value }),
    }).catch(() => null);
    if (!answer?.ok) return toast("The preview cannot be shown at the moment.", "bad");
    place.innerHTML = await answer.text(); // the server's rendering, in which nothing can run
  }
  place.hidden = !shows;
  field.hidden = shows;
  button.setAttribute("aria-pressed", String(shows));
  if (!shows) field.focus();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-preview]");
  if (button) preview(button);
});

function write(form) {
  form.querySelectorAll("[data-preview][aria-pressed=true]").forEach((button) => button.click());
}

// --- what is being written ------------------------------------------------------------------------------------------

/** A comment whose editing is open is left alone by a renewal (data-keep), until it is saved or closed. */
document.addEventListener(
  "toggle",
  ({ target }) => {
    const article = target.matches?.("details[data-keeps]") && target.closest("article");
    if (!article) return;
    if (target.open) article.dataset.keep = "";
    else delete article.dataset.keep;
    if (!target.open) document.dispatchEvent(new CustomEvent("tl:release"));
  },
  true,
);

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const form = detail.requestConfig?.elt;
  const editing = detail.xhr.status < 300 && form?.matches?.("form") && form.closest("details[data-keeps]");
  if (!editing) return;
  delete editing.closest("article").dataset.keep;
  editing.open = false;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt;
  if (!detail.successful || !form.matches?.("form[data-clears]")) return;
  write(form);
  form.reset();
});
