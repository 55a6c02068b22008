//! A worker process: programs come in on the standard input, results go out on the standard output.

use std::io::{self, BufRead as _, Read as _, Write as _};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{
    evaluate::evaluate,
    protocol::{END, Outcome, Program, frame},
};

/// Bytes of memory that a worker may use. A program that wants more ends its worker, and nothing else.
const MEMORY: u64 = 256 * 1024 * 1024;

/// Bytes of one message at most; what is larger is no message of ours.
const LARGEST_MESSAGE: u64 = 8 * 1024 * 1024;

/// Evaluates what comes in until nothing more comes.
///
/// # Errors
/// The limits cannot be set, or the pipe broke.
pub fn serve() -> io::Result<()> {
    limit(Resource::As, MEMORY)?;
    limit(Resource::Core, 0)?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    loop {
        let mut message = Vec::new();
        input.by_ref().take(LARGEST_MESSAGE).read_until(END, &mut message)?;
        if message.pop() != Some(END) {
            return Ok(());
        }
        let program: Program = serde_json::from_slice(&message)?;
        let outcome: Outcome = evaluate(&program);
        output.write_all(&frame(&outcome)?)?;
        output.flush()?;
    }
}

/// Lowers a limit; one that is lower already stays.
fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let now = getrlimit(resource);
    let most = now.maximum.map_or(most, |now| now.min(most));
    let limit = Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(resource, limit).map_err(io::Error::from)
}
