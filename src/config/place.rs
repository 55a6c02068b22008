//! Where a value was written.

use std::{fmt, sync::Arc};

/// Where a value was written: what an operator needs to find it again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In a file that was named on the command line.
    File {
        /// Which of the files it is, counted from 0.
        index: usize,
        /// The name as given.
        name: Arc<str>,
        /// The line, counted from 1.
        line: usize,
    },
    /// In an environment variable.
    Variable(Arc<str>),
    /// In a command-line flag.
    Flag(&'static str),
    /// Nowhere: it is the default.
    Default,
}

impl Place {
    /// Whether somebody wrote the value down, in contrast to a default.
    pub fn is_written(&self) -> bool {
        !matches!(self, Self::Default)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line, .. } => write!(f, "{name}:{line}"),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag --{name}"),
            Self::Default => f.write_str("default"),
        }
    }
}
