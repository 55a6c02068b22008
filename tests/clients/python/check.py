"""What the stories look at: statuses, ids of errors, ids of messages, fields of forms."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import ory_client as ory


def equal(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def match(text, pattern):
    assert re.search(pattern, text or ""), f"{text!r} does not look like {pattern}"


def has(ids, wanted):
    assert wanted in ids, f"{wanted} is not among {ids}"


def raised(status, call, **parameters):
    """What the client raises for a call that has to be answered with this status."""
    try:
        answer = call(**parameters)
    except ory.ApiException as error:
        assert error.status == status, f"{error.status}: {error.body}"
        return error
    raise AssertionError(f"the answer was {answer}")


def refused(status, call, **parameters):
    """What a call says that has to be refused with this status, as the client reads it."""
    error = raised(status, call, **parameters)
    # The client drops what it cannot read and raises the bare status.
    assert error.__context__ is None, f"unreadable: {error.body}: {error.__context__}"
    return error.data


def refused_as(status, error_id, call, **parameters):
    """The same for errors, which tell their status, an id if they have one, and a message. Gives the whole body.

    Errors with an id are always unreadable for this client: its type knows two ids, of the vendor's hosted product."""
    error = raised(status, call, **parameters)
    assert error_id or error.__context__ is None, f"unreadable: {error.body}: {error.__context__}"
    body = json.loads(error.body)
    equal((body["error"]["code"], body["error"].get("id")), (status, error_id))
    assert body["error"]["status"] and body["error"]["message"], body
    return body


def moved(call, **parameters):
    """Where a browser is sent with 303."""
    return raised(303, call, **parameters).headers["Location"]


def messages(flow):
    """The ids of all messages of a form, also of those at its fields."""
    return [message.id for message in (flow.ui.messages or [])] + [message.id for node in flow.ui.nodes for message in node.messages]


def messages_at(flow, name):
    """The ids of the messages at one field."""
    return [message.id for message in field(flow, name).messages]


def field(flow, name):
    """A field of a form."""
    names = [getattr(node.attributes.actual_instance, "name", None) for node in flow.ui.nodes]
    assert name in names, f"no field {name} among {names}"
    return flow.ui.nodes[names.index(name)]


def value(flow, name):
    """What stands in a field of a form."""
    return field(flow, name).attributes.actual_instance.value


def offers(flow, method):
    """Whether a form offers a method by a button."""
    inputs = (node.attributes.actual_instance for node in flow.ui.nodes if node.type == "input")
    return any(one.name == "method" and one.value == method for one in inputs)


def follows(answer, action):
    """What follows a flow: the item with this action."""
    items = [item.actual_instance for item in answer.continue_with or []]
    found = [item for item in items if item.action == action]
    assert found, f"no {action} among {items}"
    return found[0]


def header(answer, name):
    """A header of an answer; the client does not know that their names have no case."""
    return {name.lower(): content for name, content in answer.headers.items()}[name.lower()]


def query(url, name):
    """The member of a query string."""
    return parse_qs(urlsplit(url).query)[name][0]
