from check import equal, header, refused_as


def schemas_are_listed_and_read(server, _):
    answer = server.schemas.list_identity_schemas_with_http_info()
    equal({one.id for one in answer.data}, {"email", "username"})
    equal(header(answer, "X-Total-Count"), "2")
    equal(len(server.schemas.list_identity_schemas(page_size=1)), 1)
    schema = server.schemas.get_identity_schema(id="email")
    equal(schema, next(one.var_schema for one in answer.data if one.id == "email"))
    equal(schema["properties"]["traits"]["properties"]["email"]["format"], "email")
    refused_as(404, None, server.schemas.get_identity_schema, id="no-such-schema")


def identities_say_where_their_schema_is(server, _):
    url = server.member().identity.schema_url
    schema = server.schemas.get_identity_schema(id=url.split("/")[-1])
    equal(schema["properties"]["traits"]["properties"]["email"]["format"], "email")
