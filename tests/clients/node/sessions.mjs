import { deepEqual, equal, ok, refused, refusedAs } from "./check.mjs";
import { unknownId } from "./client.mjs";

export async function whoamiTellsWhoSignedIn(server) {
  const person = await server.member({ metadata_public: { plan: "free" }, metadata_admin: { note: "hidden" } });
  const { session, session_token: xSessionToken } = await server.signIn(person);
  const { data, headers } = await server.native.toSession({ xSessionToken });
  equal(headers["x-kratos-authenticated-identity-id"], person.identity.id);
  equal(data.id, session.id);
  equal(data.active, true);
  deepEqual(data.identity.metadata_public, { plan: "free" });
  equal(data.identity.metadata_admin, undefined);
  equal(data.identity.credentials, undefined);
  equal(data.devices.length, 1);

  const app = await server.signedIn(person);
  equal((await server.native.toSession({ cookie: app.cookies() })).data.identity.id, person.identity.id);
  await refusedAs(401, undefined, server.native.toSession());
  await refusedAs(401, undefined, server.native.toSession({ xSessionToken: "ory_st_00000000000000000000000000000000" }));
}

export async function peopleEndTheirOtherSessions(server) {
  const { native } = server;
  const person = await server.member();
  const sessions = [];
  for (let device = 0; device < 4; device += 1) sessions.push(await server.signIn(person));
  const [own, ...others] = sessions;
  const xSessionToken = own.session_token;
  const ids = async () => (await native.listMySessions({ xSessionToken })).data.map((session) => session.id);
  deepEqual((await ids()).sort(), others.map(({ session }) => session.id).sort());
  equal((await native.listMySessions({ xSessionToken, pageSize: 1 })).headers["x-total-count"], "3");

  equal((await native.disableMySession({ id: others[0].session.id, xSessionToken })).status, 204);
  equal((await ids()).length, 2);
  await refusedAs(401, undefined, native.toSession({ xSessionToken: others[0].session_token }));
  await refusedAs(400, undefined, native.disableMySession({ id: own.session.id, xSessionToken }));
  await refusedAs(400, undefined, native.disableMySession({ id: "no-id", xSessionToken }));

  const { data } = await native.disableMyOtherSessions({ xSessionToken });
  ok(data.count >= 2);
  deepEqual(await ids(), []);
  equal((await native.toSession({ xSessionToken })).data.active, true);

  await refusedAs(401, undefined, native.listMySessions());
  await refused(401, native.disableMyOtherSessions());
  await refused(401, native.disableMySession({ id: unknownId }));
}

export async function administratorsSeeAllSessions(server) {
  const { identities } = server;
  const { identity, ...person } = await server.member();
  const { session } = await server.signIn(person);
  const { data: bare, headers } = await identities.listSessions({ pageSize: 1 });
  equal(bare.length, 1);
  equal(bare[0].id, session.id, "the newest one first");
  equal(bare[0].identity ?? null, null);
  const pageToken = decodeURIComponent(headers.link.match(/page_token=([^&>]+)[^,]*rel="next"/)[1]);
  const { data: following } = await identities.listSessions({ pageSize: 1, pageToken });
  ok(following.length === 1 && following[0].id !== session.id);
  const { data: full } = await identities.listSessions({ active: true, expand: ["identity", "devices"], pageSize: 1 });
  equal(full[0].identity.id, identity.id);
  equal(full[0].devices.length, 1);

  equal((await identities.getSession({ id: session.id })).data.active, true);
  const { data: one } = await identities.getSession({ id: session.id, expand: ["identity", "devices"] });
  equal(one.identity.traits.email, person.email);
  equal(one.devices.length, 1);
  await refusedAs(404, undefined, identities.getSession({ id: unknownId }));
  await refusedAs(400, undefined, identities.getSession({ id: "no-id" }));
  await refusedAs(400, undefined, identities.listSessions({ expand: ["everything"] }));
  await refusedAs(400, undefined, identities.listSessions({ pageToken: "nonsense" }));
}

export async function administratorsExtendAndEndSessions(server) {
  const { identities, native } = server;
  const { identity, ...person } = await server.member();
  const first = await server.signIn(person);
  const second = await server.signIn(person);
  const { data: longer } = await identities.extendSession({ id: first.session.id });
  ok(new Date(longer.expires_at) > new Date(first.session.expires_at));
  equal(longer.identity.id, identity.id);
  await refusedAs(404, undefined, identities.extendSession({ id: unknownId }));

  equal((await identities.disableSession({ id: first.session.id })).status, 204);
  await refusedAs(401, undefined, native.toSession({ xSessionToken: first.session_token }));
  await refusedAs(404, undefined, identities.disableSession({ id: unknownId }));
  await refusedAs(400, undefined, identities.disableSession({ id: "no-id" }));

  const { data: all, headers } = await identities.listIdentitySessions({ id: identity.id });
  equal(all.length, 2);
  equal(headers["x-total-count"], "2");
  const { data: active } = await identities.listIdentitySessions({ id: identity.id, active: true });
  deepEqual(active.map((session) => session.id), [second.session.id]);
  equal(active[0].identity.id, identity.id);

  equal((await identities.deleteIdentitySessions({ id: identity.id })).status, 204);
  await refusedAs(401, undefined, native.toSession({ xSessionToken: second.session_token }));
  deepEqual((await identities.listIdentitySessions({ id: identity.id })).data, []);
  await refusedAs(404, undefined, identities.deleteIdentitySessions({ id: identity.id }));
}
