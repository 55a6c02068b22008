import ory_client as ory

from check import equal, field, follows, has, match, messages, messages_at, moved, offers, query, refused, refused_as, value
from client import UNKNOWN, Person, token, wrong


def _form(api, flow):
    """How to submit a form; the client finds out which type a body has from its class."""
    kinds = {
        "profile": ory.UpdateRegistrationFlowWithProfileMethod,
        "password": ory.UpdateRegistrationFlowWithPasswordMethod,
        "code": ory.UpdateRegistrationFlowWithCodeMethod,
    }

    def submit(method, **body):
        body = ory.UpdateRegistrationFlowBody(kinds[method](method=method, **body))
        return api.update_registration_flow(flow=str(flow.id), update_registration_flow_body=body)

    return submit


def native_apps_sign_up_in_two_steps(server, _):
    person, native = Person(), server.native
    flow = native.create_native_registration_flow()
    equal(flow.type, "api")
    equal(flow.state, ory.RegistrationFlowState.CHOOSE_METHOD)
    equal(flow.ui.action, f"{server.public}/self-service/registration?flow={flow.id}")
    assert offers(flow, "profile") and not offers(flow, "password")
    equal(native.get_registration_flow(id=str(flow.id)).expires_at, flow.expires_at)

    submit = _form(native, flow)
    traits = {"email": person.email}
    second = refused(400, submit, method="profile", traits=traits)
    has(messages(second), 1040009)
    assert offers(second, "password") and offers(second, "code")
    first = refused(400, submit, method="profile", traits=traits, screen="previous")
    assert offers(first, "profile")
    equal(value(first, "traits.email"), person.email)

    answer = submit("password", traits=traits, password=person.password)
    match(answer.session_token, "^ory_st_")
    equal(answer.session.identity.id, answer.identity.id)
    equal(answer.session.authentication_methods[0].method, "password")
    equal(answer.identity.verifiable_addresses[0].status, "sent")
    equal(follows(answer, "show_verification_ui").flow.verifiable_address, person.email)
    equal(follows(answer, "set_ory_session_token").ory_session_token, answer.session_token)
    equal(native.to_session(x_session_token=answer.session_token).id, answer.session.id)


def single_page_apps_sign_up_and_get_a_cookie(server, _):
    person, app = Person(), server.spa()
    flow = app.create_browser_registration_flow(return_to="http://app.test/welcome")
    equal(flow.type, "browser")
    equal(app.get_registration_flow(id=str(flow.id)).return_to, "http://app.test/welcome")
    answer = _form(app, flow)("password", traits={"email": person.email}, password=person.password, csrf_token=token(flow))
    equal(answer.session_token, None)
    equal(follows(answer, "redirect_browser_to").redirect_browser_to, "http://app.test/welcome")
    shown = follows(answer, "show_verification_ui").flow
    equal(query(shown.url, "flow"), str(shown.id))
    equal(app.to_session().identity.id, answer.identity.id)
    refused_as(400, "session_already_available", app.create_browser_registration_flow)


def people_sign_up_by_code(server, _):
    person, native = Person(), server.native
    flow = native.create_native_registration_flow()
    submit = _form(native, flow)
    traits = {"email": person.email}
    sent = refused(400, submit, method="code", traits=traits)
    equal(sent.state, ory.RegistrationFlowState.SENT_EMAIL)
    equal(sent.active, "code")
    has(messages(sent), 1040005)
    first = server.letter(person.email)
    equal(first.template_type, "registration_code_valid")
    refused(400, submit, method="code", traits=traits, resend="code")
    assert server.letter(person.email).id != first.id

    code = server.code(person.email)
    has(messages(refused(400, submit, method="code", traits=traits, code=wrong(code))), 4040003)
    answer = submit("code", traits=traits, code=code)
    equal(answer.session.authentication_methods[0].method, "code")
    equal(answer.identity.verifiable_addresses[0].status, "completed")


def forms_say_what_is_wrong(server, _):
    taken, person = server.member(), Person()
    submit = _form(server.native, server.native.create_native_registration_flow())
    password = person.password
    has(messages(refused(400, submit, method="password", password=password, traits={"email": taken.email})), 4000007)
    has(messages_at(refused(400, submit, method="password", password=password, traits={}), "traits.email"), 4000002)
    nowhere = refused(400, submit, method="password", password=password, traits={"email": "nowhere"})
    has(messages_at(nowhere, "traits.email"), 4000040)
    short = refused(400, submit, method="password", password="short", traits={"email": person.email})
    has(messages_at(short, "password"), 4000032)
    equal(field(short, "password").messages[0].context["min_length"], 8)
    equal(value(short, "password"), None)


def strangers_are_refused(server, _):
    person, native, app = Person(), server.native, server.spa()
    flow = app.create_browser_registration_flow()
    refused_as(403, "security_csrf_violation", native.get_registration_flow, id=str(flow.id))
    body = dict(method="password", password=person.password, traits={"email": person.email}, csrf_token="")
    refused_as(403, "security_csrf_violation", _form(app, flow), **body)
    refused_as(404, None, native.get_registration_flow, id=UNKNOWN)
    elsewhere = "https://elsewhere.example/"
    refused_as(400, "self_service_flow_return_to_forbidden", native.create_native_registration_flow, return_to=elsewhere)


def selectable_schemas_can_be_asked_for(server, _):
    flow = server.native.create_native_registration_flow(identity_schema="username")
    equal(flow.identity_schema, "username")
    field(flow, "traits.username")
    refused_as(400, None, server.native.create_native_registration_flow, identity_schema="no-such-schema")


def browsers_are_sent_to_the_page(server, _):
    match(moved(server.browser().create_browser_registration_flow), r"^http://app\.test/registration\?flow=")


def one_step_is_enough_where_forms_are_unified(_, server):
    person = Person()
    flow = server.native.create_native_registration_flow()
    assert offers(flow, "password") and offers(flow, "code") and not offers(flow, "profile")
    answer = _form(server.native, flow)("password", traits={"email": person.email}, password=person.password)
    equal(answer.identity.traits["email"], person.email)
