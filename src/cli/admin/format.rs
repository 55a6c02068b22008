//! The formats that scripts and people ask for: tables, JSON, YAML, or one part of it.

use std::str::FromStr;

use serde_json::Value;
use serde_json_path::JsonPath;
use yaml_rust2::{Yaml, YamlEmitter, yaml::Hash};

use super::args::Output;
use crate::cli::{CliError, Out};

/// How data is printed.
#[derive(Debug, Clone)]
pub enum Format {
    /// Columns for people.
    Table,
    /// JSON on one line.
    Json,
    /// JSON on many lines.
    JsonPretty,
    /// YAML.
    Yaml,
    /// What a JSONPath (RFC 9535) selects, a line for each.
    JsonPath(Box<JsonPath>),
    /// What a JSON pointer (RFC 6901) names.
    JsonPointer(String),
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=').unwrap_or((text, "")) {
            ("table", "") => Ok(Self::Table),
            ("json", "") => Ok(Self::Json),
            ("json-pretty", "") => Ok(Self::JsonPretty),
            ("yaml", "") => Ok(Self::Yaml),
            ("jsonpath", expression) if !expression.is_empty() => JsonPath::parse(&rooted(expression))
                .map(|path| Self::JsonPath(Box::new(path)))
                .map_err(|error| format!("this is no JSONPath: {error}; write jsonpath=$.traits.email")),
            ("jsonpointer", pointer) if pointer.is_empty() || pointer.starts_with('/') => {
                Ok(Self::JsonPointer(pointer.to_owned()))
            }
            ("jsonpointer", _) => {
                Err("a JSON pointer begins with a slash: jsonpointer=/traits/email".to_owned())
            }
            _ => {
                Err("use table, json, json-pretty, yaml, jsonpath=EXPRESSION or jsonpointer=POINTER"
                    .to_owned())
            }
        }
    }
}

/// COMPAT: scripts for Kratos write `traits.email` and `identities.0.id`; the standard wants a root, and
/// brackets for numbers (test `the_short_spelling_of_a_path`).
fn rooted(expression: &str) -> String {
    if expression.starts_with('$') {
        return expression.to_owned();
    }
    if expression.starts_with('[') {
        return format!("${expression}");
    }
    expression.split('.').fold("$".to_owned(), |path, part| {
        let is_index = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_index { format!("{path}[{part}]") } else { format!("{path}.{part}") }
    })
}

/// Data that can be shown in every format.
#[derive(Debug, Default)]
pub struct Shown {
    /// The names of the columns.
    pub columns: &'static [&'static str],
    /// The cells.
    pub rows: Vec<Vec<String>>,
    /// What `--quiet` prints.
    pub ids: Vec<String>,
    /// What all other formats print.
    pub data: Value,
}

impl Shown {
    /// Prints it as asked for.
    ///
    /// # Errors
    /// The pointer names nothing, or the data cannot be written as YAML.
    pub fn print(&self, out: &Out, asked: &Output) -> Result<(), CliError> {
        if asked.quiet {
            self.ids.iter().for_each(|id| out.line(id));
            return Ok(());
        }
        match &asked.format {
            Format::Table => self.table(out),
            Format::Json => out.line(&self.data),
            Format::JsonPretty => out.line(format_args!("{:#}", self.data)),
            Format::Yaml => out.line(yaml(&self.data)?),
            Format::JsonPath(path) => path.query(&self.data).iter().for_each(|found| out.line(bare(found))),
            Format::JsonPointer(pointer) => match self.data.pointer(pointer) {
                Some(found) => out.line(bare(found)),
                None => return Err(CliError::new(format!("Nothing stands at {pointer}."))),
            },
        }
        Ok(())
    }

    fn table(&self, out: &Out) {
        let heading = self.columns.iter().map(|name| (*name).to_owned()).collect();
        let rows: Vec<Vec<String>> = std::iter::once(heading).chain(self.rows.iter().cloned()).collect();
        out.table(&rows);
    }
}

/// A value without quotation marks when it is a text, as shells want it.
fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn yaml(data: &Value) -> Result<String, CliError> {
    let mut text = String::new();
    YamlEmitter::new(&mut text)
        .dump(&as_yaml(data))
        .map_err(|error| CliError::because("write YAML", &error))?;
    Ok(text.trim_start_matches("---\n").to_owned())
}

fn as_yaml(value: &Value) -> Yaml {
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(flag) => Yaml::Boolean(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Yaml::Integer(whole),
            None => Yaml::Real(number.to_string()),
        },
        Value::String(text) => Yaml::String(text.clone()),
        Value::Array(items) => Yaml::Array(items.iter().map(as_yaml).collect()),
        Value::Object(map) => Yaml::Hash(
            map.iter().map(|(key, value)| (Yaml::String(key.clone()), as_yaml(value))).collect::<Hash>(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn picked(format: &str, data: &Value) -> Vec<String> {
        match format.parse().unwrap() {
            Format::JsonPath(path) => path.query(data).iter().map(|found| bare(found)).collect(),
            Format::JsonPointer(pointer) => data.pointer(&pointer).map(bare).into_iter().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_short_spelling_of_a_path() {
        let data = json!({"identities": [{"id": "a", "n": 1}, {"id": "b"}]});
        for path in ["$.identities[0].id", "identities.0.id"] {
            assert_eq!(picked(&format!("jsonpath={path}"), &data), ["a"], "{path}");
        }
        assert_eq!(picked("jsonpath=$.identities[*].id", &data), ["a", "b"]);
        assert_eq!(picked("jsonpath=identities.0.n", &data), ["1"]);
        assert_eq!(picked("jsonpath=[\"identities\"][1].id", &data), ["b"]);
        assert_eq!(picked("jsonpointer=/identities/1/id", &data), ["b"]);
        assert_eq!(picked("jsonpointer=/identities/2", &data), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_format_is_refused_with_a_way_out() {
        for bad in ["xml", "", "table=x", "jsonpath", "jsonpath=", "jsonpath=$[", "jsonpointer=traits"] {
            let said = bad.parse::<Format>().unwrap_err();
            assert!(said.contains("json"), "{bad}: {said}");
        }
    }

    #[test]
    fn yaml_keeps_texts_apart_from_what_looks_like_them() {
        let data = json!({"a": "yes", "b": ["1", 1, 1.5, null, true], "c": {"d": "x: y"}, "e": "two\nlines"});
        let text = yaml(&data).unwrap();
        let read = yaml_rust2::YamlLoader::load_from_str(&text).unwrap();
        assert_eq!(read, [as_yaml(&data)], "{text}");
    }
}
