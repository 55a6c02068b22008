import ory_client as ory

from check import equal, field, follows, has, match, messages, messages_at, moved, query, refused, refused_as, value
from client import UNKNOWN, Person, cookies, token


def _form(api, flow, **more):
    """How to submit a form."""
    kinds = {"profile": ory.UpdateSettingsFlowWithProfileMethod, "password": ory.UpdateSettingsFlowWithPasswordMethod}

    def submit(method, **body):
        body = ory.UpdateSettingsFlowBody(kinds[method](method=method, **body))
        return api.update_settings_flow(flow=str(flow.id), update_settings_flow_body=body, **more)

    return submit


def _begin(server, person):
    """A session, its settings, and how to submit them."""
    key = server.sign_in(person).session_token
    flow = server.native.create_native_settings_flow(x_session_token=key)
    return key, flow, _form(server.native, flow, x_session_token=key)


def single_page_apps_change_profile_and_password(server, _):
    person = server.member()
    elsewhere = server.sign_in(person)
    app = server.signed_in(person)
    flow = app.create_browser_settings_flow(return_to="http://app.test/account")
    equal(flow.type, "browser")
    equal(flow.state, "show_form")
    equal(flow.return_to, "http://app.test/account")
    equal(flow.identity.id, person.identity.id)
    equal(field(flow, "traits.email").group, "profile")
    equal(value(flow, "traits.email"), person.email)
    equal(app.get_settings_flow(id=str(flow.id)).id, flow.id)

    submit = _form(app, flow)
    csrf = {"csrf_token": token(flow)}
    saved = submit("profile", traits={"email": person.email, "name": {"first": "Ada"}}, **csrf)
    equal(saved.state, "success")
    has(messages(saved), 1050001)
    equal(saved.identity.traits["name"]["first"], "Ada")
    equal(follows(saved, "redirect_browser_to").redirect_browser_to, "http://app.test/account")

    equal(submit("password", password="two mice in the house 8", **csrf).state, "success")
    refused_as(401, None, server.native.to_session, x_session_token=elsewhere.session_token)
    equal(app.to_session().identity.traits["name"]["first"], "Ada")
    assert server.sign_in(person, "two mice in the house 8").session_token


def native_apps_move_to_another_address(server, _):
    person, moved_to = server.member(), Person()
    key, flow, submit = _begin(server, person)
    equal(flow.type, "api")
    equal(server.native.get_settings_flow(id=str(flow.id), x_session_token=key).id, flow.id)
    saved = submit("profile", traits={"email": moved_to.email})
    equal(saved.state, "success")
    equal(saved.identity.verifiable_addresses[0].value, moved_to.email)
    equal(saved.identity.verifiable_addresses[0].verified, False)

    shown = follows(saved, "show_verification_ui").flow
    equal(shown.verifiable_address, moved_to.email)
    body = ory.UpdateVerificationFlowWithCodeMethod(method="code", code=server.code(moved_to.email))
    body = ory.UpdateVerificationFlowBody(body)
    done = server.native.update_verification_flow(flow=str(shown.id), update_verification_flow_body=body)
    equal(done.state, "passed_challenge")
    assert server.sign_in(moved_to, person.password).session_token


def forms_say_what_is_wrong(server, _):
    person, other = server.member(), server.member()
    _key, _flow, submit = _begin(server, person)
    has(messages_at(refused(400, submit, method="password", password="short"), "password"), 4000032)
    has(messages(refused(400, submit, method="password", password=person.password)), 4000039)
    has(messages_at(refused(400, submit, method="profile", traits={"email": "nowhere"}), "traits.email"), 4000040)
    has(messages(refused(400, submit, method="profile", traits={"email": other.email})), 4000007)


def strangers_are_refused(server, _):
    native, mismatch = server.native, "security_identity_mismatch"
    _key, flow, _submit = _begin(server, server.member())
    foreign = server.sign_in(server.member()).session_token
    refused_as(403, mismatch, native.get_settings_flow, id=str(flow.id), x_session_token=foreign)
    submit = _form(native, flow, x_session_token=foreign)
    refused_as(403, mismatch, submit, method="password", password="two mice in the house 8")
    refused_as(404, None, native.get_settings_flow, id=UNKNOWN, x_session_token=foreign)

    refused_as(401, "session_inactive", native.create_native_settings_flow)
    refused_as(401, "session_inactive", server.spa().create_browser_settings_flow)
    refused_as(401, None, native.get_settings_flow, id=str(flow.id))
    refused_as(401, None, _form(native, flow), method="password", password="two mice in the house 8")

    app = server.signed_in(server.member())
    forged = _form(app, app.create_browser_settings_flow())
    refused_as(403, "security_csrf_violation", forged, method="password", password="two mice in the house 8", csrf_token="")


def new_credentials_need_a_fresh_session(server, other):
    person = server.member()
    key = server.sign_in(person).session_token
    submit = _form(other.native, other.native.create_native_settings_flow(x_session_token=key), x_session_token=key)
    equal(submit("profile", traits={"email": person.email, "name": {"first": "Ada"}}).state, "success")
    again = refused_as(403, "session_refresh_required", submit, method="password", password="two mice in the house 8")
    equal(query(again["redirect_browser_to"], "refresh"), "true")


def browsers_are_sent_to_the_page(server, _):
    match(moved(server.browser().create_browser_settings_flow), "/self-service/login/browser")
    cookie = cookies(server.signed_in(server.member()))
    begun = moved(server.browser().create_browser_settings_flow, cookie=cookie)
    match(begun, r"^http://app\.test/settings\?flow=")


def password_managers_find_the_way(server, _):
    match(moved(server.browser().get_well_known_change_password), r"^http://app\.test/settings")
