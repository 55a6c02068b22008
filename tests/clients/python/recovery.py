from datetime import datetime, timezone
from types import SimpleNamespace

import ory_client as ory

from check import equal, follows, has, match, messages, messages_at, moved, query, refused, refused_as
from client import UNKNOWN, Person, token, wrong


def _form(api, flow_id, **more):
    """How to submit a form."""
    kinds = {"code": ory.UpdateRecoveryFlowWithCodeMethod, "link": ory.UpdateRecoveryFlowWithLinkMethod}

    def submit(method, **body):
        body = ory.UpdateRecoveryFlowBody(kinds[method](method=method, **body))
        return api.update_recovery_flow(flow=str(flow_id), update_recovery_flow_body=body, **more)

    return submit


def _code(server, identity, **more):
    body = ory.CreateRecoveryCodeForIdentityBody(identity_id=identity, **more)
    return server.identities.create_recovery_code_for_identity_with_http_info(create_recovery_code_for_identity_body=body)


def _link(server, identity, **more):
    body = ory.CreateRecoveryLinkForIdentityBody(identity_id=identity, **more)
    made = server.identities.create_recovery_link_for_identity(
        return_to="http://app.test/back", create_recovery_link_for_identity_body=body
    )
    match(made.recovery_link, r"/self-service/recovery\?flow=.*&token=")
    assert made.expires_at > datetime.now(timezone.utc)
    return SimpleNamespace(flow=query(made.recovery_link, "flow"), token=query(made.recovery_link, "token"))


def single_page_apps_let_people_back_in_by_code(server, _):
    person = server.member()
    before = server.sign_in(person)
    app = server.spa()
    flow = app.create_browser_recovery_flow(return_to="http://app.test/back")
    equal(flow.type, "browser")
    equal(flow.active, "code")
    equal(app.get_recovery_flow(id=str(flow.id)).return_to, "http://app.test/back")

    submit = _form(app, flow.id)
    csrf = {"csrf_token": token(flow)}
    has(messages_at(refused(400, submit, method="code", **csrf), "email"), 4000002)
    sent = submit("code", email=person.email, **csrf)
    equal(sent.state, ory.RecoveryFlowState.SENT_EMAIL)
    has(messages(sent), 1060003)
    equal(server.letter(person.email).template_type, "recovery_code_valid")

    code = server.code(person.email)
    has(messages(submit("code", code=wrong(code), **csrf)), 4060006)
    left = refused_as(422, "browser_location_change_required", submit, method="code", code=code, **csrf)
    match(left["redirect_browser_to"], r"^http://app\.test/settings\?flow=")

    settings = app.get_settings_flow(id=query(left["redirect_browser_to"], "flow"))
    has(messages(settings), 1060001)
    equal(settings.return_to, "http://app.test/back")
    equal(app.to_session().authentication_methods[0].method, "code_recovery")
    refused_as(401, None, server.native.to_session, x_session_token=before.session_token)
    refused_as(400, "session_already_available", app.create_browser_recovery_flow)


def unknown_addresses_get_the_same_answer(server, _):
    flow = server.native.create_native_recovery_flow()
    equal(flow.type, "api")
    equal(server.native.get_recovery_flow(id=str(flow.id)).id, flow.id)
    sent = _form(server.native, flow.id)("code", email=Person().email)
    equal(sent.state, ory.RecoveryFlowState.SENT_EMAIL)
    has(messages(sent), 1060003)


def codes_cannot_be_guessed(server, _):
    person = server.member()
    flow = server.native.create_native_recovery_flow()
    submit = _form(server.native, flow.id)
    submit("code", email=person.email)
    code = server.code(person.email)
    for _try in range(5):
        equal(submit("code", code=wrong(code)).id, flow.id)
    replacement = submit("code", code=code)
    assert replacement.id != flow.id
    equal(replacement.state, ory.RecoveryFlowState.CHOOSE_METHOD)
    has(messages(replacement), 4000001)


