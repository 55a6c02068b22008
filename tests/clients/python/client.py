"""The published client as native apps, single-page apps and browsers use it, against the servers under test."""

import itertools
import os
import re
import time
from html import unescape

import ory_client as ory
import urllib3

from check import equal

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NAMES = itertools.count()

called = set()
"""Every operation that a story called, as `FrontendApi.to_session`."""


class Recorded:
    """An API that notes down what is called; changes nothing."""

    def __init__(self, api):
        self.api = api

    def __getattr__(self, name):
        called.add(f"{type(self.api).__name__}.{name.removesuffix('_with_http_info')}")
        return getattr(self.api, name)


class WithCookies(ory.ApiClient):
    """Keeps cookies, as a browser does."""

    def __init__(self, configuration):
        super().__init__(configuration)
        self.jar = {}

    def call_api(self, method, url, header_params=None, *rest, **more):
        if self.jar:
            header_params["Cookie"] = "; ".join(f"{name}={content}" for name, content in self.jar.items())
        answer = super().call_api(method, url, header_params, *rest, **more)
        for line in answer.getheaders().getlist("Set-Cookie"):
            name, content = re.match(r"([^=]+)=([^;]*)", line).groups()
            self.jar[name] = content
            if re.search(r"max-age=(0|-\d+)", line, re.I):
                del self.jar[name]
        return answer


class Person:
    """Somebody with an address that nobody else has, and a password."""

    def __init__(self):
        self.name = f"person-{int(time.time() * 1000)}-{os.getpid()}-{next(NAMES)}"
        self.email = f"{self.name}@example.test"
        self.password = "a mouse in the house 9"
        self.identity = None


class Server:
    """One server: its APIs as `admin` services, and clients of the three kinds."""

    def __init__(self, public, admin):
        self.public, self.admin = public, admin
        services = ory.ApiClient(ory.Configuration(host=admin))
        self.identities = Recorded(ory.IdentityApi(services))
        self.courier = Recorded(ory.CourierApi(services))
        self.metadata = Recorded(ory.MetadataApi(services))
        self.schemas = Recorded(ory.IdentityApi(ory.ApiClient(ory.Configuration(host=public))))
        # Sends tokens and no cookies.
        self.native = Recorded(ory.FrontendApi(ory.ApiClient(ory.Configuration(host=public))))

    def spa(self):
        """A client that asks for JSON and keeps cookies."""
        return Recorded(ory.FrontendApi(WithCookies(ory.Configuration(host=self.public))))

    def browser(self):
        """A client that asks for pages, keeps cookies and does not follow redirects. It cannot post forms."""
        client = WithCookies(ory.Configuration(host=self.public, retries=urllib3.Retry(redirect=False)))
        client.set_default_header("Accept", "text/html")
        return Recorded(ory.FrontendApi(client))

    def letter(self, recipient):
        """The newest letter to somebody."""
        letters = self.courier.list_courier_messages(recipient=recipient, page_size=1)
        equal(len(letters), 1)
        return self.courier.get_courier_message(id=str(letters[0].id))

    def code(self, recipient):
        """The code in the newest letter to somebody."""
        return re.search(r"\d{6}", self.letter(recipient).body)[0]

    def link(self, recipient):
        """The link in the newest letter to somebody."""
        return unescape(re.search(r'https?:[^\s"<>]+token=[^\s"<>]+', self.letter(recipient).body)[0])

    def member(self, verified=True, **more):
        """An account that an administrator made."""
        person = Person()
        address = ory.VerifiableIdentityAddress(value=person.email, via="email", verified=True, status="completed")
        body = dict(
            schema_id="email",
            traits={"email": person.email},
            credentials=by_password(password=person.password),
            verifiable_addresses=[address] if verified else None,
        )
        person.identity = self.identities.create_identity(create_identity_body=ory.CreateIdentityBody(**{**body, **more}))
        return person

    def sign_in(self, person, password=None):
        """Signs in with tokens: the session and its token."""
        flow = self.native.create_native_login_flow()
        return self.native.update_login_flow(flow=str(flow.id), update_login_flow_body=login(person, password))

    def signed_in(self, person):
        """Signs in with cookies: a single-page app with a session."""
        spa = self.spa()
        flow = spa.create_browser_login_flow()
        spa.update_login_flow(flow=str(flow.id), update_login_flow_body=login(person, csrf_token=token(flow)))
        return spa


def cookies(spa):
    """The cookies that a client would send."""
    return "; ".join(f"{name}={content}" for name, content in spa.api.api_client.jar.items())


def token(flow):
    """The anti-forgery token of a form."""
    inputs = (node.attributes.actual_instance for node in flow.ui.nodes if node.type == "input")
    return next(one.value for one in inputs if one.name == "csrf_token")


def by_password(**config):
    """A password, or the hash of one, to be imported."""
    config = ory.IdentityWithCredentialsPasswordConfig(**config)
    return ory.IdentityWithCredentials(password=ory.IdentityWithCredentialsPassword(config=config))


def login(person, password=None, **more):
    """The body that signs somebody in by password."""
    method = ory.UpdateLoginFlowWithPasswordMethod(
        method="password", identifier=person.email, password=password or person.password, **more
    )
    return ory.UpdateLoginFlowBody(method)


def wrong(code):
    """A code that is not this one."""
    return "111111" if code == "000000" else "000000"
