//! What went wrong with a program, in words, and where.

use rsjsonnet_lang::{
    lexer::LexError,
    parser::ParseError,
    program::{AnalyzeError, EvalError, EvalErrorKind, EvalStackTraceItem, LoadError, Program as Vm},
    span::{SpanContextId, SpanId},
};

use super::protocol::{Exceeded, JsonnetError, Program};

/// What is wrong with a program.
#[derive(Debug)]
pub(super) struct Flaw {
    kind: Kind,
    /// The byte of the snippet where it shows.
    at: Option<usize>,
}

#[derive(Debug)]
enum Kind {
    Raised(String),
    TooDeep,
    Wrong(String),
}

impl Flaw {
    /// The flaw as an error of its program.
    pub(super) fn of(self, program: &Program) -> JsonnetError {
        let source_name = program.source.clone();
        match self.kind {
            Kind::Raised(message) => JsonnetError::Raised { source_name, message },
            Kind::TooDeep => JsonnetError::Exceeded { source_name, exceeded: Exceeded::Memory },
            Kind::Wrong(message) => {
                let position = self.at.map(|at| position(&program.snippet, at)).unwrap_or_default();
                JsonnetError::Wrong { source_name, position, message }
            }
        }
    }
}

/// `:line:column`, both from 1, columns in characters.
fn position(snippet: &str, at: usize) -> String {
    let before = snippet.get(..at).unwrap_or(snippet);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!(":{line}:{column}")
}

/// Why a text could not be loaded.
pub(super) fn unreadable(vm: &Vm<'_>, snippet: SpanContextId, error: &LoadError) -> Flaw {
    let (span, message) = match error {
        LoadError::Lex(error) => (lexical(error), format!("this is no Jsonnet: {}", words(error))),
        LoadError::Parse(ParseError::Expected { span, expected, instead }) => {
            let expected: Vec<String> = expected.iter().map(words).collect();
            let message = format!("expected {}, not {}", expected.join(" or "), words(instead));
            (*span, format!("this is no Jsonnet: {message}"))
        }
        LoadError::Analyze(error) => meant(error),
    };
    Flaw { kind: Kind::Wrong(message), at: offset(vm, snippet, span) }
}

/// Why an evaluation failed.
pub(super) fn failed(vm: &Vm<'_>, snippet: SpanContextId, error: &EvalError) -> Flaw {
    let kind = match &error.kind {
        EvalErrorKind::ExplicitError { message, .. } => Kind::Raised(message.clone()),
        EvalErrorKind::StackOverflow | EvalErrorKind::InfiniteRecursion => Kind::TooDeep,
        other => Kind::Wrong(reason(other)),
    };
    let spans = error.stack_trace.iter().rev().filter_map(passed);
    let at = own(&error.kind).into_iter().chain(spans).find_map(|span| offset(vm, snippet, span));
    Flaw { kind, at }
}

fn reason(kind: &EvalErrorKind) -> String {
    match kind {
        EvalErrorKind::UnknownObjectField { field_name, .. } => format!("there is no field “{field_name}”"),
        EvalErrorKind::UnknownExtVar { name } => {
            format!("there is no variable “{name}” given from outside")
        }
        EvalErrorKind::RepeatedFieldName { name, .. } => format!("the field “{name}” is there twice"),
        EvalErrorKind::UnknownCallParam { param_name, .. } => {
            format!("the function has no parameter “{param_name}”")
        }
        EvalErrorKind::CallParamNotBound { param_name, .. } => {
            format!("the parameter “{param_name}” is not given")
        }
        EvalErrorKind::ImportFailed { path, .. } => format!("imports are not allowed here: {path}"),
        EvalErrorKind::AssertFailed { message: Some(message), .. } => {
            format!("an assertion failed: {message}")
        }
        EvalErrorKind::ManifestFunction => "a function is no JSON".to_owned(),
        EvalErrorKind::Other { message, .. } => message.clone(),
        other => words(other),
    }
}

