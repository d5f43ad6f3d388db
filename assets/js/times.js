// <time datetime data-relative>: "4 min ago" here, or "4m" where it is "brief"; the reader's own time and UTC on hover. Without
// scripts it stays UTC.
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });
const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [7 * 86_400, 86_400, "day"],
];

const narrow = (unit) => new Intl.NumberFormat(document.documentElement.lang || "en", { style: "unit", unit, unitDisplay: "narrow" });
const brief = Object.fromEntries(STEPS.map(([, , unit]) => [unit, narrow(unit)])); // made once: a board has hundreds of ages

function phrase(then, now, isBrief = false) {
  const seconds = (then - now) / 1000;
  const away = Math.abs(seconds);
  if (away < 10) return "now";
  for (const [below, unit, name] of STEPS) {
    if (away < below) return isBrief ? brief[name].format(Math.round(away / unit)) : relative.format(Math.round(seconds / unit), name);
  }
  return (then.getFullYear() === now.getFullYear() ? day : dayOfYear).format(then);
}

function tell(node) {
  const then = new Date(node.dateTime);
  if (Number.isNaN(then.getTime())) return;
  const text = "relative" in node.dataset ? phrase(then, new Date(), node.dataset.relative === "brief") : local.format(then);
  if (node.textContent !== text) node.textContent = text;
  node.title = `${local.format(then)}  (${then.toISOString().slice(0, 16).replace("T", " ")} UTC)`;
}

export const tellAll = (root = document) => root.querySelectorAll("time[datetime]:not([data-plain])").forEach(tell);

tellAll();
document.addEventListener("htmx:afterSwap", () => tellAll());
setInterval(() => tellAll(), 20_000);
