import { equal, field, match, messages, messagesAt, ok, query, refused, refusedAs } from "./check.mjs";
import { form, otherThan, page, somebody, token, unknownId } from "./client.mjs";

/** Somebody whose address is not verified. */
const unverified = (server) => server.member({ verifiable_addresses: undefined });

export async function nativeAppsVerifyAnAddressByCode(server) {
  const { native } = server;
  const { email, identity } = await unverified(server);
  const { data: flow } = await native.createNativeVerificationFlow({ returnTo: "http://app.test/verified" });
  equal(flow.type, "api");
  equal(flow.active, "code");
  equal(flow.state, "choose_method");
  equal((await native.getVerificationFlow({ id: flow.id })).data.id, flow.id);

  const submit = (body) => native.updateVerificationFlow({ flow: flow.id, updateVerificationFlowBody: { method: "code", ...body } });
  ok(messagesAt(await refused(400, submit({})), "email").includes(4000002));
  const { data: sent } = await submit({ email });
  equal(sent.state, "sent_email");
  ok(messages(sent).includes(1080003));
  equal((await server.letter(email)).template_type, "verification_code_valid");

  const code = await server.code(email);
  const { data: wrong } = await submit({ code: otherThan(code) });
  equal(wrong.state, "sent_email");
  ok(messages(wrong).includes(4070006));
  const { data: done } = await submit({ code });
  equal(done.state, "passed_challenge");
  ok(messages(done).includes(1080002));
  equal(done.ui.nodes.find((node) => node.type === "a").attributes.href, "http://app.test/verified");
  const { data: after } = await server.identities.getIdentity({ id: identity.id });
  equal(after.verifiable_addresses[0].verified, true);
  ok(after.verifiable_addresses[0].verified_at);

  const gone = await refusedAs(410, "self_service_flow_replaced", submit({ code }));
  const { data: replacement } = await native.getVerificationFlow({ id: gone.use_flow_id });
  ok(messages(replacement).includes(4070002), "verified already");
}

export async function singlePageAppsGetTheSameAnswerForUnknownAddresses(server) {
  const known = await unverified(server);
  const answers = [];
  for (const { email } of [known, somebody()]) {
    const app = server.spa();
    const { data: flow } = await app.createBrowserVerificationFlow({ returnTo: "http://app.test/verified" });
    equal((await app.getVerificationFlow({ id: flow.id })).data.return_to, "http://app.test/verified");
    const updateVerificationFlowBody = { method: "code", email, csrf_token: token(flow) };
    const { data: sent } = await app.updateVerificationFlow({ flow: flow.id, updateVerificationFlowBody });
    equal(field(sent, "email").attributes.value, email, "the button that sends another code");
    answers.push([sent.state, messages(sent), sent.ui.nodes.map((node) => node.attributes.name)]);
  }
  equal(JSON.stringify(answers[0]), JSON.stringify(answers[1]));
}

export async function codesCannotBeGuessed(server) {
  const { native } = server;
  const { email } = await unverified(server);
  const { data: flow } = await native.createNativeVerificationFlow();
  const submit = (body) => native.updateVerificationFlow({ flow: flow.id, updateVerificationFlowBody: { method: "code", ...body } });
  await submit({ email });
  const code = await server.code(email);
  for (let tries = 0; tries < 5; tries += 1) await submit({ code: otherThan(code) });
  const gone = await refusedAs(410, "self_service_flow_replaced", submit({ code }));
  ok(messages((await native.getVerificationFlow({ id: gone.use_flow_id })).data).includes(4000001));
}

export async function strangersAreRefused({ native, spa }) {
  const app = spa();
  const { data: flow } = await app.createBrowserVerificationFlow();
  await refusedAs(403, "security_csrf_violation", native.getVerificationFlow({ id: flow.id }));
  const updateVerificationFlowBody = { method: "code", email: somebody().email, csrf_token: "" };
  await refusedAs(403, "security_csrf_violation", app.updateVerificationFlow({ flow: flow.id, updateVerificationFlowBody }));
  await refusedAs(404, undefined, native.getVerificationFlow({ id: unknownId }));
  const returnTo = "https://elsewhere.example/";
  await refusedAs(400, "self_service_flow_return_to_forbidden", native.createNativeVerificationFlow({ returnTo }));
  const { data: form } = await native.createNativeVerificationFlow();
  const nothing = await refused(400, native.updateVerificationFlow({ flow: form.id, updateVerificationFlowBody: { email: somebody().email } }));
  ok(messages(nothing).includes(4010006), "no method");
}

export async function linksVerifyWhoOpensThem(_, server) {
  const { email, identity } = await unverified(server);
  const { data: flow } = await server.native.createNativeVerificationFlow();
  equal(flow.active, "link");
  const updateVerificationFlowBody = { method: "link", email };
  const { data: sent } = await server.native.updateVerificationFlow({ flow: flow.id, updateVerificationFlowBody });
  equal(sent.state, "sent_email");
  ok(messages(sent).includes(1080001));

  const link = await server.link(email);
  equal(query(link, "flow"), flow.id);
  const visit = { flow: flow.id, token: query(link, "token"), updateVerificationFlowBody };
  const { data: done } = await server.native.updateVerificationFlow(visit);
  equal(done.state, "passed_challenge");
  ok(messages(done).includes(1080002));
  equal((await server.identities.getIdentity({ id: identity.id })).data.verifiable_addresses[0].status, "completed");

  const again = await server.browser().updateVerificationFlow(visit, page);
  equal(again.status, 303);
  match(again.headers.location, /^http:\/\/app\.test\/verification\?flow=/);
}

export async function browsersAreSentFromPageToPage(server) {
  const { email } = await unverified(server);
  const browser = server.browser();
  const begun = await browser.createBrowserVerificationFlow({}, page);
  equal(begun.status, 303);
  match(begun.headers.location, /^http:\/\/app\.test\/verification\?flow=/);
  const flow = query(begun.headers.location, "flow");
  const submit = (body) => browser.updateVerificationFlow({ flow, updateVerificationFlowBody: { method: "code", ...body } }, form);
  const sent = await submit({ email, csrf_token: token((await browser.getVerificationFlow({ id: flow })).data) });
  equal(sent.status, 303);
  equal(sent.headers.location, begun.headers.location);
  const done = await submit({ code: await server.code(email) });
  equal(done.headers.location, begun.headers.location);
  equal((await browser.getVerificationFlow({ id: flow })).data.state, "passed_challenge");
}
