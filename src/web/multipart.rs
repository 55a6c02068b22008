//! The fields of a `multipart/form-data` body. Files are passed over: no form of ours has any.

use super::{body::BodyError, form::checked_text, limits};

/// The text fields of a body, in order.
///
/// # Errors
/// When the body does not keep to its boundary, or a field could not be stored.
pub fn parse(body: &[u8], boundary: &str) -> Result<Vec<(String, String)>, BodyError> {
    // Longer boundaries are not allowed (RFC 2046), and would make the search below slow.
    if boundary.is_empty() || boundary.len() > 70 {
        return Err(BodyError::MalformedForm);
    }
    let opening = format!("--{boundary}");
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = match body.strip_prefix(opening.as_bytes()) {
        Some(rest) => rest,
        None => split_at(body, delimiter.as_bytes()).ok_or(BodyError::MalformedForm)?.1,
    };
    let mut pairs = Vec::new();
    let mut parts = 0;
    while !rest.starts_with(b"--") {
        parts += 1;
        if parts > limits::FIELDS {
            return Err(BodyError::TooComplex);
        }
        let (_, part) = split_at(rest, b"\r\n").ok_or(BodyError::MalformedForm)?;
        let (content, after) = split_at(part, delimiter.as_bytes()).ok_or(BodyError::MalformedForm)?;
        let (head, value) = match content.strip_prefix(b"\r\n") {
            Some(value) => (&[][..], value),
            None => split_at(content, b"\r\n\r\n").ok_or(BodyError::MalformedForm)?,
        };
        if let Some(name) = field_name(&checked_text(head.to_vec())?) {
            pairs.push((name, checked_text(value.to_vec())?));
        }
        rest = after;
    }
    Ok(pairs)
}

/// The boundary in a `Content-Type`.
pub fn boundary(content_type: &str) -> Option<String> {
    parameters(content_type)
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
        .map(|(_, value)| value)
}

/// The name of the field that a part holds; `None` for files and for parts without a name.
fn field_name(head: &str) -> Option<String> {
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let parameters = parameters(disposition);
    let is_file = parameters.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("filename"));
    let name = parameters.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("name"));
    name.filter(|_| !is_file).map(|(_, value)| value)
}

/// The parameters behind the first `;` of a header value; quoted values may hold anything.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_start_matches([';', ' ', '\t']).trim_end().to_owned();
        let value;
        (value, rest) = parameter_value(after.trim_start());
        found.push((name, value));
    }
    found
}

fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return (value.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    (value, characters.as_str())
}

/// What stands before and after the first `needle`.
fn split_at<'a>(hay: &'a [u8], needle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = hay.windows(needle.len()).position(|window| window == needle)?;
    let (before, from) = hay.split_at_checked(at)?;
    Some((before, from.split_at_checked(needle.len())?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> String {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    #[test]
    fn fields_in_order_and_no_files() {
        let body = format!(
            "preamble\r\n{}{}--B\r\nContent-Type: image/png\r\ncontent-disposition: form-data; filename=\"a;b.png\"; name=\"f\"\r\n\r\n\u{fffd}\r\n{}--B--\r\nepilogue",
            field("traits.email", "a@b.test"),
            field("a", ""),
            field("semi;colon", "line\r\nline"),
        );
        let expected = [("traits.email", "a@b.test"), ("a", ""), ("semi;colon", "line\r\nline")];
        let got = parse(body.as_bytes(), "B").unwrap();
        assert_eq!(got.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn no_fields_at_all() {
        assert_eq!(parse(b"--B--", "B"), Ok(vec![]));
    }

    #[test]
    fn broken_bodies() {
        let whole = format!("{}--B--", field("a", "1"));
        for end in 0..whole.len() - 2 {
            assert!(parse(&whole.as_bytes()[..end], "B").is_err(), "cut at {end}");
        }
        assert_eq!(parse(whole.as_bytes(), ""), Err(BodyError::MalformedForm));
        assert_eq!(parse(whole.as_bytes(), &"B".repeat(71)), Err(BodyError::MalformedForm));
        assert_eq!(parse(format!("{}--B--", field("a", "\0")).as_bytes(), "B"), Err(BodyError::Nul));
        assert_eq!(parse("--B\r\n\r\nx\r\n".repeat(5000).as_bytes(), "B"), Err(BodyError::TooComplex));
    }

    #[test]
    fn boundaries() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("multipart/form-data; charset=utf-8; Boundary=\"a b;c\"", Some("a b;c")),
            ("multipart/form-data;boundary=abc; x=y", Some("abc")),
            ("multipart/form-data", None),
        ] {
            assert_eq!(boundary(content_type).as_deref(), expected);
        }
    }
}
