import { equal, field, match, messages, next, notEqual, offers, ok, query, refused, refusedAs } from "./check.mjs";
import { form, otherThan, page, somebody, token, unknownId } from "./client.mjs";

export async function nativeAppsSignInWithAPassword(server) {
  const { native } = server;
  const person = await server.member();
  const { data: flow } = await native.createNativeLoginFlow();
  equal(flow.type, "api");
  equal(flow.requested_aal, "aal1");
  equal(flow.refresh, false);
  ok(offers(flow, "password") && offers(flow, "code"));
  equal((await native.getLoginFlow({ id: flow.id })).data.ui.action, flow.ui.action);

  const submit = (password, identifier = person.email) =>
    native.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: { method: "password", identifier, password } });
  const wrong = await refused(400, submit("not the password"));
  ok(messages(wrong).includes(4000006));
  equal(field(wrong, "identifier").attributes.value, person.email);
  ok(messages(await refused(400, submit(person.password, somebody().email))).includes(4000006));

  const { data } = await submit(person.password);
  match(data.session_token, /^ory_st_/);
  equal(data.session.identity.id, person.identity.id);
  equal(data.session.authenticator_assurance_level, "aal1");
  equal(data.session.devices.length, 1);
  await refusedAs(400, "session_already_available", native.createNativeLoginFlow({ xSessionToken: data.session_token }));
}

export async function unverifiedAddressesAreVerifiedFirst(server) {
  const { native } = server;
  const person = await server.member({ verifiable_addresses: undefined });
  const { data: flow } = await native.createNativeLoginFlow();
  const updateLoginFlowBody = { method: "password", identifier: person.email, password: person.password };
  const { error } = await refused(403, native.updateLoginFlow({ flow: flow.id, updateLoginFlowBody }));
  equal(error.id, "session_verified_address_required");

  const { id, verifiable_address } = next(error.details, "show_verification_ui").flow;
  equal(verifiable_address, person.email);
  const updateVerificationFlowBody = { method: "code", code: await server.code(person.email) };
  const { data: verified } = await native.updateVerificationFlow({ flow: id, updateVerificationFlowBody });
  equal(verified.state, "passed_challenge");
  match((await server.signIn(person)).session_token, /^ory_st_/);
}

export async function singlePageAppsSignInAndConfirmThatTheyAreStillThere(server) {
  const person = await server.member();
  const app = server.spa();
  const { data: flow } = await app.createBrowserLoginFlow({ returnTo: "http://app.test/inside" });
  equal((await app.getLoginFlow({ id: flow.id })).data.return_to, "http://app.test/inside");
  const submit = (flow, password) => {
    const updateLoginFlowBody = { method: "password", identifier: person.email, password, csrf_token: token(flow) };
    return app.updateLoginFlow({ flow: flow.id, updateLoginFlowBody });
  };
  ok(messages(await refused(400, submit(flow, "not the password"))).includes(4000006));
  const { data } = await submit(flow, person.password);
  equal(data.session_token, undefined);
  equal(next(data, "redirect_browser_to").redirect_browser_to, "http://app.test/inside");
  await refusedAs(400, "session_already_available", app.createBrowserLoginFlow());

  const { data: again } = await app.createBrowserLoginFlow({ refresh: true });
  equal(again.refresh, true);
  ok(messages(again).includes(1010003));
  const { data: fresh } = await submit(again, person.password);
  equal(fresh.session.id, data.session.id);
  notEqual(fresh.session.authenticated_at, data.session.authenticated_at);
}

export async function serversPassTheCookiesOfTheirVisitorsOn(server) {
  const app = await server.signedIn(await server.member());
  const cookie = app.cookies();
  const { data: flow } = await server.native.createBrowserLoginFlow({ refresh: true, cookie });
  const { data: same } = await server.native.getLoginFlow({ id: flow.id, cookie });
  equal(same.id, flow.id);
}

export async function peopleSignInByCode(server) {
  const { native } = server;
  const person = await server.member();
  const { data: flow } = await native.createNativeLoginFlow();
  const submit = (body) =>
    native.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: { method: "code", identifier: person.email, ...body } });

  ok(messages(await refused(400, submit({ identifier: somebody().email }))).includes(4000035));
  const sent = await refused(400, submit({}));
  equal(sent.state, "sent_email");
  ok(messages(sent).includes(1010014));
  equal((await server.letter(person.email)).template_type, "login_code_valid");
  await refused(400, submit({ resend: "code" }));

  const code = await server.code(person.email);
  ok(messages(await refused(400, submit({ code: otherThan(code) }))).includes(4010008));
  const { data } = await submit({ code });
  equal(data.session.authentication_methods[0].method, "code");
  equal(data.session.identity.id, person.identity.id);
}

