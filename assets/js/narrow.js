// data-narrow="id" on a search field hides what is below that id and whose data-name does not hold what is typed.
document.addEventListener("input", ({ target }) => {
  const place = target.dataset?.narrow && document.getElementById(target.dataset.narrow);
  if (!place) return;
  const wanted = target.value.trim().toLowerCase();
  for (const one of place.querySelectorAll("[data-name]")) one.hidden = !one.dataset.name.includes(wanted);
});
