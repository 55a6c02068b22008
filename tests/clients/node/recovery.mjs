import { equal, match, messages, messagesAt, next, notEqual, ok, query, refused, refusedAs } from "./check.mjs";
import { form, otherThan, page, somebody, token, unknownId } from "./client.mjs";

export async function singlePageAppsLetPeopleBackInByCode(server) {
  const person = await server.member();
  const before = await server.signIn(person);
  const app = server.spa();
  const { data: flow } = await app.createBrowserRecoveryFlow({ returnTo: "http://app.test/back" });
  equal(flow.type, "browser");
  equal(flow.active, "code");
  equal((await app.getRecoveryFlow({ id: flow.id })).data.return_to, "http://app.test/back");

  const submit = (body) =>
    app.updateRecoveryFlow({ flow: flow.id, updateRecoveryFlowBody: { method: "code", csrf_token: token(flow), ...body } });
  ok(messagesAt(await refused(400, submit({})), "email").includes(4000002));
  const { data: sent } = await submit({ email: person.email });
  equal(sent.state, "sent_email");
  ok(messages(sent).includes(1060003));
  equal((await server.letter(person.email)).template_type, "recovery_code_valid");

  const code = await server.code(person.email);
  const { data: wrong } = await submit({ code: otherThan(code) });
  ok(messages(wrong).includes(4060006));
  const moved = await refusedAs(422, "browser_location_change_required", submit({ code }));
  match(moved.redirect_browser_to, /^http:\/\/app\.test\/settings\?flow=/);

  const { data: settings } = await app.getSettingsFlow({ id: query(moved.redirect_browser_to, "flow") });
  ok(messages(settings).includes(1060001), "set a new password now");
  equal(settings.return_to, "http://app.test/back");
  const { data: session } = await app.toSession();
  equal(session.authentication_methods[0].method, "code_recovery");
  await refusedAs(401, undefined, server.native.toSession({ xSessionToken: before.session_token }));
  await refusedAs(400, "session_already_available", app.createBrowserRecoveryFlow());
}

export async function unknownAddressesGetTheSameAnswer({ native }) {
  const { data: flow } = await native.createNativeRecoveryFlow();
  equal(flow.type, "api");
  equal((await native.getRecoveryFlow({ id: flow.id })).data.id, flow.id);
  const updateRecoveryFlowBody = { method: "code", email: somebody().email };
  const { data: sent } = await native.updateRecoveryFlow({ flow: flow.id, updateRecoveryFlowBody });
  equal(sent.state, "sent_email");
  ok(messages(sent).includes(1060003));
}

export async function codesCannotBeGuessed(server) {
  const { native } = server;
  const { email } = await server.member();
  const { data: flow } = await native.createNativeRecoveryFlow();
  const submit = (body) => native.updateRecoveryFlow({ flow: flow.id, updateRecoveryFlowBody: { method: "code", ...body } });
  await submit({ email });
  const code = await server.code(email);
  for (let tries = 0; tries < 5; tries += 1) equal((await submit({ code: otherThan(code) })).data.id, flow.id);
  const { data: replacement } = await submit({ code });
  notEqual(replacement.id, flow.id);
  equal(replacement.state, "choose_method");
  ok(messages(replacement).includes(4000001));
}

export async function administratorsHandOutCodes(server, other) {
  const { identity } = await server.member();
  const { data: admitted, status } = await server.identities.createRecoveryCodeForIdentity({
    createRecoveryCodeForIdentityBody: { identity_id: identity.id, expires_in: "30m" },
  });
  equal(status, 201);
  match(admitted.recovery_code, /^\d{6}$/);
  match(admitted.recovery_link, /^http:\/\/app\.test\/recovery\?flow=/);
  ok(new Date(admitted.expires_at) > new Date());

  const app = server.spa();
  const flow = query(admitted.recovery_link, "flow");
  const updateRecoveryFlowBody = { method: "code", code: admitted.recovery_code };
  const moved = await refusedAs(422, "browser_location_change_required", app.updateRecoveryFlow({ flow, updateRecoveryFlowBody }));
  match(moved.redirect_browser_to, /^http:\/\/app\.test\/settings\?flow=/);
  equal((await app.toSession()).data.identity.id, identity.id);

  const { data: native } = await other.identities.createRecoveryCodeForIdentity({
    createRecoveryCodeForIdentityBody: { identity_id: identity.id, flow_type: "api" },
  });
  const { data: done } = await other.native.updateRecoveryFlow({
    flow: query(native.recovery_link, "flow"),
    updateRecoveryFlowBody: { method: "code", code: native.recovery_code },
  });
  equal(done.state, "passed_challenge");
  ok(next(done, "show_settings_ui").flow.id);
  const xSessionToken = next(done, "set_ory_session_token").ory_session_token;
  equal((await other.native.toSession({ xSessionToken })).data.identity.id, identity.id);
  const settings = { id: next(done, "show_settings_ui").flow.id, xSessionToken };
  ok(messages((await other.native.getSettingsFlow(settings)).data).includes(1060001));
}

