import { equal, match, ok, refusedAs } from "./check.mjs";
import { somebody, unknownId } from "./client.mjs";

/** Asks for a code to an address that somebody has. */
async function ask({ native }, email) {
  const { data: flow } = await native.createNativeVerificationFlow();
  await native.updateVerificationFlow({ flow: flow.id, updateVerificationFlowBody: { method: "code", email } });
}

export async function lettersAreListedAndRead(server) {
  const { courier } = server;
  const { email } = await server.member();
  await ask(server, email);
  await ask(server, email);
  const { data: list } = await courier.listCourierMessages({ recipient: email });
  equal(list.length, 2);
  ok(new Date(list[0].created_at) >= new Date(list[1].created_at), "the newest one first");
  const { data: letter } = await courier.getCourierMessage({ id: list[0].id });
  equal(letter.type, "email");
  equal(letter.channel, "email");
  equal(letter.recipient, email);
  equal(letter.template_type, "verification_code_valid");
  ok(letter.send_count >= 0);
  ok(letter.subject);
  match(letter.body, /\d{6}/);

  equal((await courier.listCourierMessages({ recipient: email, status: "abandoned" })).data.length, 0);
  const first = await courier.listCourierMessages({ recipient: email, pageSize: 1 });
  const pageToken = decodeURIComponent(first.headers.link.match(/page_token=([^&>]+)[^,]*rel="next"/)[1]);
  const second = await courier.listCourierMessages({ recipient: email, pageSize: 1, pageToken });
  equal(second.data[0].id, list[1].id);
}

export async function unknownLettersAreNotFound({ courier }) {
  equal((await courier.listCourierMessages({ recipient: somebody().email })).data.length, 0);
  await refusedAs(404, undefined, courier.getCourierMessage({ id: unknownId }));
  await refusedAs(400, undefined, courier.getCourierMessage({ id: "no-id" }));
  await refusedAs(400, undefined, courier.listCourierMessages({ status: "lost" }));
}
