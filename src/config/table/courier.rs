//! Rows of `courier`.

use super::{
    request::REQUEST,
    row::{Kind, Row, key},
};

pub(super) const ROWS: &[Row] = &[
    key("courier.delivery_strategy", Kind::OneOf(&["smtp", "http"])).or("smtp"),
    key("courier.message_retries", Kind::Whole { min: 0, max: 1000 }).or("5"),
    key("courier.worker", Kind::OpenSection),
    key("courier.worker.pull_count", Kind::Whole { min: 1, max: 1000 }).or("10"),
    key("courier.worker.pull_wait", Kind::LongDuration).or("1s"),
    key("courier.template_override_path", Kind::Name),
    key("courier.templates.{recovery,recovery_code,verification,verification_code}.invalid.email", Kind::Section)
        .required(),
    key(
        "courier.templates.{recovery,recovery_code,verification,verification_code,registration_code,login_code}.valid.email",
        Kind::Section,
    )
    .required(),
    key(
        "courier.templates.{recovery,recovery_code,verification,verification_code}.invalid.email.{subject,body.html,body.plaintext}",
        Kind::Source,
    ),
    key(
        "courier.templates.{recovery,recovery_code,verification,verification_code,registration_code,login_code}.valid.email.{subject,body.html,body.plaintext}",
        Kind::Source,
    ),
    key(
        "courier.templates.{recovery,recovery_code,verification,verification_code,registration_code,login_code}.valid.sms.body.plaintext",
        Kind::Source,
    ),
    key("courier.templates.verifiable_address_changed.email.{subject,body.html,body.plaintext}", Kind::Source),
    key("courier.templates.verifiable_address_changed.sms.body.plaintext", Kind::Source),
    key("courier.http.request_config", Kind::Group(REQUEST)),
    key("courier.smtp.connection_uri", Kind::SmtpUri).secret(),
    key("courier.smtp.{client_cert_path,client_key_path}", Kind::Text).or(""),
    key("courier.smtp.from_address", Kind::Mail),
    key("courier.smtp.from_name", Kind::Text),
    key("courier.smtp.headers", Kind::Map),
    key("courier.smtp.headers.*", Kind::Text).secret(),
    key("courier.smtp.local_name", Kind::Name).or("localhost"),
    key("courier.channels", Kind::LIST),
    key("courier.channels[].id", Kind::OneOf(&["sms"])).required(),
    key("courier.channels[].type", Kind::OneOf(&["http"])).or("http"),
    key("courier.channels[].request_config", Kind::Group(REQUEST)).required(),
];
