//! The one escape in which JSON differs from YAML.

use std::borrow::Cow;

/// Rewrites characters that JSON escapes as two halves (`\ud83d\ude00`) the way YAML escapes them as one
/// (`\U0001f600`). Texts that are not JSON are left alone.
pub(super) fn join_halves(text: &str) -> Cow<'_, str> {
    if !text.trim_start().starts_with('{') || !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        joined.push_str(before);
        let length = match character(escape) {
            Some(character) => {
                joined.push_str(&format!("\\U{:08x}", u32::from(character)));
                12
            }
            None => {
                // Two characters at once, so that an escaped backslash does not begin another escape.
                let length = escape.chars().take(2).map(char::len_utf8).sum();
                joined.push_str(escape.get(..length).unwrap_or_default());
                length
            }
        };
        rest = escape.get(length..).unwrap_or_default();
    }
    joined.push_str(rest);
    Cow::Owned(joined)
}

/// The character whose two escaped halves `escape` begins with.
fn character(escape: &str) -> Option<char> {
    let half = |at: usize| {
        let digits = escape.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let halves = [half(0)?, half(6)?];
    let mut decoded = char::decode_utf16(halves);
    let first = decoded.next()?.ok()?;
    decoded.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_joined_and_everything_else_is_kept() {
        assert_eq!(join_halves(r#"{"a": "\ud83d\ude00!"}"#), r#"{"a": "\U0001f600!"}"#);
        for kept in [
            r#"{"a": "\\ud83d\\ude00"}"#,
            r#"{"a": "\ud83d"}"#,
            r#"{"a": "\u00e9\u00e9"}"#,
            "{\\",
            "a: \\ud83d\\ude00",
        ] {
            assert_eq!(join_halves(kept), kept);
        }
    }
}