/// The place that an error of evaluation itself names.
const fn own(kind: &EvalErrorKind) -> Option<SpanId> {
    match kind {
        EvalErrorKind::InvalidIndexedType { span, .. }
        | EvalErrorKind::UnknownObjectField { span, .. }
        | EvalErrorKind::FieldOfNonObject { span }
        | EvalErrorKind::RepeatedFieldName { span, .. }
        | EvalErrorKind::NumericIndexOutOfRange { span, .. }
        | EvalErrorKind::CondIsNotBool { span, .. }
        | EvalErrorKind::AssertFailed { span, .. }
        | EvalErrorKind::ImportFailed { span, .. } => Some(*span),
        EvalErrorKind::InvalidBinaryOpTypes { span, .. }
        | EvalErrorKind::CalleeIsNotFunction { span, .. }
        | EvalErrorKind::CallParamNotBound { span, .. }
        | EvalErrorKind::Other { span, .. } => *span,
        _ => None,
    }
}

/// The place of a step on the way to an error.
const fn passed(step: &EvalStackTraceItem) -> Option<SpanId> {
    match step {
        EvalStackTraceItem::Expr { span }
        | EvalStackTraceItem::Variable { span, .. }
        | EvalStackTraceItem::Import { span } => Some(*span),
        EvalStackTraceItem::Call { span, .. }
        | EvalStackTraceItem::ArrayItem { span, .. }
        | EvalStackTraceItem::ObjectField { span, .. } => *span,
        EvalStackTraceItem::CompareArrayItem { .. }
        | EvalStackTraceItem::CompareObjectField { .. }
        | EvalStackTraceItem::ManifestArrayItem { .. }
        | EvalStackTraceItem::ManifestObjectField { .. } => None,
    }
}

const fn lexical(error: &LexError) -> SpanId {
    match error {
        LexError::InvalidChar { span, .. }
        | LexError::InvalidUtf8 { span, .. }
        | LexError::UnfinishedMultilineComment { span }
        | LexError::LeadingZeroInNumber { span }
        | LexError::MissingFracDigits { span }
        | LexError::MissingExpDigits { span }
        | LexError::MissingDigitAfterUnderscore { span }
        | LexError::ExpOverflow { span }
        | LexError::InvalidEscapeInString { span, .. }
        | LexError::IncompleteUnicodeEscape { span }
        | LexError::InvalidUtf16EscapeSequence { span, .. }
        | LexError::UnfinishedString { span }
        | LexError::MissingLineBreakAfterTextBlockStart { span }
        | LexError::MissingWhitespaceTextBlockStart { span }
        | LexError::InvalidTextBlockTermination { span } => *span,
    }
}

fn meant(error: &AnalyzeError) -> (SpanId, String) {
    match error {
        AnalyzeError::UnknownVariable { span, name } => (*span, format!("there is no variable “{name}”")),
        AnalyzeError::RepeatedLocalName { repeated_span, name, .. }
        | AnalyzeError::RepeatedFieldName { repeated_span, name, .. }
        | AnalyzeError::RepeatedParamName { repeated_span, name, .. } => {
            (*repeated_span, format!("the name “{name}” is there twice"))
        }
        AnalyzeError::SelfOutsideObject { self_span: span }
        | AnalyzeError::SuperOutsideObject { super_span: span }
        | AnalyzeError::DollarOutsideObject { dollar_span: span }
        | AnalyzeError::PositionalArgAfterNamed { arg_span: span }
        | AnalyzeError::TextBlockAsImportPath { span }
        | AnalyzeError::ComputedImportPath { span } => (*span, words(error)),
    }
}

/// Where in the snippet a place is; `None` when it is elsewhere, in the standard library for example.
fn offset(vm: &Vm<'_>, snippet: SpanContextId, span: SpanId) -> Option<usize> {
    let (context, start, _) = vm.span_manager().get_span(span);
    (context == snippet).then_some(start)
}

/// The name of a variant as words: `DivByZero` is “div by zero”.
fn words(value: &impl std::fmt::Debug) -> String {
    let debug = format!("{value:?}");
    let inner = debug.strip_prefix("Simple(").unwrap_or(&debug);
    let name = inner.split([' ', '(', '{', ')']).next().unwrap_or_default();
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}
