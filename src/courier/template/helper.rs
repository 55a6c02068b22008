//! The helpers that templates may use (03 §8.6). None reads the environment, files, the network or a clock.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, JsonRender as _, JsonTruthy as _, RenderContext, RenderError,
    RenderErrorReason, ScopedJson,
};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use url::form_urlencoded;

use super::value;

/// Every helper that a template may call: the library's and ours.
pub(super) const NAMES: [&str; 54] = [
    "if",
    "unless",
    "each",
    "with",
    "lookup",
    "raw",
    "len",
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "and",
    "or",
    "not",
    "default",
    "upper",
    "lower",
    "title",
    "trim",
    "urlencode",
    "date",
    "truncate",
    "json",
    "choose",
    "concat",
    "contains",
    "startswith",
    "endswith",
    "replace",
    "join",
    "split",
    "list",
    "object",
    "first",
    "last",
    "repeat",
    "substring",
    "quote",
    "squote",
    "trimstart",
    "trimend",
    "trimchars",
    "indent",
    "escapehtml",
    "escapejs",
    "link",
    "fixed",
    "pad",
    "add",
    "subtract",
    "multiply",
    "modulo",
];

/// Adds our helpers to those of the library (`if unless each with lookup eq ne and or not …`).
pub(super) fn register(registry: &mut Handlebars<'_>) {
    // It would write what a letter holds into the log.
    registry.unregister_helper("log");
    let ours: [(&str, Function); 9] = [
        ("default", default),
        ("upper", |values| Ok(text(values, 0).to_uppercase().into())),
        ("lower", |values| Ok(text(values, 0).to_lowercase().into())),
        ("title", |values| Ok(title(&text(values, 0)).into())),
        ("trim", |values| Ok(text(values, 0).trim().into())),
        ("urlencode", |values| Ok(urlencode(&text(values, 0)).into())),
        ("date", date),
        ("truncate", truncate),
        ("json", |values| Ok(values.first().map(|value| value.to_string()).unwrap_or_default().into())),
    ];
    for (name, function) in ours.into_iter().chain(value::HELPERS) {
        registry.register_helper(name, Box::new(Pure(function)));
    }
}

pub(super) type Function = fn(&[&Value]) -> Result<Value, String>;

/// A helper that only computes a value from its parameters.
struct Pure(Function);

impl HelperDef for Pure {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let values: Vec<_> = helper.params().iter().map(handlebars::PathAndJson::value).collect();
        match (self.0)(&values) {
            Ok(value) => Ok(ScopedJson::Derived(value)),
            Err(problem) => Err(RenderErrorReason::Other(format!("{}: {problem}", helper.name())).into()),
        }
    }
}

/// A parameter as text; empty when it is missing or null.
pub(super) fn text(values: &[&Value], index: usize) -> String {
    values.get(index).map(|value| value.render()).unwrap_or_default()
}

/// `default VALUE FALLBACK`: the fallback when the value is missing or what `#if` takes for untrue.
fn default(values: &[&Value]) -> Result<Value, String> {
    let value = values.first().copied().unwrap_or(&Value::Null);
    let fallback = values.get(1).copied().unwrap_or(&Value::Null);
    Ok(if value.is_truthy(false) { value.clone() } else { fallback.clone() })
}

fn title(text: &str) -> String {
    let mut at_start = true;
    text.chars()
        .flat_map(|char| {
            let begins = std::mem::replace(&mut at_start, char.is_whitespace() || char == '-');
            if begins { char.to_uppercase().collect::<Vec<_>>() } else { vec![char] }
        })
        .collect()
}

/// Encoded for a query value; a space becomes `%20`, which is right in paths as well.
fn urlencode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// `date VALUE "[day].[month].[year]"`: an RFC 3339 time in UTC, in a format of the `time` crate; without a
/// format the day as `2026-01-31`. A missing value gives nothing.
fn date(values: &[&Value]) -> Result<Value, String> {
    let at = text(values, 0);
    if at.is_empty() {
        return Ok(Value::Null);
    }
    let at = OffsetDateTime::parse(&at, &Rfc3339)
        .map_err(|_other| "the first parameter is not a time such as 2026-01-31T12:00:00Z".to_owned())?
        .to_offset(time::UtcOffset::UTC);
    let format = Some(text(values, 1)).filter(|format| !format.is_empty());
    let format = format.as_deref().unwrap_or("[year]-[month]-[day]");
    let format = time::format_description::parse_borrowed::<2>(format)
        .map_err(|problem| format!("the format is not understood: {problem}"))?;
    at.format(&format).map(Value::from).map_err(|problem| problem.to_string())
}

/// `truncate VALUE LENGTH ["..."]`: at most that many characters; what is cut ends with an ellipsis, or with
/// the text that is given.
fn truncate(values: &[&Value]) -> Result<Value, String> {
    let length =
        values.get(1).and_then(|length| length.as_u64()).and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or_else(|| "the second parameter is not a length".to_owned())?;
    let whole = text(values, 0);
    if whole.chars().count() <= length {
        return Ok(whole.into());
    }
    let end = if values.len() > 2 { text(values, 2) } else { "…".to_owned() };
    let kept = length.saturating_sub(end.chars().count());
    Ok(whole.chars().take(kept).chain(end.chars()).collect::<String>().into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(template: &str) -> String {
        let mut registry = Handlebars::new();
        register(&mut registry);
        registry.register_escape_fn(handlebars::no_escape);
        let data = json!({
            "name": " ada love-lace ", "empty": "", "at": "2026-01-31T23:30:00-02:00", "list": [1, "x"],
        });
        registry.render_template(template, &data).unwrap_or_else(|error| format!("error: {error}"))
    }

    #[test]
    fn helpers_compute() {
        for (template, expected) in [
            ("{{default empty 'x'}}{{default missing 'y'}}{{default name 'z'}}", "xy ada love-lace "),
            ("{{upper (trim name)}}", "ADA LOVE-LACE"),
            ("{{title (trim name)}}", "Ada Love-Lace"),
            ("{{lower 'ÄB'}}", "äb"),
            ("{{urlencode 'a b&c=ü'}}", "a%20b%26c%3D%C3%BC"),
            ("{{date at}}", "2026-02-01"),
            ("{{date at '[day].[month].[year]'}}", "01.02.2026"),
            ("{{date missing}}", ""),
            ("{{truncate 'abcdef' 4}}{{truncate 'abc' 4}}{{truncate 'abcdef' 5 '...'}}", "abc…abcab..."),
            ("{{json list}}{{json missing}}", "[1,\"x\"]null"),
            ("{{#if (and (eq empty '') (not missing))}}yes{{/if}}", "yes"),
            ("{{upper missing}}", ""),
        ] {
            assert_eq!(render(template), expected, "{template}");
        }
    }

    #[test]
    fn misuse_is_an_error_that_names_the_helper() {
        assert!(render("{{date 'yesterday'}}").contains("date: the first parameter is not a time"));
        assert!(render("{{date at '[nonsense]'}}").contains("date: the format is not understood"));
        assert!(render("{{truncate name}}").contains("truncate: the second parameter"));
        assert!(render("{{log name}}").starts_with("error"), "log is not available");
    }
}
