//! The functions that Go and sprig offer to templates, as helpers of Handlebars.

use super::{
    expression::Expression,
    format::{layout, printf},
};

type Converted = Result<Expression, String>;

/// How the parameters of a function become those of a helper.
enum Rule {
    /// One helper, with the parameters in this order. A number stands for a parameter of the function.
    As(&'static str, &'static [usize]),
    /// Something else.
    By(fn(Vec<Expression>) -> Converted),
}

/// Every function that is converted.
const FUNCTIONS: [(&str, Rule); 58] = [
    ("eq", Rule::By(equal)),
    ("ne", Rule::As("ne", &[0, 1])),
    ("lt", Rule::As("lt", &[0, 1])),
    ("le", Rule::As("lte", &[0, 1])),
    ("gt", Rule::As("gt", &[0, 1])),
    ("ge", Rule::As("gte", &[0, 1])),
    ("and", Rule::By(|values| fold(values, |first, rest| choose(first.clone(), rest, first)))),
    ("or", Rule::By(|values| fold(values, |first, rest| choose(first.clone(), first, rest)))),
    ("not", Rule::As("not", &[0])),
    ("empty", Rule::As("not", &[0])),
    ("len", Rule::As("len", &[0])),
    ("index", Rule::By(index)),
    ("get", Rule::By(index)),
    ("slice", Rule::By(slice)),
    ("substr", Rule::As("substring", &[2, 0, 1])),
    ("trunc", Rule::By(truncated)),
    ("abbrev", Rule::By(abbreviated)),
    ("print", Rule::By(|values| Ok(Expression::Call("concat", values)))),
    ("cat", Rule::By(cat)),
    ("printf", Rule::By(print_formatted)),
    ("urlquery", Rule::As("urlencode", &[0])),
    ("js", Rule::As("escapejs", &[0])),
    ("upper", Rule::As("upper", &[0])),
    ("lower", Rule::As("lower", &[0])),
    ("title", Rule::As("title", &[0])),
    ("trim", Rule::As("trim", &[0])),
    ("trimAll", Rule::As("trimchars", &[1, 0])),
    ("trimPrefix", Rule::As("trimstart", &[1, 0])),
    ("trimSuffix", Rule::As("trimend", &[1, 0])),
    (
        "nospace",
        Rule::By(|values| {
            let [value] = exactly(values)?;
            Ok(Expression::call("replace", [value, text(" "), text("")]))
        }),
    ),
    ("repeat", Rule::As("repeat", &[1, 0])),
    ("replace", Rule::As("replace", &[2, 0, 1])),
    ("contains", Rule::As("contains", &[1, 0])),
    ("has", Rule::As("contains", &[1, 0])),
    ("hasKey", Rule::As("contains", &[0, 1])),
    ("hasPrefix", Rule::As("startswith", &[1, 0])),
    ("hasSuffix", Rule::As("endswith", &[1, 0])),
    ("join", Rule::As("join", &[1, 0])),
    ("splitList", Rule::As("split", &[1, 0])),
    ("split", Rule::As("split", &[1, 0])),
    ("first", Rule::As("first", &[0])),
    ("last", Rule::As("last", &[0])),
    ("list", Rule::By(|values| Ok(Expression::Call("list", values)))),
    ("dict", Rule::By(dict)),
    ("quote", Rule::As("quote", &[0])),
    ("squote", Rule::As("squote", &[0])),
    ("indent", Rule::As("indent", &[1, 0])),
    ("plural", Rule::By(plural)),
    ("default", Rule::As("default", &[1, 0])),
    ("coalesce", Rule::By(|values| fold(values, |first, rest| Expression::call("default", [first, rest])))),
    ("ternary", Rule::As("choose", &[2, 0, 1])),
    ("toString", Rule::As("concat", &[0])),
    ("toJson", Rule::As("json", &[0])),
    ("add", Rule::By(|values| fold(values, |first, rest| Expression::call("add", [first, rest])))),
    ("sub", Rule::As("subtract", &[0, 1])),
    ("mul", Rule::By(|values| fold(values, |first, rest| Expression::call("multiply", [first, rest])))),
    ("mod", Rule::As("modulo", &[0, 1])),
    ("date", Rule::By(date)),
];

/// Functions that change the type of a number, which JSON does not have.
const NUMBERS: [&str; 3] = ["int", "int64", "float64"];

/// Functions that are refused for what they are, with the reason.
const REFUSED: [(&[&str], &str); 4] = [
    (
        &["env", "expandenv", "getHostByName", "call"],
        "messages read nothing of the machine: put the value into the template, or send it in `transient_payload`",
    ),
    (
        &["now", "ago", "dateModify", "date_modify", "unixEpoch"],
        "messages know no time but those of the letter: use ExpiresInMinutes, or `{{date ChangedAt \"[day].[month].[year]\"}}`",
    ),
    (
        &[
            "randAlpha",
            "randAlphaNum",
            "randNumeric",
            "randAscii",
            "randInt",
            "randBytes",
            "shuffle",
            "uuidv4",
        ],
        "a message reads the same each time it is made: remove it, or send the value in `transient_payload`",
    ),
    (
        &["println", "range", "until", "untilStep", "seq"],
        "there are no loops over numbers and no printed lines in Handlebars: write the text itself, or `{{#each LIST}}…{{/each}}`",
    ),
];

