//! What a Go template says, as a tree.

/// A place in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
}

impl At {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// The place after some text that begins here.
    pub(super) fn after(self, text: &str) -> Self {
        let lines = text.bytes().filter(|byte| *byte == b'\n').count();
        let last = text.rsplit('\n').next().unwrap_or_default().chars().count();
        match lines {
            0 => Self { line: self.line, column: self.column.saturating_add(last) },
            _ => Self { line: self.line.saturating_add(lines), column: last.saturating_add(1) },
        }
    }
}

/// Why a template cannot be converted: what stands there, and how to write it in Handlebars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) at: At,
    pub(super) text: String,
}

impl Refusal {
    pub(super) fn new(at: At, text: impl Into<String>) -> Self {
        Self { at, text: text.into() }
    }
}

/// Text between actions. What the actions beside it trim is cut off.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) raw: String,
    pub(super) cut_start: bool,
    pub(super) cut_end: bool,
    pub(super) line: usize,
}

/// What Go trims; Unicode knows more white space.
pub(super) const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

impl Text {
    /// The text as it is printed.
    pub(super) fn shown(&self) -> &str {
        let text = if self.cut_start { self.raw.trim_start_matches(SPACE) } else { &self.raw };
        if self.cut_end { text.trim_end_matches(SPACE) } else { text }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(Text),
    Comment(String, At),
    Output(Pipeline),
    /// `$x := …` and `$x = …`.
    Let(Pipeline),
    If(Vec<Branch>, Vec<Node>),
    With(Box<Branch>, Vec<Node>),
    Range(Box<Branch>, Vec<Node>),
    /// `{{template "name" data}}`.
    Include {
        name: String,
        data: Option<Pipeline>,
        at: At,
    },
}

/// A condition with what depends on it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    pub(super) test: Pipeline,
    pub(super) body: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pipeline {
    /// The variables that it sets, without `$`.
    pub(super) sets: Vec<String>,
    /// Whether the variables are there already (`=`).
    pub(super) assigns: bool,
    pub(super) commands: Vec<Command>,
    pub(super) at: At,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Command {
    pub(super) operands: Vec<Operand>,
    pub(super) at: At,
}

/// A value with the fields that are taken of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operand {
    pub(super) value: Value,
    pub(super) fields: Vec<String>,
    pub(super) at: At,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Dot,
    Variable(String),
    Function(String),
    Text(String),
    Number(String),
    Bool(bool),
    Nil,
    Pipeline(Box<Pipeline>),
}

/// A file: its own text, and the templates that it defines.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) body: Vec<Node>,
    pub(super) defines: Vec<(String, Vec<Node>)>,
}
