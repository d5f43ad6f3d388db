// The portfolio stays current: the table and its picture as one fragment, and each project's gate by itself, because
// its checks may ask every app.
import { hear } from "./live.js";
import { listen } from "./several.js";

let connections = 0;

function changed(message, isFirst) {
  hear(message);
  if (isFirst && connections++ === 0) return; // the gates are being fetched
  const gates = [...document.querySelectorAll("[data-gate-of]")];
  const named = message.projects && new Set(message.projects);
  for (const gate of gates) if (!named || named.has(gate.dataset.gateOf)) window.htmx.trigger(gate, "gate");
}

if (document.querySelector("[data-portfolio]")) listen("portfolio", changed);
