//! What is wrong with a schema document.

use std::fmt;

/// One thing that is wrong with a schema document, for the operator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaProblem {
    /// The configured id of the schema.
    pub schema: String,
    /// Where in the document, as a JSON pointer; empty for the document as a whole.
    pub pointer: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for SchemaProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { schema, pointer, what, remedy } = self;
        write!(f, "identity schema \"{schema}\" at #{pointer}: {what}; {remedy}")
    }
}

impl std::error::Error for SchemaProblem {}

/// Collects the problems of one document.
pub(super) struct Problems {
    schema: String,
    found: Vec<SchemaProblem>,
}

impl Problems {
    pub(super) fn of(schema: &str) -> Self {
        Self { schema: schema.to_owned(), found: Vec::new() }
    }

    pub(super) fn add(&mut self, pointer: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let problem = SchemaProblem {
            schema: self.schema.clone(),
            pointer: pointer.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
        };
        if !self.found.contains(&problem) {
            self.found.push(problem);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn into_found(self) -> Vec<SchemaProblem> {
        self.found
    }
}
