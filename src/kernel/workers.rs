//! The one limiter: a fixed set of threads, each owning one state, fed from one bounded queue.

use std::{
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use tokio::sync::oneshot;

/// How many threads serve, how many jobs may wait, and how long one may wait.
#[derive(Debug, Clone, Copy)]
pub struct WorkersConfig {
    /// Name of the threads, for debuggers and panics.
    pub name: &'static str,
    /// Number of threads, each with a state of its own.
    pub threads: NonZeroUsize,
    /// Jobs that may wait for a thread; one more is refused.
    pub waiting_room: usize,
    /// A job that waited longer than this is not started any more.
    pub patience: Duration,
}

/// A fixed set of threads, each owning one `S`: a database connection, the memory of a password hash.
///
/// A job whose requester is gone is skipped unless it has started; once started it runs to its end, so the
/// bound holds for the work and not for the request. A panic in a job drops that thread's state, and the next
/// job gets a new one. Clones share the threads; they end when the last clone is dropped.
pub struct Workers<S> {
    queue: Sender<Job<S>>,
    patience: Duration,
}

/// Why a job gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Too many jobs are waiting, or this one waited too long.
    #[error("all workers are busy")]
    Saturated,
    /// The job panicked, or its thread could not make a state to run it with.
    #[error("the job panicked")]
    Panicked,
}

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

impl<S> Clone for Workers<S> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), patience: self.patience }
    }
}

impl<S: 'static> Workers<S> {
    /// Starts the threads. `make` builds a thread's state, on that thread, before its first job and again
    /// after a panic.
    ///
    /// # Errors
    /// The operating system refused a thread.
    pub fn start(
        config: WorkersConfig,
        make: impl Fn() -> S + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = bounded::<Job<S>>(config.waiting_room);
        let make = Arc::new(make);
        for n in 0..config.threads.get() {
            let (jobs, make) = (jobs.clone(), Arc::clone(&make));
            thread::Builder::new()
                .name(format!("{}-{n}", config.name))
                .spawn(move || serve(&jobs, make.as_ref()))?;
        }
        Ok(Self { queue, patience: config.patience })
    }

    /// Runs `job` on one of the threads and waits for its result.
    ///
    /// # Errors
    /// [`NoAnswer::Saturated`] when the waiting room is full or the job waited longer than the patience,
    /// [`NoAnswer::Panicked`] when the job panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        let (queued, patience) = (Instant::now(), self.patience);
        let job: Job<S> = Box::new(move |state| {
            if answer.is_closed() {
                return;
            }
            let result = if queued.elapsed() > patience { Err(NoAnswer::Saturated) } else { Ok(job(state)) };
            // A requester that left in the meantime does not want the result.
            answer.send(result).ok();
        });
        self.queue.try_send(job).map_err(|_full| NoAnswer::Saturated)?;
        answered.await.unwrap_or(Err(NoAnswer::Panicked))
    }
}

fn serve<S>(jobs: &Receiver<Job<S>>, make: &(impl Fn() -> S + ?Sized)) {
    let mut state = None;
    while let Ok(job) = jobs.recv() {
        let done = catch_unwind(AssertUnwindSafe(|| job(state.get_or_insert_with(make))));
        if done.is_err() {
            state = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(waiting_room: usize, patience: Duration) -> Workers<u32> {
        let config = WorkersConfig { name: "test", threads: NonZeroUsize::MIN, waiting_room, patience };
        Workers::start(config, || 0).unwrap()
    }

    #[tokio::test]
    async fn jobs_share_the_state_of_their_thread_until_a_panic() {
        let workers = one(4, Duration::from_secs(5));
        assert_eq!(
            workers
                .run(|n| {
                    *n += 1;
                    *n
                })
                .await,
            Ok(1)
        );
        assert_eq!(
            workers
                .run(|n| {
                    *n += 1;
                    *n
                })
                .await,
            Ok(2)
        );
        assert_eq!(workers.run(|_| panic!("on purpose")).await, Err::<(), _>(NoAnswer::Panicked));
        assert_eq!(
            workers
                .run(|n| {
                    *n += 1;
                    *n
                })
                .await,
            Ok(1)
        );
    }

    #[tokio::test]
    async fn a_full_waiting_room_refuses() {
        let workers = one(1, Duration::from_secs(5));
        let (open, gate) = bounded::<()>(0);
        let (started, start) = bounded::<()>(0);
        let held = tokio::spawn({
            let workers = workers.clone();
            async move {
                workers
                    .run(move |_| {
                        started.send(()).ok();
                        gate.recv().ok();
                    })
                    .await
            }
        });
        tokio::task::yield_now().await;
        let start = thread::spawn(move || start.recv());
        while !start.is_finished() {
            tokio::task::yield_now().await;
        }
        let waiting = tokio::spawn({
            let workers = workers.clone();
            async move { workers.run(|_| ()).await }
        });
        while workers.queue.is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(workers.run(|_| ()).await, Err(NoAnswer::Saturated));
        open.send(()).unwrap();
        assert_eq!(held.await.unwrap(), Ok(()));
        assert_eq!(waiting.await.unwrap(), Ok(()));
    }
}
