//! What is wrong with a configuration, in words an operator can act on.

use std::fmt;

use super::Place;

/// The key of the document as a whole.
pub(crate) const ROOT: &str = "(root)";

/// One thing that is wrong, or worth a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The dotted path of the key, `(root)` for the whole document.
    pub key: String,
    /// The offending value as it may be shown; secrets are replaced before they get here.
    pub value: Option<String>,
    /// What is wrong with it, and what was expected.
    pub reason: String,
    /// What to do about it, where it does not follow from the reason.
    pub remedy: Option<String>,
    /// Where it was written; `None` when it was not written.
    pub place: Option<Place>,
}

/// Everything that keeps a configuration from taking effect; never empty when it is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

/// What does not keep a configuration from taking effect, yet should be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Warnings(Vec<Problem>);

impl Problem {
    pub(crate) fn new(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { key: key.into(), value: None, reason: reason.into(), remedy: None, place: None }
    }

    pub(crate) fn value(mut self, shown: impl Into<String>) -> Self {
        self.value = Some(shown.into());
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    pub(crate) fn at(mut self, place: &Place) -> Self {
        self.place = place.is_written().then(|| place.clone());
        self
    }
}

impl fmt::Display for Problem {
    /// `key: value`, and under the value what is wrong with it, what to do, and where it stands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = " ".repeat(self.key.chars().count() + 2);
        match (&self.value, self.key.as_str()) {
            (Some(value), key) => writeln!(f, "{key}: {value}")?,
            // The document as a whole is not absent; something is wrong with it.
            (None, ROOT) => writeln!(f, "{ROOT}")?,
            (None, key) => writeln!(f, "{key}: <nil>")?,
        }
        writeln!(f, "{indent}^-- {}", self.reason)?;
        if let Some(remedy) = &self.remedy {
            writeln!(f, "{indent}    {remedy}")?;
        }
        if let Some(place) = &self.place {
            writeln!(f, "{indent}    at {place}")?;
        }
        Ok(())
    }
}

fn write_all(f: &mut fmt::Formatter<'_>, problems: &[Problem]) -> fmt::Result {
    for problem in problems {
        write!(f, "\n{problem}")?;
    }
    Ok(())
}

fn in_reading_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    // Whatever has no place of its own, a missing key for instance, follows what can be pointed at.
    problems.sort_by(|a, b| (a.place.is_none(), &a.place).cmp(&(b.place.is_none(), &b.place)));
    problems.dedup();
    problems
}

impl Problems {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self(in_reading_order(problems))
    }

    /// The problems, in the order of files and lines.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = if self.0.len() == 1 { "one problem" } else { "several problems" };
        writeln!(f, "The configuration cannot be used, it has {many}:")?;
        write_all(f, &self.0)
    }
}

impl std::error::Error for Problems {}

impl Warnings {
    pub(crate) fn new(warnings: Vec<Problem>) -> Self {
        Self(in_reading_order(warnings))
    }

    /// Whether there is nothing to warn of.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The warnings, in the order of files and lines.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The configuration works, with these remarks:")?;
        write_all(f, &self.0)
    }
}

/// Collects problems and warnings while a configuration is read.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
}

impl Report {
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub fn warn(&mut self, problem: Problem) {
        self.warnings.push(problem);
    }
}
