def operators_ask_for_the_version(server, _):
    assert server.metadata.get_version().version
