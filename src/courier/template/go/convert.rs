//! Converts the tree of one Go template: contexts, variables, conditions, loops.

use super::{
    expression::{Expression, From, Path, Place},
    html::{Escape, Page},
    pipeline::tested,
    tree::{At, Branch, Node, Pipeline, Refusal, Text},
    write::Piece,
};

/// How large a value may grow by the variables in it.
const LARGEST: usize = 400;

/// What the conversion of a template needs to know of what is around it.
pub(super) struct Surroundings<'a> {
    /// Whether it is given the variables of the letter themselves.
    pub(super) is_main: bool,
    /// Whether its output is HTML.
    pub(super) in_html: bool,
    /// Whether `Identity` means the traits, as in text messages that complete a sign-up (03 §8.3).
    pub(super) identity_is_traits: bool,
    /// The partial that a template of this name becomes.
    pub(super) partial: &'a dyn Fn(&str) -> Option<String>,
}

/// Converts a template.
///
/// # Errors
/// Everything in it that has no counterpart.
pub(super) fn convert(nodes: &[Node], surroundings: &Surroundings<'_>) -> Result<Vec<Piece>, Vec<Refusal>> {
    let mut converter = Converter {
        surroundings,
        depth: 0,
        page: Page::new(),
        variables: vec![Variable { name: String::new(), value: context(0), depth: 0 }],
        pieces: Vec::new(),
        refusals: Vec::new(),
    };
    converter.nodes(nodes);
    if converter.refusals.is_empty() { Ok(converter.pieces) } else { Err(converter.refusals) }
}

/// A conversion under way.
pub(super) struct Converter<'a> {
    pub(super) surroundings: &'a Surroundings<'a>,
    /// Contexts that are open.
    pub(super) depth: usize,
    page: Page,
    pub(super) variables: Vec<Variable>,
    pieces: Vec<Piece>,
    refusals: Vec<Refusal>,
}

/// A variable of Go. It stands for the value it was set to, which is written wherever it is used: values do
/// not change while a message is made.
#[derive(Clone, PartialEq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: Expression,
    /// Contexts that were open where it was declared.
    depth: usize,
}

/// The context at a depth, as a whole.
pub(super) fn context(depth: usize) -> Expression {
    Expression::Path(Path { from: From::Context(depth), keys: Vec::new() })
}

