//! The little languages within Go's templates: `printf` formats and layouts of dates.

use super::expression::Expression;

/// `printf FORMAT VALUES…`, for the verbs that make sense in a message.
pub(super) fn printf(format: &str, values: Vec<Expression>) -> Result<Expression, String> {
    let mut values = values.into_iter();
    let mut pieces: Vec<Expression> = Vec::new();
    let mut rest = format;
    while let Some((text, tail)) = rest.split_once('%') {
        push_text(&mut pieces, text);
        let end =
            tail.find(|char: char| char.is_ascii_alphabetic() || char == '%').ok_or_else(|| bad(tail))?;
        let (flags, tail) = tail.split_at_checked(end).ok_or_else(|| bad(tail))?;
        let mut tail = tail.chars();
        let verb = tail.next().unwrap_or_default();
        rest = tail.as_str();
        if verb == '%' && flags.is_empty() {
            push_text(&mut pieces, "%");
            continue;
        }
        let value = values.next().ok_or_else(|| format!("there is no value for `%{flags}{verb}`: add it"))?;
        pieces.push(formatted(flags, verb, value)?);
    }
    push_text(&mut pieces, rest);
    if values.next().is_some() {
        return Err("there are more values than places in the format: remove what is too much".to_owned());
    }
    Ok(Expression::Call("concat", pieces))
}

fn push_text(pieces: &mut Vec<Expression>, text: &str) {
    match pieces.last_mut() {
        Some(Expression::Text(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => pieces.push(Expression::Text(text.to_owned())),
    }
}

fn formatted(flags: &str, verb: char, value: Expression) -> Result<Expression, String> {
    let number =
        |digits: &str| digits.parse::<u8>().ok().map(|digits| Expression::Number(digits.to_string()));
    match (flags, verb) {
        ("", 's' | 'v' | 'd' | 't') => Ok(value),
        ("", 'q') => Ok(Expression::call("quote", [value])),
        (flags, 'f') => flags
            .strip_prefix('.')
            .and_then(number)
            .map(|digits| Expression::call("fixed", [value, digits]))
            .ok_or_else(|| bad(&format!("{flags}{verb}"))),
        (flags, 'd') => flags
            .strip_prefix('0')
            .and_then(number)
            .map(|digits| Expression::call("pad", [value, digits]))
            .ok_or_else(|| bad(&format!("{flags}{verb}"))),
        _ => Err(bad(&format!("{flags}{verb}"))),
    }
}

fn bad(format: &str) -> String {
    let format: String = format.chars().take(8).collect();
    format!(
        "the format `%{format}` cannot be converted: there are %s %v %d %t %q %02d and %.2f, which are `(concat …)`, `(quote …)`, `(pad … 2)` and `(fixed … 2)` in Handlebars"
    )
}

/// The parts of Go's layouts with those of ours, the longer ones of the same beginning first.
const LAYOUT: [(&str, &str); 29] = [
    ("January", "[month repr:long]"),
    ("Jan", "[month repr:short]"),
    ("Monday", "[weekday]"),
    ("Mon", "[weekday repr:short]"),
    ("MST", "UTC"),
    ("2006", "[year]"),
    ("-07:00", "+00:00"),
    ("-0700", "+0000"),
    ("-07", "+00"),
    ("Z07:00", "Z"),
    ("Z0700", "Z"),
    (".000000", ".[subsecond digits:6]"),
    (".000", ".[subsecond digits:3]"),
    ("01", "[month]"),
    ("02", "[day]"),
    ("03", "[hour repr:12]"),
    ("04", "[minute]"),
    ("05", "[second]"),
    ("06", "[year repr:last_two]"),
    ("15", "[hour]"),
    ("_2", "[day padding:space]"),
    ("PM", "[period]"),
    ("pm", "[period case:lower]"),
    ("1", "[month padding:none]"),
    ("2", "[day padding:none]"),
    ("3", "[hour repr:12 padding:none]"),
    ("4", "[minute padding:none]"),
    ("5", "[second padding:none]"),
    ("GMT", "GMT"),
];

/// A layout such as `02.01.2006` in the language of the helper `date`.
pub(super) fn layout(go: &str) -> Result<String, String> {
    let (mut out, mut rest) = (String::new(), go);
    while let Some(next) = rest.chars().next() {
        if let Some((tail, ours)) =
            LAYOUT.iter().find_map(|(theirs, ours)| rest.strip_prefix(theirs).map(|tail| (tail, ours)))
        {
            out.push_str(ours);
            rest = tail;
            continue;
        }
        if matches!(next, '[' | ']' | '\\') || next.is_ascii_digit() {
            return Err(format!(
                "the layout “{go}” cannot be converted: write it as `{{{{date ChangedAt \"[day].[month].[year] [hour]:[minute]\"}}}}`"
            ));
        }
        out.push(next);
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_translated() {
        for (go, ours) in [
            ("2006-01-02T15:04:05Z07:00", "[year]-[month]-[day]T[hour]:[minute]:[second]Z"),
            (
                "Mon, 2 Jan 06 at 3:04 pm",
                "[weekday repr:short], [day padding:none] [month repr:short] [year repr:last_two] at [hour repr:12 padding:none]:[minute] [period case:lower]",
            ),
            ("Monday, January _2", "[weekday], [month repr:long] [day padding:space]"),
        ] {
            assert_eq!(layout(go).unwrap(), ours);
            assert!(time::format_description::parse_borrowed::<2>(ours).is_ok(), "{ours}");
        }
        assert!(layout("[2006]").unwrap_err().contains("{{date ChangedAt"));
    }
}
