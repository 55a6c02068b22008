//! The store itself: threads with a connection each, and the two ways to give them work.

use std::{path::PathBuf, sync::Arc};

use diesel::connection::{Connection, SimpleConnection as _, TransactionManager as _};

use super::{
    Backend, Counts, Location, Reader, Sizes, StoreConfig, StoreError, StoreResult, Tx,
    connection::AnyConn,
    dialect,
    folder::TemporaryFolder,
    meter::Meter,
    migration,
    open::{Access, Losses, Opener, Slot},
    writer::Writer,
};
use crate::kernel::{Workers, WorkersConfig};

type Manager = <AnyConn as Connection>::TransactionManager;

/// The database. Clones share the threads; they end when the last clone is dropped.
#[derive(Clone)]
pub struct Store {
    threads: Workers<Slot>,
    /// The embedded database is written by one thread, a server by all of `threads`.
    writer: Option<Writer>,
    meter: Arc<Meter>,
    /// Last, so that the folder outlives the queues.
    _folder: Option<Arc<TemporaryFolder>>,
}

impl Store {
    /// Starts the threads. A server is reached for when the first unit of work comes, see [`Store::check`];
    /// the embedded database is opened, and made when it is missing. Nothing is migrated, but for
    /// [`Location::Temporary`].
    ///
    /// # Errors
    /// The file cannot be opened, the root certificates cannot be read, or the system refuses a thread.
    pub fn open(config: StoreConfig) -> StoreResult<Self> {
        let meter = Arc::new(Meter::default());
        match &config.backend {
            Backend::Postgres(_) => {
                let opener = Opener::new(&config.backend, &PathBuf::new())?;
                let threads = threads(&opener, Access::Write, config.sizes)?;
                Ok(Self { threads, writer: None, meter, _folder: None })
            }
            Backend::Sqlite(sqlite) => {
                let (file, folder) = match &sqlite.location {
                    Location::File(path) => (path.clone(), None),
                    Location::Temporary => {
                        let folder = TemporaryFolder::create().map_err(|error| {
                            StoreError::Unavailable(format!("temporary folder: {error}").into())
                        })?;
                        (folder.file("zelos.sqlite"), Some(Arc::new(folder)))
                    }
                };
                let opener = Opener::new(&config.backend, &file)?;
                first_contact(&opener, folder.is_some())?;
                let slot = Slot::new(opener.clone(), Access::Write, Losses::default());
                let writer = Writer::start(slot, config.sizes, Arc::clone(&meter)).map_err(no_thread)?;
                let threads = threads(&opener, Access::Read, config.sizes)?;
                Ok(Self { threads, writer: Some(writer), meter, _folder: folder })
            }
        }
    }

    /// Runs one unit of work that only reads.
    ///
    /// # Errors
    /// Those of `work`, [`StoreError::Busy`] when too much is waiting, [`StoreError::Unavailable`] when the
    /// database cannot be reached.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Reader<'_>) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        let meter = Arc::clone(&self.meter);
        let job = move |slot: &mut Slot| {
            meter.count_read();
            slot.with(|conn| work(&mut Reader::new(conn, &meter)))
        };
        self.threads.run(job).await?
    }

    /// Runs one unit of work in a transaction: all of it is kept, durably, when this returns `Ok`, and nothing
    /// of it when this returns `Err`. The exception is a server that is lost while it commits; then nobody
    /// knows.
    ///
    /// # Errors
    /// Those of [`Store::read`], and [`StoreError::Conflict`] when others were faster.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        let meter = Arc::clone(&self.meter);
        match &self.writer {
            Some(writer) => {
                let counted = move |tx: &mut Tx<'_>| {
                    meter.count_write();
                    work(tx)
                };
                writer.run(counted).await
            }
            None => {
                let job = move |slot: &mut Slot| {
                    meter.count_write();
                    slot.with(|conn| transact(conn, &meter, work))
                };
                self.threads.run(job).await?
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn check(&self) -> StoreResult<()> {
        let job = |slot: &mut Slot| slot.with(|conn| Ok(conn.batch_execute("SELECT 1")?));
        self.threads.run(job).await?
    }

    /// What was done so far, for tests that pin how much a request may cost.
    pub fn statements(&self) -> Counts {
        self.meter.counts()
    }

    /// Makes the `nth` statement from now on fail that a [`Store::write`] runs, its commit counting as one;
    /// 0 takes the fuse out. Tells whether the last fuse had not blown. It exists to prove that a commit is all
    /// or nothing.
    #[doc(hidden)]
    pub fn arm_fuse(&self, nth: u64) -> bool {
        self.meter.arm(nth)
    }
}

/// A store that cannot write, for those who may not.
#[derive(Clone)]
pub struct ReadStore(Store);

impl ReadStore {
    /// Runs one unit of work, see [`Store::read`].
    ///
    /// # Errors
    /// Those of [`Store::read`].
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Reader<'_>) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.0.read(work).await
    }
}

impl From<Store> for ReadStore {
    fn from(store: Store) -> Self {
        Self(store)
    }
}

fn threads(opener: &Opener, access: Access, sizes: Sizes) -> StoreResult<Workers<Slot>> {
    let config = WorkersConfig {
        name: "store",
        threads: sizes.threads,
        waiting_room: sizes.waiting_room,
        patience: sizes.patience,
    };
    let (opener, losses) = (opener.clone(), Losses::default());
    Workers::start(config, move || Slot::new(opener.clone(), access, Arc::clone(&losses))).map_err(no_thread)
}

fn no_thread(error: std::io::Error) -> StoreError {
    StoreError::Unavailable(error.into())
}

/// Opens the embedded database once before any thread does: a bad path is told at the start, and switching a
/// new file to WAL is not raced for.
fn first_contact(opener: &Opener, temporary: bool) -> StoreResult<()> {
    let mut conn = opener.open(Access::Write)?;
    dialect::warn_of_slow_sqlite(&mut conn);
    if temporary {
        migration::apply_all(&mut conn)?;
    }
    Ok(())
}

/// Runs `work` in a transaction of its own.
fn transact<T>(
    conn: &mut AnyConn,
    meter: &Meter,
    work: impl FnOnce(&mut Tx<'_>) -> StoreResult<T>,
) -> StoreResult<T> {
    dialect::begin_write(conn)?;
    let mut tx = Tx::new(conn, meter);
    match work(&mut tx).and_then(|value| tx.finish().map(|()| value)) {
        Ok(value) => {
            Manager::commit_transaction(conn)?;
            Ok(value)
        }
        Err(error) => {
            // A connection that cannot roll back is of no more use.
            Manager::rollback_transaction(conn).map_err(|lost| StoreError::Unavailable(lost.into()))?;
            Err(error)
        }
    }
}
