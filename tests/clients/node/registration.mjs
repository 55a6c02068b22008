import { equal, field, match, messages, messagesAt, next, notEqual, offers, ok, query, refused, refusedAs } from "./check.mjs";
import { form, otherThan, page, somebody, token, unknownId } from "./client.mjs";

export async function nativeAppsSignUpInTwoSteps({ native, publicUrl }) {
  const { email, password } = somebody();
  const { data: flow } = await native.createNativeRegistrationFlow();
  equal(flow.type, "api");
  equal(flow.state, "choose_method");
  equal(flow.ui.action, `${publicUrl}/self-service/registration?flow=${flow.id}`);
  ok(offers(flow, "profile") && !offers(flow, "password"));
  equal(field(flow, "traits.email").attributes.required, true);
  equal((await native.getRegistrationFlow({ id: flow.id })).data.expires_at, flow.expires_at);

  const submit = (body) => native.updateRegistrationFlow({ flow: flow.id, updateRegistrationFlowBody: { traits: { email }, ...body } });
  const second = await refused(400, submit({ method: "profile" }));
  ok(messages(second).includes(1040009), "the second step asks for a credential");
  ok(offers(second, "password") && offers(second, "code"));
  ok(offers(await refused(400, submit({ method: "profile", screen: "previous" })), "profile"), "back to the first step");

  const { data } = await submit({ method: "password", password });
  match(data.session_token, /^ory_st_/);
  equal(data.session.identity.id, data.identity.id);
  equal(data.session.active, true);
  equal(data.session.authentication_methods[0].method, "password");
  equal(data.identity.traits.email, email);
  equal(data.identity.verifiable_addresses[0].status, "sent");
  equal(next(data, "show_verification_ui").flow.verifiable_address, email);
  equal(next(data, "set_ory_session_token").ory_session_token, data.session_token);
  const { data: session } = await native.toSession({ xSessionToken: data.session_token });
  equal(session.id, data.session.id);
}

export async function singlePageAppsSignUpAndGetACookie({ spa }) {
  const { email, password } = somebody();
  const app = spa();
  const { data: flow } = await app.createBrowserRegistrationFlow({ returnTo: "http://app.test/welcome" });
  equal(flow.type, "browser");
  equal(flow.return_to, "http://app.test/welcome");
  equal((await app.getRegistrationFlow({ id: flow.id })).data.id, flow.id);

  const updateRegistrationFlowBody = { method: "password", password, traits: { email }, csrf_token: token(flow) };
  const { data } = await app.updateRegistrationFlow({ flow: flow.id, updateRegistrationFlowBody });
  equal(data.session_token, undefined);
  equal(next(data, "redirect_browser_to").redirect_browser_to, "http://app.test/welcome");
  equal(query(next(data, "show_verification_ui").flow.url, "flow"), next(data, "show_verification_ui").flow.id);
  equal((await app.toSession()).data.identity.id, data.identity.id);

  await refusedAs(400, "session_already_available", app.createBrowserRegistrationFlow());
}

export async function peopleSignUpByCode(server) {
  const { native } = server;
  const { email } = somebody();
  const { data: flow } = await native.createNativeRegistrationFlow();
  const submit = (body) =>
    native.updateRegistrationFlow({ flow: flow.id, updateRegistrationFlowBody: { method: "code", traits: { email }, ...body } });

  const sent = await refused(400, submit({}));
  equal(sent.state, "sent_email");
  equal(sent.active, "code");
  ok(messages(sent).includes(1040005));
  equal(field(sent, "code").attributes.autocomplete, "one-time-code");
  const first = await server.letter(email);
  equal(first.template_type, "registration_code_valid");
  await refused(400, submit({ resend: "code" }));
  notEqual((await server.letter(email)).id, first.id);

  const code = await server.code(email);
  ok(messages(await refused(400, submit({ code: otherThan(code) }))).includes(4040003));
  const { data } = await submit({ code });
  equal(data.session.authentication_methods[0].method, "code");
  equal(data.identity.verifiable_addresses[0].status, "completed");
}