export async function singlePageAppsSignInByCode(server) {
  const { email } = await server.member();
  const app = server.spa();
  const { data: flow } = await app.createBrowserLoginFlow();
  const body = { method: "code", identifier: email };
  const sent = await refused(400, app.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: { ...body, csrf_token: token(flow) } }));
  const code = await server.code(email);
  await app.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: { ...body, code, csrf_token: token(sent) } });
  equal((await app.toSession()).data.authentication_methods[0].method, "code");
}

export async function strangersAreRefused(server) {
  const { native } = server;
  const app = server.spa();
  const { data: flow } = await app.createBrowserLoginFlow();
  await refusedAs(403, "security_csrf_violation", native.getLoginFlow({ id: flow.id }));
  const updateLoginFlowBody = { method: "password", identifier: "a", password: "b", csrf_token: "" };
  await refusedAs(403, "security_csrf_violation", app.updateLoginFlow({ flow: flow.id, updateLoginFlowBody }));
  await refusedAs(404, undefined, native.getLoginFlow({ id: unknownId }));
  await refusedAs(404, undefined, native.updateLoginFlow({ flow: unknownId, updateLoginFlowBody }));
  await refusedAs(401, "session_aal1_required", native.createNativeLoginFlow({ aal: "aal2" }));
  await refusedAs(401, "session_aal1_required", app.createBrowserLoginFlow({ aal: "aal2" }));
  const returnTo = "https://elsewhere.example/";
  await refusedAs(400, "self_service_flow_return_to_forbidden", app.createBrowserLoginFlow({ returnTo }));

  const { data: form } = await native.createNativeLoginFlow();
  const submit = (updateLoginFlowBody) => refused(400, native.updateLoginFlow({ flow: form.id, updateLoginFlowBody }));
  ok(messages(await submit({ method: "telepathy" })).includes(4010002));
  const { email, password } = await server.member({ state: "inactive" });
  ok(messages(await submit({ method: "password", identifier: email, password })).includes(4010011), "the account is disabled");
}

export async function codesThatNobodyHandedOutGetNoToken({ native }) {
  await native.createNativeLoginFlow({ returnSessionTokenExchangeCode: true, returnTo: "http://app.test/" });
  await refusedAs(404, undefined, native.exchangeSessionToken({ initCode: "unknown", returnToCode: "unknown" }));
  await refusedAs(400, undefined, native.exchangeSessionToken({ initCode: "unknown", returnToCode: "" }));
}

export async function browsersAreSentFromPageToPage(server) {
  const person = await server.member();
  const browser = server.browser();
  const begun = await browser.createBrowserLoginFlow({}, page);
  equal(begun.status, 303);
  match(begun.headers.location, /^http:\/\/app\.test\/login\?flow=/);
  const flow = query(begun.headers.location, "flow");
  const csrf_token = token((await browser.getLoginFlow({ id: flow })).data);
  const submit = (password) =>
    browser.updateLoginFlow({ flow, updateLoginFlowBody: { method: "password", identifier: person.email, password, csrf_token } }, form);
  const wrong = await submit("not the password");
  equal(wrong.status, 303, "back to the form");
  equal(query(wrong.headers.location, "flow"), flow);
  const done = await submit(person.password);
  equal(done.status, 303);
  equal(done.headers.location, "http://app.test/home");
  equal((await browser.createBrowserLoginFlow({}, page)).headers.location, "http://app.test/home", "signed in already");
}

export async function theIdentifierMayComeFirst(server, { native }) {
  const person = await server.member();
  const { data: flow } = await native.createNativeLoginFlow();
  ok(offers(flow, "identifier_first") && !offers(flow, "password"));
  const submit = (body) => native.updateLoginFlow({ flow: flow.id, updateLoginFlowBody: { identifier: person.email, ...body } });
  ok(messages(await refused(400, submit({ method: "identifier_first", identifier: somebody().email }))).includes(4000037));
  const second = await refused(400, submit({ method: "identifier_first" }));
  equal(second.active, "identifier_first");
  equal(field(second, "identifier").attributes.value, person.email);
  ok(offers(second, "password"));
  const { data } = await submit({ method: "password", password: person.password });
  equal(data.session.identity.id, person.identity.id);
}
