// What a page tells its scripts.

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** Shows a toast from anywhere, also from the other bundles: tone is "", "ok", "warn" or "bad"; an action is a button
 * in it, `{ label, run }`. */
export function toast(text, tone = "", action = undefined) {
  document.dispatchEvent(new CustomEvent("tl:toast", { detail: { text, tone, action } }));
}

/** Fetches the fragment in which this stands again, where nothing tells it to by itself. */
export function refetch(node) {
  if (document.querySelector("[data-live-state][data-state=live]")) return;
  const fragment = node?.closest("[data-live]");
  if (fragment) window.htmx.trigger(fragment, "live");
}

/** An icon of the sprite, as an element. The sprite's address is in the page, because its name may carry a hash. */
export function icon(name, size = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${size}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** element("p", { class: "note" }, "text", child): text is never parsed as HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The sentence in a refused answer: problem JSON's detail, a toast fragment's text, or a general one by status. */
export function refusal(status, type, body) {
  if (type.includes("json")) {
    try {
      const problem = JSON.parse(body);
      return problem.detail || problem.title || byStatus(status);
    } catch {
      return byStatus(status);
    }
  }
  if (type.includes("html") && !isWholePage(body)) {
    const text = new DOMParser().parseFromString(body, "text/html").body.textContent.trim();
    if (text && text.length < 400) return text;
  }
  return byStatus(status);
}

export const isWholePage = (html) => /^\s*<!doctype/i.test(html);

/** Whether a fragment is only a message to show, not content to swap in. */
export const isToast = (html) => /^\s*<[a-z]+[^>]*\bclass="[^"]*\btoast\b/i.test(html);

function byStatus(status) {
  if (status === 401) return "You are signed out. Sign in again to go on.";
  if (status === 403) return "You may not do this.";
  if (status === 404) return "This no longer exists, or you may no longer see it.";
  if (status === 409 || status === 412) return "Someone else changed this first. Look again and repeat.";
  if (status === 413) return "This is too large.";
  if (status === 429) return "Too many requests. Wait a moment.";
  return `Something went wrong on the server (${status}). It was not done.`;
}