export async function administratorsHandOutLinks(server, other) {
  const { identity } = await server.member();
  const createRecoveryLinkForIdentityBody = { identity_id: identity.id, expires_in: "30m" };
  const visit = async (at) => {
    const { data } = await at.identities.createRecoveryLinkForIdentity({ returnTo: "http://app.test/back", createRecoveryLinkForIdentityBody });
    match(data.recovery_link, /\/self-service\/recovery\?flow=.*&token=/);
    ok(new Date(data.expires_at) > new Date());
    return {
      flow: query(data.recovery_link, "flow"),
      token: query(data.recovery_link, "token"),
      updateRecoveryFlowBody: { method: "link", email: somebody().email },
    };
  };
  const app = server.spa();
  const moved = await refusedAs(422, "browser_location_change_required", app.updateRecoveryFlow(await visit(server)));
  match(moved.redirect_browser_to, /^http:\/\/app\.test\/settings\?flow=/);
  equal((await app.toSession()).data.authentication_methods[0].method, "link_recovery");

  const { data: done } = await other.spa().updateRecoveryFlow(await visit(other));
  equal(done.state, "passed_challenge");
  match(next(done, "show_settings_ui").flow.url, /^http:\/\/app\.test\/settings\?flow=/);
}

export async function linksLetPeopleBackIn(server, other) {
  const { email, identity } = await server.member();
  const app = other.spa();
  const { data: flow } = await app.createBrowserRecoveryFlow();
  equal(flow.active, "link");
  const updateRecoveryFlowBody = { method: "link", email, csrf_token: token(flow) };
  const { data: sent } = await app.updateRecoveryFlow({ flow: flow.id, updateRecoveryFlowBody });
  ok(messages(sent).includes(1060002));
  const visit = { flow: flow.id, token: query(await other.link(email), "token"), updateRecoveryFlowBody };
  const { data: done } = await app.updateRecoveryFlow(visit);
  equal(done.state, "passed_challenge");
  ok(next(done, "show_settings_ui").flow.id);
  equal((await app.toSession()).data.identity.id, identity.id);

  const again = await other.browser().updateRecoveryFlow(visit, page);
  equal(again.status, 303);
  match(again.headers.location, /^http:\/\/app\.test\/recovery\?flow=/);
}

export async function whatIsOverOrUnknownIsRefused(server) {
  const { native, identities } = server;
  const { identity } = await server.member();
  const { data: brief } = await identities.createRecoveryCodeForIdentity({
    createRecoveryCodeForIdentityBody: { identity_id: identity.id, flow_type: "api", expires_in: "1us" },
  });
  await refusedAs(410, "self_service_flow_expired", native.getRecoveryFlow({ id: query(brief.recovery_link, "flow") }));
  await refusedAs(404, undefined, native.getRecoveryFlow({ id: unknownId }));

  const unknown = { identity_id: unknownId };
  await refusedAs(404, undefined, identities.createRecoveryCodeForIdentity({ createRecoveryCodeForIdentityBody: unknown }));
  await refusedAs(400, undefined, identities.createRecoveryLinkForIdentity({ createRecoveryLinkForIdentityBody: unknown }));
  const long = { identity_id: identity.id, expires_in: "for ever" };
  await refusedAs(400, undefined, identities.createRecoveryCodeForIdentity({ createRecoveryCodeForIdentityBody: long }));

  const app = server.spa();
  const { data: flow } = await app.createBrowserRecoveryFlow();
  await refusedAs(403, "security_csrf_violation", native.getRecoveryFlow({ id: flow.id }));
  const updateRecoveryFlowBody = { method: "code", email: somebody().email, csrf_token: "" };
  await refusedAs(403, "security_csrf_violation", app.updateRecoveryFlow({ flow: flow.id, updateRecoveryFlowBody }));
}

export async function browsersAreSentFromPageToPage(server) {
  const { email, identity } = await server.member();
  const browser = server.browser();
  const begun = await browser.createBrowserRecoveryFlow({}, page);
  equal(begun.status, 303);
  match(begun.headers.location, /^http:\/\/app\.test\/recovery\?flow=/);
  const flow = query(begun.headers.location, "flow");
  const csrf_token = token((await browser.getRecoveryFlow({ id: flow })).data);
  const submit = (body) => browser.updateRecoveryFlow({ flow, updateRecoveryFlowBody: { method: "code", csrf_token, ...body } }, form);
  const sent = await submit({ email });
  equal(sent.status, 303);
  equal(sent.headers.location, begun.headers.location);
  const done = await submit({ code: await server.code(email) });
  equal(done.status, 303);
  match(done.headers.location, /^http:\/\/app\.test\/settings\?flow=/);
  equal((await browser.toSession()).data.identity.id, identity.id);
}
