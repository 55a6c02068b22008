// Turns one node of a flow into elements. It knows node and input types, not methods or flows, so it can
// draw forms that did not exist when it was written; a type it has never seen becomes the nearest usable thing.

import { announce, el, readable, safeUrl } from "./dom.js";
import { fieldMessages, hasError } from "./messages.js";

let lastId = 0;
const nextId = (kind) => `${kind}-${++lastId}`;

/** The words that name a node. */
export function labelOf(node) {
  const { attributes, meta } = node;
  return meta?.label?.text ?? attributes.label?.text ?? attributes.title?.text ?? readable(attributes.name ?? attributes.id);
}

/** The type that decides how a node is drawn: inputs by their own type, everything else by the node's. */
export function kindOf(node) {
  if (node.type !== "input") return node.type;
  return node.attributes.type ?? "text";
}

/** Whether a node shows nothing: hidden inputs and scripts. */
export function isSilent(node) {
  return kindOf(node) === "hidden" || node.type === "script";
}

/** Whether pressing the node sends the form. */
export function isSubmit(node) {
  return node.type === "input" && node.attributes.type === "submit";
}

const STEERING = new Set(["screen", "resend", "email", "sms", "recovery_confirm_address"]);

/** Whether a button only steers the form it stands in: back, or send the code again. */
export function isSteering(node) {
  return isSubmit(node) && STEERING.has(node.attributes.name);
}

/** Draws a node. `primary` makes a submit button the main one. */
export function renderNode(node, { primary = false } = {}) {
  const render = RENDERERS[kindOf(node)] ?? (node.type === "input" ? textField : unknown);
  return render(node, { primary });
}

const RENDERERS = { hidden, submit, button, checkbox, text: textNodeOrField, img: image, a: anchor, script, div };

function hidden({ attributes }) {
  const input = el("input", { type: "hidden", name: attributes.name, value: plain(attributes.value) });
  if (attributes.onloadTrigger) input.dataset.onloadTrigger = attributes.onloadTrigger;
  return input;
}

/** Only a button that names a method needs the fields to be filled. */
function submit(node, { primary }) {
  const { attributes, group } = node;
  const button = el("button", {
    type: "submit",
    class: `button ${primary ? "primary" : isSteering(node) ? "quiet" : "secondary"}`,
    name: attributes.name,
    value: plain(attributes.value),
    disabled: attributes.disabled,
    formnovalidate: attributes.name !== "method",
    "data-group": group,
  }, labelOf(node));
  return withMessages(button, node);
}

/** A button that runs one of the server's helper functions (security keys, passkeys) once they are loaded. */
function button(node) {
  const { attributes, group } = node;
  const element = el("button", {
    type: "button", class: "button secondary", name: attributes.name, disabled: attributes.disabled, "data-group": group,
  }, labelOf(node));
  element.addEventListener("click", () => {
    if (!runTrigger(attributes.onclickTrigger, attributes.value)) announce("This is not available in your browser.");
  });
  return withMessages(element, node);
}

/** Calls a helper by its name. Only the server's own helpers, which start with `ory`, can be called. */
export function runTrigger(name, value) {
  const helper = /^ory[A-Z]\w*$/.test(name ?? "") ? window[name] : undefined;
  if (typeof helper !== "function") return false;
  if (typeof value === "string" && value.startsWith("{")) helper(JSON.parse(value));
  else helper();
  return true;
}

function textNodeOrField(node, options) {
  return node.type === "text" ? textNode(node) : textField(node, options);
}

/** A field for one line of text, a number, a date …, or a choice when the node lists options. */
function textField(node) {
  const { attributes, group } = node;
  const id = nextId("field");
  const common = {
    id,
    name: attributes.name,
    required: attributes.required,
    disabled: attributes.disabled,
    autocomplete: attributes.autocomplete,
    "data-group": group,
    ...described(node, `${id}-hints`),
  };
  const control = attributes.options?.length ? choice(attributes, common) : input(attributes, common);
  return el("div", { class: hasError(node.messages) ? "field invalid" : "field" },
    el("label", { for: id }, labelOf(node), optionalMark(attributes)),
    attributes.type === "password" ? withToggle(control, labelOf(node)) : control,
    fieldMessages(node.messages, `${id}-hints`));
}

function optionalMark({ required, disabled }) {
  return required || disabled ? null : el("span", { class: "optional" }, " (optional)");
}

function described(node, hints) {
  const { messages = [] } = node;
  return { "aria-describedby": messages.length ? hints : undefined, "aria-invalid": hasError(messages) ? "true" : undefined };
}

