import { deepEqual, equal, ok, refused } from "./check.mjs";

export async function serversAreAliveAndReady({ metadata, publicMetadata }) {
  for (const api of [metadata, publicMetadata]) {
    deepEqual((await api.isAlive()).data, { status: "ok" });
    deepEqual((await api.isReady()).data, { status: "ok" });
  }
}

export async function operatorsAskForTheVersion({ metadata, publicMetadata }) {
  const { data, status } = await metadata.getVersion();
  equal(status, 200);
  ok(data.version);
  await refused(404, publicMetadata.getVersion());
}
