import base64
import hashlib
import re
from uuid import UUID

import ory_client as ory

from check import equal, has, header, match, messages, refused, refused_as
from client import UNKNOWN, Person, by_password


def identities_are_made_read_changed_and_removed(server, _):
    identities, person = server.identities, Person()
    answer = identities.create_identity_with_http_info(
        create_identity_body=ory.CreateIdentityBody(
            schema_id="email",
            traits={"email": person.email},
            external_id=person.name,
            metadata_public={"plan": "free"},
            metadata_admin={"note": "met at the fair"},
            credentials=by_password(password=person.password),
        )
    )
    made = answer.data
    equal(answer.status_code, 201)
    assert header(answer, "Location").endswith(f"/identities/{made.id}")
    equal((made.state, made.schema_id), ("active", "email"))
    match(made.schema_url, "/schemas/ZW1haWw$")
    equal(made.verifiable_addresses[0].status, "pending")
    equal(made.recovery_addresses[0].value, person.email)
    equal(made.credentials["password"].config, None)

    read = identities.get_identity(id=str(made.id), include_credential=["password"])
    match(read.credentials["password"].config["hashed_password"], r"^\$")
    equal(read.credentials["password"].identifiers, [person.email])
    equal(read.metadata_admin, {"note": "met at the fair"})
    equal(identities.get_identity_by_external_id(external_id=person.name).id, made.id)

    traits = {"email": person.email, "name": {"first": "Ada"}}
    change = ory.UpdateIdentityBody(schema_id="email", state="inactive", traits=traits)
    updated = identities.update_identity(id=str(made.id), update_identity_body=change)
    equal((updated.state, updated.traits), ("inactive", traits))
    equal((updated.metadata_public, updated.external_id), (None, None))

    patch = [
        ory.JsonPatch(op="replace", path="/state", value="active"),
        ory.JsonPatch(op="add", path="/metadata_public", value={"plan": "paid"}),
        ory.JsonPatch(op="remove", path="/traits/name/first"),
    ]
    patched = identities.patch_identity(id=str(made.id), json_patch=patch)
    equal((patched.state, patched.metadata_public), ("active", {"plan": "paid"}))
    equal(patched.traits, {"email": person.email, "name": {}})

    equal(identities.delete_identity_with_http_info(id=str(made.id)).status_code, 204)
    refused_as(404, None, identities.get_identity, id=str(made.id))
    refused_as(404, None, identities.delete_identity, id=str(made.id))


def identities_are_found_and_listed(server, _):
    identities = server.identities
    one, two = server.member(), server.member()

    def found(**by):
        return {identity.id for identity in identities.list_identities(**by)}

    equal(found(credentials_identifier=one.email), {one.identity.id})
    equal(found(credentials_identifier=Person().email), set())
    equal(found(preview_credentials_identifier_similar=one.email[:-5]), {one.identity.id})
    both = [str(one.identity.id), str(two.identity.id)]
    equal(found(ids=both), {one.identity.id, two.identity.id})
    (full,) = identities.list_identities(ids=both[:1], include_credential=["password"])
    match(full.credentials["password"].config["hashed_password"], r"^\$")

    first = identities.list_identities_with_http_info(page_size=1)
    equal(len(first.data), 1)
    page = re.search(r'page_token=([^&>]+)[^,]*rel="next"', header(first, "Link"))[1]
    (second,) = identities.list_identities(page_size=1, page_token=page)
    assert str(second.id) > str(first.data[0].id)
    legacy = identities.list_identities_with_http_info(per_page=2, page=0)
    equal(len(legacy.data), 2)
    assert int(header(legacy, "X-Total-Count")) >= 2
    refused_as(400, None, identities.list_identities, ids=["no-id"])
    refused_as(400, None, identities.list_identities, ids=[UNKNOWN], credentials_identifier=one.email)


def bad_requests_and_clashes_are_refused(server, _):
    identities, taken = server.identities, server.member()

    def create(traits, schema_id="email", **more):
        body = ory.CreateIdentityBody(schema_id=schema_id, traits=traits, **more)
        return identities.create_identity(create_identity_body=body)

    refused_as(409, None, create, traits={"email": taken.email})
    refused_as(400, None, create, traits={})
    refused_as(400, None, create, traits={"email": Person().email}, schema_id="no-such-schema")
    refused_as(400, None, create, traits={"email": Person().email}, credentials=by_password(hashed_password="no hash"))

    other = str(server.member().identity.id)
    change = ory.UpdateIdentityBody(schema_id="email", state="active", traits={"email": taken.email})
    refused_as(409, None, identities.update_identity, id=other, update_identity_body=change)
    refused_as(404, None, identities.update_identity, id=UNKNOWN, update_identity_body=change)
    for patch in ory.JsonPatch(op="replace", path="/id", value=UNKNOWN), ory.JsonPatch(op="remove", path="/traits/email"):
        refused_as(400, None, identities.patch_identity, id=other, json_patch=[patch])
    refused_as(404, None, identities.get_identity_by_external_id, external_id="nobody")


def hashes_of_other_systems_sign_in(server, _):
    person = Person()
    digest = hashlib.sha512(person.password.encode() + b"salt").digest()
    hashed = "{SSHA512}" + base64.b64encode(digest + b"salt").decode()
    member = server.member(credentials=by_password(hashed_password=hashed))
    equal(server.sign_in(member, person.password).session.identity.id, member.identity.id)


def single_credentials_are_removed(server, _):
    person = server.member()

    def remove(identity, kind):
        return server.identities.delete_identity_credentials_with_http_info(id=str(identity), type=kind)

    equal(remove(person.identity.id, "password").status_code, 204)
    has(messages(refused(400, server.sign_in, person=person)), 4000006)
    refused_as(400, None, remove, identity=person.identity.id, kind="code")
    refused_as(404, None, remove, identity=person.identity.id, kind="totp")
    refused_as(404, None, remove, identity=UNKNOWN, kind="totp")

    named = server.member(verified=False, schema_id="username", traits={"username": person.name, "email": Person().email})
    refused_as(400, None, remove, identity=named.identity.id, kind="password")


def many_identities_are_made_at_once(server, _):
    def entry(person, **more):
        return ory.CreateIdentityBody(schema_id="email", traits={"email": person.email}, **more)

    def batch(*patches):
        body = ory.PatchIdentitiesBody(identities=list(patches))
        return server.identities.batch_patch_identities(patch_identities_body=body).identities

    people = Person(), server.member(), Person()
    ids = [UUID(int=number) for number in range(3)]
    done = batch(*(ory.IdentityPatch(patch_id=str(one), create=entry(person)) for one, person in zip(ids, people)))
    equal([one.action for one in done], ["create", "error", "create"])
    equal([one.patch_id for one in done], ids)
    equal(done[1].error["code"], 409)
    equal(server.identities.get_identity(id=str(done[0].identity)).traits["email"], people[0].email)
    broken = entry(Person(), credentials=by_password(hashed_password="no hash"))
    refused_as(400, None, lambda: batch(ory.IdentityPatch(create=broken)))
