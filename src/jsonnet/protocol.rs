//! What crosses the pipe: one JSON text and a NUL byte, in both directions.

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What ends a message; JSON never contains it.
pub(super) const END: u8 = 0;

/// A program and what it is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Where the snippet comes from, for messages to operators.
    pub source: String,
    /// The snippet.
    pub snippet: String,
    /// What `std.extVar` gives.
    #[serde(default)]
    pub variables: BTreeMap<String, Value>,
    /// The argument `ctx`, when the program is a function that is called with it.
    #[serde(default)]
    pub argument: Option<Value>,
}

/// Why there is no result. The texts are for operators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum JsonnetError {
    /// The program itself called `error`.
    #[error("{source_name}: error: {message}")]
    Raised {
        /// Which program.
        source_name: String,
        /// What it said.
        message: String,
    },
    /// The program is wrong, or does something that is not allowed.
    #[error("{source_name}{position}: {message}")]
    Wrong {
        /// Which program.
        source_name: String,
        /// `:line:column`, where known.
        position: String,
        /// What is wrong.
        message: String,
    },
    /// It took too long, or too much memory.
    #[error("{source_name}: the program takes too much {0}", .exceeded.what())]
    Exceeded {
        /// Which program.
        source_name: String,
        /// What there was too much of.
        exceeded: Exceeded,
    },
    /// All workers are busy.
    #[error("all Jsonnet workers are busy")]
    Busy,
    /// No worker could be started or talked to.
    #[error("no Jsonnet worker can be used: {0}")]
    Unavailable(String),
}

/// What a program had too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exceeded {
    /// Time.
    Time,
    /// Memory, or room on the stack.
    Memory,
    /// Output.
    Output,
}

impl Exceeded {
    const fn what(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Output => "room for its output",
        }
    }
}

/// The answer of a worker: the JSON that the program made, as text.
pub(super) type Outcome = Result<String, JsonnetError>;

/// A message as it is written to the pipe.
pub(super) fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(message)?;
    bytes.push(END);
    Ok(bytes)
}