function input(attributes, common) {
  const digits = attributes.autocomplete === "one-time-code" || /^(totp_)?code$/.test(attributes.name ?? "");
  const account = /^(identifier|username)$/.test(attributes.name ?? "");
  return el("input", {
    ...common,
    type: attributes.type ?? "text",
    value: plain(attributes.value),
    pattern: attributes.pattern,
    maxlength: attributes.maxlength > 0 ? attributes.maxlength : undefined,
    step: attributes.type === "number" ? "any" : undefined,
    class: digits ? "digits" : undefined,
    inputmode: digits ? "numeric" : undefined,
    autocomplete: common.autocomplete ?? (digits ? "one-time-code" : account ? "username" : undefined),
    autocapitalize: digits || account ? "none" : undefined,
    spellcheck: digits || account ? "false" : undefined,
  });
}

function choice(attributes, common) {
  const chosen = plain(attributes.value);
  const options = attributes.options.map(({ value }) =>
    el("option", { value: plain(value), selected: plain(value) === chosen }, plain(value)));
  return el("select", common, el("option", { value: "", selected: !chosen }, ""), options);
}

function withToggle(control, label) {
  const toggle = el("button", { type: "button", class: "toggle", "aria-pressed": "false", "aria-label": `Show: ${label}` }, "Show");
  toggle.addEventListener("click", () => {
    const shown = control.type === "password";
    control.type = shown ? "text" : "password";
    toggle.textContent = shown ? "Hide" : "Show";
    toggle.setAttribute("aria-pressed", String(shown));
  });
  return el("div", { class: "with-toggle" }, control, toggle);
}

/** A box to tick. A hidden `false` goes before it, because an unticked box is not sent at all. */
function checkbox(node) {
  const { attributes, group } = node;
  const id = nextId("field");
  const box = el("input", {
    id, type: "checkbox", name: attributes.name, value: "true", required: attributes.required, disabled: attributes.disabled,
    checked: attributes.value === true || attributes.value === "true", "data-group": group, ...described(node, `${id}-hints`),
  });
  return el("div", { class: hasError(node.messages) ? "field check invalid" : "field check" },
    el("input", { type: "hidden", name: attributes.name, value: "false", disabled: attributes.disabled }),
    box, el("label", { for: id }, labelOf(node)), fieldMessages(node.messages, `${id}-hints`));
}

/** Something to read or to note down: a list of backup codes, the key of an authenticator, or plain words. */
function textNode(node) {
  const { text, id } = node.attributes;
  const secrets = text?.context?.secrets;
  const content = Array.isArray(secrets)
    ? el("ul", { class: "secrets" }, secrets.map((secret) => el("li", {}, plain(secret?.text ?? secret))))
    : el("p", { class: "secret", id }, text?.text ?? "");
  const label = node.meta?.label?.text;
  return withMessages(el("div", { class: "field" }, label ? el("p", { class: "label" }, label) : null, content), node);
}

function image(node) {
  const { src, id, width, height } = node.attributes;
  const label = labelOf(node);
  const caption = node.meta?.label ? el("p", { class: "label" }, label) : null;
  return el("div", { class: "field figure" }, caption,
    el("img", { src: safeUrl(src, ["http:", "https:", "data:"]), id, width: width || undefined, height: height || undefined, alt: label }));
}

function anchor(node) {
  const { href, id } = node.attributes;
  const label = node.attributes.title?.text ?? labelOf(node);
  return withMessages(el("a", { class: "button primary", href: safeUrl(href), id }, label), node);
}

/** The server's helper script. Nodes that ask for it are told when it has come. */
function script({ attributes }) {
  const src = safeUrl(attributes.src);
  if (!src || document.getElementById(attributes.id)) return null;
  const element = el("script", {
    id: attributes.id, type: attributes.type, integrity: attributes.integrity, crossorigin: attributes.crossorigin,
    referrerpolicy: attributes.referrerpolicy, nonce: attributes.nonce, async: attributes.async, src,
  });
  element.addEventListener("load", () => {
    for (const field of document.querySelectorAll("[data-onload-trigger]")) runTrigger(field.dataset.onloadTrigger);
  });
  return element;
}

function div({ attributes }) {
  const element = el("div", { id: attributes.id, class: attributes.class });
  for (const [name, value] of Object.entries(attributes.data ?? {})) element.setAttribute(`data-${name}`, plain(value));
  return element;
}

/** A type we do not know: a field if it has a name, a link if it leads somewhere, else its words. */
function unknown(node) {
  const { attributes } = node;
  if (attributes.name) return textField(node);
  if (safeUrl(attributes.href)) return anchor(node);
  return withMessages(el("p", {}, attributes.text?.text ?? labelOf(node)), node);
}

function withMessages(element, node) {
  if (!node.messages?.length) return element;
  const hints = fieldMessages(node.messages, nextId("hints"));
  element.setAttribute("aria-describedby", hints.id);
  return el("div", { class: hasError(node.messages) ? "field invalid" : "field" }, element, hints);
}

/** A value as a form sends it. */
function plain(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
