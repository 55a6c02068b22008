//! The value of a variable, typed as its key declares.

use serde_json::Value;

use crate::config::{
    Place,
    table::{Kind, Spec},
    value::{Data, Node},
};

/// Deeper JSON than this is refused; files have the same limit.
const MAX_DEPTH: usize = 64;

/// Converts the text of a variable.
///
/// # Errors
/// What the text has to be.
pub(super) fn typed(spec: &Spec, text: &str, at: &Place) -> Result<Node, String> {
    let node = |data| Ok(Node::new(data, at.clone()));
    match spec.row.kind {
        Kind::Bool | Kind::BoolOrText => match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => node(Data::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => node(Data::Bool(false)),
            _ => Err("must be true or false".to_owned()),
        },
        Kind::Whole { .. } => match text.trim().parse() {
            Ok(value) => node(Data::Whole(value)),
            Err(_not_whole) => Err("must be a whole number".to_owned()),
        },
        Kind::Ratio => match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => node(Data::Ratio(value)),
            _ => Err("must be a number".to_owned()),
        },
        Kind::Section | Kind::OpenSection | Kind::Group(_) | Kind::Map => match json(text) {
            Some(value @ Value::Object(_)) => Ok(Node::from_json(value, at)),
            _ => Err("must be a JSON object".to_owned()),
        },
        Kind::Hooks => array(text, at).ok_or_else(|| "must be a JSON array of hooks".to_owned()),
        Kind::List { .. } => list(spec, text, at),
        Kind::Any => Ok(json(text).map_or_else(
            || Node::new(Data::Text(text.to_owned()), at.clone()),
            |value| Node::from_json(value, at),
        )),
        _ => node(Data::Text(text.to_owned())),
    }
}

fn list(spec: &Spec, text: &str, at: &Place) -> Result<Node, String> {
    if let Some(array) = array(text, at) {
        return Ok(array);
    }
    if spec.each.as_ref().is_some_and(|each| each.is_section()) {
        return Err("must be a JSON array of objects".to_owned());
    }
    let items =
        csv(text).ok_or_else(|| "must be a JSON array or values with commas between them".to_owned())?;
    let items = items.into_iter().map(|item| Node::new(Data::Text(item), at.clone())).collect();
    Ok(Node::new(Data::List(items), at.clone()))
}

fn array(text: &str, at: &Place) -> Option<Node> {
    match json(text)? {
        value @ Value::Array(_) => Some(Node::from_json(value, at)),
        _ => None,
    }
}

fn json(text: &str) -> Option<Value> {
    let value = serde_json::from_str(text).ok()?;
    (depth(&value) <= MAX_DEPTH).then_some(value)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// One line of comma-separated values, quoted as in RFC 4180. `None` when a quote is not closed.
fn csv(text: &str) -> Option<Vec<String>> {
    if text.trim().is_empty() {
        return Some(Vec::new());
    }
    let mut items = vec![String::new()];
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        let item = items.last_mut()?;
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                item.push('"');
            }
            '"' if quoted || item.is_empty() => quoted = !quoted,
            ',' if !quoted => items.push(String::new()),
            letter => item.push(letter),
        }
    }
    (!quoted).then_some(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{table::TABLE, value::KeyOrder};

    fn read(path: &str, text: &str) -> Result<Value, String> {
        let node = typed(TABLE.find(path).unwrap(), text, &Place::Default)?;
        Ok(node.to_json(KeyOrder::Written))
    }

    #[test]
    fn values_take_the_type_of_their_key() {
        use serde_json::json;
        assert_eq!(read("dsn", "123"), Ok(json!("123")));
        assert_eq!(read("serve.public.port", "4433"), Ok(json!(4433)));
        assert_eq!(read("dev", "1"), Ok(json!(true)));
        assert_eq!(read("cookies.secure", "false"), Ok(json!(false)));
        assert_eq!(read("secrets.cookie", "a,\"b,c\",\"d\"\"e\""), Ok(json!(["a", "b,c", "d\"e"])));
        assert_eq!(read("secrets.cookie", r#"["a","b"]"#), Ok(json!(["a", "b"])));
        assert_eq!(read("courier.smtp.headers", r#"{"X":"y"}"#), Ok(json!({"X": "y"})));
        let hooks = r#"[{"hook":"session"}]"#;
        assert_eq!(
            read("selfservice.flows.registration.after.password.hooks", hooks),
            Ok(json!([{"hook": "session"}]))
        );
        assert_eq!(read("selfservice.allowed_return_urls", ""), Ok(json!([])));
    }

    #[test]
    fn values_of_the_wrong_type_are_refused() {
        for (path, text) in [
            ("serve.public.port", "http"),
            ("serve.public.port", "44.5"),
            ("dev", "yes"),
            ("courier.smtp.headers", "X=y"),
            ("identity.schemas", "default"),
            ("selfservice.flows.login.before.hooks", "web_hook"),
            ("secrets.cookie", "\"open"),
            ("tracing.providers.otlp.sampling.sampling_ratio", "NaN"),
        ] {
            assert!(read(path, text).is_err(), "{path}={text}");
        }
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(read("organizations", &deep).is_ok_and(|value| depth(&value) < 64));
    }
}
