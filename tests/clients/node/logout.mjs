import { equal, match, query, refusedAs } from "./check.mjs";
import { page } from "./client.mjs";

export async function singlePageAppsSignOut(server) {
  const app = await server.signedIn(await server.member());
  const { data } = await app.createBrowserLogoutFlow({ returnTo: "http://app.test/bye" });
  match(data.logout_token, /^ory_lo_/);
  equal(query(data.logout_url, "token"), data.logout_token);
  equal(query(data.logout_url, "return_to"), "http://app.test/bye");
  await refusedAs(403, undefined, app.updateLogoutFlow({ token: "ory_lo_00000000000000000000000000000000" }));
  equal((await app.updateLogoutFlow({ token: data.logout_token }, { headers: { Accept: "application/json" } })).status, 204);
  await refusedAs(401, undefined, app.toSession());
  await refusedAs(401, "session_inactive", app.createBrowserLogoutFlow());
}

export async function browsersAreSentWhereTheyAskedToGo(server) {
  const app = await server.signedIn(await server.member());
  const cookie = app.cookies();
  const { data } = await server.native.createBrowserLogoutFlow({ cookie });
  const gone = await server.browser().updateLogoutFlow({ token: data.logout_token, returnTo: "http://app.test/next", cookie }, page);
  equal(gone.status, 303);
  equal(gone.headers.location, "http://app.test/next");
}

export async function nativeAppsSignOut(server) {
  const { native } = server;
  const { session_token } = await server.signIn(await server.member());
  const performNativeLogoutBody = { session_token };
  equal((await native.performNativeLogout({ performNativeLogoutBody })).status, 204);
  await refusedAs(401, undefined, native.toSession({ xSessionToken: session_token }));
  equal((await native.performNativeLogout({ performNativeLogoutBody })).status, 204, "twice does no harm");
  const unknown = { session_token: "ory_st_00000000000000000000000000000000" };
  await refusedAs(403, undefined, native.performNativeLogout({ performNativeLogoutBody: unknown }));
}
