// Face boxes on and off.
const toggle = document.querySelector("[data-toggle-faces]");
if (toggle) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const hidden = document.body.classList.toggle("hide-faces");
    toggle.setAttribute("aria-pressed", String(!hidden));
  });
}
