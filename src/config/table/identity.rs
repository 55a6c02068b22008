//! Rows of `identity`, `security`, `clients` and `oauth2_provider`.

use super::row::{Kind, Row, key};

pub(super) const ROWS: &[Row] = &[
    key("identity", Kind::Section).required(),
    key("identity.default_schema_id", Kind::Name).or("default"),
    key("identity.schemas", Kind::List { min: 1, unique: false }).required(),
    key("identity.schemas[]", Kind::OpenSection),
    key("identity.schemas[].id", Kind::Name).required(),
    key("identity.schemas[].url", Kind::SchemaSource).required(),
    key("identity.schemas[].selfservice_selectable", Kind::Bool).or("false"),
    key("security", Kind::OpenSection),
    key("security.account_enumeration", Kind::OpenSection),
    key("security.account_enumeration.mitigate", Kind::Bool).or("false"),
    key("security.disallow_ref_in_identity_schemas", Kind::Bool).or("false"),
    key("clients", Kind::OpenSection),
    key("clients.{http,smtp,web_hook}", Kind::OpenSection),
    key("clients.{http,smtp}.disallow_private_ip_ranges", Kind::Bool).or("false"),
    key("clients.http.private_ip_exception_urls", Kind::LIST).or("[]"),
    key("clients.http.private_ip_exception_urls[]", Kind::Name),
    key("clients.web_hook.header_allowlist", Kind::LIST).or(concat!(
        r#"["Accept","Accept-Encoding","Accept-Language","Content-Length","Content-Type","Origin","Priority","#,
        r#""Referer","Sec-Ch-Ua","Sec-Ch-Ua-Mobile","Sec-Ch-Ua-Platform","Sec-Fetch-Dest","Sec-Fetch-Mode","#,
        r#""Sec-Fetch-Site","Sec-Fetch-User","True-Client-Ip","User-Agent"]"#
    )),
    key("clients.web_hook.header_allowlist[]", Kind::Name),
    key("oauth2_provider.url", Kind::Uri).later(),
    key("oauth2_provider.headers", Kind::Map),
    key("oauth2_provider.headers.*", Kind::Text).secret(),
    key("oauth2_provider.override_return_to", Kind::Bool).or("false"),
];
