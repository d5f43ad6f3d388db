// Forms: pressed once, guarded while unsaved, and a place to drop a file that tells its size and progress.

// --- pressed once ---------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.matches("[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]")) return;
  delete form.dataset.dirty;
  // After this turn, or the pressed button's own name and value would not be sent.
  setTimeout(() => rest(form, event.submitter));
});

function rest(form, pressed) {
  for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true;
  pressed?.setAttribute("aria-busy", "true");
}

function wake(form) {
  for (const button of form.querySelectorAll("button[disabled]:not([data-refused])")) button.disabled = false;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
}

// Coming back by the browser's back button finds the page as it was left.
addEventListener("pageshow", ({ persisted }) => persisted && document.querySelectorAll("form").forEach(wake));

let pressed = null; // the id of the button of the last form sent: resting takes its focus away

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const form = detail.elt.closest("form");
  if (!form || detail.requestConfig.verb === "get") return;
  const submitter = detail.requestConfig.triggeringEvent?.submitter;
  pressed = submitter?.id || null;
  rest(form, submitter);
});
document.addEventListener("htmx:afterSettle", () => {
  if (pressed && document.activeElement === document.body) document.getElementById(pressed)?.focus();
  pressed = null;
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.closest?.("form");
  if (!form || detail.requestConfig.verb === "get") return;
  wake(form);
  if (detail.successful) delete form.dataset.dirty;
});

// --- unsaved changes ------------------------------------------------------------------------------------------------

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form");
  if (form && form.method !== "get" && form.method !== "dialog") form.dataset.dirty = "";
});
document.addEventListener("change", ({ target }) => target.matches("[data-submits]") && target.form.requestSubmit());
document.addEventListener("reset", ({ target }) => delete target.dataset.dirty);
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
});

// --- where a file is dropped ----------------------------------------------------------------------------------------

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const step = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step && bytes / 1000 ** step < 10 ? 1 : 0)} ${units[step]}`;
}

const dropOf = (node) => node.closest?.(".drop");

document.addEventListener("change", ({ target }) => {
  const drop = target.type === "file" && dropOf(target);
  if (!drop) return;
  const [file] = target.files;
  const note = drop.querySelector("[data-file-note]");
  note.dataset.before ??= note.textContent;
  drop.toggleAttribute("data-file", Boolean(file));
  const limit = Number(drop.dataset.maxBytes ?? Infinity);
  const tooLarge = file && file.size > limit;
  note.textContent = file ? `${file.name}, ${size(file.size)}${tooLarge ? `: larger than the ${size(limit)} allowed` : ""}` : note.dataset.before;
  target.setCustomValidity(tooLarge ? `Files may have ${size(limit)} at most.` : "");
});

for (const [type, over] of Object.entries({ dragenter: true, dragover: true, dragleave: false, drop: false }))
  document.addEventListener(type, ({ target }) => dropOf(target)?.toggleAttribute("data-over", over));

document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const bar = detail.lengthComputable && target.querySelector?.(".drop progress");
  if (!bar) return;
  bar.hidden = false;
  bar.value = detail.loaded / detail.total;
});
