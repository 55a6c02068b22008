from check import equal, match, moved, query, refused_as
from client import UNKNOWN


def pages_read_what_went_wrong(server, _):
    page = moved(server.browser().create_browser_login_flow, return_to="https://elsewhere.example/")
    match(page, r"^http://app\.test/error\?id=")
    told = server.native.get_flow_error(id=query(page, "id"))
    equal(told.error["id"], "self_service_flow_return_to_forbidden")
    equal(told.error["code"], 400)
    assert told.created_at and told.updated_at


def there_is_an_error_to_try_pages_with(server, _):
    told = server.native.get_flow_error_without_preload_content(id="stub:500")
    equal(told.status, 200)


def unknown_errors_are_not_found(server, _):
    refused_as(404, None, server.native.get_flow_error, id=UNKNOWN)