/// A call of a function.
pub(super) fn call(name: &str, values: Vec<Expression>, in_html: bool) -> Converted {
    if name == "html" {
        let [value] = exactly(values)?;
        // In HTML the value is escaped anyway, and Go does not do it twice either.
        return Ok(if in_html { value } else { Expression::call("escapehtml", [value]) });
    }
    if NUMBERS.contains(&name) {
        let [value] = exactly(values)?;
        return Ok(value);
    }
    let Some((_, rule)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
        return Err(refusal(name));
    };
    match rule {
        Rule::As(helper, order) => {
            if values.len() != order.len() {
                return Err(format!("`{name}` takes {} values, not {}", order.len(), values.len()));
            }
            let placed = order.iter().filter_map(|n| values.get(*n).cloned());
            Ok(Expression::Call(helper, placed.collect()))
        }
        Rule::By(convert) => convert(values),
    }
}

fn refusal(name: &str) -> String {
    if let Some((_, why)) = REFUSED.iter().find(|(names, _)| names.contains(&name)) {
        return format!("the function `{name}` cannot be converted: {why}");
    }
    let mut known: Vec<_> = FUNCTIONS.iter().map(|(known, _)| *known).collect();
    known.sort_unstable();
    format!(
        "the function `{name}` cannot be converted: write the template in Handlebars with its helpers, or use one of {}",
        known.join(" ")
    )
}

fn exactly<const N: usize>(values: Vec<Expression>) -> Result<[Expression; N], String> {
    let given = values.len();
    values.try_into().map_err(|_other| format!("this function takes {N} values, not {given}"))
}

fn text(text: &str) -> Expression {
    Expression::Text(text.to_owned())
}

fn choose(test: Expression, yes: Expression, no: Expression) -> Expression {
    Expression::call("choose", [test, yes, no])
}

/// Takes values together from the right: `f(a, f(b, c))`.
fn fold(values: Vec<Expression>, two: fn(Expression, Expression) -> Expression) -> Converted {
    let together = values.into_iter().rev().reduce(|rest, first| two(first, rest));
    together.ok_or_else(|| "values are missing here".to_owned())
}

/// `eq a b c` asks whether `a` is `b` or `c`.
fn equal(values: Vec<Expression>) -> Converted {
    let mut values = values.into_iter();
    let first = values.next().ok_or("`eq` takes two values or more")?;
    let tests: Vec<_> = values.map(|other| Expression::call("eq", [first.clone(), other])).collect();
    match <[Expression; 1]>::try_from(tests) {
        Ok([test]) => Ok(test),
        Err(none) if none.is_empty() => Err("`eq` takes two values or more".to_owned()),
        Err(many) => Ok(Expression::Call("or", many)),
    }
}

fn index(values: Vec<Expression>) -> Converted {
    let mut values = values.into_iter();
    let first = values.next().ok_or("`index` takes a value and its keys")?;
    Ok(values.fold(first, |value, key| match (value, key) {
        (Expression::Path(path), Expression::Text(key)) if !key.is_empty() && !key.contains(']') => {
            Expression::Path(path).at(&[key])
        }
        (value, key) => Expression::call("lookup", [value, key]),
    }))
}

fn slice(values: Vec<Expression>) -> Converted {
    let [value, from, to] = exactly(values).map_err(
        |_other| "`slice` is only converted with a beginning and an end: `(substring VALUE 0 10)`",
    )?;
    Ok(Expression::call("substring", [value, from, to]))
}

fn truncated(values: Vec<Expression>) -> Converted {
    let [length, value] = exactly(values)?;
    match &length {
        Expression::Number(number) if number.starts_with('-') => {
            Err("`trunc` cannot be converted with a negative length".to_owned())
        }
        _ => Ok(Expression::call("substring", [value, Expression::Number("0".to_owned()), length])),
    }
}

fn abbreviated(values: Vec<Expression>) -> Converted {
    let [length, value] = exactly(values)?;
    Ok(Expression::call("truncate", [value, length, text("...")]))
}

/// sprig's `cat` puts a space between its values.
fn cat(values: Vec<Expression>) -> Converted {
    let mut pieces = Vec::new();
    for value in values {
        if !pieces.is_empty() {
            pieces.push(text(" "));
        }
        pieces.push(value);
    }
    Ok(Expression::Call("concat", pieces))
}

fn print_formatted(values: Vec<Expression>) -> Converted {
    let mut values = values.into_iter();
    match values.next() {
        Some(Expression::Text(format)) => printf(&format, values.collect()),
        _ => {
            Err("the format of `printf` must stand there as it is: use `(concat …)` in Handlebars".to_owned())
        }
    }
}

fn plural(values: Vec<Expression>) -> Converted {
    let [one, many, count] = exactly(values)?;
    Ok(choose(Expression::call("eq", [count, Expression::Number("1".to_owned())]), one, many))
}

fn date(values: Vec<Expression>) -> Converted {
    let [format, at] = exactly(values)?;
    match format {
        Expression::Text(format) => Ok(Expression::call("date", [at, Expression::Text(layout(&format)?)])),
        _ => Err("the layout of `date` must stand there as it is".to_owned()),
    }
}

/// `dict "name" value …`.
fn dict(values: Vec<Expression>) -> Converted {
    let mut values = values.into_iter();
    let mut all = Vec::new();
    while let Some(name) = values.next() {
        let value = values.next().ok_or("`dict` takes names and values in turn")?;
        match name {
            Expression::Text(name) => all.push((name, value)),
            _ => return Err("a name of `dict` must stand there in quotation marks".to_owned()),
        }
    }
    Ok(Expression::Named(all))
}
