// Drag on the photo to cover a place: each drag writes a line of numbers, which stay the form's own.
const stage = document.querySelector("[data-cover]");
const drawn = stage.querySelector("[data-drawn]");
const lines = document.getElementById("f-boxes");
let start = null;
const at = (event) => {
  const edge = stage.getBoundingClientRect();
  const clamp = (value) => Math.min(100, Math.max(0, value * 100));
  return [clamp((event.clientX - edge.left) / edge.width), clamp((event.clientY - edge.top) / edge.height)];
};
const between = ([x, y]) => [Math.min(x, start[0]), Math.min(y, start[1]), Math.abs(x - start[0]), Math.abs(y - start[1])];
const show = (extra) => {
  drawn.replaceChildren();
  for (const line of [...lines.value.split("\n"), ...(extra ? [extra] : [])]) {
    const [x, y, width, height] = line.trim().replaceAll(",", ".").split(/\s+/).map(Number);
    if (!(width > 0 && height > 0)) continue;
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.setAttribute("class", "box now");
    for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, `${value}%`);
    drawn.append(rect);
  }
};
const words = (box) => box.map((value) => value.toFixed(2)).join(" ");
stage.addEventListener("pointerdown", (event) => { start = at(event); stage.setPointerCapture(event.pointerId); event.preventDefault(); });
stage.addEventListener("pointermove", (event) => { if (start) show(words(between(at(event)))); });
stage.addEventListener("pointerup", (event) => {
  const box = between(at(event));
  start = null;
  if (box[2] >= 0.5 && box[3] >= 0.5) lines.value = [lines.value.trim(), words(box)].filter(Boolean).join("\n");
  show();
});
lines.addEventListener("input", () => show());
show();
