//! Rows of `serve` and of the top level.

use super::row::{Kind, Row, key};

const METHODS: Kind =
    Kind::OneOf(&["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]);

pub(super) const ROWS: &[Row] = &[
    key("dsn", Kind::Name).required().secret(),
    key("version", Kind::Version),
    key("dev", Kind::Bool).or("false"),
    key("help", Kind::Bool).or("false").inert("it is a trace of the command line of Kratos"),
    key("config", Kind::LIST).inert("it is a trace of the command line of Kratos"),
    key("config[]", Kind::Text),
    key("sqa-opt-out", Kind::Bool).or("false"),
    key("watch-courier", Kind::Bool).or("false"),
    key("expose-metrics-port", Kind::Whole { min: 0, max: 65535 }).or("0").later(),
    key("revision", Kind::Text),
    key("enterprise.identity_schema_fallback_url_template", Kind::Text).vendor(),
    key("organizations", Kind::LIST).or("[]").vendor(),
    key("organizations[]", Kind::Any),
    key("preview", Kind::OpenSection),
    key("preview.default_read_consistency_level", Kind::OneOf(&["strong", "eventual"])).or("strong").vendor(),
    key("profiling", Kind::OneOf(&["cpu", "mem", "mutex", "block"]))
        .inert("profile the process from outside"),
    key("serve.{public,admin}.request_log.disable_for_health", Kind::Bool).or("false"),
    key("serve.public.base_url", Kind::Page),
    key("serve.admin.base_url", Kind::Uri),
    key("serve.{public,admin}.host", Kind::Name).or("0.0.0.0"),
    key("serve.public.port", Kind::Whole { min: 1, max: 65535 }).or("4433"),
    key("serve.admin.port", Kind::Whole { min: 1, max: 65535 }).or("4434"),
    key("serve.{public,admin}.socket.{owner,group}", Kind::Text).or(""),
    key("serve.{public,admin}.socket.mode", Kind::Whole { min: 0, max: 511 }).or("493"),
    key("serve.{public,admin}.tls.{key,cert}.path", Kind::Text),
    key("serve.{public,admin}.tls.{key,cert}.base64", Kind::Text).secret(),
    key("serve.public.cors.enabled", Kind::Bool).or("false"),
    key("serve.public.cors.allowed_origins", Kind::SET).or(r#"["*"]"#),
    key("serve.public.cors.allowed_origins[]", Kind::Name),
    key("serve.public.cors.allowed_methods", Kind::SET).or(r#"["POST","GET","PUT","PATCH","DELETE"]"#),
    key("serve.public.cors.allowed_methods[]", METHODS),
    key("serve.public.cors.allowed_headers", Kind::SET)
        .or(r#"["Authorization","Content-Type","Max-Age","X-Session-Token","X-XSRF-TOKEN","X-CSRF-TOKEN"]"#),
    key("serve.public.cors.allowed_headers[]", Kind::Name),
    key("serve.public.cors.exposed_headers", Kind::SET).or(r#"["Content-Type"]"#),
    key("serve.public.cors.exposed_headers[]", Kind::Name),
    key("serve.public.cors.allow_credentials", Kind::Bool).or("true"),
    key("serve.public.cors.options_passthrough", Kind::Bool).or("false").later(),
    key("serve.public.cors.max_age", Kind::from(0)).or("0"),
    key("serve.public.cors.debug", Kind::Bool).or("false").later(),
];
