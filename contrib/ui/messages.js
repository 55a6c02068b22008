// Messages of the server, shown in the server's words.

import { el } from "./dom.js";

const KINDS = new Set(["error", "success", "info"]);

function kindOf(message) {
  return KINDS.has(message.type) ? message.type : "info";
}

/** The messages of a whole form, in a box. Errors are an alert and can take the focus. */
export function formMessages(messages = [], id = "form-messages") {
  const box = el("div", { class: "messages", id, tabindex: "-1" });
  for (const message of messages) {
    const kind = kindOf(message);
    box.append(el("p", { class: `note ${kind}`, role: kind === "error" ? "alert" : undefined, "data-message": message.id }, message.text));
  }
  return box;
}

/** The messages of one field, to be named in its `aria-describedby`. */
export function fieldMessages(messages = [], id = "") {
  const hints = messages.map((message) => el("p", { class: kindOf(message), "data-message": message.id }, message.text));
  return el("div", { class: "hints", id }, hints);
}

/** A note of our own, in the same look. */
export function note(text, kind = "info") {
  return el("p", { class: `note ${kind}`, role: kind === "error" ? "alert" : "status" }, text);
}

/** Whether an error is among the messages. */
export function hasError(messages = []) {
  return messages.some((message) => message.type === "error");
}
