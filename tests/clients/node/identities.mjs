import { createHash } from "node:crypto";

import { deepEqual, equal, match, messages, ok, refused, refusedAs } from "./check.mjs";
import { somebody, unknownId } from "./client.mjs";

export async function identitiesAreMadeReadChangedAndRemoved({ identities }) {
  const { email, password } = somebody();
  const { data: made, status, headers } = await identities.createIdentity({
    createIdentityBody: {
      schema_id: "email",
      traits: { email },
      external_id: `external-${email}`,
      metadata_public: { plan: "free" },
      metadata_admin: { note: "met at the fair" },
      credentials: { password: { config: { password } } },
      recovery_addresses: [{ id: unknownId, value: email, via: "email" }],
    },
  });
  equal(status, 201);
  ok(headers.location.endsWith(`/identities/${made.id}`));
  equal(made.state, "active");
  equal(made.schema_id, "email");
  match(made.schema_url, /\/schemas\/ZW1haWw$/);
  equal(made.verifiable_addresses[0].status, "pending");
  equal(made.recovery_addresses[0].value, email);
  equal(made.credentials.password.config, undefined);

  const { data: read } = await identities.getIdentity({ id: made.id, includeCredential: ["password"] });
  match(read.credentials.password.config.hashed_password, /^\$/);
  deepEqual(read.credentials.password.identifiers, [email]);
  deepEqual(read.metadata_admin, { note: "met at the fair" });
  equal((await identities.getIdentityByExternalID({ externalID: made.external_id })).data.id, made.id);

  const updateIdentityBody = { schema_id: "email", state: "inactive", traits: { email, name: { first: "Ada" } } };
  const { data: updated } = await identities.updateIdentity({ id: made.id, updateIdentityBody });
  equal(updated.state, "inactive");
  equal(updated.traits.name.first, "Ada");
  equal(updated.metadata_public, null);
  equal(updated.external_id, undefined);

  const jsonPatch = [
    { op: "replace", path: "/state", value: "active" },
    { op: "add", path: "/metadata_public", value: { plan: "paid" } },
    { op: "remove", path: "/traits/name/first" },
  ];
  const { data: patched } = await identities.patchIdentity({ id: made.id, jsonPatch });
  equal(patched.state, "active");
  deepEqual(patched.metadata_public, { plan: "paid" });
  deepEqual(patched.traits, { email, name: {} });

  equal((await identities.deleteIdentity({ id: made.id })).status, 204);
  await refusedAs(404, undefined, identities.getIdentity({ id: made.id }));
  await refusedAs(404, undefined, identities.deleteIdentity({ id: made.id }));
}

export async function identitiesAreFoundAndListed(server) {
  const { identities } = server;
  const [one, two] = [await server.member(), await server.member()];
  const found = async (by) => (await identities.listIdentities(by)).data.map((identity) => identity.id);
  deepEqual(await found({ credentialsIdentifier: one.email }), [one.identity.id]);
  deepEqual(await found({ credentialsIdentifier: somebody().email }), []);
  deepEqual(await found({ previewCredentialsIdentifierSimilar: one.email.slice(0, -5) }), [one.identity.id]);
  deepEqual((await found({ ids: [one.identity.id, two.identity.id] })).sort(), [one.identity.id, two.identity.id].sort());
  const [full] = (await identities.listIdentities({ ids: [one.identity.id], includeCredential: ["password"] })).data;
  match(full.credentials.password.config.hashed_password, /^\$/);

  const first = await identities.listIdentities({ pageSize: 1 });
  equal(first.data.length, 1);
  const pageToken = first.headers.link.match(/page_token=([^&>]+)[^,]*rel="next"/)[1];
  const second = await identities.listIdentities({ pageSize: 1, pageToken });
  ok(second.data[0].id > first.data[0].id);
  const legacy = await identities.listIdentities({ perPage: 2, page: 0 });
  equal(legacy.data.length, 2);
  ok(Number(legacy.headers["x-total-count"]) >= 2);
  await refusedAs(400, undefined, identities.listIdentities({ ids: ["no-id"] }));
  await refusedAs(400, undefined, identities.listIdentities({ ids: [unknownId], credentialsIdentifier: one.email }));
}

