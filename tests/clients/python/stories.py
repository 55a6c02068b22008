"""Plays every operation of the package `ory-client`, as published, against two servers on one database:
one with kratos.yml, one with other.yml on top.

  python stories.py PUBLIC ADMIN OTHER_PUBLIC OTHER_ADMIN [PART_OF_A_NAME]

Ends with a line as that of `cargo test`."""

import sys
import traceback
from pathlib import Path

import ory_client as ory

import courier
import errors
import identities
import login
import logout
import metadata
import recovery
import registration
import schemas
import sessions
import settings
import verification
from client import Server, called

HERE = str(Path(__file__).parent)
SOCIAL = "sign-in by other services"
KEYS = "security keys and passkeys"
ELSEWHERE = {
    "FrontendApi.create_fedcm_flow": SOCIAL,
    "FrontendApi.update_fedcm_flow": SOCIAL,
    "FrontendApi.create_id_p_initiated_saml_browser_login_flow": SOCIAL,
    "FrontendApi.get_saml_metadata": SOCIAL,
    "FrontendApi.get_saml_provider_metadata": SOCIAL,
    "FrontendApi.init_saml_login": SOCIAL,
    "FrontendApi.init_saml_login_request": SOCIAL,
    "FrontendApi.submit_saml_assertion": SOCIAL,
    "FrontendApi.delete_test_login_flow": SOCIAL,
    "IdentityApi.create_test_login_flow": SOCIAL,
    "FrontendApi.get_web_authn_java_script": KEYS,
    "FrontendApi.get_web_authn_related_origins": KEYS,
}
"""Operations that no story calls, and why."""

AREAS = [registration, login, verification, recovery, settings, logout, sessions, errors, identities, schemas, courier, metadata]


def every_operation_is_called():
    apis = [ory.FrontendApi, ory.IdentityApi, ory.CourierApi, ory.MetadataApi]
    ways = ("_with_http_info", "_without_preload_content")
    operations = {f"{api.__name__}.{name}" for api in apis for name in vars(api) if not name.startswith("_") and not name.endswith(ways)}
    missing = operations - called - ELSEWHERE.keys()
    assert not missing, f"nobody called {sorted(missing)}"
    needless = (ELSEWHERE.keys() & called) | (ELSEWHERE.keys() - operations)
    assert not needless, f"no exception is needed for {sorted(needless)}"


def main(public, admin, other_public, other_admin, part=""):
    servers = Server(public.rstrip("/"), admin.rstrip("/")), Server(other_public.rstrip("/"), other_admin.rstrip("/"))
    stories = [
        (f"{area.__name__}::{name}", story, servers)
        for area in AREAS
        for name, story in vars(area).items()
        if callable(story) and story.__module__ == area.__name__ and not name.startswith("_")
    ]
    if not part:
        stories.append(("every_operation_is_called", every_operation_is_called, ()))
    passed = failed = 0
    for name, story, parameters in stories:
        if part not in name:
            continue
        try:
            story(*parameters)
            passed += 1
            print(f"test {name} ... ok")
        except Exception as error:
            failed += 1
            print(f"test {name} ... FAILED\n{type(error).__name__}: {error}")
            frames = traceback.extract_tb(error.__traceback__)[1:]
            print(*traceback.format_list(frame for frame in frames if HERE in frame.filename), sep="")
    print(f"\ntest result: {'FAILED' if failed else 'ok'}. {passed} passed; {failed} failed; 0 ignored")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
