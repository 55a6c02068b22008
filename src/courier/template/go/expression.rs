//! Values of Handlebars: what the pipelines of Go become.

use serde_json::Value as Json;

use crate::courier::template::helper;

/// A value in a template of Handlebars.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Path(Path),
    Text(String),
    Number(String),
    Bool(bool),
    Null,
    Call(&'static str, Vec<Expression>),
    /// Values under names.
    Named(Vec<(String, Expression)>),
}

/// A value of the letter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    pub(super) from: From,
    pub(super) keys: Vec<String>,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum From {
    /// The context at this depth; 0 is the one that the template was given.
    Context(usize),
    /// A variable of a loop.
    Bound(String),
}

/// Where a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Contexts that `with` and `each` have opened.
    pub(super) depth: usize,
    /// Whether the template is given the variables of the letter themselves.
    pub(super) is_main: bool,
}

impl Expression {
    /// A helper with its parameters.
    pub(super) fn call(helper: &'static str, parameters: impl Into<Vec<Self>>) -> Self {
        Self::Call(helper, parameters.into())
    }

    /// The value under some keys of this one.
    pub(super) fn at(self, keys: &[String]) -> Self {
        match self {
            Self::Path(mut path) => {
                path.keys.extend_from_slice(keys);
                Self::Path(path)
            }
            Self::Named(all) if !keys.is_empty() => {
                let Some((first, rest)) = keys.split_first() else { return Self::Named(all) };
                let found = all.into_iter().find(|(name, _)| name == first);
                found.map_or(Self::Null, |(_, value)| value).at(rest)
            }
            other => {
                keys.iter().fold(other, |value, key| Self::call("lookup", [value, Self::Text(key.clone())]))
            }
        }
    }

    /// How many values it is made of.
    pub(super) fn size(&self) -> usize {
        let inner: usize = match self {
            Self::Call(_, parameters) => parameters.iter().map(Self::size).sum(),
            Self::Named(all) => all.iter().map(|(_, value)| value.size()).sum(),
            Self::Path(_) | Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::Null => 0,
        };
        inner.saturating_add(1)
    }

    /// The value as the parameter of something.
    pub(super) fn as_parameter(&self, place: Place) -> String {
        match self {
            Self::Path(path) => path.written(place),
            Self::Text(text) => Json::from(text.as_str()).to_string(),
            Self::Number(number) => number.clone(),
            Self::Bool(bool) => bool.to_string(),
            Self::Null => "null".to_owned(),
            Self::Call(helper, parameters) => format!("({})", call(helper, parameters, place)),
            Self::Named(all) => {
                let name = |name: &str| Json::from(name).to_string();
                let pairs =
                    all.iter().map(|(key, value)| format!(" {} {}", name(key), value.as_parameter(place)));
                format!("(object{})", pairs.collect::<String>())
            }
        }
    }

    /// The value as what a partial is given.
    pub(super) fn as_context(&self, place: Place) -> String {
        let is_name = |name: &str| {
            name.starts_with(|char: char| char.is_ascii_alphabetic())
                && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        };
        match self {
            Self::Named(all) if all.iter().all(|(name, _)| is_name(name)) => {
                let pairs = all.iter().map(|(name, value)| format!("{name}={}", value.as_parameter(place)));
                pairs.collect::<Vec<_>>().join(" ")
            }
            other => other.as_parameter(place),
        }
    }

    /// The value as something that is shown; nothing when it shows nothing.
    pub(super) fn as_output(&self, place: Place) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Path(path) => Some(path.written(place)),
            Self::Call(helper, parameters) => Some(call(helper, parameters, place)),
            other => Some(call("concat", std::slice::from_ref(other), place)),
        }
    }
}

fn call(helper: &str, parameters: &[Expression], place: Place) -> String {
    let parameters = parameters.iter().map(|one| one.as_parameter(place));
    std::iter::once(helper.to_owned()).chain(parameters).collect::<Vec<_>>().join(" ")
}

impl Path {
    fn written(&self, place: Place) -> String {
        let keys: Vec<String> = self.keys.iter().map(|key| segment(key)).collect();
        let keys = keys.join(".");
        match &self.from {
            From::Bound(name) if keys.is_empty() => name.clone(),
            From::Bound(name) => format!("{name}.{keys}"),
            From::Context(depth) if *depth == place.depth => match self.keys.first() {
                None => "this".to_owned(),
                Some(first) if is_reserved(first) => format!("this.{keys}"),
                Some(_) => keys,
            },
            From::Context(0) if place.is_main && keys.is_empty() => "@root.this".to_owned(),
            From::Context(0) if place.is_main => format!("@root.{keys}"),
            From::Context(depth) => {
                let up = "../".repeat(place.depth.saturating_sub(*depth));
                if keys.is_empty() { format!("{up}this") } else { format!("{up}{keys}") }
            }
        }
    }
}

/// Names that would be something else than a value at the beginning of a path.
fn is_reserved(name: &str) -> bool {
    helper::NAMES.contains(&name) || matches!(name, "as" | "else" | "this" | "null" | "true" | "false")
}

/// A key as part of a path.
fn segment(key: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-') || !char.is_ascii();
    let is_name = key.chars().all(is_plain) && !key.starts_with(|char: char| char.is_ascii_digit());
    if is_name && !key.is_empty() { key.to_owned() } else { format!("[{key}]") }
}
