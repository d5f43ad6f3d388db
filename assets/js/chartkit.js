// What charts drawn in the browser share: the colours of the theme, and numbers as text.
import { element } from "./page.js";

export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** light-dark() is not resolved in custom properties; a probe element resolves it, with the classes it is given. */
export function colour(name, css = "") {
  const probe = element("i", css ? { class: css } : {});
  document.body.append(probe);
  probe.style.color = `var(${name})`;
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

export const number = (v) => (v === null || v === undefined ? "–" : Number(v.toPrecision(5)).toString());

/** The look of an axis. */
export function axis() {
  return { stroke: colour("--ink-3"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: `11px ${token("--font")}` };
}
