//! Reads YAML, of which JSON is a part, into located values.

use std::sync::Arc;

use yaml_rust2::parser::{Event, Parser};

use super::{Node, build::Builder, escape::join_halves};

/// Something in the text of a file that keeps it from being read as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub line: usize,
    pub reason: String,
}

/// Reads one document. The tree is as complete as the flaws allow, so that one run can report more than the
/// first mistake; an empty document gives no tree and no flaw.
///
/// Bounded: nesting, size after aliases are resolved, and the number of documents. Works on events, without
/// recursion, so that deep nesting cannot exhaust the stack.
pub(crate) fn parse(text: &str, file_index: usize, file_name: &Arc<str>) -> (Option<Node>, Vec<Flaw>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The parser takes a NUL for the end of the text; half a configuration must not pass for a whole one.
    if let Some((at, _)) = text.char_indices().find(|(_, c)| c.is_control() && !"\t\r\n\u{85}".contains(*c)) {
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        return (
            None,
            vec![Flaw { line, reason: "this is not a text file: it has control characters".to_owned() }],
        );
    }
    let text = join_halves(text);
    let mut parser = Parser::new_from_str(&text);
    let mut builder = Builder::new(file_index, Arc::clone(file_name));
    loop {
        match parser.next_token() {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, mark)) => {
                if builder.take(event, mark.line()).is_break() {
                    break;
                }
            }
            Err(error) => {
                let reason = format!("this is not well-formed YAML or JSON: {}", error.info());
                builder.flaw(error.marker().line(), reason);
                break;
            }
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::value::KeyOrder;

    fn read(text: &str) -> (Value, Vec<Flaw>) {
        let (node, flaws) = parse(text, 0, &Arc::from("test.yml"));
        (node.map(|node| node.to_json(KeyOrder::Written)).unwrap_or_default(), flaws)
    }

    #[test]
    fn yaml_and_json_give_the_same_values() {
        let yaml = "a:\n  - 1\n  - x: \"true\"\n    y: yes\nb: ~\n";
        let json = "{\n\t\"a\": [1, {\"x\": \"true\", \"y\": \"yes\"}],\n\t\"b\": null\n}";
        assert_eq!(read(yaml), read(json));
        assert_eq!(read(yaml).0, json!({"a": [1, {"x": "true", "y": "yes"}], "b": null}));
    }

    #[test]
    fn json_escapes_are_understood() {
        let text = r#"{"a": "\u00e9\/\"\n", "b": "\ud83d\ude00"}"#;
        let (value, flaws) = read(text);
        assert_eq!(flaws, []);
        assert_eq!(value, serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn lines_are_counted_from_one() {
        let (node, _) = parse("a: 1\nb:\n  c: 2\n", 0, &Arc::from("test.yml"));
        let node = node.unwrap();
        assert_eq!(node.get("b").unwrap().get("c").unwrap().at.to_string(), "test.yml:3");
    }

    #[test]
    fn anchors_and_merge_keys_are_resolved_and_own_keys_win() {
        let text = "base: &base {x: 1, y: 1}\nmore: &more {y: 2, z: 2}\nuse:\n  <<: [*base, *more]\n  x: 9\n";
        let (value, flaws) = read(text);
        assert_eq!(flaws, []);
        assert_eq!(value["use"], json!({"x": 9, "y": 1, "z": 2}));
        assert_eq!(read("a: &a {x: 1}\nb: {<<: *a}\n").0["b"], json!({"x": 1}));
        assert_eq!(read("b: {<<: 7}\n").1.len(), 1);
    }

    #[test]
    fn duplicate_keys_are_flaws_that_name_both_lines() {
        let (_, flaws) = read("a: 1\nb: 2\na: 3\n");
        assert_eq!(flaws.len(), 1);
        assert_eq!(flaws[0].line, 3);
        assert!(flaws[0].reason.contains("line 1"), "{}", flaws[0].reason);
    }

    #[test]
    fn hostile_texts_give_flaws() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let refs = vec![format!("*a{}", n - 1); 10].join(", ");
            bomb.push_str(&format!("a{n}: &a{n} [{refs}]\n"));
        }
        let deep_block: String = (0..5000).map(|n| format!("{}a:\n", " ".repeat(n % 5000))).collect();
        for text in [
            bomb,
            "[".repeat(100_000),
            "{a: ".repeat(3000),
            "- ".repeat(50_000),
            deep_block,
            "a: &a [*a]".to_owned(),
            "a: *nobody".to_owned(),
            "? [complex, key]\n: value".to_owned(),
            "a: 1\n---\nb: 2\n".to_owned(),
            "a: \"unclosed".to_owned(),
            "\u{0}\u{1}\u{2}".to_owned(),
            "a: 1\nb: \u{0}\nc: 2".to_owned(),
            "a: !!binary aGk=".to_owned(),
            "key: value\n\tindented: by a tab".to_owned(),
        ] {
            assert!(!read(&text).1.is_empty(), "{}", text.chars().take(60).collect::<String>());
        }
    }

    #[test]
    fn an_empty_text_is_empty() {
        assert_eq!(read(""), (Value::Null, Vec::new()));
        assert_eq!(read("# nothing but a comment\n"), (Value::Null, Vec::new()));
    }
}
