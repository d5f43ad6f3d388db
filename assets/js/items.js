// Lists of items: what is chosen, and filters that act at once. Keys are those of every list (lists.js).
import { select } from "./choosing.js";

const bar = document.querySelector("[data-selection]");
if (bar) select(bar, { name: "item", one: "1 item", many: "items" });

// What was found in a file counts for that file alone.
document.addEventListener("change", ({ target }) => target.closest("#import-form") && document.getElementById("import-preview")?.replaceChildren());
