//! Reads TOML into located values.

use std::sync::Arc;

use toml_edit::{Document, Item, Key, TableLike, Value};

use super::{Data, Entry, Node, yaml::Flaw};
use crate::config::Place;

/// Tables and arrays inside one another, as in YAML.
const MAX_DEPTH: usize = 64;

/// Reads one document, as [`parse`](super::parse) reads YAML.
pub(crate) fn parse_toml(text: &str, file_index: usize, file_name: &Arc<str>) -> (Option<Node>, Vec<Flaw>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // SECURITY: the library refuses towers by itself, dotted names included; `towers_and_bombs_end_early`.
    match Document::parse(text) {
        Ok(document) => {
            let mut reader = Reader { text, file_index, file_name: Arc::clone(file_name), flaws: Vec::new() };
            let node = reader.table(document.as_table(), 1, 0);
            (Some(node).filter(|node| !node.entries().is_empty()), reader.flaws)
        }
        Err(error) => {
            let line = error.span().map_or(1, |span| line_at(text, span.start));
            (None, vec![Flaw { line, reason: format!("this is not well-formed TOML: {}", error.message()) }])
        }
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or(text).matches('\n').count() + 1
}

struct Reader<'t> {
    text: &'t str,
    file_index: usize,
    file_name: Arc<str>,
    flaws: Vec<Flaw>,
}

impl Reader<'_> {
    fn place(&self, line: usize) -> Place {
        Place::File { index: self.file_index, name: Arc::clone(&self.file_name), line }
    }

    fn flaw(&mut self, line: usize, reason: impl Into<String>) -> Node {
        self.flaws.push(Flaw { line, reason: reason.into() });
        Node::new(Data::Null, self.place(line))
    }

    fn table(&mut self, table: &dyn TableLike, line: usize, depth: usize) -> Node {
        if depth >= MAX_DEPTH {
            return self.flaw(line, format!("this is nested more than {MAX_DEPTH} levels deep"));
        }
        let mut entries = Vec::new();
        for (name, item) in table.iter() {
            let span = table.key(name).and_then(Key::span);
            let line = span.map_or(line, |span| line_at(self.text, span.start));
            let node = self.item(item, line, depth + 1);
            entries.push(Entry { key: name.to_owned(), at: self.place(line), node });
        }
        Node::new(Data::Map(entries), self.place(line))
    }

    fn item(&mut self, item: &Item, line: usize, depth: usize) -> Node {
        match item {
            Item::None => Node::new(Data::Null, self.place(line)),
            Item::Value(value) => self.value(value, line, depth),
            Item::Table(table) => {
                let line = table.span().map_or(line, |span| line_at(self.text, span.start));
                self.table(table, line, depth)
            }
            Item::ArrayOfTables(tables) => {
                let mut items = Vec::new();
                for table in tables {
                    let line = table.span().map_or(line, |span| line_at(self.text, span.start));
                    items.push(self.table(table, line, depth + 1));
                }
                Node::new(Data::List(items), self.place(line))
            }
        }
    }

    fn value(&mut self, value: &Value, line: usize, depth: usize) -> Node {
        let line = value.span().map_or(line, |span| line_at(self.text, span.start));
        if depth >= MAX_DEPTH {
            return self.flaw(line, format!("this is nested more than {MAX_DEPTH} levels deep"));
        }
        let data = match value {
            Value::String(text) => Data::Text(text.value().clone()),
            Value::Integer(whole) => Data::Whole(*whole.value()),
            Value::Float(ratio) if ratio.value().is_finite() => Data::Ratio(*ratio.value()),
            Value::Float(_) => return self.flaw(line, "this number is not finite"),
            Value::Boolean(flag) => Data::Bool(*flag.value()),
            // A date is what YAML takes for text.
            Value::Datetime(date) => Data::Text(date.value().to_string()),
            Value::Array(items) => {
                Data::List(items.iter().map(|item| self.value(item, line, depth + 1)).collect())
            }
            Value::InlineTable(table) => return self.table(table, line, depth),
        };
        Node::new(data, self.place(line))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::value::KeyOrder;

    fn read(text: &str) -> (Option<Node>, Vec<Flaw>) {
        parse_toml(text, 0, &Arc::from("a.toml"))
    }

    #[test]
    fn tables_arrays_and_values_become_what_yaml_has() {
        let text = "dsn = \"memory\"\nrevision = 2026-03-01\n[serve.public]\nport = 4433\ncors.enabled = true\n\
                    [[identity.schemas]]\nid = \"a\"\n[[identity.schemas]]\nid = 'b'\n\
                    [log]\nratio = 0.5\nlist = [1, { x = [] }]\n";
        let (node, flaws) = read(text);
        assert_eq!(flaws, []);
        assert_eq!(
            node.unwrap().to_json(KeyOrder::Written),
            json!({
                "dsn": "memory", "revision": "2026-03-01",
                "serve": { "public": { "port": 4433, "cors": { "enabled": true } } },
                "identity": { "schemas": [{ "id": "a" }, { "id": "b" }] },
                "log": { "ratio": 0.5, "list": [1, { "x": [] }] },
            })
        );
    }

    #[test]
    fn values_know_their_lines() {
        let (node, _) = read("a = 1\n\n[b]\nc = [\n  1,\n  2,\n]\n[[d]]\ne = 3\n");
        let node = node.unwrap();
        let place = |node: Option<&Node>| node.unwrap().at.to_string();
        assert_eq!(place(node.get("a")), "a.toml:1");
        assert_eq!(place(node.get("b")), "a.toml:3");
        assert_eq!(place(node.get("b").unwrap().get("c").unwrap().items().last()), "a.toml:6");
        assert_eq!(place(node.get("d").unwrap().items()[0].get("e")), "a.toml:9");
    }

    #[test]
    fn what_is_no_toml_is_a_flaw_with_a_line() {
        for (text, line) in [
            ("a = 1\nb\n", 2),
            ("a = 1\na = 2\n", 2),
            ("[a]\n[a]\n", 2),
            ("a = nan\n", 1),
            ("a = \"open\n", 1),
            ("a: 1\n", 1),
            ("a = 1\nb = \u{0}\n", 2),
        ] {
            let (_, flaws) = read(text);
            assert_eq!(flaws.first().map(|flaw| flaw.line), Some(line), "{text}: {flaws:?}");
        }
        assert_eq!(read("# nothing\n").0.map(|node| node.to_json(KeyOrder::Written)), None);
    }

    #[test]
    fn towers_and_bombs_end_early() {
        let dotted = vec!["a"; 200_000].join(".");
        for text in [
            format!("{dotted} = 1\n"),
            format!("[{dotted}]\nb = 1\n"),
            format!("[[{dotted}]]\n"),
            format!("a = {{ {dotted} = 1 }}\n"),
            format!("a = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000)),
            format!("a = {}b = 1{}\n", "{ a = ".repeat(50_000), "}".repeat(50_000)),
            (0..70).map(|n| format!("[a{}]\n", ".b".repeat(n))).collect(),
        ] {
            assert!(!read(&text).1.is_empty(), "{}", text.chars().take(40).collect::<String>());
        }
    }
}
