// The development inbox: everything the server sent, newest first. It asks the server to be told when the
// next message is there, so a new code appears without reloading.

import { showMessage, showNothing } from "./reader.js";

const BASE = "/dev/inbox";
const PATIENCE_SECONDS = 25;
const RETRY_MILLISECONDS = 3000;

const list = document.getElementById("messages");
const state = document.getElementById("state");
const reader = document.getElementById("reader");

let messages = [];
let shown = null;
let waiting = new AbortController();

async function load() {
  const response = await fetch(`${BASE}/messages`, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok) throw new Error(`the inbox answered ${response.status}`);
  const body = await response.json();
  messages = Array.isArray(body) ? body : body.messages ?? [];
  drawList();
  drawChosen();
}

function drawList() {
  list.replaceChildren(...messages.map((message) => {
    const item = document.createElement("li");
    item.append(link(message));
    return item;
  }));
  document.getElementById("empty").hidden = messages.length > 0;
  document.getElementById("clear").disabled = messages.length === 0;
  state.textContent = messages.length === 1 ? "1 message" : `${messages.length} messages`;
}

function link(message) {
  const link = document.createElement("a");
  link.className = "item";
  link.href = `#${message.id}`;
  if (message.id === chosenId()) link.setAttribute("aria-current", "true");
  const line = document.createElement("span");
  line.className = "line";
  const to = document.createElement("span");
  to.textContent = message.to;
  const time = document.createElement("time");
  time.dateTime = message.created_at;
  time.textContent = new Date(message.created_at).toLocaleTimeString(undefined, { timeStyle: "short" });
  line.append(to, time);
  const subject = document.createElement("span");
  subject.className = "subject";
  subject.textContent = message.subject || (message.channel === "sms" ? "Text message" : "(no subject)");
  const more = document.createElement("span");
  more.className = "line";
  more.textContent = [message.channel, message.code && `code ${message.code}`].filter(Boolean).join(" · ");
  link.append(line, subject, more);
  return link;
}

function chosenId() {
  return decodeURIComponent(location.hash.slice(1));
}

/** On a wide screen the newest message is open until another one is chosen. */
function drawChosen({ focus = false } = {}) {
  const chosen = messages.find((message) => message.id === chosenId());
  const wide = matchMedia("(min-width: 46.01rem)").matches;
  const message = chosen ?? (wide ? messages[0] : undefined);
  document.body.toggleAttribute("data-reading", Boolean(chosen));
  for (const item of list.querySelectorAll(".item")) {
    if (message && item.hash === `#${message.id}`) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
  if (message?.id !== shown) {
    if (message) showMessage(reader, message);
    else showNothing(reader);
    shown = message?.id;
  }
  if (focus && chosen) reader.focus();
}

/** Waits for the next message and loads the list again; a pause when the server does not answer. */
async function watch() {
  for (;;) {
    try {
      await load();
      await nextMessage();
    } catch (error) {
      if (error.name === "AbortError") continue;
      state.textContent = "The server does not answer. Trying again…";
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }
}

/** Ends when there may be something new: a message, or the server's patience (408). */
async function nextMessage() {
  waiting = new AbortController();
  const query = new URLSearchParams({ timeout: `${PATIENCE_SECONDS}s` });
  if (messages[0]) query.set("after", messages[0].id);
  const response = await fetch(`${BASE}/wait?${query}`, { cache: "no-store", signal: waiting.signal });
  if (!response.ok && response.status !== 408) throw new Error(`the inbox answered ${response.status}`);
}

async function deleteAll() {
  await fetch(`${BASE}/messages`, { method: "DELETE" });
  history.replaceState(null, "", location.pathname);
  waiting.abort();
}

document.getElementById("clear").addEventListener("click", deleteAll);
addEventListener("hashchange", () => drawChosen({ focus: true }));
watch();
