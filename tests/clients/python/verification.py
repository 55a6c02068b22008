import ory_client as ory

from check import equal, has, match, messages, messages_at, moved, query, refused, refused_as, value
from client import UNKNOWN, Person, token, wrong


def _form(api, flow, **more):
    """How to submit a form."""
    kinds = {"code": ory.UpdateVerificationFlowWithCodeMethod, "link": ory.UpdateVerificationFlowWithLinkMethod}

    def submit(method, **body):
        body = ory.UpdateVerificationFlowBody(kinds[method](method=method, **body))
        return api.update_verification_flow(flow=str(flow.id), update_verification_flow_body=body, **more)

    return submit


def native_apps_verify_an_address_by_code(server, _):
    person, native = server.member(verified=False), server.native
    flow = native.create_native_verification_flow(return_to="http://app.test/verified")
    equal(flow.type, "api")
    equal(flow.active, "code")
    equal(flow.state, "choose_method")
    equal(native.get_verification_flow(id=str(flow.id)).id, flow.id)

    submit = _form(native, flow)
    has(messages_at(refused(400, submit, method="code"), "email"), 4000002)
    sent = submit("code", email=person.email)
    equal(sent.state, "sent_email")
    has(messages(sent), 1080003)
    equal(server.letter(person.email).template_type, "verification_code_valid")

    code = server.code(person.email)
    again = submit("code", code=wrong(code))
    equal(again.state, "sent_email")
    has(messages(again), 4070006)
    done = submit("code", code=code)
    equal(done.state, "passed_challenge")
    has(messages(done), 1080002)
    equal([node.attributes.actual_instance.href for node in done.ui.nodes if node.type == "a"], ["http://app.test/verified"])
    (address,) = server.identities.get_identity(id=str(person.identity.id)).verifiable_addresses
    assert address.verified and address.verified_at

    gone = refused_as(410, "self_service_flow_replaced", submit, method="code", code=code)
    has(messages(native.get_verification_flow(id=gone["use_flow_id"])), 4070002)


def single_page_apps_get_the_same_answer_for_unknown_addresses(server, _):
    answers = []
    for person in server.member(verified=False), Person():
        app = server.spa()
        flow = app.create_browser_verification_flow(return_to="http://app.test/verified")
        equal(app.get_verification_flow(id=str(flow.id)).return_to, "http://app.test/verified")
        sent = _form(app, flow)("code", email=person.email, csrf_token=token(flow))
        equal(value(sent, "email"), person.email)
        answers.append((sent.state, messages(sent), [node.attributes.actual_instance.name for node in sent.ui.nodes]))
    equal(answers[0], answers[1])


def codes_cannot_be_guessed(server, _):
    person, native = server.member(verified=False), server.native
    submit = _form(native, native.create_native_verification_flow())
    submit("code", email=person.email)
    code = server.code(person.email)
    for _try in range(5):
        submit("code", code=wrong(code))
    gone = refused_as(410, "self_service_flow_replaced", submit, method="code", code=code)
    has(messages(native.get_verification_flow(id=gone["use_flow_id"])), 4000001)


def strangers_are_refused(server, _):
    native, app = server.native, server.spa()
    flow = app.create_browser_verification_flow()
    refused_as(403, "security_csrf_violation", native.get_verification_flow, id=str(flow.id))
    refused_as(403, "security_csrf_violation", _form(app, flow), method="code", email=Person().email, csrf_token="")
    refused_as(404, None, native.get_verification_flow, id=UNKNOWN)
    elsewhere = "https://elsewhere.example/"
    refused_as(400, "self_service_flow_return_to_forbidden", native.create_native_verification_flow, return_to=elsewhere)


def links_verify_who_opens_them(_, server):
    person, native = server.member(verified=False), server.native
    flow = native.create_native_verification_flow()
    equal(flow.active, "link")
    sent = _form(native, flow)("link", email=person.email)
    equal(sent.state, "sent_email")
    has(messages(sent), 1080001)

    link = server.link(person.email)
    equal(query(link, "flow"), str(flow.id))
    done = _form(native, flow, token=query(link, "token"))("link", email=person.email)
    equal(done.state, "passed_challenge")
    has(messages(done), 1080002)
    equal(server.identities.get_identity(id=str(person.identity.id)).verifiable_addresses[0].status, "completed")

    again = _form(server.browser(), flow, token=query(link, "token"))
    match(moved(again, method="link", email=person.email), r"^http://app\.test/verification\?flow=")


def browsers_are_sent_to_the_page(server, _):
    match(moved(server.browser().create_browser_verification_flow), r"^http://app\.test/verification\?flow=")
