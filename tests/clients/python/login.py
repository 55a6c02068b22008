import json

import ory_client as ory

from check import equal, follows, has, match, messages, moved, offers, raised, refused, refused_as, value
from client import UNKNOWN, Person, cookies, login, token, wrong


def _submit(api, flow, body):
    return api.update_login_flow(flow=str(flow.id), update_login_flow_body=body)


def _by_code(identifier, csrf_token="", **body):
    return ory.UpdateLoginFlowBody(
        ory.UpdateLoginFlowWithCodeMethod(method="code", identifier=identifier, csrf_token=csrf_token, **body)
    )


def native_apps_sign_in_with_a_password(server, _):
    person, native = server.member(), server.native
    flow = native.create_native_login_flow()
    equal(flow.type, "api")
    equal(flow.requested_aal, ory.AuthenticatorAssuranceLevel.AAL1)
    equal(flow.refresh, False)
    assert offers(flow, "password") and offers(flow, "code")
    equal(native.get_login_flow(id=str(flow.id)).ui.action, flow.ui.action)

    refusal = refused(400, _submit, api=native, flow=flow, body=login(person, "not the password"))
    has(messages(refusal), 4000006)
    equal(value(refusal, "identifier"), person.email)
    has(messages(refused(400, _submit, api=native, flow=flow, body=login(Person()))), 4000006)

    answer = _submit(native, flow, login(person))
    match(answer.session_token, "^ory_st_")
    equal(answer.session.identity.id, person.identity.id)
    equal(answer.session.authenticator_assurance_level, ory.AuthenticatorAssuranceLevel.AAL1)
    equal(len(answer.session.devices), 1)
    refused_as(400, "session_already_available", native.create_native_login_flow, x_session_token=answer.session_token)


def unverified_addresses_are_verified_first(server, _):
    person, native = server.member(verified=False), server.native
    error = json.loads(raised(403, server.sign_in, person=person).body)["error"]
    equal(error["id"], "session_verified_address_required")

    (shown,) = [ory.ContinueWith.from_dict(item).actual_instance for item in error["details"]["continue_with"]]
    equal(shown.flow.verifiable_address, person.email)
    body = ory.UpdateVerificationFlowWithCodeMethod(method="code", code=server.code(person.email))
    body = ory.UpdateVerificationFlowBody(body)
    done = native.update_verification_flow(flow=str(shown.flow.id), update_verification_flow_body=body)
    equal(done.state, "passed_challenge")
    match(server.sign_in(person).session_token, "^ory_st_")


def single_page_apps_sign_in_and_confirm_that_they_are_still_there(server, _):
    person, app = server.member(), server.spa()
    flow = app.create_browser_login_flow(return_to="http://app.test/inside")
    equal(app.get_login_flow(id=str(flow.id)).return_to, "http://app.test/inside")
    has(messages(refused(400, _submit, api=app, flow=flow, body=login(person, "no", csrf_token=token(flow)))), 4000006)
    answer = _submit(app, flow, login(person, csrf_token=token(flow)))
    equal(answer.session_token, None)
    equal(follows(answer, "redirect_browser_to").redirect_browser_to, "http://app.test/inside")
    refused_as(400, "session_already_available", app.create_browser_login_flow)

    again = app.create_browser_login_flow(refresh=True)
    equal(again.refresh, True)
    has(messages(again), 1010003)
    fresh = _submit(app, again, login(person, csrf_token=token(again)))
    equal(fresh.session.id, answer.session.id)
    assert fresh.session.authenticated_at > answer.session.authenticated_at


def servers_pass_the_cookies_of_their_visitors_on(server, _):
    cookie = cookies(server.signed_in(server.member()))
    flow = server.native.create_browser_login_flow(refresh=True, cookie=cookie)
    equal(server.native.get_login_flow(id=str(flow.id), cookie=cookie).id, flow.id)


