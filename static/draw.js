// Drag a box on the photo; the numbers beside it stay the form's own.
const stage = document.querySelector("[data-draw]");
const rect = stage.querySelector("rect");
let start = null;
const at = (event) => {
  const edge = stage.getBoundingClientRect();
  const clamp = (value) => Math.min(100, Math.max(0, value * 100));
  return [clamp((event.clientX - edge.left) / edge.width), clamp((event.clientY - edge.top) / edge.height)];
};
stage.addEventListener("pointerdown", (event) => { start = at(event); stage.setPointerCapture(event.pointerId); event.preventDefault(); });
stage.addEventListener("pointermove", (event) => {
  if (!start) return;
  const [x, y] = at(event);
  const box = { left: Math.min(x, start[0]), top: Math.min(y, start[1]), width: Math.abs(x - start[0]), height: Math.abs(y - start[1]) };
  for (const [name, value] of Object.entries(box)) document.getElementById(`f-${name}`).value = value.toFixed(2);
  rect.setAttribute("x", `${box.left}%`); rect.setAttribute("y", `${box.top}%`);
  rect.setAttribute("width", `${box.width}%`); rect.setAttribute("height", `${box.height}%`);
});
stage.addEventListener("pointerup", () => { start = null; });
