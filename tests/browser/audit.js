// Looks over the page that is shown and returns what is wrong with it, as a list of sentences.
const problems = [];
const check = (good, problem) => good || problems.push(problem);
const visible = (one) => one.checkVisibility() && !one.closest(".sr-only, .skip");
const outline = (one) => one.outerHTML.slice(0, 120);

check(document.documentElement.lang, "the page names no language");
check(document.title.trim(), "the page has no title");
check(document.querySelectorAll("h1").length === 1, "the page needs exactly one main heading");
check(document.querySelector("main"), "the page has no main part");
check(document.documentElement.scrollWidth <= innerWidth, "the page scrolls sideways");

for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
  check(field.labels?.length || field.getAttribute("aria-label"), `no label: ${outline(field)}`);
  if (field.getAttribute("aria-invalid") === "true") check(field.getAttribute("aria-describedby"), `wrong without a reason: ${outline(field)}`);
}
for (const control of document.querySelectorAll("button, a[href]")) {
  const name = control.getAttribute("aria-label") ?? control.textContent;
  check(name.trim(), `no name: ${outline(control)}`);
}
for (const described of document.querySelectorAll("[aria-describedby]")) {
  for (const id of described.getAttribute("aria-describedby").split(" ")) {
    check(document.getElementById(id)?.textContent.trim(), `described by nothing (${id}): ${outline(described)}`);
  }
}
for (const error of document.querySelectorAll(".hints .error")) {
  const id = error.closest(".hints").id;
  check(document.querySelector(`[aria-describedby~="${id}"]`), `no field points to the error: ${outline(error)}`);
}
for (const image of document.querySelectorAll("img")) check(image.hasAttribute("alt"), `no text for the image: ${outline(image)}`);
for (const frame of document.querySelectorAll("iframe")) check(frame.title, "a frame without a title");
const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
check(new Set(ids).size === ids.length, `ids are used twice: ${ids}`);

// Contrast of each text with the nearest background behind it; plain colours only, which is all these pages use.
const parse = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const background = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour[3] !== 0) return colour;
  }
  return [255, 255, 255];
};
for (const one of document.querySelectorAll("body *")) {
  const ownText = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!ownText || !visible(one) || one.closest("[disabled]")) continue;
  const [light, dark] = [luminance(parse(getComputedStyle(one).color)), luminance(background(one))].sort((a, b) => b - a);
  const ratio = (light + 0.05) / (dark + 0.05);
  check(ratio >= 4.5, `contrast of only ${ratio.toFixed(2)}: ${outline(one)}`);
}
return problems;
