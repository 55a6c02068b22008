import re
from urllib.parse import unquote

import ory_client as ory

from check import equal, header, refused_as
from client import UNKNOWN, cookies

NO_TOKEN = "ory_st_00000000000000000000000000000000"


def whoami_tells_who_signed_in(server, _):
    person = server.member(metadata_public={"plan": "free"}, metadata_admin={"note": "hidden"})
    signed_in = server.sign_in(person)
    answer = server.native.to_session_with_http_info(x_session_token=signed_in.session_token)
    equal(header(answer, "X-Kratos-Authenticated-Identity-Id"), str(person.identity.id))
    session = answer.data
    equal(session.id, signed_in.session.id)
    equal(session.active, True)
    equal(session.identity.metadata_public, {"plan": "free"})
    equal(session.identity.metadata_admin, None)
    equal(session.identity.credentials, None)
    equal(len(session.devices), 1)
    assert session.issued_at <= session.authenticated_at < session.expires_at

    equal(server.native.to_session(cookie=cookies(server.signed_in(person))).identity.id, person.identity.id)
    refused_as(401, None, server.native.to_session)
    refused_as(401, None, server.native.to_session, x_session_token=NO_TOKEN)


def people_end_their_other_sessions(server, _):
    person, native = server.member(), server.native
    own, *others = [server.sign_in(person) for _device in range(4)]
    me = {"x_session_token": own.session_token}
    equal({one.id for one in native.list_my_sessions(**me)}, {one.session.id for one in others})
    equal(header(native.list_my_sessions_with_http_info(page_size=1, **me), "X-Total-Count"), "3")

    equal(native.disable_my_session_with_http_info(id=str(others[0].session.id), **me).status_code, 204)
    equal({one.id for one in native.list_my_sessions(**me)}, {one.session.id for one in others[1:]})
    refused_as(401, None, native.to_session, x_session_token=others[0].session_token)
    refused_as(400, None, native.disable_my_session, id=str(own.session.id), **me)
    refused_as(400, None, native.disable_my_session, id="no-id", **me)

    assert native.disable_my_other_sessions(**me).count >= 2
    equal(native.list_my_sessions(**me), [])
    equal(native.to_session(**me).active, True)
    refused_as(401, None, native.list_my_sessions)


def administrators_see_all_sessions(server, _):
    person, identities = server.member(), server.identities
    session = server.sign_in(person).session
    newest = identities.list_sessions_with_http_info(page_size=1)
    equal([one.id for one in newest.data], [session.id])
    equal(newest.data[0].identity, None)
    page = unquote(re.search(r'page_token=([^&>]+)[^,]*rel="next"', header(newest, "Link"))[1])
    (following,) = identities.list_sessions(page_size=1, page_token=page)
    assert following.id != session.id
    (full,) = identities.list_sessions(active=True, expand=["identity", "devices"], page_size=1)
    equal(full.identity.id, person.identity.id)
    equal(len(full.devices), 1)

    equal(identities.get_session(id=str(session.id)).active, True)
    one = identities.get_session(id=str(session.id), expand=["identity", "devices"])
    equal(one.identity.traits["email"], person.email)
    equal(len(one.devices), 1)
    refused_as(404, None, identities.get_session, id=UNKNOWN)
    refused_as(400, None, identities.get_session, id="no-id")
    refused_as(400, None, identities.list_sessions, page_token="nonsense")


def administrators_extend_and_end_sessions(server, _):
    person, identities, native = server.member(), server.identities, server.native
    identity = str(person.identity.id)
    first, second = server.sign_in(person), server.sign_in(person)
    longer = identities.extend_session(id=str(first.session.id))
    assert longer.expires_at > first.session.expires_at
    equal(longer.identity.id, person.identity.id)
    refused_as(404, None, identities.extend_session, id=UNKNOWN)

    equal(identities.disable_session_with_http_info(id=str(first.session.id)).status_code, 204)
    refused_as(401, None, native.to_session, x_session_token=first.session_token)
    refused_as(404, None, identities.disable_session, id=UNKNOWN)
    refused_as(400, None, identities.disable_session, id="no-id")

    both = identities.list_identity_sessions_with_http_info(id=identity)
    equal(len(both.data), 2)
    equal(header(both, "X-Total-Count"), "2")
    equal([one.id for one in identities.list_identity_sessions(id=identity, active=True)], [second.session.id])

    equal(identities.delete_identity_sessions_with_http_info(id=identity).status_code, 204)
    refused_as(401, None, native.to_session, x_session_token=second.session_token)
    equal(identities.list_identity_sessions(id=identity), [])
    refused_as(404, None, identities.delete_identity_sessions, id=identity)


def administrators_end_many_sessions_at_once(server, _):
    people, native = [server.member() for _person in range(2)], server.native
    signed_in = [server.sign_in(person) for person in people]

    def manage(**body):
        return server.identities.manage_sessions(manage_sessions_body=ory.ManageSessionsBody(**body))

    done = manage(action="disable", sessions=[str(signed_in[0].session.id)])
    equal((done.processed, done.more), (1, False))
    done = manage(action="delete", identities=[str(person.identity.id) for person in people])
    equal((done.processed, done.more), (2, False))
    for one in signed_in:
        refused_as(401, None, native.to_session, x_session_token=one.session_token)
    refused_as(400, None, manage, action="disable")
    refused_as(400, None, manage, action="disable", sessions=[UNKNOWN], identities=[UNKNOWN])
