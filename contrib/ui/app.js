// Chooses what to show from the last part of the path: `/ui/login` is the page `login`, `/ui/` the start page.

import { el, show } from "./dom.js";
import { errorPage } from "./error-page.js";
import { FLOWS, flowPage } from "./flow-page.js";
import { reviveForms } from "./form.js";
import { homePage, welcomePage } from "./home.js";

const page = location.pathname.split("/").pop();
const query = new URLSearchParams(location.search);

if (page in FLOWS) flowPage(page, query);
else if (page === "") homePage();
else if (page === "welcome") welcomePage();
else if (page === "error") errorPage(query);
else show("Nothing here", el("p", { class: "lead" }, "There is no such page."), el("a", { href: "./" }, "To the start page"));

addEventListener("pageshow", (event) => {
  if (event.persisted) reviveForms();
});