export async function badRequestsAndClashesAreRefused(server) {
  const { identities } = server;
  const { email, identity } = await server.member();
  const create = (createIdentityBody) => identities.createIdentity({ createIdentityBody });
  await refusedAs(409, undefined, create({ schema_id: "email", traits: { email } }));
  await refusedAs(400, undefined, create({ schema_id: "email", traits: {} }));
  await refusedAs(400, undefined, create({ schema_id: "no-such-schema", traits: { email } }));
  const password = { config: { hashed_password: "no hash" } };
  await refusedAs(400, undefined, create({ schema_id: "email", traits: { email: somebody().email }, credentials: { password } }));

  const { identity: other } = await server.member();
  const updateIdentityBody = { schema_id: "email", state: "active", traits: { email } };
  await refusedAs(409, undefined, identities.updateIdentity({ id: other.id, updateIdentityBody }));
  await refusedAs(404, undefined, identities.updateIdentity({ id: unknownId, updateIdentityBody }));
  const patch = (...jsonPatch) => identities.patchIdentity({ id: identity.id, jsonPatch });
  await refusedAs(400, undefined, patch({ op: "replace", path: "/id", value: unknownId }));
  await refusedAs(400, undefined, patch({ op: "remove", path: "/traits/email" }));
  await refusedAs(404, undefined, identities.patchIdentity({ id: unknownId, jsonPatch: [] }));
  await refusedAs(404, undefined, identities.getIdentityByExternalID({ externalID: "nobody" }));
  await refusedAs(400, undefined, identities.getIdentity({ id: identity.id, includeCredential: ["horoscope"] }));
}

export async function hashesOfOtherSystemsSignIn(server) {
  const { password } = somebody();
  const digest = createHash("sha512").update(password).update("salt").digest();
  const hashed_password = `{SSHA512}${Buffer.concat([digest, Buffer.from("salt")]).toString("base64")}`;
  const person = await server.member({ credentials: { password: { config: { hashed_password } } } });
  equal((await server.signIn({ ...person, password })).session.identity.id, person.identity.id);
}

export async function singleCredentialsAreRemoved(server) {
  const { identities } = server;
  const person = await server.member();
  const { id } = person.identity;
  const remove = (id, type) => identities.deleteIdentityCredentials({ id, type });
  equal((await remove(id, "password")).status, 204, "codes remain");
  const refusal = await refused(400, server.signIn(person));
  ok(messages(refusal).includes(4000006));
  await refusedAs(400, undefined, remove(id, "code"));
  await refusedAs(404, undefined, remove(id, "totp"));
  await refusedAs(404, undefined, remove(unknownId, "totp"));

  const named = { schema_id: "username", traits: { username: person.email.replace(/@.*/, ""), email: somebody().email } };
  const { identity } = await server.member({ ...named, verifiable_addresses: undefined });
  await refusedAs(400, undefined, remove(identity.id, "password"));
}

export async function manyIdentitiesAreMadeAtOnce(server) {
  const { identities } = server;
  const taken = await server.member();
  const [one, two] = [somebody(), somebody()];
  const entries = [one, taken, two].map(({ email }, index) => ({
    patch_id: `00000000-0000-4000-8000-00000000000${index}`,
    create: { schema_id: "email", traits: { email } },
  }));
  const { data } = await identities.batchPatchIdentities({ patchIdentitiesBody: { identities: entries } });
  deepEqual(data.identities.map(({ action }) => action), ["create", "error", "create"]);
  deepEqual(data.identities.map(({ patch_id }) => patch_id), entries.map(({ patch_id }) => patch_id));
  equal(data.identities[1].error.code, 409);
  const { data: made } = await identities.getIdentity({ id: data.identities[0].identity });
  equal(made.traits.email, one.email);

  const broken = [{ create: { schema_id: "email", traits: { email: somebody().email }, state: "asleep" } }];
  await refused(400, identities.batchPatchIdentities({ patchIdentitiesBody: { identities: broken } }));
}
