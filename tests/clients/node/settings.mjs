import { equal, field, match, messages, messagesAt, next, ok, query, refused, refusedAs } from "./check.mjs";
import { form, page, somebody, token, unknownId } from "./client.mjs";

export async function singlePageAppsChangeProfileAndPassword(server) {
  const person = await server.member();
  const elsewhere = await server.signIn(person);
  const app = await server.signedIn(person);
  const { data: flow } = await app.createBrowserSettingsFlow({ returnTo: "http://app.test/account" });
  equal(flow.type, "browser");
  equal(flow.state, "show_form");
  equal(flow.return_to, "http://app.test/account");
  equal(flow.identity.id, person.identity.id);
  equal(field(flow, "traits.email").group, "profile");
  equal(field(flow, "traits.email").attributes.value, person.email);
  equal((await app.getSettingsFlow({ id: flow.id })).data.id, flow.id);

  const submit = (body) => app.updateSettingsFlow({ flow: flow.id, updateSettingsFlowBody: { csrf_token: token(flow), ...body } });
  const { data: saved } = await submit({ method: "profile", traits: { email: person.email, name: { first: "Ada" } } });
  equal(saved.state, "success");
  ok(messages(saved).includes(1050001));
  equal(saved.identity.traits.name.first, "Ada");
  equal(next(saved, "redirect_browser_to").redirect_browser_to, "http://app.test/account");

  const password = "two mice in the house 8";
  const { data: changed } = await submit({ method: "password", password });
  equal(changed.state, "success");
  await refusedAs(401, undefined, server.native.toSession({ xSessionToken: elsewhere.session_token }));
  equal((await app.toSession()).data.identity.traits.name.first, "Ada");
  ok((await server.signIn({ ...person, password })).session_token);
}

export async function nativeAppsMoveToAnotherAddress(server) {
  const { native } = server;
  const person = await server.member();
  const { session_token: xSessionToken } = await server.signIn(person);
  const { data: flow } = await native.createNativeSettingsFlow({ xSessionToken });
  equal(flow.type, "api");
  equal((await native.getSettingsFlow({ id: flow.id, xSessionToken })).data.id, flow.id);

  const { email } = somebody();
  const updateSettingsFlowBody = { method: "profile", traits: { email } };
  const { data: saved } = await native.updateSettingsFlow({ flow: flow.id, xSessionToken, updateSettingsFlowBody });
  equal(saved.state, "success");
  equal(saved.identity.verifiable_addresses[0].value, email);
  equal(saved.identity.verifiable_addresses[0].verified, false);

  const { id, verifiable_address } = next(saved, "show_verification_ui").flow;
  equal(verifiable_address, email);
  const updateVerificationFlowBody = { method: "code", code: await server.code(email) };
  equal((await native.updateVerificationFlow({ flow: id, updateVerificationFlowBody })).data.state, "passed_challenge");
  ok((await server.signIn({ ...person, email })).session_token);
}

export async function formsSayWhatIsWrong(server) {
  const { native } = server;
  const [person, other] = [await server.member(), await server.member()];
  const { session_token: xSessionToken } = await server.signIn(person);
  const { data: flow } = await native.createNativeSettingsFlow({ xSessionToken });
  const submit = (updateSettingsFlowBody) => refused(400, native.updateSettingsFlow({ flow: flow.id, xSessionToken, updateSettingsFlowBody }));
  ok(messagesAt(await submit({ method: "password", password: "short" }), "password").includes(4000032));
  ok(messages(await submit({ method: "password", password: person.password })).includes(4000039), "the same as before");
  ok(messagesAt(await submit({ method: "profile", traits: { email: "nowhere" } }), "traits.email").includes(4000040));
  ok(messages(await submit({ method: "profile", traits: { email: other.email } })).includes(4000007), "the address is taken");
  ok(messages(await submit({ method: "telepathy" })).includes(4010004));
}

export async function strangersAreRefused(server) {
  const { native, spa } = server;
  const [one, two] = [await server.signIn(await server.member()), await server.signIn(await server.member())];
  const { data: flow } = await native.createNativeSettingsFlow({ xSessionToken: one.session_token });
  const foreign = { id: flow.id, xSessionToken: two.session_token };
  await refusedAs(403, "security_identity_mismatch", native.getSettingsFlow(foreign));
  const updateSettingsFlowBody = { method: "password", password: "two mice in the house 8" };
  const submit = { flow: flow.id, xSessionToken: two.session_token, updateSettingsFlowBody };
  await refusedAs(403, "security_identity_mismatch", native.updateSettingsFlow(submit));
  await refusedAs(404, undefined, native.getSettingsFlow({ ...foreign, id: unknownId }));

  await refusedAs(401, "session_inactive", native.createNativeSettingsFlow());
  await refusedAs(401, "session_inactive", spa().createBrowserSettingsFlow());
  await refusedAs(401, undefined, native.getSettingsFlow({ id: flow.id }));
  await refused(401, native.updateSettingsFlow({ flow: flow.id, updateSettingsFlowBody }));

  const app = await server.signedIn(await server.member());
  const { data: form } = await app.createBrowserSettingsFlow();
  const forged = { ...updateSettingsFlowBody, csrf_token: "" };
  await refusedAs(403, "security_csrf_violation", app.updateSettingsFlow({ flow: form.id, updateSettingsFlowBody: forged }));
}

export async function newCredentialsNeedAFreshSession(server, other) {
  const person = await server.member();
  const { session_token: xSessionToken } = await server.signIn(person);
  const { data: flow } = await other.native.createNativeSettingsFlow({ xSessionToken });
  const submit = (updateSettingsFlowBody) => other.native.updateSettingsFlow({ flow: flow.id, xSessionToken, updateSettingsFlowBody });
  const traits = { email: person.email, name: { first: "Ada" } };
  equal((await submit({ method: "profile", traits })).data.state, "success", "a name is no credential");
  const { redirect_browser_to } = await refusedAs(403, "session_refresh_required", submit({ method: "password", password: "two mice in the house 8" }));
  equal(query(redirect_browser_to, "refresh"), "true");
}

export async function browsersAreSentFromPageToPage(server) {
  const person = await server.member();
  const login = await server.browser().createBrowserSettingsFlow({}, page);
  equal(login.status, 303);
  match(login.headers.location, /\/self-service\/login\/browser/);

  const browser = await server.signedIn(person, server.browser());
  const begun = await browser.createBrowserSettingsFlow({}, page);
  equal(begun.status, 303);
  match(begun.headers.location, /^http:\/\/app\.test\/settings\?flow=/);
  const flow = query(begun.headers.location, "flow");
  const { data } = await browser.getSettingsFlow({ id: flow });
  const updateSettingsFlowBody = { method: "profile", "traits.email": person.email, "traits.name.first": "Ada", csrf_token: token(data) };
  const saved = await browser.updateSettingsFlow({ flow, updateSettingsFlowBody }, form);
  equal(saved.status, 303);
  equal(saved.headers.location, begun.headers.location);
  const { data: done } = await browser.getSettingsFlow({ id: flow });
  equal(done.state, "success");
  equal(done.identity.traits.name.first, "Ada");
}
