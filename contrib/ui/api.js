// The few calls to the public API that the pages make themselves. Forms are posted by the browser.

/** Where the API is: these files are served one folder below it. */
const root = new URL("../", import.meta.url);

/** The address of an API path, with the given query parameters that are not empty. */
export function apiUrl(path, query = {}) {
  const url = new URL(path, root);
  for (const [name, value] of Object.entries(query)) {
    if (value) url.searchParams.set(name, value);
  }
  return url;
}

/**
 * Asks for JSON and reports what came: `{ status, body }`. A status of 0 means that no answer came,
 * an undefined body that the answer was not JSON.
 */
export async function get(path, query) {
  try {
    const response = await fetch(apiUrl(path, query), {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      cache: "no-store",
    });
    const body = await response.json().catch(() => undefined);
    return { status: response.status, body };
  } catch {
    return { status: 0, body: undefined };
  }
}

/** The session of this browser: the answer of `whoami`, whatever it says. */
export function whoami() {
  return get("sessions/whoami");
}

/** Ends the session of this browser by following the server's logout address. */
export async function logout() {
  const { status, body } = await get("self-service/logout/browser");
  location.assign(status === 200 && body?.logout_url ? body.logout_url : "./");
}
