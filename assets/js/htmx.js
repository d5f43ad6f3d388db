// htmx with the CSRF token, morphing swaps, and our reading of refused answers.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";
import { csrfToken, isToast, isWholePage } from "./page.js";

window.htmx = htmx;

const SAFE = new Set(["get", "head", "options"]);

/** What a morph must leave alone: what the user has opened or is typing. */
const callbacks = {
  beforeNodeMorphed(before) {
    return !(before instanceof HTMLDialogElement && before.open) && !(before.dataset && "keep" in before.dataset);
  },
  beforeAttributeUpdated(name, node) {
    return !(name === "open" && node instanceof HTMLDetailsElement);
  },
};

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style.startsWith("morph"),
  handleSwap(style, target, fragment) {
    if (!style.startsWith("morph")) return false;
    const morphStyle = style === "morph:innerHTML" ? "innerHTML" : "outerHTML";
    // What is typed stays. Only of a field: of a row that has the focus Idiomorph would leave out all that is in it.
    const ignoreActiveValue = document.activeElement?.matches("input, textarea, select") ?? false;
    return Idiomorph.morph(target, fragment.children, { morphStyle, ignoreActiveValue, callbacks });
  },
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!SAFE.has(detail.verb)) detail.headers["X-CSRFToken"] = csrfToken();
});

/** A refused form comes back as the form with its errors: swap it in. A toast or a problem goes to toasts.js instead. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr } = detail;
  const type = xhr.getResponseHeader("content-type") ?? "";
  const html = type.includes("html");
  if (html && isWholePage(xhr.responseText) && detail.target !== document.body) {
    detail.shouldSwap = false;
    if (new URL(xhr.responseURL).pathname.startsWith("/sign-in")) location.reload();
    return;
  }
  if (html && [400, 403, 409, 412, 422].includes(xhr.status) && xhr.responseText.trim() && !isToast(xhr.responseText)) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});
