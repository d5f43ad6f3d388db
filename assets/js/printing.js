// On paper nothing can be opened: tables of charts, and what numbers stand for, are open while the page is printed.
const OPENED = "main details:is(.twin, .opens):not([open])";
let opened = [];

addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll(OPENED)];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
  opened = [];
});
