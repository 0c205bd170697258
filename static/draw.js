// A box on the photo by mouse, finger or arrow keys; the four numbers beside it stay the form's own.
const stage = document.querySelector("[data-draw]");
const rect = stage.querySelector("[data-box]");
const grip = stage.querySelector("[data-grip]");
const said = document.querySelector("[data-said]");
const NAMES = ["left", "top", "width", "height"];
const LEAST = 0.5;
const fields = NAMES.map((name) => document.getElementById(`f-${name}`));
const read = () => fields.map((field) => Number(field.value.replace(",", ".")) || 0);
const clamp = (value, most = 100) => Math.min(most, Math.max(0, value));

function show([left, top, width, height]) {
  const there = width > 0 && height > 0;
  rect.setAttribute("x", `${left}%`);
  rect.setAttribute("y", `${top}%`);
  rect.setAttribute("width", `${width}%`);
  rect.setAttribute("height", `${height}%`);
  grip.setAttribute("visibility", there ? "visible" : "hidden");
  grip.setAttribute("x", `calc(${left + width}% - 11px)`);
  grip.setAttribute("y", `calc(${top + height}% - 11px)`);
}

function put(box) {
  const width = clamp(box[2]);
  const height = clamp(box[3]);
  const kept = [clamp(box[0], 100 - width), clamp(box[1], 100 - height), width, height];
  kept.forEach((value, index) => { fields[index].value = value.toFixed(2); });
  show(kept);
}

const at = (event) => {
  const edge = stage.getBoundingClientRect();
  return [clamp(((event.clientX - edge.left) / edge.width) * 100), clamp(((event.clientY - edge.top) / edge.height) * 100)];
};

// What the pointer took hold of: the corner, the box itself, or an empty place.
let hold = null;
stage.addEventListener("pointerdown", (event) => {
  const [x, y] = at(event);
  const box = read();
  const near = grip.getBoundingClientRect();
  const onGrip = box[2] > 0 && Math.hypot(event.clientX - (near.left + near.width / 2), event.clientY - (near.top + near.height / 2)) < 22;
  const inside = x > box[0] && x < box[0] + box[2] && y > box[1] && y < box[1] + box[3];
  hold = { x, y, box, kind: onGrip ? "size" : inside ? "move" : "new" };
  stage.setPointerCapture(event.pointerId);
  event.preventDefault();
});
stage.addEventListener("pointermove", (event) => {
  if (!hold) return;
  const [x, y] = at(event);
  const [left, top, width, height] = hold.box;
  if (hold.kind === "size") put([left, top, Math.max(LEAST, Math.min(100 - left, x - left)), Math.max(LEAST, Math.min(100 - top, y - top))]);
  else if (hold.kind === "move") put([left + x - hold.x, top + y - hold.y, width, height]);
  else put([Math.min(x, hold.x), Math.min(y, hold.y), Math.abs(x - hold.x), Math.abs(y - hold.y)]);
});
for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, () => { hold = null; });
for (const field of fields) field.addEventListener("input", () => show(read()));

// Without a pointer: the button holds the focus while the arrows move the box.
const mover = document.querySelector("[data-keys-box]");
const words = document.querySelector("[data-keys-words]");
mover.hidden = words.hidden = false;
mover.addEventListener("focus", () => { if (!(read()[2] > 0)) put([42, 35, 16, 24]); });
mover.addEventListener("keydown", (event) => {
  if (event.key === "Enter") mover.form.requestSubmit();
  const along = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!along) return;
  event.preventDefault();
  const by = event.altKey ? 0.2 : 1;
  const [left, top, width, height] = read();
  if (event.shiftKey) put([left, top, Math.max(LEAST, Math.min(100 - left, width + along[0] * by)), Math.max(LEAST, Math.min(100 - top, height + along[1] * by))]);
  else put([left + along[0] * by, top + along[1] * by, width, height]);
});
mover.addEventListener("keyup", () => {
  const numbers = fields.map((field) => Math.round(Number(field.value)));
  said.textContent = said.dataset.words.replace(/#/g, () => numbers.shift());
});
show(read());
