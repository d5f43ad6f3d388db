// Runs before the first paint, so that nobody who chose a theme sees the other one flash.
const chosen = (() => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // storage may be forbidden; then the system decides
  }
})();
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
