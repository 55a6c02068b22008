//! Helpers that put texts, lists and numbers together and take them apart. They cover what templates of an
//! existing installation did with the functions of Go (`go`), and are there for all.

use handlebars::{JsonRender as _, JsonTruthy as _};
use serde_json::Value;
use url::Url;

use super::helper::{Function, text};

/// The helpers of this file.
pub(super) const HELPERS: [(&str, Function); 29] = [
    ("choose", choose),
    ("concat", |values| Ok(values.iter().map(|value| value.render()).collect::<String>().into())),
    ("contains", contains),
    ("startswith", |values| Ok(text(values, 0).starts_with(&text(values, 1)).into())),
    ("endswith", |values| Ok(text(values, 0).ends_with(&text(values, 1)).into())),
    ("replace", |values| Ok(text(values, 0).replace(&text(values, 1), &text(values, 2)).into())),
    ("join", join),
    ("split", split),
    ("list", |values| Ok(values.iter().map(|value| (*value).clone()).collect::<Vec<_>>().into())),
    ("object", object),
    ("first", |values| Ok(end(values, <[Value]>::first))),
    ("last", |values| Ok(end(values, <[Value]>::last))),
    ("repeat", repeat),
    ("substring", substring),
    ("quote", |values| Ok(Value::from(text(values, 0)).to_string().into())),
    ("squote", |values| Ok(format!("'{}'", text(values, 0)).into())),
    ("trimstart", |values| Ok(trim(values, |whole, part| whole.strip_prefix(part)))),
    ("trimend", |values| Ok(trim(values, |whole, part| whole.strip_suffix(part)))),
    ("trimchars", |values| {
        let chars: Vec<char> = text(values, 1).chars().collect();
        Ok(text(values, 0).trim_matches(chars.as_slice()).into())
    }),
    ("indent", indent),
    ("escapehtml", |values| Ok(super::compile::escape_html(&text(values, 0)).into())),
    ("escapejs", |values| Ok(escape_js(&text(values, 0)).into())),
    ("link", |values| Ok(link(&text(values, 0)).into())),
    ("fixed", fixed),
    ("pad", pad),
    ("add", |values| whole(values, i64::checked_add)),
    ("subtract", |values| whole(values, i64::checked_sub)),
    ("multiply", |values| whole(values, i64::checked_mul)),
    ("modulo", |values| whole(values, i64::checked_rem)),
];

/// The longest text that `repeat`, `pad` and `indent` make.
const LONGEST: usize = 64 * 1024;

/// `choose TEST YES NO`: one of two values.
fn choose(values: &[&Value]) -> Result<Value, String> {
    let test = values.first().is_some_and(|test| test.is_truthy(false));
    let chosen = values.get(if test { 1 } else { 2 });
    Ok(chosen.map_or(Value::Null, |value| (*value).clone()))
}

/// `contains TEXT PART`, `contains LIST VALUE` or `contains OBJECT KEY`.
fn contains(values: &[&Value]) -> Result<Value, String> {
    let wanted = values.get(1).copied().unwrap_or(&Value::Null);
    let found = match values.first() {
        Some(Value::Array(list)) => list.contains(wanted),
        Some(Value::Object(object)) => object.contains_key(&text(values, 1)),
        Some(_) => text(values, 0).contains(&text(values, 1)),
        None => false,
    };
    Ok(found.into())
}

/// `join LIST BETWEEN`.
fn join(values: &[&Value]) -> Result<Value, String> {
    let between = text(values, 1);
    Ok(match values.first() {
        Some(Value::Array(list)) => {
            list.iter().map(|value| value.render()).collect::<Vec<_>>().join(&between).into()
        }
        _ => text(values, 0).into(),
    })
}

/// `split TEXT BETWEEN`: a list.
fn split(values: &[&Value]) -> Result<Value, String> {
    let (whole, between) = (text(values, 0), text(values, 1));
    if between.is_empty() {
        return Err("the second parameter is empty".to_owned());
    }
    Ok(whole.split(&between).map(Value::from).collect::<Vec<_>>().into())
}

