// Selection is one mode in every view: checkbox, Shift, x, arrows; the bar says how many and what will happen.
const grid = document.querySelector("[data-select]");
const bar = document.querySelector("[data-bar]");
const boxes = () => [...grid.querySelectorAll("input[type=checkbox][name=photo]")];
let last = null;

function show() {
  const picked = boxes().filter((box) => box.checked);
  for (const box of boxes()) box.closest(".tile").classList.toggle("on", box.checked);
  bar.hidden = picked.length === 0;
  bar.querySelector("[data-count]").textContent = picked.length;
  const shut = picked.filter((box) => ["blocked", "unclear"].includes(box.closest(".tile").dataset.clearance)).length;
  const words = bar.querySelector("[data-shut]");
  words.hidden = shut === 0;
  words.textContent = words.dataset.shut.replace("#", shut).replace("##", picked.length);
}

if (grid && bar) {
  grid.addEventListener("click", (event) => {
    const box = event.target.closest("input[type=checkbox][name=photo]");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && last !== box) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input:not([type=checkbox]),select,textarea") || event.ctrlKey || event.metaKey) return;
    const tile = document.activeElement.closest?.(".tile");
    const tiles = [...grid.querySelectorAll(".tile")];
    const at = tiles.indexOf(tile);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && (at >= 0 || event.key === "ArrowRight")) {
      tiles[Math.max(0, Math.min(tiles.length - 1, at + step))]?.querySelector("a")?.focus();
      event.preventDefault();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && at >= 0) {
      const from = tile.getBoundingClientRect();
      const down = event.key === "ArrowDown";
      const row = tiles.filter((other) => (down ? other.getBoundingClientRect().top > from.top + 5 : other.getBoundingClientRect().top < from.top - 5));
      const near = row.sort((a, b) => {
        const [x, y] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        return Math.abs(x.top - from.top) - Math.abs(y.top - from.top) || Math.abs(x.left - from.left) - Math.abs(y.left - from.left);
      })[0];
      if (near) { near.querySelector("a").focus(); event.preventDefault(); }
    } else if (event.key === "x" && at >= 0) {
      const box = tile.querySelector("input[name=photo]");
      box.checked = !box.checked;
      last = box;
      show();
    } else if (event.key === "Escape") {
      for (const box of boxes()) box.checked = false;
      show();
    }
  });
  bar.querySelector("[data-none]")?.addEventListener("click", () => {
    for (const box of boxes()) box.checked = false;
    show();
  });
  document.addEventListener("htmx:afterSettle", show);
  show();
}
