// The scoping studio: a slider moves the middle of a range; what is not saved yet is tried as it changes.

const STEPS = 1000;

const parts = (slider) => [...slider.closest("[data-range]").querySelectorAll("input[type=number]")];

/** Where the middle stands between the ends; at rest while an end is missing. */
function settle(slider) {
  const [low, likely, high] = parts(slider).map((input) => input.valueAsNumber);
  slider.disabled = !(high > low);
  if (!slider.disabled && Number.isFinite(likely)) slider.value = Math.round((STEPS * (likely - low)) / (high - low));
}

function moved(slider) {
  const [low, likely, high] = parts(slider);
  const [from, to] = [low.valueAsNumber, high.valueAsNumber];
  likely.value = Number((from + ((to - from) * slider.valueAsNumber) / STEPS).toPrecision(4));
}

const settleAll = () => document.querySelectorAll("[data-slider]").forEach(settle);

document.addEventListener(
  "input",
  ({ target }) => {
    if (target.matches("[data-slider]")) moved(target);
    else target.closest("[data-range]")?.querySelectorAll("[data-slider]").forEach(settle);
  },
  true,
);

/** Somebody else saved: what I try is tried again, against theirs. */
document.addEventListener("htmx:afterSettle", () => {
  settleAll();
  const trying = document.querySelector("form[data-try][data-dirty]");
  if (trying && document.querySelector("#studio-result:not([data-trial])")) window.htmx.trigger(trying, "recompute");
});

settleAll();
