// Dialogs, menus, confirmations, tips and copying: what components ask for by data attributes.
import { element, icon, toast } from "./page.js";

// data-opens="dialog-id" opens it; data-closes, or a click on the backdrop, closes the dialog around it.
document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-opens]");
  if (opener) return show(document.getElementById(opener.dataset.opens));
  if (target.closest("[data-closes]") || target.matches?.("dialog.box")) target.closest("dialog")?.close();
});

document.addEventListener("htmx:load", ({ target }) => {
  const dialog = target.matches?.("dialog[data-show]") ? target : target.querySelector?.("dialog[data-show]");
  if (dialog && !dialog.open) show(dialog);
});

// The address of a dialog, /p/KEY/board/#new-item, opens it.
function showNamed() {
  const id = location.hash.slice(1);
  if (!id) return;
  const named = document.getElementById(id);
  const opener = document.querySelector(`[data-opens="${CSS.escape(id)}"]`);
  if (!named?.matches("dialog") || named.open || !opener) return;
  history.replaceState(null, "", location.pathname + location.search);
  opener.click();
}

showNamed();
addEventListener("hashchange", showNamed);

const FIELDS = "input:not([type=hidden], [disabled]), textarea:not([disabled]), select:not([disabled])";

/** Whoever opens a dialog to fill it in begins to type: the first field has the focus, not the button that closes. */
function show(dialog) {
  dialog?.showModal();
  (dialog?.querySelector("[autofocus]") ?? dialog?.querySelector(FIELDS))?.focus();
}

// --- data-confirm="Delete this run? ..." on a form, button or link ---------------------------------------------------

/** Asks in a dialog; resolves to true when the user agrees. */
export function ask(question, { action = "Go on", danger = false } = {}) {
  const [title, ...rest] = question.split("\n");
  const yes = element("button", { class: `btn ${danger ? "danger" : "primary"}`, value: "yes" }, action);
  const no = element("button", { class: "btn quiet", value: "no" }, "Cancel");
  const form = element("form", { method: "dialog", class: "body" }, element("h2", { id: "ask-title" }, title), element("p", { class: "meta" }, rest.join(" ")));
  form.append(element("div", { class: "buttons" }, no, yes));
  const dialog = element("dialog", { class: "box confirm", "aria-labelledby": "ask-title" }, form);
  document.body.append(dialog);
  dialog.showModal();
  yes.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}

const options = (node) => ({ action: node.dataset.confirmAction, danger: "danger" in node.dataset });

document.addEventListener("htmx:confirm", async (event) => {
  const asks = event.detail.triggeringEvent?.submitter?.closest("[data-confirm]") ?? event.detail.elt.closest("[data-confirm]");
  if (!asks) return;
  event.preventDefault();
  if (await ask(asks.dataset.confirm, options(asks))) event.detail.issueRequest(true);
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href][data-confirm]:not([hx-get], [hx-post])");
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  if (await ask(link.dataset.confirm, options(link))) location.assign(link.href);
});

const agreed = new WeakSet();

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    const asks = event.submitter?.closest("[data-confirm]") ?? form.closest("[data-confirm]");
    if (!asks || agreed.has(form) || form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]") || event.submitter?.matches("[hx-post]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await ask(asks.dataset.confirm, options(asks)))) return;
    agreed.add(form);
    form.requestSubmit(event.submitter);
    agreed.delete(form);
  },
  true,
);

// --- menus: data-menu="id" shows the popover of that id under its button ------------------------------------------------

export function hang(menu, button) {
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const width = menu.offsetWidth;
  const below = at.bottom + 4 + menu.offsetHeight < innerHeight;
  menu.style.left = `${scrollX + Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  menu.style.top = `${scrollY + (below ? at.bottom + 4 : at.top - menu.offsetHeight - 4)}px`;
}

/** Only after the click: a button of a form that loses the focus before is not sent with it. */
const shut = (menu) => setTimeout(() => menu.hidePopover());

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-menu]");
  const menu = button && document.getElementById(button.dataset.menu);
  if (menu) hang(menu, button);
  else if (target.closest(".popmenu :is(a, button)")) shut(target.closest(".popmenu"));
});

// --- data-tip: a button that may not be pressed says why, a point of a picture what it is ----------------------------

const tip = element("div", { class: "tip", popover: "manual", role: "tooltip" });

function tell({ target }) {
  const refused = target.closest?.("[data-tip]");
  if (!refused) return tip.matches(":popover-open") && tip.hidePopover();
  tip.textContent = refused.dataset.tip;
  if (!tip.isConnected) document.body.append(tip);
  hang(tip, refused);
}

for (const type of ["pointerover", "focusin"]) document.addEventListener(type, tell);

document.addEventListener(
  "click",
  (event) => {
    const refused = event.target.closest('[aria-disabled="true"]');
    if (!refused) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(event);
  },
  true,
);

// --- copying --------------------------------------------------------------------------------------------------------

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    return toast("The browser does not allow copying here. Select the text and copy it.", "warn");
  }
  button.dataset.copied = "";
  button.replaceChildren(icon("check"));
  setTimeout(() => {
    delete button.dataset.copied;
    button.replaceChildren(icon("copy"));
  }, 1600);
});
