// The desk's comforts: names found as one types are chosen with the keyboard, ticks of one moment go all at once.
const found = () => [...document.querySelectorAll("#found button")];
const isFresh = (field) => document.getElementById("found")?.dataset.q === field.value.trim().replace(/\s+/g, " ");
let waiting = false;

document.addEventListener("submit", (event) => {
  if (event.target.id !== "look-up") return;
  event.preventDefault();
  choose(true);
});

// Enter chooses the first name only if it answers what is in the field: a name that was typed on is looked up first.
function choose(mayWait) {
  const field = document.getElementById("who");
  if (!field?.value.trim()) return;
  if (!isFresh(field)) {
    waiting = mayWait;
    return;
  }
  waiting = false;
  const people = document.querySelectorAll("#found [data-found]");
  if (mayWait || people.length === 1) people[0]?.click();
}

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const list = found();
  const at = list.indexOf(document.activeElement);
  if (event.target.id !== "who" && at < 0) return;
  event.preventDefault();
  if (at + step < 0) document.getElementById("who").focus();
  else list[Math.min(list.length - 1, at + step)]?.focus();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-only]")) return;
  for (const box of document.querySelectorAll("#answer [name=also]")) box.checked = false;
});

function ready() {
  for (const button of document.querySelectorAll("[data-only]")) button.hidden = false;
  for (const button of document.querySelectorAll("[form=look-up][data-without-script]")) button.hidden = true;
  if (waiting) choose(false);
}
document.addEventListener("htmx:afterSettle", ready);
ready();
