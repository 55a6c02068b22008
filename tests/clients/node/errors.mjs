import { equal, match, ok, query, refusedAs } from "./check.mjs";
import { page, unknownId } from "./client.mjs";

export async function pagesReadWhatWentWrong({ browser, native }) {
  const failed = await browser().createBrowserLoginFlow({ returnTo: "https://elsewhere.example/" }, page);
  equal(failed.status, 303);
  match(failed.headers.location, /^http:\/\/app\.test\/error\?id=/);
  const { data } = await native.getFlowError({ id: query(failed.headers.location, "id") });
  equal(data.error.id, "self_service_flow_return_to_forbidden");
  equal(data.error.code, 400);
  ok(data.created_at && data.updated_at);
}

export async function thereIsAnErrorToTryPagesWith({ native }) {
  const { data } = await native.getFlowError({ id: "stub:500" });
  equal(data.error.code, 500);
}

export async function unknownErrorsAreNotFound({ native }) {
  await refusedAs(404, undefined, native.getFlowError({ id: unknownId }));
}
