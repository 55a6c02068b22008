//! The one thread that writes to the embedded database.
//!
//! It takes all units of work that wait, up to a limit, runs each in a savepoint of one transaction, commits
//! once, and only then answers: the cost of making a commit durable is shared. Measured at 34 000 units per
//! second against 5 800 one by one.

use std::{
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use diesel::connection::{Connection, TransactionManager as _};
use tokio::sync::oneshot;

use super::{Sizes, StoreResult, Tx, connection::AnyConn, dialect, meter::Meter, open::Slot};
use crate::kernel::NoAnswer;

type Manager = <AnyConn as Connection>::TransactionManager;

/// How many units of work share a commit at most.
const BATCH: usize = 128;

/// The way to the writing thread. It ends when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Writer {
    queue: Sender<Box<dyn Unit>>,
    patience: Duration,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(slot: Slot, sizes: Sizes, meter: Arc<Meter>) -> std::io::Result<Self> {
        let (queue, inbox) = bounded(sizes.waiting_room);
        let mut thread = WriterThread { slot, meter };
        thread::Builder::new().name("store-writer".to_owned()).spawn(move || thread.serve(&inbox))?;
        Ok(Self { queue, patience: sizes.patience })
    }

    /// Runs `work` in a transaction and waits until it is durable.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        let (answer, answered) = oneshot::channel();
        let start_by = Instant::now() + self.patience;
        let job = Job { work: Some(work), result: Err(NoAnswer::Panicked.into()), answer, start_by };
        self.queue.try_send(Box::new(job)).map_err(|_full| NoAnswer::Saturated)?;
        answered.await.unwrap_or(Err(NoAnswer::Panicked.into()))
    }
}

/// A unit of work without its types.
trait Unit: Send {
    /// Runs it, unless nobody waits for it any more or it waited too long.
    fn run(&mut self, tx: Tx<'_>) -> Ending;
    /// Tells the requester how it ended, now that the commit did.
    fn answer(self: Box<Self>, commit: &StoreResult<()>);
}

/// What to do with the changes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Keep,
    Forget,
}

struct Job<F, T> {
    work: Option<F>,
    result: StoreResult<T>,
    answer: oneshot::Sender<StoreResult<T>>,
    start_by: Instant,
}

impl<T: Send, F: FnOnce(&mut Tx<'_>) -> StoreResult<T> + Send> Unit for Job<F, T> {
    fn run(&mut self, mut tx: Tx<'_>) -> Ending {
        let Some(work) = self.work.take() else { return Ending::Forget };
        if self.answer.is_closed() {
            return Ending::Forget;
        }
        if Instant::now() > self.start_by {
            self.result = Err(NoAnswer::Saturated.into());
            return Ending::Forget;
        }
        self.result = work(&mut tx).and_then(|value| tx.finish().map(|()| value));
        if self.result.is_ok() { Ending::Keep } else { Ending::Forget }
    }

    fn answer(self: Box<Self>, commit: &StoreResult<()>) {
        let untouched = self.work.is_some();
        let result = match (self.result, commit) {
            // Forgotten by itself: it failed for a reason of its own, whatever became of the others.
            (Err(own), _) if !untouched => Err(own),
            (result, Ok(())) => result,
            (_, Err(error)) => Err(error.again()),
        };
        // A requester that left in the meantime does not want the result.
        self.answer.send(result).ok();
    }
}

struct WriterThread {
    slot: Slot,
    meter: Arc<Meter>,
}

impl WriterThread {
    fn serve(&mut self, inbox: &Receiver<Box<dyn Unit>>) {
        while let Ok(first) = inbox.recv() {
            let mut batch: Vec<_> = iter::once(first).chain(inbox.try_iter().take(BATCH - 1)).collect();
            let mut panicked = false;
            let commit = self.slot.with(|conn| {
                panicked = commit_batch(conn, &self.meter, &mut batch)?;
                Ok(())
            });
            if commit.is_err() || panicked {
                self.slot.close();
            }
            for unit in batch {
                unit.answer(&commit);
            }
        }
    }
}

/// Runs all units in one transaction; tells whether one of them panicked.
fn commit_batch(conn: &mut AnyConn, meter: &Meter, batch: &mut [Box<dyn Unit>]) -> StoreResult<bool> {
    dialect::begin_write(conn)?;
    let mut panicked = false;
    for unit in batch {
        Manager::begin_transaction(conn)?;
        let run = catch_unwind(AssertUnwindSafe(|| unit.run(Tx::new(conn, meter))));
        panicked |= run.is_err();
        match run.unwrap_or(Ending::Forget) {
            Ending::Keep => Manager::commit_transaction(conn)?,
            Ending::Forget => Manager::rollback_transaction(conn)?,
        }
    }
    Manager::commit_transaction(conn)?;
    Ok(panicked)
}
