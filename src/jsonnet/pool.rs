//! The server's end: a fixed number of workers, each started when it is first needed.

use std::{num::NonZeroUsize, time::Duration};

use serde_json::Value;

use super::{
    process::{Launch, Process},
    protocol::{JsonnetError, Program},
};
use crate::kernel::{NoAnswer, Workers, WorkersConfig};

/// Time for one program (03 §6.1).
const TIME: Duration = Duration::from_secs(1);

/// Programs that may wait for a worker.
const WAITING_ROOM: usize = 256;

/// How long one may wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many workers there are, and how they are started.
#[derive(Debug, Clone)]
pub struct JsonnetConfig {
    /// Processes at most.
    pub workers: NonZeroUsize,
    /// How each is started.
    pub launch: Launch,
}

/// Evaluates Jsonnet in limited processes. Clones share them.
#[derive(Clone)]
pub struct Jsonnet(Workers<Seat>);

/// The place of one process; empty until the first program, and after one that ended it.
struct Seat {
    launch: Launch,
    process: Option<Process>,
}

impl Jsonnet {
    /// Starts the threads that own the workers; processes come with the first programs.
    ///
    /// # Errors
    /// The operating system refused a thread.
    pub fn start(config: JsonnetConfig) -> std::io::Result<Self> {
        let JsonnetConfig { workers, launch } = config;
        let threads = WorkersConfig {
            name: "jsonnet",
            threads: workers,
            waiting_room: WAITING_ROOM,
            patience: PATIENCE,
        };
        Workers::start(threads, move || Seat { launch: launch.clone(), process: None }).map(Self)
    }

    /// Runs a program and gives what it makes.
    ///
    /// # Errors
    /// The program is wrong, raised an error, or took too much; or no worker could be had.
    pub async fn evaluate(&self, program: Program) -> Result<Value, JsonnetError> {
        let made = self.0.run(move |seat| seat.run(&program)).await.map_err(|none| match none {
            NoAnswer::Saturated => JsonnetError::Busy,
            NoAnswer::Panicked => JsonnetError::Unavailable(none.to_string()),
        })??;
        serde_json::from_str(&made).map_err(|error| JsonnetError::Unavailable(error.to_string()))
    }
}

impl Seat {
    /// A worker that has ended since its last program is replaced once: its end says nothing about this one.
    fn run(&mut self, program: &Program) -> Result<String, JsonnetError> {
        let kept = self.process.is_some();
        match self.run_once(program) {
            Err(JsonnetError::Unavailable(_)) if kept => self.run_once(program),
            outcome => outcome,
        }
    }

    fn run_once(&mut self, program: &Program) -> Result<String, JsonnetError> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => {
                let started = Process::start(&self.launch);
                started.map_err(|error| JsonnetError::Unavailable(error.to_string()))?
            }
        };
        let outcome = process.run(program, TIME);
        match &outcome {
            Ok(_) | Err(JsonnetError::Raised { .. } | JsonnetError::Wrong { .. }) => {
                self.process = Some(process)
            }
            Err(JsonnetError::Exceeded { .. } | JsonnetError::Busy | JsonnetError::Unavailable(_)) => {}
        }
        outcome
    }
}