/// `object KEY VALUE …`: values under keys, for `lookup`.
fn object(values: &[&Value]) -> Result<Value, String> {
    let (pairs, rest) = values.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("keys and values must come in turn".to_owned());
    }
    Ok(Value::Object(pairs.iter().map(|[key, value]| (key.render(), (*value).clone())).collect()))
}

/// The first or last of a list.
fn end(values: &[&Value], which: fn(&[Value]) -> Option<&Value>) -> Value {
    let list = values.first().and_then(|list| list.as_array());
    list.and_then(|list| which(list)).cloned().unwrap_or(Value::Null)
}

/// A parameter as a count.
fn count(values: &[&Value], index: usize) -> Result<usize, String> {
    let count =
        values.get(index).and_then(|count| count.as_u64()).and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| format!("parameter {} is not a whole number from 0 on", index.saturating_add(1)))
}

fn bounded(text: &str, times: usize) -> Result<String, String> {
    if text.len().saturating_mul(times) > LONGEST {
        return Err(format!("this would be longer than {LONGEST} bytes"));
    }
    Ok(text.repeat(times))
}

/// `repeat TEXT TIMES`.
fn repeat(values: &[&Value]) -> Result<Value, String> {
    bounded(&text(values, 0), count(values, 1)?).map(Value::from)
}

/// `substring TEXT FROM TO`, in characters from 0; what lies outside is not there.
fn substring(values: &[&Value]) -> Result<Value, String> {
    let (from, to) = (count(values, 1)?, count(values, 2)?);
    Ok(text(values, 0).chars().take(to).skip(from).collect::<String>().into())
}

/// A text without a beginning or end, where it has it.
fn trim(values: &[&Value], strip: for<'a> fn(&'a str, &str) -> Option<&'a str>) -> Value {
    let whole = text(values, 0);
    strip(&whole, &text(values, 1)).unwrap_or(&whole).into()
}

/// `indent TEXT SPACES`: each line begins with them.
fn indent(values: &[&Value]) -> Result<Value, String> {
    let spaces = bounded(" ", count(values, 1)?)?;
    let lines: Vec<String> = text(values, 0).split('\n').map(|line| format!("{spaces}{line}")).collect();
    Ok(lines.join("\n").into())
}

/// For a text between quotation marks of JavaScript, also within HTML.
fn escape_js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' => out.push_str(r"\\"),
            '\'' | '"' | '<' | '>' | '&' | '=' | '`' => out.push_str(&format!("\\u{:04X}", u32::from(char))),
            control if control.is_control() || matches!(control, '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out
}

/// SECURITY: `link URL` keeps out what a click would run, such as `javascript:`, when the address comes from
/// the person or the client (`links_go_nowhere_else`). Addresses without a scheme stay as they are.
fn link(url: &str) -> String {
    let seen: String = url.chars().filter(|char| !char.is_control() && !char.is_whitespace()).collect();
    let before = seen.split(['/', '?', '#']).next().unwrap_or_default();
    let is_safe = match Url::parse(&seen) {
        Ok(url) => matches!(url.scheme(), "http" | "https" | "mailto" | "tel"),
        Err(_) => !before.contains(':'),
    };
    if is_safe { url.to_owned() } else { "#".to_owned() }
}

/// `fixed NUMBER DIGITS`: with that many digits after the point.
fn fixed(values: &[&Value]) -> Result<Value, String> {
    let digits = count(values, 1)?.min(20);
    let number =
        values.first().and_then(|number| number.as_f64()).ok_or("the first parameter is not a number")?;
    Ok(format!("{number:.digits$}").into())
}

/// `pad NUMBER DIGITS`: with zeros before it.
fn pad(values: &[&Value]) -> Result<Value, String> {
    let (number, digits) = (text(values, 0), count(values, 1)?);
    let zeros = bounded("0", digits.saturating_sub(number.trim_start_matches('-').chars().count()))?;
    Ok(match number.strip_prefix('-') {
        Some(number) => format!("-{zeros}{number}").into(),
        None => format!("{zeros}{number}").into(),
    })
}

