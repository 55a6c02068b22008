//! A migrated database of its own for each test, of either kind.

use std::{fs, num::NonZeroUsize, path::PathBuf, sync::OnceLock};

use tempfile::TempDir;
use zelos::store::{Backend, Location, Migrations, Store, StoreConfig, TlsMode};

use crate::postgres::server;

/// A database that goes when this is dropped.
pub struct TestDatabase {
    /// How to open it, once more if need be.
    pub config: StoreConfig,
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// An empty SQLite database, not migrated.
    pub fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig::sqlite(Location::File(folder.path().join("db.sqlite")));
        Self::new(config, Some(folder))
    }

    /// A migrated SQLite database.
    pub fn sqlite() -> Self {
        static MIGRATED: OnceLock<Vec<u8>> = OnceLock::new();
        let bytes = MIGRATED.get_or_init(|| {
            let template = Self::empty_sqlite();
            Migrations::of(&template.config).unwrap().up().unwrap();
            fs::read(template.file().unwrap()).unwrap()
        });
        let database = Self::empty_sqlite();
        fs::write(database.file().unwrap(), bytes).unwrap();
        database
    }

    /// An empty PostgreSQL database, not migrated.
    pub fn empty_postgres() -> Self {
        Self::new(StoreConfig::postgres(server().create(None), TlsMode::Disable), None)
    }

    /// A migrated PostgreSQL database.
    pub fn postgres() -> Self {
        static MIGRATED: OnceLock<TestDatabase> = OnceLock::new();
        let template = MIGRATED.get_or_init(|| {
            let template = Self::empty_postgres();
            Migrations::of(&template.config).unwrap().up().unwrap();
            template
        });
        let name = template.driver().unwrap().get_dbname().unwrap();
        Self::new(StoreConfig::postgres(server().create(Some(name)), TlsMode::Disable), None)
    }

    fn new(mut config: StoreConfig, folder: Option<TempDir>) -> Self {
        config.sizes.threads = NonZeroUsize::new(4).unwrap();
        Self { config, folder }
    }

    /// Opens it.
    pub fn store(&self) -> Store {
        Store::open(self.config.clone()).unwrap()
    }

    /// Where an SQLite database is.
    pub fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().join("db.sqlite"))
    }

    /// How to reach a PostgreSQL database past the store.
    pub fn driver(&self) -> Option<&tokio_postgres::Config> {
        match &self.config.backend {
            Backend::Postgres(config) => Some(&config.driver),
            Backend::Sqlite(_) => None,
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(driver) = self.driver() {
            server().drop(driver);
        }
    }
}

/// Makes one test per database of a function that takes a [`TestDatabase`].
#[macro_export]
macro_rules! on_both {
    ($name:ident) => {
        mod $name {
            use $crate::database::TestDatabase;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(TestDatabase::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(TestDatabase::postgres()).await;
            }
        }
    };
}
