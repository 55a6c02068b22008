// Plays every operation of the package `@ory/kratos-client`, as published, against two servers on one database:
// one with kratos.yml, one with other.yml on top.
//
//   node stories.mjs PUBLIC ADMIN OTHER_PUBLIC OTHER_ADMIN [PART_OF_A_NAME]
//
// Ends with a line as that of `cargo test`.

import * as ory from "@ory/kratos-client";

import { called, Server } from "./client.mjs";
import * as courier from "./courier.mjs";
import * as errors from "./errors.mjs";
import * as identities from "./identities.mjs";
import * as login from "./login.mjs";
import * as logout from "./logout.mjs";
import * as metadata from "./metadata.mjs";
import * as recovery from "./recovery.mjs";
import * as registration from "./registration.mjs";
import * as schemas from "./schemas.mjs";
import * as sessions from "./sessions.mjs";
import * as settings from "./settings.mjs";
import * as verification from "./verification.mjs";

/** Operations that no story calls, and why. */
const elsewhere = {
  "FrontendApi.createFedcmFlow": "sign-in by other services",
  "FrontendApi.updateFedcmFlow": "sign-in by other services",
  "FrontendApi.getWebAuthnJavaScript": "security keys and passkeys",
};

const areas = { registration, login, verification, recovery, settings, logout, sessions, errors, identities, schemas, courier, metadata };
const [publicUrl, adminUrl, otherPublicUrl, otherAdminUrl, part = ""] = process.argv.slice(2).map((url) => url.replace(/\/$/, ""));
const server = new Server(publicUrl, adminUrl);
const other = new Server(otherPublicUrl, otherAdminUrl);

let passed = 0;
let failed = 0;
async function play(name, story) {
  if (!name.includes(part)) return;
  try {
    await story(server, other);
    passed += 1;
    console.log(`test ${name} ... ok`);
  } catch (error) {
    failed += 1;
    console.log(`test ${name} ... FAILED`);
    console.log(error.stack.replaceAll(/\n +at .*node(_modules|:).*/g, ""));
    const { config, status, data } = error.response ?? {};
    if (config) console.log(config.method, config.url, config.data ?? "", "->", status, JSON.stringify(data));
  }
}

for (const [area, stories] of Object.entries(areas)) {
  for (const [name, story] of Object.entries(stories)) await play(`${area}::${name}`, story);
}
await play("every_operation_is_called", () => {
  if (part) return;
  const operations = ["FrontendApi", "IdentityApi", "CourierApi", "MetadataApi"].flatMap((api) =>
    Object.getOwnPropertyNames(ory[api].prototype)
      .filter((name) => name !== "constructor")
      .map((name) => `${api}.${name}`),
  );
  const missing = operations.filter((operation) => !called.has(operation) && !elsewhere[operation]);
  if (missing.length) throw new Error(`nobody called ${missing.join(", ")}`);
  const needless = Object.keys(elsewhere).filter((operation) => called.has(operation) || !operations.includes(operation));
  if (needless.length) throw new Error(`no exception is needed for ${needless.join(", ")}`);
});

console.log(`\ntest result: ${failed ? "FAILED" : "ok"}. ${passed} passed; ${failed} failed; 0 ignored`);
process.exitCode = failed ? 1 : 0;
