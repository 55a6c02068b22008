// Brings a flow to the screen: starts one when the address names none, fetches the named one, and starts
// over, with a friendly note, when it is no longer good.

import { apiUrl, get } from "./api.js";
import { announce, el, show } from "./dom.js";
import { placeFocus, renderFlow } from "./form.js";
import { hasError, note } from "./messages.js";

const NOTE = "zelos.note";
const RESTARTS = "zelos.restarts";

/** What the pages say around the form. `inPlace`: asked for as data, because a server may not offer it. */
export const FLOWS = {
  login: {
    title: "Sign in",
    links: [["registration", "Create an account"], ["recovery", "Forgot your password?"]],
  },
  registration: {
    title: "Create an account",
    links: [["login", "I already have an account"]],
  },
  verification: {
    title: "Confirm your address",
    links: [["login", "Back to sign-in"]],
  },
  recovery: {
    title: "Get back into your account",
    links: [["login", "Back to sign-in"]],
    inPlace: true,
  },
  settings: {
    title: "Your settings",
    links: [],
    inPlace: true,
    sections: true,
  },
};

/** Shows the flow that the address names, or starts one of this kind. */
export async function flowPage(kind, query) {
  const id = query.get("flow");
  if (!id) return begin(kind, query);
  const answer = await get(`self-service/${kind}/flows`, { id });
  if (answer.status === 200 && answer.body?.ui) return draw(kind, answer.body);
  if ([403, 404, 410].includes(answer.status) && !answer.body?.redirect_browser_to) return startOver(kind, answer, query);
  return explain(kind, answer);
}

/** Starts a flow with the parameters of this page (`return_to`, `aal`, `refresh` …). */
async function begin(kind, query) {
  const parameters = Object.fromEntries([...query].filter(([name]) => name !== "flow"));
  const start = apiUrl(`self-service/${kind}/browser`, parameters);
  if (!FLOWS[kind].inPlace) return location.replace(start);
  const answer = await get(`self-service/${kind}/browser`, parameters);
  if (answer.status !== 200 || !answer.body?.ui) return explain(kind, answer);
  history.replaceState(null, "", `?flow=${encodeURIComponent(answer.body.id)}`);
  return draw(kind, answer.body);
}

function draw(kind, flow) {
  const { title, links, sections } = FLOWS[kind];
  const finished = flow.state === "passed_challenge";
  const earlier = takeNote();
  sessionStorage.removeItem(RESTARTS);
  const card = show(title, earlier && note(earlier), renderFlow(flow, { sections }), finished ? null : linkList(links, flow));
  card.classList.toggle("wide", Boolean(sections));
  if (hasError(flow.ui.messages) || card.querySelector("[aria-invalid=true]")) document.title = `Error: ${document.title}`;
  if (earlier) announce(earlier);
  placeFocus(flow, card, { autofocus: !sections });
}

function linkList(links, flow) {
  if (!links.length) return null;
  const query = flow.return_to ? `?return_to=${encodeURIComponent(flow.return_to)}` : "";
  return el("ul", { class: "links" }, links.map(([page, words]) => el("li", {}, el("a", { href: page + query }, words))));
}

/** The flow is expired, unknown, or belongs to another browser: a new one is all that it takes. */
function startOver(kind, { status, body }, query) {
  const restarts = Number(sessionStorage.getItem(RESTARTS) ?? 0);
  if (restarts >= 2) {
    sessionStorage.removeItem(RESTARTS);
    return problem("We could not open this form", "It was started several times without success. Please check that your browser accepts cookies for this site.", kind);
  }
  sessionStorage.setItem(RESTARTS, String(restarts + 1));
  leaveNote(status === 410
    ? "The form you opened was too old, so we started a new one for you."
    : "We could not find the form you opened, so we started a new one for you.");
  const kept = new URLSearchParams();
  const returnTo = body?.error?.details?.return_to || query.get("return_to");
  if (returnTo) kept.set("return_to", returnTo);
  return begin(kind, kept);
}

function leaveNote(text) {
  sessionStorage.setItem(NOTE, text);
}

function takeNote() {
  const text = sessionStorage.getItem(NOTE);
  sessionStorage.removeItem(NOTE);
  return text;
}

/** No form came: sends the visitor where the server wants them, or says what is the matter. */
function explain(kind, { status, body }) {
  const error = body?.error;
  if (body?.redirect_browser_to) return location.assign(body.redirect_browser_to);
  if (status === 401) {
    return location.assign(apiUrl("self-service/login/browser", { return_to: apiUrl(`self-service/${kind}/browser`).href }));
  }
  if (error?.id === "session_already_available") return location.replace("./");
  if (status === 0) return problem("No answer", "The server could not be reached. Please check your connection and try again.", kind);
  if (status === 404 || error?.id === "self_service_flow_disabled") {
    return problem(FLOWS[kind].title, "This server does not offer this at the moment.");
  }
  return problem("Something went wrong", error?.reason ?? error?.message ?? "The server gave an answer that we do not understand.", kind);
}

function problem(title, words, retry) {
  show(title, note(words, "error"), el("ul", { class: "links" },
    retry ? el("li", {}, el("a", { href: retry }, "Try again")) : null,
    el("li", {}, el("a", { href: "./" }, "To the start page")))).querySelector("h1").focus();
}
