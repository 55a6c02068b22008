//! What a YAML scalar means: the rules that existing configuration files were written for.

use yaml_rust2::{parser::Tag, scanner::TScalarStyle};

use super::Data;

/// Types a scalar. Quoted scalars are text; plain ones follow the core schema of YAML 1.2, plus the
/// `0755`-like octal numbers of 1.1.
///
/// # Errors
/// The tag asks for a type that the text does not have, or is none that a configuration may use.
pub(crate) fn scalar(text: String, style: TScalarStyle, tag: Option<&Tag>) -> Result<Data, String> {
    if let Some(tag) = tag {
        return tagged(text, tag);
    }
    Ok(if style == TScalarStyle::Plain { plain(text) } else { Data::Text(text) })
}

fn tagged(text: String, tag: &Tag) -> Result<Data, String> {
    let name = format!("{}{}", tag.handle, tag.suffix);
    let is = |wanted: &str| name == format!("tag:yaml.org,2002:{wanted}") || name == format!("!!{wanted}");
    if is("str") || name == "!" {
        return Ok(Data::Text(text));
    }
    let typed = plain(text.clone());
    let fits = match &typed {
        Data::Null => is("null"),
        Data::Bool(_) => is("bool"),
        Data::Whole(_) => is("int") || is("float"),
        Data::Ratio(_) => is("float"),
        Data::Text(_) | Data::List(_) | Data::Map(_) => false,
    };
    if fits { Ok(typed) } else { Err(format!("the tag {name} is not understood here")) }
}

fn plain(text: String) -> Data {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => return Data::Null,
        "true" | "True" | "TRUE" => return Data::Bool(true),
        "false" | "False" | "FALSE" => return Data::Bool(false),
        _ => {}
    }
    if let Some(whole) = whole(&text) {
        return Data::Whole(whole);
    }
    match ratio(&text) {
        Some(ratio) => Data::Ratio(ratio),
        None => Data::Text(text),
    }
}

fn whole(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, digits.get(2..)?),
        Some("0o") => (8, digits.get(2..)?),
        Some("0b") => (2, digits.get(2..)?),
        Some(two) if two.starts_with('0') => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if !digits.starts_with(|first: char| first.is_digit(radix)) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{}", digits.replace('_', "")), radix).ok()
}

fn ratio(text: &str) -> Option<f64> {
    let looks_numeric = text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E'));
    if looks_numeric { text.parse().ok().filter(|ratio: &f64| ratio.is_finite()) } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::{
        Place,
        value::{KeyOrder, Node},
    };

    fn read(text: &str) -> Value {
        Node::new(plain(text.to_owned()), Place::Default).to_json(KeyOrder::Written)
    }

    #[test]
    fn plain_scalars_are_typed_as_existing_files_expect() {
        assert_eq!(read("0755"), json!(493));
        assert_eq!(read("0o755"), json!(493));
        assert_eq!(read("432"), json!(432));
        assert_eq!(read("-1"), json!(-1));
        assert_eq!(read("0x10"), json!(16));
        assert_eq!(read("0.5"), json!(0.5));
        assert_eq!(read("True"), json!(true));
        assert_eq!(read("~"), Value::Null);
        for text in
            ["yes", "no", "on", "1h30m", "1.2.3", "v1.0.0", "_1", "nan", ".inf", "99999999999999999999x"]
        {
            assert_eq!(read(text), json!(text), "{text}");
        }
    }

    #[test]
    fn tags_are_honoured_or_refused() {
        let tag = |suffix: &str| Tag { handle: "tag:yaml.org,2002:".to_owned(), suffix: suffix.to_owned() };
        assert!(matches!(tagged("12".to_owned(), &tag("str")), Ok(Data::Text(text)) if text == "12"));
        assert!(matches!(tagged("12".to_owned(), &tag("int")), Ok(Data::Whole(12))));
        assert!(tagged("x".to_owned(), &tag("int")).is_err());
        assert!(tagged("aGk=".to_owned(), &tag("binary")).is_err());
    }
}
