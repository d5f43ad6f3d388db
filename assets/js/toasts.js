// Short messages at the corner. Errors stay until they are closed; the rest leave by themselves.
import { element, icon, refusal } from "./page.js";

const STAY_MS = 6000;
const ICONS = { ok: "circle-check", warn: "triangle-alert", bad: "circle-alert" };

const region = () => document.getElementById("toasts");

function show(text, tone = "", action = undefined) {
  const same = [...region().children].find((shown) => shown.querySelector(".text").textContent === text);
  same?.remove();
  const close = element("button", { type: "button", class: "iconbtn tiny", "aria-label": "Close", "data-close-toast": "" }, icon("x"));
  const made = element("div", { class: `toast ${tone}`.trim() }, icon(ICONS[tone] ?? "info"), element("span", { class: "text" }, text), close);
  if (action) close.before(acting(made, action));
  if (tone === "bad") made.setAttribute("role", "alert");
  region().append(made);
  raise();
  leaveLater(made);
}

function acting(made, { label, run }) {
  const button = element("button", { type: "button", class: "btn small" }, label);
  button.addEventListener("click", () => {
    made.remove();
    run();
  });
  return button;
}

/** Above everything, also above a dialog that was opened meanwhile. */
function raise() {
  if (region().matches(":popover-open")) region().hidePopover();
  region().showPopover();
}

function leaveLater(made) {
  if (made.classList.contains("bad")) return;
  let timer = setTimeout(() => made.remove(), STAY_MS);
  made.addEventListener("pointerenter", () => clearTimeout(timer));
  made.addEventListener("pointerleave", () => (timer = setTimeout(() => made.remove(), STAY_MS / 2)));
}

document.addEventListener("tl:toast", ({ detail }) => show(detail.text, detail.tone, detail.action));
document.addEventListener("click", ({ target }) => target.closest("[data-close-toast]")?.closest(".toast").remove());

/** A refetch that a live event asked for fails quietly: the next event or reconnect repeats it. */
const byItself = (detail) => detail.requestConfig?.triggeringEvent?.type === "live";

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (byItself(detail)) return;
  const { xhr } = detail;
  show(refusal(xhr.status, xhr.getResponseHeader("content-type") ?? "", xhr.responseText), "bad");
});
document.addEventListener("htmx:sendError", ({ detail }) => {
  if (!byItself(detail)) show("The server cannot be reached. Nothing was changed.", "bad");
});
document.addEventListener("htmx:timeout", () => show("The server took too long to answer.", "bad"));

/** `HX-Trigger: {"toast": {"text": "...", "tone": "ok"}}` shows one after a request of htmx. */
document.addEventListener("toast", ({ detail }) => show(detail.text ?? detail.value, detail.tone ?? "ok"));

const waiting = region()?.querySelectorAll(".toast") ?? [];
waiting.forEach(leaveLater);
if (waiting.length) raise();