export async function formsSayWhatIsWrong(server) {
  const { native } = server;
  const { email } = await server.member();
  const { data: flow } = await native.createNativeRegistrationFlow();
  const submit = (updateRegistrationFlowBody) => refused(400, native.updateRegistrationFlow({ flow: flow.id, updateRegistrationFlowBody }));
  const password = "a mouse in the house 9";

  ok(messages(await submit({ method: "password", password, traits: { email } })).includes(4000007), "the address is taken");
  ok(messagesAt(await submit({ method: "password", password, traits: {} }), "traits.email").includes(4000002));
  ok(messagesAt(await submit({ method: "password", password, traits: { email: "nowhere" } }), "traits.email").includes(4000040));
  const short = await submit({ method: "password", password: "short", traits: { email: somebody().email } });
  ok(messagesAt(short, "password").includes(4000032));
  equal(field(short, "password").messages[0].context.min_length, 8);
  equal(field(short, "password").attributes.value, undefined, "passwords are not echoed");
  ok(messages(await submit({ method: "telepathy", traits: { email } })).includes(4010003));
}

export async function strangersAreRefused({ native, spa }) {
  const app = spa();
  const { data: flow } = await app.createBrowserRegistrationFlow();
  await refusedAs(403, "security_csrf_violation", native.getRegistrationFlow({ id: flow.id }));
  const { email, password } = somebody();
  const updateRegistrationFlowBody = { method: "password", password, traits: { email }, csrf_token: "" };
  await refusedAs(403, "security_csrf_violation", app.updateRegistrationFlow({ flow: flow.id, updateRegistrationFlowBody }));
  await refusedAs(404, undefined, native.getRegistrationFlow({ id: unknownId }));
  await refusedAs(404, undefined, native.updateRegistrationFlow({ flow: unknownId, updateRegistrationFlowBody }));
  const returnTo = "https://elsewhere.example/";
  await refusedAs(400, "self_service_flow_return_to_forbidden", native.createNativeRegistrationFlow({ returnTo }));
}

export async function selectableSchemasCanBeAskedFor({ native }) {
  const { data: flow } = await native.createNativeRegistrationFlow({ identitySchema: "username" });
  equal(flow.identity_schema, "username");
  field(flow, "traits.username");
  await refusedAs(400, undefined, native.createNativeRegistrationFlow({ identitySchema: "no-such-schema" }));
}

export async function browsersAreSentFromPageToPage(server) {
  const { email, password } = somebody();
  const browser = server.browser();
  const begun = await browser.createBrowserRegistrationFlow({}, page);
  equal(begun.status, 303);
  match(begun.headers.location, /^http:\/\/app\.test\/registration\?flow=/);
  const flow = query(begun.headers.location, "flow");
  const csrf_token = token((await browser.getRegistrationFlow({ id: flow })).data);

  const submit = (body) =>
    browser.updateRegistrationFlow({ flow, updateRegistrationFlowBody: { method: "password", "traits.email": email, csrf_token, ...body } }, form);
  const wrong = await submit({ password: "short" });
  equal(wrong.status, 302, "back to the form");
  equal(query(wrong.headers.location, "flow"), flow);
  const done = await submit({ password });
  equal(done.status, 303);
  match(done.headers.location, /^http:\/\/app\.test\/verification\?flow=/);
  equal((await browser.toSession()).data.identity.traits.email, email);
}

export async function oneStepIsEnoughWhereFormsAreUnified(_, { native }) {
  const { email, password } = somebody();
  const { data: flow } = await native.createNativeRegistrationFlow();
  ok(offers(flow, "password") && offers(flow, "code") && !offers(flow, "profile"));
  const updateRegistrationFlowBody = { method: "password", password, traits: { email } };
  const { data } = await native.updateRegistrationFlow({ flow: flow.id, updateRegistrationFlowBody });
  equal(data.identity.traits.email, email);
}
