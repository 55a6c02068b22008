// The page for errors that belong to no form: shows what the server kept about it.

import { get } from "./api.js";
import { el, show } from "./dom.js";
import { note } from "./messages.js";

/** Shows the error that the address names. */
export async function errorPage(query) {
  const id = query.get("id") ?? query.get("error");
  const answer = id ? await get("self-service/errors", { id }) : undefined;
  const error = answer?.body?.error;
  const words = answer?.status === 200
    ? error?.reason ?? error?.message ?? "The server gave no reason."
    : id ? "There are no details about this error any more." : "There is nothing to report.";
  const rows = answer?.status === 200
    ? [["Status", [error?.code, error?.status].filter(Boolean).join(" ")], ["Kind", error?.id], ["Reference", id]]
    : [];
  const known = rows.filter(([, value]) => value);
  show("Something went wrong", note(words, "error"),
    known.length ? el("dl", { class: "facts" }, known.map(([term, value]) => [el("dt", {}, term), el("dd", {}, el("code", {}, value))])) : null,
    el("ul", { class: "links" },
      el("li", {}, el("a", { href: "./" }, "To the start page")),
      el("li", {}, el("a", { href: "login" }, "Sign in"))),
  ).querySelector("h1").focus();
}
