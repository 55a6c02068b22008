// Shows one message: the code and the link first, because that is what one came for, then the parts as sent.

/** Puts a message into the reader. */
export function showMessage(reader, message) {
  const content = [back(), heading(message), facts(message)];
  if (message.code) content.push(code(message.code));
  if (message.link) content.push(link(message.link));
  if (message.html) content.push(part("HTML", page(message.html)));
  if (message.text) content.push(part("Text", element("pre", {}, message.text)));
  reader.replaceChildren(...content);
}

/** Empties the reader. */
export function showNothing(reader) {
  reader.replaceChildren(element("p", { class: "empty" }, "Choose a message to read it."));
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function back() {
  return element("a", { class: "button back", href: "#" }, "All messages");
}

function heading({ subject, channel }) {
  return element("h2", {}, subject || (channel === "sms" ? "Text message" : "(no subject)"));
}

function facts({ from, to, channel, template_type: template, created_at: created }) {
  const rows = [["From", from], ["To", to], ["Sent", new Date(created).toLocaleString()], ["Channel", channel], ["Template", template]];
  const list = element("dl", { class: "facts" });
  for (const [term, value] of rows) {
    if (value) list.append(element("dt", {}, term), element("dd", {}, value));
  }
  return list;
}

function code(value) {
  const button = element("button", { type: "button", class: "button primary" }, "Copy code");
  button.addEventListener("click", async () => {
    button.textContent = (await copy(value)) ? "Copied" : "Select the code and copy it";
  });
  return element("div", { class: "code" }, element("output", { "aria-label": "Code" }, value), button);
}

/** The clipboard is only there on secure pages and on localhost. */
async function copy(value) {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    return false;
  }
}

function link(address) {
  if (!/^https?:/.test(address)) return element("p", {}, address);
  return element("p", {}, element("a", { href: address, target: "_blank", rel: "noreferrer" }, address));
}

function part(title, content) {
  return element("div", { class: "parts" }, element("h3", {}, title), content);
}

/** Mail is foreign markup: it runs no scripts and has no origin here; its links open in a tab of their own. */
function page(html) {
  return element("iframe", {
    title: "The message as its reader sees it",
    sandbox: "allow-popups allow-popups-to-escape-sandbox",
    referrerpolicy: "no-referrer",
    srcdoc: `<base target="_blank">${html}`,
  });
}
