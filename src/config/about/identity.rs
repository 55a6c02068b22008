//! `identity`, `security`, `clients` and `oauth2_provider`.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("identity.default_schema_id", "The schema of those who do not ask for one; an id of identity.schemas."),
    ("identity.schemas", "The identity schemas: what identities look like, and what they sign in with."),
    ("identity.schemas.*.id", "The id that identities carry; never change it while there are some."),
    (
        "identity.schemas.*.url",
        "Where the schema is: file://, http(s)://, base64://, or preset:// for one that comes with the program.",
    ),
    (
        "identity.schemas.*.selfservice_selectable",
        "Whether people may ask for this schema when they register.",
    ),
    (
        "security.account_enumeration.mitigate",
        "Whether answers are alike for accounts that exist and those that do not.",
    ),
    (
        "security.disallow_ref_in_identity_schemas",
        "Whether identity schemas may not refer to other documents.",
    ),
    (
        "clients.http.disallow_private_ip_ranges",
        "Whether HTTP requests of the server to private networks are refused.",
    ),
    ("clients.http.private_ip_exception_urls", "Patterns of URLs that are excepted from that."),
    ("clients.smtp.disallow_private_ip_ranges", "Whether mail servers in private networks are refused."),
    (
        "clients.web_hook.header_allowlist",
        "The headers of requests that web hooks and letters see; a list of your own replaces the default one.",
    ),
    ("oauth2_provider.url", "The admin API of an OAuth2 server that delegates login to us."),
    ("oauth2_provider.headers", "Headers for that server."),
    (
        "oauth2_provider.override_return_to",
        "Whether a pending request of that server comes before return_to.",
    ),
];
