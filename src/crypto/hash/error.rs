//! Why the text of a password hash is refused.

/// Why the text of a password hash, or a hash policy, is refused. Never repeats the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The text starts like none of the supported formats.
    #[error("the password hash has no supported format")]
    Unrecognised,
    /// The text starts like a supported format and does not go on like it.
    #[error("the {format} password hash is malformed: {problem}")]
    Malformed {
        /// The format it starts like.
        format: &'static str,
        /// What is wrong, without the value.
        problem: &'static str,
    },
    /// A parameter asks for more work or memory than one log-in may cost.
    #[error("the {format} password hash is too expensive: {parameter} is above {limit}")]
    OverLimit {
        /// The format.
        format: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// The highest accepted value.
        limit: u64,
    },
}
