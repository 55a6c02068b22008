//! Faults: what is ours to mend, or passes by itself.

use std::{error::Error, fmt};

use super::NoAnswer;

/// Any error with its chain of causes.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Something went wrong that no client can mend. Answered by a constant 500 or 503 and logged once, with all
/// causes, at the boundary that answers; it never reaches a client in words.
#[derive(Debug)]
pub struct Fault {
    doing: &'static str,
    transient: bool,
    source: BoxError,
}

impl Fault {
    /// A fault met while `doing` something; it will not pass by itself.
    pub fn doing(doing: &'static str, source: impl Into<BoxError>) -> Self {
        Self { doing, transient: false, source: source.into() }
    }

    /// A fault that is expected to pass: overload, a lost connection. Answered by 503.
    pub fn transient(doing: &'static str, source: impl Into<BoxError>) -> Self {
        Self { doing, transient: true, source: source.into() }
    }

    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        self.transient
    }

    /// What was being done, for logs.
    pub fn what(&self) -> &'static str {
        self.doing
    }
}

impl fmt::Display for Fault {
    /// Operator text; it names the activity only, the causes follow by `source`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}", self.doing)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.source.as_ref())
    }
}

impl From<NoAnswer> for Fault {
    fn from(none: NoAnswer) -> Self {
        match none {
            NoAnswer::Saturated => Self::transient("find a free worker", none),
            NoAnswer::Panicked => Self::doing("run a job", none),
        }
    }
}
