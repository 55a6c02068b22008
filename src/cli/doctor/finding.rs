//! What a check has shown.

use serde_json::{Value, json};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, and should be known.
    Warning,
    /// Does not work, or must not stay so.
    Problem,
}

/// What one check has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The part that was looked at.
    pub part: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What was seen.
    pub what: String,
    /// What to do; empty where there is nothing to do.
    pub remedy: String,
}

/// Findings in the order of the checks.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// All is well with a part.
    pub fn ok(&mut self, part: &'static str, what: impl Into<String>) {
        self.add(part, Level::Ok, what, "");
    }

    /// Something should be known.
    pub fn warning(&mut self, part: &'static str, what: impl Into<String>, remedy: impl Into<String>) {
        self.add(part, Level::Warning, what, remedy);
    }

    /// Something does not work.
    pub fn problem(&mut self, part: &'static str, what: impl Into<String>, remedy: impl Into<String>) {
        self.add(part, Level::Problem, what, remedy);
    }

    fn add(&mut self, part: &'static str, level: Level, what: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Finding { part, level, what: what.into(), remedy: remedy.into() });
    }

    /// Whether something was said about a part that is not well.
    pub fn blames(&self, part: &'static str) -> bool {
        self.0.iter().any(|finding| finding.part == part && finding.level != Level::Ok)
    }

    /// The worst of them.
    pub fn worst(&self) -> Level {
        self.0.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
    }

    /// How many are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.0.iter().filter(|finding| finding.level == level).count()
    }

    /// Lines for people: what was seen, and below it what to do.
    pub fn lines(&self) -> Vec<String> {
        let width = self.0.iter().map(|finding| finding.part.len()).max().unwrap_or_default();
        let line = |finding: &Finding| {
            let mut lines = vec![format!(
                "{:<7}  {:<width$}  {}",
                finding.level.name(),
                finding.part,
                finding.what.replace('\n', " ")
            )];
            if !finding.remedy.is_empty() {
                lines.push(format!("{:7}  {:width$}  -> {}", "", "", finding.remedy));
            }
            lines
        };
        self.0.iter().flat_map(line).collect()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let one = |finding: &Finding| {
            let Finding { part, level, what, remedy } = finding;
            json!({ "part": part, "level": level.name(), "what": what, "remedy": remedy })
        };
        json!({
            "verdict": self.worst().name(),
            "findings": self.0.iter().map(one).collect::<Vec<Value>>(),
        })
    }
}

impl Level {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}