def administrators_hand_out_codes(server, other):
    identity = server.member().identity
    made = _code(server, identity.id, expires_in="30m")
    equal(made.status_code, 201)
    match(made.data.recovery_code, r"^\d{6}$")
    match(made.data.recovery_link, r"^http://app\.test/recovery\?flow=")
    assert made.data.expires_at > datetime.now(timezone.utc)

    app = server.spa()
    submit = _form(app, query(made.data.recovery_link, "flow"))
    left = refused_as(422, "browser_location_change_required", submit, method="code", code=made.data.recovery_code)
    match(left["redirect_browser_to"], r"^http://app\.test/settings\?flow=")
    equal(app.to_session().identity.id, identity.id)

    made = _code(other, identity.id, flow_type="api").data
    done = _form(other.native, query(made.recovery_link, "flow"))("code", code=made.recovery_code)
    equal(done.state, ory.RecoveryFlowState.PASSED_CHALLENGE)
    me = {"x_session_token": follows(done, "set_ory_session_token").ory_session_token}
    equal(other.native.to_session(**me).identity.id, identity.id)
    settings = other.native.get_settings_flow(id=str(follows(done, "show_settings_ui").flow.id), **me)
    has(messages(settings), 1060001)


def administrators_hand_out_links(server, other):
    identity = server.member().identity
    app, link = server.spa(), _link(server, identity.id, expires_in="30m")
    submit = _form(app, link.flow, token=link.token)
    left = refused_as(422, "browser_location_change_required", submit, method="link", email=Person().email)
    match(left["redirect_browser_to"], r"^http://app\.test/settings\?flow=")
    equal(app.to_session().authentication_methods[0].method, "link_recovery")

    link = _link(other, identity.id)
    done = _form(other.spa(), link.flow, token=link.token)("link", email=Person().email)
    equal(done.state, ory.RecoveryFlowState.PASSED_CHALLENGE)
    match(follows(done, "show_settings_ui").flow.url, r"^http://app\.test/settings\?flow=")


def links_let_people_back_in(server, other):
    person, app = server.member(), other.spa()
    flow = app.create_browser_recovery_flow()
    equal(flow.active, "link")
    has(messages(_form(app, flow.id)("link", email=person.email, csrf_token=token(flow))), 1060002)
    key = query(other.link(person.email), "token")
    done = _form(app, flow.id, token=key)("link", email=person.email)
    equal(done.state, ory.RecoveryFlowState.PASSED_CHALLENGE)
    assert follows(done, "show_settings_ui").flow.id
    equal(app.to_session().identity.id, person.identity.id)
    again = _form(other.browser(), flow.id, token=key)
    match(moved(again, method="link", email=person.email), r"^http://app\.test/recovery\?flow=")


def what_is_over_or_unknown_is_refused(server, _):
    native, identity = server.native, server.member().identity
    brief = _code(server, identity.id, flow_type="api", expires_in="1us").data
    refused_as(410, "self_service_flow_expired", native.get_recovery_flow, id=query(brief.recovery_link, "flow"))
    refused_as(404, None, native.get_recovery_flow, id=UNKNOWN)
    refused_as(404, None, _code, server=server, identity=UNKNOWN)
    refused_as(400, None, _link, server=server, identity=UNKNOWN)
    refused_as(400, None, _code, server=server, identity=identity.id, expires_in="0s")

    app = server.spa()
    flow = app.create_browser_recovery_flow()
    refused_as(403, "security_csrf_violation", native.get_recovery_flow, id=str(flow.id))
    submit = _form(app, flow.id)
    refused_as(403, "security_csrf_violation", submit, method="code", email=Person().email, csrf_token="")


def browsers_are_sent_to_the_page(server, _):
    match(moved(server.browser().create_browser_recovery_flow), r"^http://app\.test/recovery\?flow=")