def people_sign_in_by_code(server, _):
    person, native = server.member(), server.native
    flow = native.create_native_login_flow()
    has(messages(refused(400, _submit, api=native, flow=flow, body=_by_code(Person().email))), 4000035)
    sent = refused(400, _submit, api=native, flow=flow, body=_by_code(person.email))
    equal(sent.state, ory.LoginFlowState.SENT_EMAIL)
    has(messages(sent), 1010014)
    equal(server.letter(person.email).template_type, "login_code_valid")
    refused(400, _submit, api=native, flow=flow, body=_by_code(person.email, resend="code"))

    code = server.code(person.email)
    has(messages(refused(400, _submit, api=native, flow=flow, body=_by_code(person.email, code=wrong(code)))), 4010008)
    answer = _submit(native, flow, _by_code(person.email, code=code))
    equal(answer.session.authentication_methods[0].method, "code")
    equal(answer.session.identity.id, person.identity.id)


def single_page_apps_sign_in_by_code(server, _):
    person, app = server.member(), server.spa()
    flow = app.create_browser_login_flow()
    sent = refused(400, _submit, api=app, flow=flow, body=_by_code(person.email, token(flow)))
    _submit(app, flow, _by_code(person.email, token(sent), code=server.code(person.email)))
    equal(app.to_session().authentication_methods[0].method, "code")


def strangers_are_refused(server, _):
    native, app = server.native, server.spa()
    flow = app.create_browser_login_flow()
    refused_as(403, "security_csrf_violation", native.get_login_flow, id=str(flow.id))
    refused_as(403, "security_csrf_violation", _submit, api=app, flow=flow, body=login(Person(), csrf_token=""))
    refused_as(404, None, native.get_login_flow, id=UNKNOWN)
    refused_as(401, "session_aal1_required", native.create_native_login_flow, aal="aal2")
    refused_as(401, "session_aal1_required", app.create_browser_login_flow, aal="aal2")
    elsewhere = "https://elsewhere.example/"
    refused_as(400, "self_service_flow_return_to_forbidden", app.create_browser_login_flow, return_to=elsewhere)

    form = native.create_native_login_flow()
    unheard = ory.UpdateLoginFlowWithPasswordMethod(method="telepathy", identifier="", password="")
    has(messages(refused(400, _submit, api=native, flow=form, body=ory.UpdateLoginFlowBody(unheard))), 4010002)
    disabled = server.member(state="inactive")
    has(messages(refused(400, _submit, api=native, flow=form, body=login(disabled))), 4010011)


def codes_that_nobody_handed_out_get_no_token(server, _):
    native = server.native
    native.create_native_login_flow(return_session_token_exchange_code=True, return_to="http://app.test/")
    refused_as(404, None, native.exchange_session_token, init_code="unknown", return_to_code="unknown")
    refused_as(400, None, native.exchange_session_token, init_code="unknown", return_to_code="")


def browsers_are_sent_to_the_page(server, _):
    match(moved(server.browser().create_browser_login_flow), r"^http://app\.test/login\?flow=")
    cookie = cookies(server.signed_in(server.member()))
    equal(moved(server.browser().create_browser_login_flow, cookie=cookie), "http://app.test/home")


def the_identifier_may_come_first(server, other):
    person, native = server.member(), other.native
    flow = native.create_native_login_flow()
    assert offers(flow, "identifier_first") and not offers(flow, "password")

    def first(identifier):
        method = ory.UpdateLoginFlowWithIdentifierFirstMethod(method="identifier_first", identifier=identifier)
        return ory.UpdateLoginFlowBody(method)

    has(messages(refused(400, _submit, api=native, flow=flow, body=first(Person().email))), 4000037)
    second = refused(400, _submit, api=native, flow=flow, body=first(person.email))
    equal(second.active, "identifier_first")
    equal(value(second, "identifier"), person.email)
    assert offers(second, "password")
    equal(_submit(native, flow, login(person)).session.identity.id, person.identity.id)