impl Converter<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            let done = match node {
                Node::Text(text) => {
                    self.text(text);
                    Ok(())
                }
                Node::Comment(comment, at) => {
                    self.pieces.push(Piece::Comment(comment.clone(), at.line));
                    Ok(())
                }
                Node::Output(pipeline) => self.output(pipeline),
                Node::Let(pipeline) => self.set(pipeline),
                Node::If(branches, otherwise) => self.conditions(branches, otherwise),
                Node::With(branch, otherwise) => self.with(branch, otherwise),
                Node::Range(branch, otherwise) => self.range(branch, otherwise),
                Node::Include { name, data, at } => self.include(name, data.as_ref(), *at),
            };
            if let Err(refusal) = done {
                self.refusals.push(refusal);
            }
        }
    }

    fn text(&mut self, text: &Text) {
        let mut text = text.clone();
        if self.page.is_within_own_quotes() {
            // The value of the attribute ends where Go ends it.
            let shown = text.shown().to_owned();
            let end = shown.find(|char: char| char.is_whitespace() || char == '>').unwrap_or(shown.len());
            let (value, rest) = shown.split_at_checked(end).unwrap_or((&shown, ""));
            let quote = if rest.is_empty() { "" } else { "\"" };
            text = Text { raw: format!("{value}{quote}{rest}"), cut_start: false, cut_end: false, ..text };
        }
        self.page.read(text.shown());
        self.pieces.push(Piece::Text(text));
    }

    fn place(&self) -> Place {
        Place { depth: self.depth, is_main: self.surroundings.is_main }
    }

    fn tag(&mut self, inside: String, at: At, is_line: bool) {
        self.pieces.push(Piece::Tag { inside, line: at.line, is_line });
    }

    fn output(&mut self, pipeline: &Pipeline) -> Result<(), Refusal> {
        let mut value = self.value(pipeline)?;
        if self.surroundings.in_html {
            if self.page.quote() {
                let raw = "\"".to_owned();
                let line = pipeline.at.line;
                self.pieces.push(Piece::Text(Text { raw, cut_start: false, cut_end: false, line }));
            }
            value = match self.page.value(pipeline.at)? {
                Escape::Link if !is_own_link(&value) => Expression::call("link", [value]),
                Escape::Query if !matches!(value, Expression::Call("urlencode", _)) => {
                    Expression::call("urlencode", [value])
                }
                Escape::Script => Expression::call("escapejs", [value]),
                Escape::Html | Escape::Link | Escape::Query => value,
            };
        }
        if matches!(value, Expression::Named(_)) {
            return Err(Refusal::new(pipeline.at, "a `dict` is no text: show one of its values"));
        }
        if let Some(written) = shown(value).as_output(self.place()) {
            self.tag(written, pipeline.at, false);
        }
        Ok(())
    }

    fn set(&mut self, pipeline: &Pipeline) -> Result<(), Refusal> {
        let value = self.value(pipeline)?;
        let [name] = pipeline.sets.as_slice() else {
            return Err(Refusal::new(pipeline.at, "two variables can only be set by `range`"));
        };
        if value.size() > LARGEST {
            return Err(Refusal::new(
                pipeline.at,
                format!("the value of ${name} grows too large: write what it says where it is used"),
            ));
        }
        if !pipeline.assigns {
            self.variables.push(Variable { name: name.clone(), value, depth: self.depth });
            return Ok(());
        }
        let depth = self.depth;
        match self.variables.iter_mut().rev().find(|variable| variable.name == *name) {
            None => Err(undeclared(name, pipeline.at)),
            Some(variable) if variable.depth != depth => Err(Refusal::new(
                pipeline.at,
                format!(
                    "${name} is changed within a loop or a `with`, and Handlebars has no variables: decide with `{{{{#if …}}}}` where the text stands"
                ),
            )),
            Some(variable) => {
                variable.value = value;
                Ok(())
            }
        }
    }

    fn conditions(&mut self, branches: &[Branch], otherwise: &[Node]) -> Result<(), Refusal> {
        let before = self.variables.clone();
        let (page, mut reached) = (self.page.clone(), Vec::new());
        let mut outcomes: Vec<(Expression, Vec<Variable>)> = Vec::new();
        let mut declared = before.clone();
        let first_at = branches.first().map_or(At::START, |branch| branch.test.at);
        for (n, branch) in branches.iter().enumerate() {
            self.variables.clone_from(&declared);
            let test = tested(self.value(&branch.test)?);
            if let [name] = branch.test.sets.as_slice() {
                let value = self.value(&branch.test)?;
                self.variables.push(Variable { name: name.clone(), value, depth: self.depth });
                declared.clone_from(&self.variables);
            }
            let word = if n == 0 { "#if" } else { "else if" };
            let written = test.as_parameter(self.place());
            self.tag(format!("{word} {written}"), branch.test.at, true);
            self.page.clone_from(&page);
            self.nodes(&branch.body);
            reached.push(self.page.clone());
            outcomes.push((test, self.variables.clone()));
        }
        self.variables.clone_from(&declared);
        self.page.clone_from(&page);
        if !otherwise.is_empty() {
            self.tag("else".to_owned(), first_at, true);
            self.nodes(otherwise);
        }
        reached.push(self.page.clone());
        self.tag("/if".to_owned(), first_at, true);
        self.same_place(&reached, first_at)?;
        let last = std::mem::replace(&mut self.variables, before);
        self.merge(&outcomes, &last);
        Ok(())
    }

    /// After a condition a variable has the value of the branch that was taken.
    fn merge(&mut self, outcomes: &[(Expression, Vec<Variable>)], last: &[Variable]) {
        for (n, variable) in self.variables.iter_mut().enumerate() {
            let of = |all: &[Variable]| all.get(n).map_or(Expression::Null, |one| one.value.clone());
            if outcomes.iter().all(|(_, all)| of(all) == variable.value) && of(last) == variable.value {
                continue;
            }
            variable.value = outcomes.iter().rev().fold(of(last), |otherwise, (test, all)| {
                Expression::call("choose", [test.clone(), of(all), otherwise])
            });
        }
    }

    /// All ways through a condition have to end at the same place of a page.
    fn same_place(&self, reached: &[Page], at: At) -> Result<(), Refusal> {
        let agree = reached.windows(2).all(|pair| matches!(pair, [one, other] if one.agrees(other)));
        if agree || !self.surroundings.in_html {
            return Ok(());
        }
        Err(Refusal::new(
            at,
            "the branches of this condition end in different parts of a tag: let each have the whole tag",
        ))
    }

    fn with(&mut self, branch: &Branch, otherwise: &[Node]) -> Result<(), Refusal> {
        let at = branch.test.at;
        let value = self.value(&branch.test)?;
        let written = value.as_parameter(self.place());
        self.tag(format!("#with {written}"), at, true);
        let mark = self.variables.len();
        self.depth = self.depth.saturating_add(1);
        if let [name] = branch.test.sets.as_slice() {
            let value = context(self.depth);
            self.variables.push(Variable { name: name.clone(), value, depth: self.depth });
        }
        self.inner(branch, otherwise, mark, "/with")
    }

    fn range(&mut self, branch: &Branch, otherwise: &[Node]) -> Result<(), Refusal> {
        let at = branch.test.at;
        let value = self.value(&branch.test)?;
        if matches!(value, Expression::Number(_)) {
            return Err(Refusal::new(
                at,
                "there are no loops over numbers in Handlebars: write the text as often as it shall appear",
            ));
        }
        let written = value.as_parameter(self.place());
        let mark = self.variables.len();
        self.depth = self.depth.saturating_add(1);
        let names: Vec<String> = branch.test.sets.iter().map(|name| self.unused(name)).collect();
        for (name, bound) in branch.test.sets.iter().zip(&names) {
            let value = Expression::Path(Path { from: From::Bound(bound.clone()), keys: Vec::new() });
            self.variables.push(Variable { name: name.clone(), value, depth: self.depth });
        }
        let bound = match names.as_slice() {
            [] => String::new(),
            [value] => format!(" as |{value}|"),
            // Handlebars names the value first.
            [key, value, ..] => format!(" as |{value} {key}|"),
        };
        self.tag(format!("#each {written}{bound}"), at, true);
        self.inner(branch, otherwise, mark, "/each")
    }

    /// A name for a variable of a loop that no other one around it has.
    fn unused(&self, name: &str) -> String {
        let inner = self.variables.iter().filter(|variable| variable.name == name).count();
        if inner == 0 { format!("${name}") } else { format!("${name}-{inner}") }
    }

    /// The body of a `with` or `range`, whose context and variables are set, and what stands there instead.
    fn inner(&mut self, branch: &Branch, otherwise: &[Node], mark: usize, end: &str) -> Result<(), Refusal> {
        let page = self.page.clone();
        self.nodes(&branch.body);
        self.depth = self.depth.saturating_sub(1);
        self.variables.truncate(mark);
        let reached = std::mem::replace(&mut self.page, page);
        if !otherwise.is_empty() {
            self.tag("else".to_owned(), branch.test.at, true);
            self.nodes(otherwise);
            self.variables.truncate(mark);
        }
        self.tag(end.to_owned(), branch.test.at, true);
        self.same_place(&[reached, self.page.clone()], branch.test.at)
    }

    fn include(&mut self, name: &str, data: Option<&Pipeline>, at: At) -> Result<(), Refusal> {
        let partial = (self.surroundings.partial)(name).ok_or_else(|| {
            Refusal::new(
                at,
                format!("there is no template “{name}” in this file, and no such file beside it"),
            )
        })?;
        if self.surroundings.in_html && !self.page.is_text() {
            return Err(Refusal::new(
                at,
                "a template within a tag cannot be converted: let it have the whole tag",
            ));
        }
        let data = data.map(|data| self.value(data)).transpose()?.unwrap_or(Expression::Null);
        let given = match data {
            same if same == context(self.depth) => String::new(),
            Expression::Null => String::new(),
            other => format!(" {}", other.as_context(self.place())),
        };
        self.tag(format!("> {partial}{given}"), at, true);
        Ok(())
    }
}

/// A variable that nothing has set.
pub(super) fn undeclared(name: &str, at: At) -> Refusal {
    Refusal::new(at, format!("the variable ${name} is not declared here"))
}

/// Times that stand alone are shown as Go shows them.
fn shown(value: Expression) -> Expression {
    let is_time = matches!(&value, Expression::Path(path)
        if path.from == From::Context(0) && matches!(path.keys.as_slice(), [only] if only == "ChangedAt" || only == "AddedAt"));
    if !is_time {
        return value;
    }
    let format = "[year]-[month]-[day] [hour]:[minute]:[second] +0000 UTC";
    Expression::call("date", [value, Expression::Text(format.to_owned())])
}

/// Links that we made ourselves need not be looked at.
fn is_own_link(value: &Expression) -> bool {
    let Expression::Path(path) = value else { return false };
    let own = ["RecoveryURL", "VerificationURL"];
    path.from == From::Context(0) && matches!(path.keys.as_slice(), [only] if own.contains(&only.as_str()))
}