/// Two whole numbers taken together.
fn whole(values: &[&Value], together: fn(i64, i64) -> Option<i64>) -> Result<Value, String> {
    let number = |index: usize| {
        let whole = text(values, index).trim().parse::<i64>().ok();
        whole.ok_or_else(|| format!("parameter {} is not a whole number", index.saturating_add(1)))
    };
    together(number(0)?, number(1)?).map(Value::from).ok_or_else(|| "there is no such number".to_owned())
}

#[cfg(test)]
mod tests {
    use handlebars::Handlebars;
    use serde_json::json;

    use super::super::helper;

    fn render(template: &str) -> String {
        let mut registry = Handlebars::new();
        helper::register(&mut registry);
        registry.register_escape_fn(handlebars::no_escape);
        let data = json!({"name": "ada.love@example.com", "list": ["a", "b"], "map": {"k": 1}, "n": 3.1449});
        registry.render_template(template, &data).unwrap_or_else(|error| format!("error: {error}"))
    }

    #[test]
    fn helpers_compute() {
        for (template, expected) in [
            ("{{choose name 'y' 'n'}}{{choose missing 'y' 'n'}}{{choose missing 'y'}}", "yn"),
            ("{{concat 'a' 1 missing name}}", "a1ada.love@example.com"),
            (
                "{{contains name 'love'}}{{contains list 'b'}}{{contains map 'x'}}{{contains missing 'x'}}",
                "truetruefalsefalse",
            ),
            ("{{startswith name 'ada'}}{{endswith name '.org'}}", "truefalse"),
            ("{{replace name '.' '-'}}", "ada-love@example-com"),
            ("{{join list '+'}}{{join 'x' '+'}}", "a+bx"),
            ("{{lookup (split name '@') 1}}", "example.com"),
            ("{{first list}}{{last list}}{{first missing}}{{last (list 1 2)}}", "ab2"),
            ("{{repeat 'ab' 3}}", "ababab"),
            ("{{lookup (object 'a' 1 'b' name) 'b'}}", "ada.love@example.com"),
            ("{{substring name 1 3}}{{substring 'äöü' 2 9}}", "daü"),
            ("{{quote 'a\"b'}}{{squote 'x'}}", "\"a\\\"b\"'x'"),
            (
                "{{trimstart name 'ada.'}} {{trimend name '.com'}} {{trimchars '--x-' '-'}}",
                "love@example.com ada.love@example x",
            ),
            ("{{indent 'a\\nb' 2}}", "  a\n  b"),
            ("{{escapehtml '<b>'}}{{escapejs '</b>'}}", "&lt;b&gt;\\u003C/b\\u003E"),
            ("{{fixed n 2}} {{fixed 2 1}} {{pad 7 2}} {{pad 123 2}} {{pad -7 3}}", "3.14 2.0 07 123 -007"),
            ("{{add 2 3}} {{subtract 2 3}} {{multiply 2 3}} {{modulo 7 4}}", "5 -1 6 3"),
        ] {
            assert_eq!(render(template), expected, "{template}");
        }
    }

    #[test]
    fn links_go_nowhere_else() {
        for (url, expected) in [
            ("https://x.example/?a=b", "https://x.example/?a=b"),
            ("/path?a=b:c", "/path?a=b:c"),
            ("mailto:a@b.example", "mailto:a@b.example"),
            ("javascript:alert(1)", "#"),
            (" java\tscript:alert(1)", "#"),
            ("data:text/html,x", "#"),
            ("JAVASCRIPT://x", "#"),
        ] {
            assert_eq!(super::link(url), expected, "{url}");
        }
    }

    #[test]
    fn misuse_is_an_error_that_names_the_helper() {
        for (template, part) in [
            ("{{repeat 'x' 100000}}", "repeat: this would be longer"),
            ("{{repeat 'x' 'y'}}", "repeat: parameter 2 is not a whole number"),
            ("{{split name ''}}", "split: the second parameter is empty"),
            ("{{add 'x' 1}}", "add: parameter 1 is not a whole number"),
            ("{{modulo 1 0}}", "modulo: there is no such number"),
            ("{{fixed name 1}}", "fixed: the first parameter is not a number"),
        ] {
            assert!(render(template).contains(part), "{template}: {}", render(template));
        }
    }
}
