// One request per file, three at a time, with progress; a broken connection is tried again; errors in words.
const form = document.querySelector("[data-upload]");
const list = document.querySelector("[data-uploads]");
const summary = document.querySelector("[data-summary]");
const words = form.dataset;
const queue = [];
const count = { done: 0, twice: 0, failed: 0, all: 0 };
let running = 0;

function line(file) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { textContent: file.name });
  const state = Object.assign(document.createElement("span"), { textContent: words.waiting, className: "muted" });
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  bar.setAttribute("aria-label", file.name);
  item.append(name, state, bar);
  list.append(item);
  return { item, state, bar };
}

function add(files) {
  for (const file of files) {
    count.all++;
    queue.push({ file, tries: 0, ...line(file) });
  }
  tell();
  while (running < 3 && queue.length) next();
}

function next() {
  const job = queue.shift();
  if (!job) return;
  running++;
  const data = new FormData(form);
  data.set("file", job.file, job.file.name);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = (event) => {
    job.bar.value = event.lengthComputable ? (event.loaded / event.total) * 100 : 0;
    job.state.textContent = `${Math.round(job.bar.value)} %`;
  };
  request.onerror = () => again(job);
  request.onload = () => {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* a proxy's page */ }
    if (request.status >= 500 || request.status === 0) return again(job);
    job.bar.value = 100;
    finish(job, request.status < 300, answer);
  };
  request.send(data);
}

function again(job) {
  running--;
  if (job.tries++ < 5) {
    job.state.textContent = words.again;
    setTimeout(() => { queue.unshift(job); if (running < 3) next(); }, 1000 * 2 ** job.tries);
  } else {
    running++;
    finish(job, false, { error: words.lost });
  }
}

function finish(job, good, answer) {
  running--;
  job.bar.remove();
  if (good) {
    const link = Object.assign(document.createElement("a"), { href: answer.url, textContent: answer.duplicate ? words.twice : words.done });
    job.state.replaceChildren(link);
    count[answer.duplicate ? "twice" : "done"]++;
  } else {
    job.state.className = "error";
    job.state.textContent = answer.error || words.lost;
    count.failed++;
  }
  tell();
  if (running < 3) next();
}

function tell() {
  summary.hidden = false;
  const over = count.done + count.twice + count.failed;
  summary.textContent = words.tally.replace("{over}", over).replace("{all}", count.all).replace("{twice}", count.twice).replace("{failed}", count.failed);
  document.querySelector("[data-after]").hidden = over < count.all || count.done + count.twice === 0;
}

async function walk(entry) {
  if (entry.isFile) return [await new Promise((yes, no) => entry.file(yes, no))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((yes, no) => reader.readEntries(yes, no));
    if (!some.length) return found;
    for (const each of some) found.push(...(await walk(each)));
  }
}

const drop = form.querySelector(".drop");
for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return add(event.dataTransfer.files);
  for (const entry of entries) add(await walk(entry));
});
form.querySelector("[type=file]").addEventListener("change", (event) => { add([...event.target.files]); event.target.value = ""; });
addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });
