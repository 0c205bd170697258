// Passkeys: fetch a question from the house, let the browser answer it, send the answer with the form it belongs to.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

function question(said) {
  const asked = { ...said, challenge: bytes(said.challenge) };
  if (said.user) asked.user = { ...said.user, id: bytes(said.user.id) };
  if (said.excludeCredentials) asked.excludeCredentials = named(said.excludeCredentials);
  if (said.allowCredentials) asked.allowCredentials = named(said.allowCredentials);
  return asked;
}

function answer(given) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given.response[part]) response[part] = text(given.response[part]);
  }
  return JSON.stringify({ id: given.id, rawId: text(given.rawId), type: given.type, response });
}

async function carryOut(form) {
  const asked = await fetch(form.dataset.ask, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  if (asked.redirected) {
    // Who one is has to be proven first; then one comes back here.
    const proof = new URL(asked.url);
    proof.searchParams.set("next", location.pathname);
    proof.searchParams.set("form", "anew");
    return location.assign(proof);
  }
  if (!asked.ok) throw new Error(String(asked.status));
  const publicKey = question(await asked.json());
  const given = await (form.dataset.passkey === "create" ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
  form.elements.answer.value = answer(given);
  form.submit();
}

const able = Boolean(window.PublicKeyCredential && navigator.credentials);
for (const none of document.querySelectorAll("[data-passkey-none]")) none.hidden = able;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !able;
  const mistake = form.querySelector("[data-passkey-mistake]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    mistake.hidden = true;
    form.setAttribute("aria-busy", "true");
    try {
      await carryOut(form);
    } catch {
      mistake.hidden = false; // cancelled, timed out, or there is none: browsers do not say which
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
}
