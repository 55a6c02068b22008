import re
from urllib.parse import unquote

import ory_client as ory

from check import equal, header, match, refused_as
from client import UNKNOWN, Person


def _ask(server, email):
    """Asks for a code to an address that somebody has."""
    flow = server.native.create_native_verification_flow()
    body = ory.UpdateVerificationFlowBody(ory.UpdateVerificationFlowWithCodeMethod(method="code", email=email))
    server.native.update_verification_flow(flow=str(flow.id), update_verification_flow_body=body)


def letters_are_listed_and_read(server, _):
    courier, email = server.courier, server.member().email
    _ask(server, email)
    _ask(server, email)
    newest, oldest = courier.list_courier_messages(recipient=email)
    assert newest.created_at >= oldest.created_at
    letter = courier.get_courier_message(id=str(newest.id))
    equal((letter.type, letter.channel), (ory.CourierMessageType.EMAIL, "email"))
    equal(letter.recipient, email)
    equal(letter.template_type, "verification_code_valid")
    assert letter.subject
    match(letter.body, r"\d{6}")

    equal(courier.list_courier_messages(recipient=email, status=ory.CourierMessageStatus.ABANDONED), [])
    first = courier.list_courier_messages_with_http_info(recipient=email, page_size=1)
    page = unquote(re.search(r'page_token=([^&>]+)[^,]*rel="next"', header(first, "Link"))[1])
    (second,) = courier.list_courier_messages(recipient=email, page_size=1, page_token=page)
    equal(second.id, oldest.id)


def unknown_letters_are_not_found(server, _):
    equal(server.courier.list_courier_messages(recipient=Person().email), [])
    refused_as(404, None, server.courier.get_courier_message, id=UNKNOWN)
    refused_as(400, None, server.courier.get_courier_message, id="no-id")
