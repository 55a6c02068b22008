//! The server's end of one worker process.

use std::{
    ffi::OsString,
    io::{self, Read as _, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::protocol::{END, Exceeded, JsonnetError, Outcome, Program, frame};

/// How a worker is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

impl Launch {
    /// This program as its own worker.
    ///
    /// # Errors
    /// The system does not tell where this program is.
    pub fn of_this_program() -> io::Result<Self> {
        Ok(Self::of(std::env::current_exe()?))
    }

    /// The program at a path as a worker.
    pub fn of(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), arguments: ["jsonnet", "-0"].map(OsString::from).to_vec() }
    }
}

/// A running worker.
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

/// Why a worker gave no answer.
enum Silence {
    /// It took too long.
    Late,
    /// It ended; a program that wants too much memory is ended by the system.
    Gone,
}

impl Process {
    pub(super) fn start(launch: &Launch) -> io::Result<Self> {
        let mut child = Command::new(&launch.program)
            .args(&launch.arguments)
            // SECURITY: a program sees none of our secrets, not even those of the environment (03 §6.1).
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { child, input, output }),
            _ => Err(io::Error::other("the worker has no pipes")),
        }
    }

    /// Runs a program. After an error of [`JsonnetError::Exceeded`] or [`JsonnetError::Unavailable`] the
    /// process is of no more use.
    pub(super) fn run(&mut self, program: &Program, patience: Duration) -> Outcome {
        let deadline = Instant::now() + patience;
        let unavailable = |error: io::Error| JsonnetError::Unavailable(error.to_string());
        let message = frame(program).map_err(unavailable)?;
        self.input.write_all(&message).map_err(unavailable)?;
        let exceeded =
            |exceeded| Err(JsonnetError::Exceeded { source_name: program.source.clone(), exceeded });
        match self.answer(deadline) {
            Ok(Ok(answer)) => serde_json::from_slice(&answer).map_err(|error| unavailable(error.into()))?,
            Ok(Err(Silence::Late)) => exceeded(Exceeded::Time),
            Ok(Err(Silence::Gone)) => exceeded(Exceeded::Memory),
            Err(error) => Err(unavailable(error)),
        }
    }

    fn answer(&mut self, deadline: Instant) -> io::Result<Result<Vec<u8>, Silence>> {
        let mut answer = Vec::new();
        let mut chunk = [0; 16 * 1024];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut pipes = [PollFd::new(&self.output, PollFlags::IN)];
            let wait = Timespec::try_from(left).map_err(io::Error::other)?;
            if poll(&mut pipes, Some(&wait))? == 0 {
                return Ok(Err(Silence::Late));
            }
            let read = self.output.read(&mut chunk)?;
            let Some(part) = chunk.get(..read).filter(|part| !part.is_empty()) else {
                return Ok(Err(Silence::Gone));
            };
            answer.extend_from_slice(part);
            if answer.pop_if(|last| *last == END).is_some() {
                return Ok(Ok(answer));
            }
        }
    }
}

impl Drop for Process {
    /// Nothing of a worker outlives its owner.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
