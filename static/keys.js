// Keyboard: any link, button or field with data-key answers to that key, or to each of several; "?" lists what is there.
const typing = (node) => node.closest?.("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]");

const keys = (node) => node.dataset.key.split(" ");
const bindings = () => [...document.querySelectorAll("[data-key]")].filter((node) => node.offsetParent !== null || node.matches("[data-key='?']"));

// Who dictates or types with a stick can switch single keys off (WCAG 2.1.4); Escape always works.
const toggle = document.querySelector("[data-keys-toggle]");
toggle.checked = localStorage.getItem("keys") !== "off";
toggle.addEventListener("change", () => localStorage.setItem("keys", toggle.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.status[open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
    if (typing(event.target)) event.target.blur();
    return;
  }
  if (!toggle.checked || typing(event.target) || document.querySelector("dialog[open]")) return;
  // Enter on a focused link or button is that control's own.
  if (event.key === "Enter" && event.target.closest("a,button,summary,label")) return;
  const found = bindings().find((node) => keys(node).some((key) => key.toLowerCase() === event.key.toLowerCase()));
  if (!found) return;
  event.preventDefault();
  if (event.repeat) return; // a key held down is one answer, not one for each face behind it
  if (found.matches("input:not([type=checkbox]),select,textarea")) found.focus();
  else found.click();
});

const help = document.getElementById("help");
for (const button of document.querySelectorAll("[data-help-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const list = help.querySelector("[data-help-list]");
    list.replaceChildren();
    for (const node of bindings()) {
      const key = document.createElement("dt");
      const words = document.createElement("dd");
      for (const one of keys(node)) key.append(Object.assign(document.createElement("kbd"), { textContent: one }), " ");
      words.textContent = node.dataset.keyWords || node.getAttribute("aria-label") || node.textContent.trim().replace(/\s+\S$/, "");
      list.append(key, words);
    }
    help.showModal();
  });
}
