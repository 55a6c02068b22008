//! Forms and queries in their URL-encoded form.

use super::{body::BodyError, limits};

/// The pairs of a URL-encoded text, in order.
///
/// # Errors
/// When it has too many pairs, or when a name or value is not UTF-8 or holds a NUL.
pub fn parse_urlencoded(bytes: &[u8]) -> Result<Vec<(String, String)>, BodyError> {
    let mut pairs = Vec::new();
    for piece in bytes.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
        if pairs.len() == limits::FIELDS {
            return Err(BodyError::TooComplex);
        }
        let mut halves = piece.splitn(2, |byte| *byte == b'=');
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        pairs.push((decode(name)?, decode(value)?));
    }
    Ok(pairs)
}

/// `+` is a space, `%41` is a byte; a `%` that starts no escape stands for itself.
fn decode(text: &[u8]) -> Result<String, BodyError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, tail @ ..]) => match hex(*high).zip(hex(*low)) {
                Some((high, low)) => {
                    bytes.push(high << 4 | low);
                    rest = tail;
                }
                None => bytes.push(b'%'),
            },
            (other, _) => bytes.push(*other),
        }
    }
    checked_text(bytes)
}

/// Takes bytes as text that every database can keep.
pub fn checked_text(bytes: Vec<u8>) -> Result<String, BodyError> {
    // SECURITY: PostgreSQL refuses NUL in text and in JSON, which would turn a strange request into a server
    // error; other programs cut texts there (tests::refuses_what_cannot_be_stored).
    if bytes.contains(&0) {
        return Err(BodyError::Nul);
    }
    String::from_utf8(bytes).map_err(|_| BodyError::NotUtf8)
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse_urlencoded(text.as_bytes()).unwrap()
    }

    #[test]
    fn pairs_in_order() {
        let expected: &[(&str, &str)] =
            &[("a", "1 2"), ("b", ""), ("c", ""), ("a", "é="), ("d", "100%"), ("e", "%z1"), ("", "x")];
        let expected: Vec<_> = expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(pairs("a=1+2&b=&&c&a=%c3%A9%3d&d=100%&e=%z1&=x"), expected);
        assert_eq!(pairs(""), []);
    }

    #[test]
    fn refuses_what_cannot_be_stored() {
        assert_eq!(parse_urlencoded(b"a=%00"), Err(BodyError::Nul));
        assert_eq!(parse_urlencoded(b"a%00=1"), Err(BodyError::Nul));
        assert_eq!(parse_urlencoded(b"a=\0"), Err(BodyError::Nul));
        assert_eq!(parse_urlencoded(b"a=%ff"), Err(BodyError::NotUtf8));
        assert_eq!(parse_urlencoded(b"a=\xff"), Err(BodyError::NotUtf8));
    }

    #[test]
    fn bounds_the_number_of_fields() {
        assert_eq!(parse_urlencoded("a&".repeat(limits::FIELDS).as_bytes()).unwrap().len(), limits::FIELDS);
        assert_eq!(parse_urlencoded("a&".repeat(limits::FIELDS + 1).as_bytes()), Err(BodyError::TooComplex));
    }
}
