//! PostgreSQL without its C library: tokio-postgres under diesel's synchronous connection traits.
//!
//! A connection owns a runtime of one thread, so queries and the protocol run on the thread that calls.
//! It blocks: never call it on a thread that serves requests.

use std::{any::Any, cell::Cell, future::Future};

use diesel::{
    ConnectionError, ConnectionResult, QueryResult,
    connection::{
        CacheSize, Connection, ConnectionSealed, Instrumentation, LoadConnection, MultiConnectionHelper,
        SimpleConnection, TransactionManager, TransactionManagerStatus,
    },
    expression::QueryMetadata,
    migration::MigrationConnection,
    pg::{FailedToLookupTypeError, Pg, PgMetadataCacheKey, PgMetadataLookup, PgTypeMetadata},
    query_builder::{Query, QueryFragment, QueryId},
    sql_types::TypeMetadata,
};
use diesel_async::{
    AsyncPgConnection,
    async_connection_wrapper::{AsyncConnectionWrapper, BlockOn},
};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Config, NoTls};

use super::tls::Encryption;

type Wrapped = AsyncConnectionWrapper<AsyncPgConnection, Own>;
type WrappedManager = <Wrapped as Connection>::TransactionManager;

/// A synchronous connection to PostgreSQL.
pub(super) struct PurePg(Wrapped);

/// The runtime that belongs to one connection.
pub(super) struct Own(Runtime);

thread_local! {
    /// The runtime that connected, on its way into the wrapper: queries on any other one would wait for ever,
    /// because it drives the protocol.
    static HANDED_OVER: Cell<Option<Runtime>> = const { Cell::new(None) };
}

impl BlockOn for Own {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    #[expect(clippy::expect_used, reason = "`PurePg::connect`, the one caller, has just put it there")]
    fn get_runtime() -> Self {
        Self(HANDED_OVER.with(Cell::take).expect("the runtime that connected was handed over"))
    }
}

impl PurePg {
    /// Connects, on this thread.
    pub(super) fn connect(config: &Config, encryption: &Encryption) -> ConnectionResult<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(bad)?;
        let connection = runtime.block_on(async {
            match encryption {
                Encryption::Off => {
                    let (client, protocol) = config.connect(NoTls).await.map_err(bad)?;
                    AsyncPgConnection::try_from_client_and_connection(client, protocol).await
                }
                Encryption::On(tls) => {
                    let (client, protocol) = config.connect(tls.clone()).await.map_err(bad)?;
                    AsyncPgConnection::try_from_client_and_connection(client, protocol).await
                }
            }
        })?;
        HANDED_OVER.with(|slot| slot.set(Some(runtime)));
        Ok(Self(Wrapped::from(connection)))
    }
}

fn bad(error: impl std::error::Error + Send + Sync + 'static) -> ConnectionError {
    ConnectionError::CouldntSetupConfiguration(diesel::result::Error::QueryBuilderError(Box::new(error)))
}

impl SimpleConnection for PurePg {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.0.batch_execute(query)
    }
}

impl ConnectionSealed for PurePg {}

impl Connection for PurePg {
    type Backend = Pg;
    type TransactionManager = Manager;

    fn establish(url: &str) -> ConnectionResult<Self> {
        let config = url.parse::<Config>().map_err(bad)?;
        Self::connect(&config, &Encryption::Off)
    }

    fn execute_returning_count<T: QueryFragment<Pg> + QueryId>(&mut self, source: &T) -> QueryResult<usize> {
        self.0.execute_returning_count(source)
    }

    fn transaction_state(
        &mut self,
    ) -> &mut <WrappedManager as TransactionManager<Wrapped>>::TransactionStateData {
        self.0.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.0.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        Connection::set_instrumentation(&mut self.0, instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        Connection::set_prepared_statement_cache_size(&mut self.0, size);
    }
}

impl LoadConnection for PurePg {
    type Cursor<'conn, 'query> = <Wrapped as LoadConnection>::Cursor<'conn, 'query>;
    type Row<'conn, 'query> = <Wrapped as LoadConnection>::Row<'conn, 'query>;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<Pg> + QueryId + 'query,
        Pg: QueryMetadata<T::SqlType>,
    {
        self.0.load(source)
    }
}

/// Hands transactions on to the wrapped connection's own manager.
pub(super) struct Manager;

impl TransactionManager<PurePg> for Manager {
    type TransactionStateData = <WrappedManager as TransactionManager<Wrapped>>::TransactionStateData;

    fn begin_transaction(conn: &mut PurePg) -> QueryResult<()> {
        WrappedManager::begin_transaction(&mut conn.0)
    }

    fn rollback_transaction(conn: &mut PurePg) -> QueryResult<()> {
        WrappedManager::rollback_transaction(&mut conn.0)
    }

    fn commit_transaction(conn: &mut PurePg) -> QueryResult<()> {
        WrappedManager::commit_transaction(&mut conn.0)
    }

    fn transaction_manager_status_mut(conn: &mut PurePg) -> &mut TransactionManagerStatus {
        WrappedManager::transaction_manager_status_mut(&mut conn.0)
    }

    fn is_broken_transaction_manager(conn: &mut PurePg) -> bool {
        WrappedManager::is_broken_transaction_manager(&mut conn.0)
    }
}

impl MigrationConnection for PurePg {
    fn setup(&mut self) -> QueryResult<usize> {
        MigrationConnection::setup(&mut self.0)
    }
}

/// All our SQL types have fixed numbers, so the catalogue is never asked. Has no size: leaking one is free.
struct NoLookup;

impl PgMetadataLookup for NoLookup {
    fn lookup_type(&mut self, name: &str, schema: Option<&str>) -> PgTypeMetadata {
        let key = PgMetadataCacheKey::new(schema.map(Into::into), name.into()).into_owned();
        PgTypeMetadata::from_result(Err(FailedToLookupTypeError::new(key)))
    }

    fn as_any<'a>(&mut self) -> &mut (dyn Any + 'a)
    where
        Self: 'a,
    {
        self
    }
}

impl MultiConnectionHelper for PurePg {
    fn to_any<'a>(_lookup: &mut <Pg as TypeMetadata>::MetadataLookup) -> &mut (dyn Any + 'a) {
        Box::leak(Box::new(NoLookup))
    }

    fn from_any(any: &mut dyn Any) -> Option<&mut <Pg as TypeMetadata>::MetadataLookup> {
        let lookup: &mut dyn PgMetadataLookup = any.downcast_mut::<NoLookup>()?;
        Some(lookup)
    }
}
