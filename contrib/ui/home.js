// The start page and the welcome page: who is signed in, and where to go next.

import { logout, whoami } from "./api.js";
import { announce, el, readable, show } from "./dom.js";
import { note } from "./messages.js";

/** Shows the session, or the ways to get one. */
export async function homePage() {
  const answer = await whoami();
  if (answer.status === 200) return signedIn("You are signed in", "This is what the server knows about your session.", answer.body);
  if (secondStep(answer)) return;
  signedOut("Welcome", "Sign in to see your session, or create an account. It takes a minute.");
}

/** The page after a sign-up or a confirmed address: says what is done and what comes next. */
export async function welcomePage() {
  const answer = await whoami();
  if (answer.status === 200) return signedIn("Welcome", "Good to have you here. You are signed in.", answer.body);
  if (secondStep(answer)) return;
  signedOut("Almost there", "You can sign in now. If we sent you a code, have it at hand to confirm your address.");
}

/** The session needs a second factor before it may be looked at. */
function secondStep({ body }) {
  if (!body?.redirect_browser_to) return false;
  show("One more step", el("p", { class: "lead" }, "Your account asks for a second proof that it is you."),
    el("div", { class: "actions" },
      el("a", { class: "button primary", href: body.redirect_browser_to }, "Continue"), logoutButton()));
  return true;
}

function signedOut(title, words) {
  show(title, el("p", { class: "lead" }, words),
    el("div", { class: "actions" },
      el("a", { class: "button primary", href: "login" }, "Sign in"),
      el("a", { class: "button", href: "registration" }, "Create an account")));
}

function signedIn(title, words, session) {
  const { identity } = session;
  const pending = (identity?.verifiable_addresses ?? []).filter((address) => !address.verified);
  show(title, el("p", { class: "lead" }, words),
    pending.length ? note("One of your addresses is not confirmed yet.") : null,
    el("dl", { class: "facts", id: "session" }, facts(session)),
    el("div", { class: "actions" },
      el("a", { class: "button", href: "settings" }, "Settings"),
      pending.length ? el("a", { class: "button", href: "verification" }, "Confirm address") : null,
      logoutButton()));
  announce("You are signed in");
}

function facts(session) {
  const { identity } = session;
  const rows = leaves(identity?.traits).map(([name, value]) => [readable(name), traitValue(identity, value)]);
  rows.push(["Signed in with", (session.authentication_methods ?? []).map(({ method }) => readable(method)).join(", ")]);
  rows.push(["Since", moment(session.authenticated_at)], ["Until", moment(session.expires_at)]);
  rows.push(["Account", el("code", {}, identity?.id ?? "–")]);
  return rows.map(([term, value]) => [el("dt", {}, term), el("dd", {}, value)]);
}

/** All single values in a nested object, with their dotted paths. */
function leaves(value, path = "") {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object") return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path ? `${path}.${name}` : name));
}

function traitValue(identity, value) {
  const address = (identity.verifiable_addresses ?? []).find((one) => one.value === value);
  if (!address) return value;
  const badge = address.verified
    ? el("span", { class: "badge good" }, "confirmed")
    : el("span", { class: "badge" }, "not confirmed");
  return [value, badge];
}

function moment(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return "–";
  return el("time", { datetime: text }, date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }));
}

function logoutButton() {
  const button = el("button", { type: "button", class: "button", id: "logout" }, "Sign out");
  button.addEventListener("click", () => {
    button.setAttribute("aria-disabled", "true");
    logout();
  });
  return button;
}
