import { deepEqual, equal, refusedAs } from "./check.mjs";

export async function schemasAreListedAndRead({ schemas, publicUrl }) {
  const { data: list, headers } = await schemas.listIdentitySchemas();
  deepEqual(list.map(({ id }) => id).sort(), ["email", "username"]);
  equal(headers["x-total-count"], "2");
  equal((await schemas.listIdentitySchemas({ pageSize: 1 })).data.length, 1);
  const { data: schema } = await schemas.getIdentitySchema({ id: "email" });
  deepEqual(schema, list.find(({ id }) => id === "email").schema);
  equal(schema.properties.traits.properties.email.format, "email");
  await refusedAs(404, undefined, schemas.getIdentitySchema({ id: "no-such-schema" }));
}

export async function identitiesSayWhereTheirSchemaIs(server) {
  const { identity } = await server.member();
  const { data } = await server.schemas.getIdentitySchema({ id: identity.schema_url.split("/").pop() });
  equal(data.properties.traits.properties.email.format, "email");
}
