import ory_client as ory

from check import equal, match, moved, query, refused_as
from client import cookies


def single_page_apps_sign_out(server, _):
    app = server.signed_in(server.member())
    way = app.create_browser_logout_flow(return_to="http://app.test/bye")
    match(way.logout_token, "^ory_lo_")
    equal(query(way.logout_url, "token"), way.logout_token)
    equal(query(way.logout_url, "return_to"), "http://app.test/bye")
    refused_as(403, None, app.update_logout_flow, token="ory_lo_00000000000000000000000000000000")
    equal(app.update_logout_flow_with_http_info(token=way.logout_token, _headers={"Accept": "application/json"}).status_code, 204)
    refused_as(401, None, app.to_session)
    refused_as(401, "session_inactive", app.create_browser_logout_flow)


def browsers_are_sent_where_they_asked_to_go(server, _):
    cookie = cookies(server.signed_in(server.member()))
    way = server.native.create_browser_logout_flow(cookie=cookie)
    out = server.browser().update_logout_flow
    equal(moved(out, token=way.logout_token, return_to="http://app.test/next", cookie=cookie), "http://app.test/next")


def native_apps_sign_out(server, _):
    key = server.sign_in(server.member()).session_token
    out = server.native.perform_native_logout_with_http_info
    body = ory.PerformNativeLogoutBody(session_token=key)
    equal(out(perform_native_logout_body=body).status_code, 204)
    refused_as(401, None, server.native.to_session, x_session_token=key)
    equal(out(perform_native_logout_body=body).status_code, 204)
    unknown = ory.PerformNativeLogoutBody(session_token="ory_st_00000000000000000000000000000000")
    refused_as(403, None, out, perform_native_logout_body=unknown)
