//! Converts the pipelines of Go: values, functions, and methods of times.

use super::{
    convert::{Converter, context, undeclared},
    expression::{Expression, From, Path},
    format::layout,
    function,
    tree::{At, Command, Operand, Pipeline, Refusal, Value},
};

impl Converter<'_> {
    /// The value of a pipeline, without the variables that it sets.
    pub(super) fn value(&self, pipeline: &Pipeline) -> Result<Expression, Refusal> {
        let mut piped = None;
        for command in &pipeline.commands {
            piped = Some(self.command(command, piped)?);
        }
        Ok(piped.unwrap_or(Expression::Null))
    }

    fn command(&self, command: &Command, piped: Option<Expression>) -> Result<Expression, Refusal> {
        let Some((first, rest)) = command.operands.split_first() else { return Ok(Expression::Null) };
        let mut values = rest.iter().map(|operand| self.operand(operand)).collect::<Result<Vec<_>, _>>()?;
        values.extend(piped);
        match &first.value {
            Value::Function(name) => function::call(name, values, self.surroundings.in_html)
                .map_err(|text| Refusal::new(command.at, text)),
            _ if values.is_empty() => self.operand(first),
            _ => self.method(first, &values),
        }
    }

    /// A field with parameters is a method; only times have one that makes sense.
    fn method(&self, operand: &Operand, values: &[Expression]) -> Result<Expression, Refusal> {
        let refused = || {
            Refusal::new(
                operand.at,
                "a value with parameters cannot be converted: write `{{helper value}}`, and a time as `{{date ChangedAt \"[day].[month].[year]\"}}`",
            )
        };
        let Some((last, fields)) = operand.fields.split_last().filter(|(last, _)| *last == "Format") else {
            return Err(refused());
        };
        let fields: Vec<String> = fields.iter().filter(|field| *field != "UTC").cloned().collect();
        match values {
            [Expression::Text(format)] if last == "Format" => {
                let time = self.operand(&Operand { fields, ..operand.clone() })?;
                let format = layout(format).map_err(|text| Refusal::new(operand.at, text))?;
                Ok(Expression::call("date", [time, Expression::Text(format)]))
            }
            _ => Err(refused()),
        }
    }

    fn operand(&self, operand: &Operand) -> Result<Expression, Refusal> {
        let value = match &operand.value {
            Value::Dot => context(self.depth),
            Value::Variable(name) => {
                let variable = self.variables.iter().rev().find(|variable| variable.name == *name);
                variable.map(|variable| variable.value.clone()).ok_or_else(|| undeclared(name, operand.at))?
            }
            Value::Function(name) => function::call(name, Vec::new(), self.surroundings.in_html)
                .map_err(|text| Refusal::new(operand.at, text))?,
            Value::Text(text) => Expression::Text(text.clone()),
            Value::Number(number) => number_of(number, operand.at)?,
            Value::Bool(bool) => Expression::Bool(*bool),
            Value::Nil => Expression::Null,
            Value::Pipeline(pipeline) => self.value(pipeline)?,
        };
        Ok(self.renamed(fields_of(value, &operand.fields)))
    }

    fn renamed(&self, mut value: Expression) -> Expression {
        if let Expression::Path(Path { from: From::Context(0), keys }) = &mut value
            && self.surroundings.identity_is_traits
            && let Some(first) = keys.first_mut().filter(|first| *first == "Identity")
        {
            "Traits".clone_into(first);
        }
        value
    }
}

/// The fields of a value. sprig's `split` calls its parts `_0`, `_1` and so on.
fn fields_of(value: Expression, fields: &[String]) -> Expression {
    match (value, fields.split_first()) {
        (value @ Expression::Call("split", _), Some((first, rest))) => {
            let number = first.strip_prefix('_').filter(|number| number.parse::<u16>().is_ok());
            let key = number
                .map_or(Expression::Text(first.clone()), |number| Expression::Number(number.to_owned()));
            Expression::call("lookup", [value, key]).at(rest)
        }
        (value, _) => value.at(fields),
    }
}

fn number_of(number: &str, at: At) -> Result<Expression, Refusal> {
    let plain = number.strip_prefix('+').unwrap_or(number);
    let is_plain = plain.parse::<i64>().is_ok()
        || (plain.parse::<f64>().is_ok()
            && plain.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')));
    if !is_plain {
        return Err(Refusal::new(
            at,
            format!("“{number}” is no number that Handlebars knows: write its digits"),
        ));
    }
    let plain = if plain.starts_with('.') { format!("0{plain}") } else { plain.to_owned() };
    Ok(Expression::Number(plain))
}

/// The same condition, said more simply where only its truth matters.
pub(super) fn tested(value: Expression) -> Expression {
    match value {
        Expression::Call("choose", parameters) => match <[Expression; 3]>::try_from(parameters) {
            Ok([test, yes, no]) if test == yes => either("or", tested(test), tested(no)),
            Ok([test, yes, no]) if test == no => either("and", tested(test), tested(yes)),
            Ok(three) => Expression::call("choose", three),
            Err(other) => Expression::Call("choose", other),
        },
        Expression::Call("not", parameters) => {
            Expression::Call("not", parameters.into_iter().map(tested).collect())
        }
        other => other,
    }
}

/// `or a (or b c)` is `or a b c`.
fn either(word: &'static str, first: Expression, rest: Expression) -> Expression {
    match rest {
        Expression::Call(same, more) if same == word => {
            Expression::Call(word, std::iter::once(first).chain(more).collect())
        }
        other => Expression::call(word, [first, other]),
    }
}
