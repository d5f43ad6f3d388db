// The frame: the menu of the narrow screen and the choice of theme.

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-rail-toggle]");
  if (!button) return;
  const rail = button.closest(".rail");
  const open = rail.toggleAttribute("data-open");
  button.setAttribute("aria-expanded", String(open));
});

document.addEventListener("click", ({ target }) => target.closest("[data-back]") && history.back());

const THEMES = ["system", "light", "dark"];
const SIGNS = { system: "sun-moon", light: "sun", dark: "moon" };

const current = () => document.documentElement.dataset.theme ?? "system";

function label(button) {
  const theme = current();
  button.setAttribute("aria-label", `Theme: ${theme}. Change`);
  button.title = `Theme: ${theme}`;
  button.querySelector("use").setAttribute("href", `${document.body.dataset.icons}#${SIGNS[theme]}`);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-theme-toggle]");
  if (!button) return;
  const next = THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length];
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // Forbidden storage: the choice lasts for this page.
  }
  label(button);
  document.dispatchEvent(new CustomEvent("tl:theme"));
});

document.querySelectorAll("[data-theme-toggle]").forEach(label);

// MLflow's clients print addresses of their own pages, /p/KEY/#/experiments/2/runs/ID: they lead to ours.
const [, experiment, run] = location.hash.match(/^#\/experiments\/(\d+)(?:\/runs\/([0-9a-f]{32}))?/) ?? [];
const home = location.pathname.match(/^\/p\/[^/]+\//)?.[0];
if (experiment && home) location.replace(run ? `${home}runs/${run}/` : `${home}experiments/?experiment=${experiment}`);
