//! Formats, with the meanings of 03 §4.6. Each is false for a value that is no text; unknown ones are true.

use std::net::{Ipv4Addr, Ipv6Addr};

use jsonschema::{Keyword, PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value, json};
use time::{Date, macros::format_description};
use url::{Host, Url};

use crate::kernel::{Timestamp, normalise};

/// The keyword `format` as we understand it; replaces that of the validator crate.
pub(super) struct Format {
    name: String,
    check: Check,
}

enum Check {
    Own(fn(&str) -> bool),
    Crate(Box<Validator>),
    Any,
}

impl Format {
    /// The check that belongs to a `format` keyword with this value.
    pub(super) fn named(name: &str) -> Self {
        let check = match name {
            "email" => Check::Own(normalise::is_email),
            "email_loose" => Check::Own(is_email_loose),
            "tel" => Check::Own(|text| normalise::strict_phone(text).is_some()),
            "date" => Check::Own(is_date),
            "time" => Check::Own(is_time),
            "date-time" => Check::Own(|text| Timestamp::parse(text).is_some()),
            "uri" | "iri" => Check::Own(|text| Url::parse(text).is_ok()),
            "uri-reference" | "iriref" | "iri-reference" => Check::Own(is_uri_reference),
            "ipv4" | "ip-address" => Check::Own(|text| text.parse::<Ipv4Addr>().is_ok()),
            "ipv6" => Check::Own(|text| text.parse::<Ipv6Addr>().is_ok()),
            "hostname" | "uri-template" | "json-pointer" | "relative-json-pointer" => delegate(name),
            "regex" => Check::Own(is_pattern),
            _ => Check::Any,
        };
        Self { name: name.to_owned(), check }
    }

    /// The factory to register for the keyword `format`.
    #[expect(clippy::unnecessary_wraps, reason = "the signature of a keyword factory")]
    pub(super) fn keyword<'a>(
        _parent: &'a Map<String, Value>,
        value: &'a Value,
        _at: jsonschema::paths::Location,
    ) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
        Ok(Box::new(Self::named(value.as_str().unwrap_or_default())))
    }

    fn allows(&self, value: &Value) -> bool {
        match (&self.check, value) {
            (Check::Any, _) => true,
            (Check::Own(check), Value::String(text)) => check(text),
            (Check::Crate(validator), Value::String(_)) => validator.is_valid(value),
            (Check::Own(_) | Check::Crate(_), _) => false,
        }
    }
}

impl<'i> Keyword<'i> for Format {
    fn validate(&self, value: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.allows(value) { Ok(()) } else { Err(ValidationError::custom(self.name.clone())) }
    }

    fn is_valid(&self, value: &'i Value) -> bool {
        self.allows(value)
    }
}

/// Whether a text is a regular expression that this product can run: RE2 syntax, so no look-around and no
/// back-references, which could be made to run for ever.
pub(super) fn is_pattern(pattern: &str) -> bool {
    jsonschema::draft7::options()
        .with_pattern_options(PatternOptions::regex())
        .build(&json!({ "pattern": pattern }))
        .is_ok()
}

fn delegate(name: &str) -> Check {
    match jsonschema::draft7::options().should_validate_formats(true).build(&json!({ "format": name })) {
        Ok(validator) => Check::Crate(Box::new(validator)),
        Err(_) => Check::Any,
    }
}

fn is_email_loose(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    text.len() <= 320
        && !local.is_empty()
        && local.chars().all(is_local)
        && matches!(Host::parse(domain), Ok(Host::Domain(_)))
}

fn is_date(text: &str) -> bool {
    Date::parse(text, format_description!("[year]-[month]-[day]")).is_ok()
}

/// The time of a day with its offset from UTC, which is mandatory.
fn is_time(text: &str) -> bool {
    Timestamp::parse(&format!("2000-01-01T{text}")).is_some()
}

fn is_uri_reference(text: &str) -> bool {
    !text.contains(char::is_control)
        && Url::parse("https://base.invalid/").is_ok_and(|base| base.join(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_tell_good_from_bad() {
        let table = [
            ("email", "ada@example.test", "nobody"),
            ("email", "\u{e4}@example.test", "Foo <a@example.test>"),
            ("email_loose", "ada@b", "a b@example.test"),
            ("tel", "+4917612345678", "12"),
            ("date", "1815-12-10", "yesterday"),
            ("date", "2024-02-29", "2023-02-29"),
            ("time", "10:00:00Z", "10:00:00"),
            ("date-time", "2026-01-01T10:00:00+01:00", "soon"),
            ("uri", "https://ada.example.test/", "not a uri"),
            ("uri-reference", "/a?b#c", "http://[::"),
            ("ipv4", "127.0.0.1", "127.0.0.256"),
            ("ip-address", "10.0.0.1", "::1"),
            ("ipv6", "::1", "127.0.0.1"),
            ("hostname", "a.example", "-a.example"),
            ("json-pointer", "/a/b", "a"),
            ("relative-json-pointer", "0/a", "/a"),
            ("uri-template", "/{a}", "/{"),
            ("regex", "^a$", "(?=a)b"),
        ];
        for (name, good, bad) in table {
            let format = Format::named(name);
            assert!(format.allows(&json!(good)), "{name} allows {good}");
            assert!(!format.allows(&json!(bad)), "{name} refuses {bad}");
            for other in [json!(7), json!(null), json!(true), json!([good]), json!({})] {
                assert!(!format.allows(&other), "{name} refuses {other}");
            }
        }
    }

    #[test]
    fn unknown_formats_and_no_validate_allow_everything() {
        for name in ["no-validate", "shoe-size", ""] {
            assert!(Format::named(name).allows(&json!(7)), "{name}");
        }
    }
}
