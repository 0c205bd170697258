// Everything here is comfort: each page works without it.
import "./keys.js";

// htmx notes the address here, with what was searched for; nothing reads it, since no address is pushed (ERA-08).
sessionStorage.removeItem("htmx-current-path-for-history");

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

// What was typed is answered: the next key is a command again, not a letter in the field that htmx would focus anew.
document.addEventListener("htmx:beforeSwap", (event) => {
  const here = document.activeElement;
  if (event.detail.xhr.status < 300 && event.detail.target.contains(here)) here.blur();
});

// A fragment that was swapped in says where the focus belongs.
document.addEventListener("htmx:afterSettle", (event) => {
  event.detail.elt.querySelector?.("[data-focus]")?.focus();
});

document.addEventListener("htmx:sendError", () => {
  const words = document.body.dataset.offline || "No connection. Nothing was lost; try again.";
  notify(words);
});

export function notify(words) {
  const notice = document.createElement("p");
  notice.className = "notice bad";
  notice.textContent = words;
  document.getElementById("notices").append(notice);
}

// Notices leave by themselves, except those with something to click.
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes)
      if (node.nodeType === 1 && !node.querySelector("a,button")) setTimeout(() => node.remove(), 8000);
}).observe(document.getElementById("notices"), { childList: true });

const toggles = document.querySelectorAll("[data-theme-toggle]");
for (const toggle of toggles) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}

// A choice that sends its form: the button beside it is for those without scripts.
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-submits]")?.form;
  if (form) form.requestSubmit();
});
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done || "✓";
  });
}

// One popover at a time, and Escape closes it.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.status") || !event.target.open) return;
  for (const other of document.querySelectorAll("details.status[open]")) if (other !== event.target) other.open = false;
}, true);
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.status[open]")) if (!open.contains(event.target)) open.open = false;
});
// Hovering opens it for a look; a click or a key keeps it open, and the next one closes it.
for (const status of document.querySelectorAll(".tile details.status")) {
  status.addEventListener("mouseenter", () => {
    if (!status.open) status.dataset.looking = "";
    status.open = true;
  });
  status.addEventListener("mouseleave", () => {
    if ("looking" in status.dataset) status.open = false;
    delete status.dataset.looking;
  });
  status.querySelector("summary").addEventListener("click", (event) => {
    if (!("looking" in status.dataset)) return;
    event.preventDefault();
    delete status.dataset.looking;
  });
}
