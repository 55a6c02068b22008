// Builds elements. Text always goes in as text, never as markup, so nothing that the server or a user
// wrote can become part of the page.

/**
 * Makes an element: `el("a", { href, class: "button" }, "Continue")`.
 * Attributes that are `undefined`, `null` or `false` are left out, `true` becomes an empty attribute.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Replaces the content of the page's card, names the document and returns the card. */
export function show(title, ...content) {
  const card = document.getElementById("card");
  document.title = `${title} · Zelos`;
  card.replaceChildren(el("h1", { tabindex: "-1" }, title), ...content.flat(Infinity).filter(Boolean));
  return card;
}

/** Says something to people who use a screen reader, without moving the focus. */
export function announce(text) {
  document.getElementById("status").textContent = text;
}

/** The address if it is one that may be followed or loaded, else `undefined`. */
export function safeUrl(address, schemes = ["http:", "https:"]) {
  if (!address) return undefined;
  try {
    return schemes.includes(new URL(address, document.baseURI).protocol) ? address : undefined;
  } catch {
    return undefined;
  }
}

/** A readable name for a machine's one: `traits.name.first` becomes `Name first`. */
export function readable(name) {
  const words = String(name ?? "")
    .replace(/^traits\./, "")
    .replace(/[._-]+/g, " ")
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
