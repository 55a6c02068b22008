//! Whether a single value is what its key declares.

use ipnet::IpNet;

use super::{
    format::{
        duration, is_http, is_page, is_preset, is_simple_duration, is_source, is_uri, is_version, size,
    },
    nearest,
};
use crate::config::{
    table::Kind,
    value::{Data, Node},
};

/// Checks a value that is neither map nor list, and gives it the form that readers expect.
///
/// # Errors
/// What the value has to be.
pub(super) fn leaf(kind: Kind, node: &Node) -> Result<Node, String> {
    match (kind, &node.data) {
        (Kind::Any, _) | (Kind::Bool | Kind::BoolOrText, Data::Bool(_)) => Ok(node.clone()),
        (Kind::BoolOrText, Data::Text(text)) if text == "true" || text == "false" => {
            Ok(Node::new(Data::Bool(text == "true"), node.at.clone()))
        }
        (Kind::Bool | Kind::BoolOrText, _) => Err("must be true or false".to_owned()),
        (Kind::Whole { min, max }, data) => match data {
            Data::Whole(value) if (min..=max).contains(value) => Ok(node.clone()),
            _ => Err(whole_range(min, max)),
        },
        (Kind::Ratio, Data::Whole(0 | 1)) => Ok(node.clone()),
        (Kind::Ratio, Data::Ratio(value)) if (0.0..=1.0).contains(value) => Ok(node.clone()),
        (Kind::Ratio, _) => Err("must be a number from 0 to 1".to_owned()),
        (_, Data::Text(value)) => text(kind, value).map(|()| node.clone()),
        (_, Data::Bool(_) | Data::Whole(_) | Data::Ratio(_)) => {
            Err("must be text; put the value in quotes".to_owned())
        }
        (_, Data::Null | Data::List(_) | Data::Map(_)) => Err("must be text".to_owned()),
    }
}

fn whole_range(min: i64, max: i64) -> String {
    match (min, max) {
        (min, i64::MAX) => format!("must be a whole number of at least {min}"),
        (min, max) => format!("must be a whole number from {min} to {max}"),
    }
}

fn text(kind: Kind, text: &str) -> Result<(), String> {
    let (fits, expected) = match kind {
        Kind::Name => (!text.trim().is_empty(), "must not be empty"),
        Kind::OneOf(allowed) => return one_of(allowed, text),
        Kind::Duration => (
            duration(text).is_some(),
            "must be a duration such as 90s or 1h30m; units are ns, us, ms, s, m and h",
        ),
        Kind::SimpleDuration => (
            is_simple_duration(text),
            "must be one number with one unit (ns, us, ms, s, m or h), such as 90s",
        ),
        Kind::LongDuration => (
            duration(text).is_some_and(|span| !span.is_zero()),
            "must be a duration above zero such as 90s or 1h30m; units are ns, us, ms, s, m and h",
        ),
        Kind::Size => {
            (size(text).is_some(), "must be a size such as 64MB; units are B, KB, MB, GB, TB, PB and EB")
        }
        Kind::Version => (is_version(text), "must be a version such as v1.2.3"),
        Kind::Uri => (is_uri(text), "must be an absolute URI such as https://example.com/path"),
        Kind::Page => {
            (is_page(text), "must be an absolute URI such as https://example.com/path, or an absolute path")
        }
        Kind::Source => {
            (is_source(text), "must start with file://, http://, https:// or base64:// and be complete")
        }
        Kind::SchemaSource => (
            is_source(text) || is_preset(text),
            "must start with file://, http://, https://, base64:// or preset:// and be complete",
        ),
        Kind::Mail => (email_address::EmailAddress::is_valid(text), "must be an e-mail address"),
        Kind::SmtpUri => (is_smtp(text), "must start with smtp:// or smtps:// and name a host"),
        Kind::HttpUrl => (is_http(text), "must be an http:// or https:// URL"),
        Kind::Network => (
            text.parse::<IpNet>().is_ok() || text.parse::<std::net::IpAddr>().is_ok(),
            "must be an address or a network such as 10.0.0.0/8",
        ),
        Kind::Secret { min, max } => return secret(min, max, text),
        _ => (true, ""),
    };
    if fits { Ok(()) } else { Err(expected.to_owned()) }
}

fn one_of(allowed: &[&str], text: &str) -> Result<(), String> {
    if allowed.contains(&text) {
        return Ok(());
    }
    let guess = nearest(text, allowed.iter().copied());
    let guess = guess.map(|guess| format!("; did you mean {guess}?")).unwrap_or_default();
    Err(format!("must be one of {}{guess}", allowed.join(", ")))
}

fn is_smtp(text: &str) -> bool {
    let rest = text.strip_prefix("smtp://").or_else(|| text.strip_prefix("smtps://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':', '?']))
}

fn secret(min: usize, max: usize, text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        return Ok(());
    }
    let wanted = if min == max { format!("exactly {min}") } else { format!("at least {min}") };
    Err(format!("must have {wanted} characters, has {length}"))
}
