// A drawn signature, for those who want one; the typed name is what counts.
const box = document.querySelector("[data-signature]");
const pad = box.querySelector("canvas");
const kept = box.querySelector("input[name=drawing]");
const pen = pad.getContext("2d");
let drawing = false;

box.hidden = false;
pen.lineWidth = 5; pen.lineCap = "round"; pen.lineJoin = "round"; pen.strokeStyle = "#111";

const at = (event) => {
  const edge = pad.getBoundingClientRect();
  return [((event.clientX - edge.left) / edge.width) * pad.width, ((event.clientY - edge.top) / edge.height) * pad.height];
};
pad.addEventListener("pointerdown", (event) => {
  drawing = true;
  pad.setPointerCapture(event.pointerId);
  pen.beginPath(); pen.moveTo(...at(event));
});
pad.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  pen.lineTo(...at(event)); pen.stroke();
});
pad.addEventListener("pointerup", () => {
  drawing = false;
  kept.value = pad.toDataURL("image/png");
});
box.querySelector("[data-clear]").addEventListener("click", () => {
  pen.clearRect(0, 0, pad.width, pad.height);
  kept.value = "";
});
