// Puts the nodes of a flow together: one form for a flow in which one thing is done, one form per group for
// settings. The forms are ordinary ones and are posted by the browser; the script here only decides which
// fields must be filled for the button that is pressed, and what the Enter key presses.

import { el, readable, safeUrl } from "./dom.js";
import { formMessages, hasError } from "./messages.js";
import { isSilent, isSteering, isSubmit, renderNode } from "./nodes.js";

const HEADINGS = {
  profile: "Profile",
  password: "Password",
  oidc: "Connected accounts",
  totp: "Authenticator app",
  lookup_secret: "Backup codes",
  webauthn: "Security keys",
  passkey: "Passkeys",
  code: "Codes",
  link: "Links",
};

/** All of a flow: its messages and its forms. */
export function renderFlow(flow, { sections = false } = {}) {
  const nodes = steeringLast((flow.ui.nodes ?? []).filter((node) => node?.attributes));
  const messages = formMessages(flow.ui.messages);
  return [messages, ...(sections ? sectionForms(flow, nodes) : [oneForm(flow, nodes)])];
}

/** Buttons that only steer stand behind those that go on, wherever in their group the server lists them. */
function steeringLast(nodes) {
  const place = (node, n) => (isSteering(node) ? nodes.findLastIndex((other) => other.group === node.group) + 0.5 : n);
  return nodes
    .map((node, n) => ({ node, place: place(node, n) }))
    .sort((a, b) => a.place - b.place)
    .map(({ node }) => node);
}

function oneForm(flow, nodes) {
  const form = emptyForm(flow);
  fill(form, nodes, { dividers: true });
  return form;
}

/** One form per group, each with the fields that belong to all (the anti-forgery token). */
function sectionForms(flow, nodes) {
  const shared = nodes.filter((node) => node.group === "default" && isSilent(node));
  const rest = nodes.filter((node) => !shared.includes(node));
  const groups = [...new Set(rest.map((node) => node.group))];
  return groups.map((group) => {
    const form = emptyForm(flow);
    if (rest.some((node) => node.group === group && !isSilent(node))) {
      form.append(el("h2", {}, HEADINGS[group] ?? readable(group)));
    }
    fill(form, [...shared, ...rest.filter((node) => node.group === group)], { dividers: false });
    return form;
  });
}

/** The attributes are set as attributes: a field named `method` or `action` hides the form's properties. */
function emptyForm(flow) {
  const form = el("form", { action: safeUrl(flow.ui.action), method: flow.ui.method || "POST" });
  if (flow.ui.messages?.length) form.setAttribute("aria-describedby", "form-messages");
  form.addEventListener("click", requireOnlyWhatIsNeeded);
  form.addEventListener("keydown", pressOnEnter);
  form.addEventListener("submit", sendOnce);
  return form;
}

function fill(form, nodes, { dividers }) {
  const main = mainSubmit(nodes);
  let previous = null;
  let blockCanBeSent = false;
  for (const node of nodes) {
    if (dividers && !isSilent(node)) {
      // Back and resend belong to the block above them.
      if (previous && blockCanBeSent && node.group !== previous.group && !isSteering(node)) {
        form.append(el("p", { class: "divider" }, "or"));
        blockCanBeSent = false;
      }
      blockCanBeSent ||= isSubmit(node) || node.attributes.type === "button";
      previous = node;
    }
    const element = renderNode(node, { primary: node === main || (!dividers && isMethod(node)) });
    if (element) form.append(element);
  }
}

const isMethod = (node) => isSubmit(node) && node.attributes.name === "method";

/** The button to stand out: the first whose group has fields of its own, else the first that names a method. */
function mainSubmit(nodes) {
  const methods = nodes.filter(isMethod);
  const hasFields = (group) => nodes.some((node) => node.group === group && !isSilent(node) && !isSubmit(node) && node.type === "input");
  return methods.find((node) => hasFields(node.group)) ?? methods[0];
}

/** A field that another method needs must not hold up the method that was chosen. */
function requireOnlyWhatIsNeeded(event) {
  const button = event.target.closest("button[type=submit]");
  if (!button) return;
  for (const field of event.currentTarget.querySelectorAll("[data-group]")) {
    if (field.required) field.dataset.required = "";
    const concerned = ["default", "identifier_first", button.dataset.group].includes(field.dataset.group);
    if ("required" in field.dataset) field.required = concerned;
  }
}

/** Enter presses the button of the field's own group, not whatever stands first (which may lead to another site). */
function pressOnEnter(event) {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input:not([type=checkbox]), select")) return;
  const buttons = [...event.currentTarget.querySelectorAll("button[type=submit][name=method]:not([disabled])")];
  const own = buttons.find((button) => button.dataset.group === event.target.dataset.group);
  const chosen = own ?? buttons.find((button) => button.classList.contains("primary")) ?? buttons[0];
  if (!chosen) return;
  event.preventDefault();
  chosen.click();
}

/** A second press while the first is on its way would only be answered with an error. */
function sendOnce(event) {
  const form = event.currentTarget;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-disabled", "true");
}

/** The browser may bring back a page as it was left: make its forms usable again. */
export function reviveForms() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  }
}

/** Puts the focus where the next step is: the first wrong field, else the errors, else the first empty field. */
export function placeFocus(flow, card, { autofocus = true } = {}) {
  const wrong = card.querySelector("[aria-invalid=true]");
  if (wrong) return wrong.focus();
  if (hasError(flow.ui.messages)) return card.querySelector("#form-messages").focus();
  if (flow.ui.messages?.some((message) => message.type === "success")) return card.querySelector("#form-messages").focus();
  const fields = [...card.querySelectorAll("form :is(input:not([type=hidden]):not([type=checkbox]), select):enabled")];
  const first = fields.find((field) => field.required && !field.value) ?? fields.find((field) => !field.value) ?? fields[0];
  return autofocus && first ? first.focus() : card.querySelector("h1").focus();
}
