//! Rows of `cookies`, `session`, `secrets`, `hashers` and `ciphers`.

use super::row::{Kind, Row, key};

const SAME_SITE: Kind = Kind::OneOf(&["Strict", "Lax", "None"]);
const SECRETS: Kind = Kind::List { min: 1, unique: true };

pub(super) const ROWS: &[Row] = &[
    key("cookies.domain", Kind::Text),
    key("cookies.path", Kind::Text).or("/"),
    key("cookies.secure", Kind::BoolOrText),
    key("cookies.same_site", SAME_SITE).or("Lax"),
    key("session.lifespan", Kind::LongDuration).or("24h"),
    key("session.earliest_possible_extend", Kind::Duration),
    key("session.cookie.name", Kind::Name).or("ory_kratos_session"),
    key("session.cookie.domain", Kind::Text),
    key("session.cookie.path", Kind::Text),
    key("session.cookie.same_site", SAME_SITE),
    key("session.cookie.secure", Kind::BoolOrText),
    key("session.cookie.persistent", Kind::Bool).or("true"),
    key("session.whoami.required_aal", Kind::OneOf(&["aal1", "highest_available"])).or("highest_available"),
    key("session.whoami.tokenizer", Kind::OpenSection),
    key("session.whoami.tokenizer.templates", Kind::Map),
    key("session.whoami.tokenizer.templates.*", Kind::OpenSection),
    key("session.whoami.tokenizer.templates.*.ttl", Kind::LongDuration).or("10m"),
    key("session.whoami.tokenizer.templates.*.jwks_url", Kind::Source).required().secret(),
    key("session.whoami.tokenizer.templates.*.claims_mapper_url", Kind::Source),
    key("session.whoami.tokenizer.templates.*.subject_source", Kind::OneOf(&["id", "external_id"])).or("id"),
    key("secrets.{default,cookie,pagination}", SECRETS),
    key("secrets.{default,cookie,pagination}[]", Kind::Secret { min: 16, max: usize::MAX }).secret(),
    key("secrets.cipher", SECRETS),
    key("secrets.cipher[]", Kind::Secret { min: 32, max: 32 }).secret(),
    key("hashers.algorithm", Kind::OneOf(&["argon2", "bcrypt"])).or("bcrypt"),
    key("hashers.argon2.memory", Kind::Size).or("128MB"),
    key("hashers.argon2.iterations", Kind::Whole { min: 1, max: 10 }).or("1"),
    key("hashers.argon2.parallelism", Kind::Whole { min: 1, max: 16 }),
    key("hashers.argon2.salt_length", Kind::Whole { min: 16, max: 64 }).or("16"),
    key("hashers.argon2.key_length", Kind::Whole { min: 16, max: 64 }).or("32"),
    key("hashers.argon2.{expected_duration,expected_deviation}", Kind::Duration).or("500ms").later(),
    key("hashers.argon2.dedicated_memory", Kind::Size).or("1GB"),
    key("hashers.bcrypt.cost", Kind::Whole { min: 4, max: 31 }).or("12"),
    key("ciphers", Kind::OpenSection),
    key("ciphers.algorithm", Kind::OneOf(&["noop", "aes", "xchacha20-poly1305"])).or("xchacha20-poly1305"),
];
