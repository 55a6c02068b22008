//! A database that is away: answered as transient, and used again when it is back, without a restart.

use std::time::Duration;

use zelos::{
    kernel::Fault,
    store::{Backend, IdentitiesMut as _, Location, Store, StoreConfig, StoreError, TlsMode},
};

use crate::{database::TestDatabase, fixture::Fixture, identities::insert, postgres::server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_went_away_is_transient_and_is_used_again_when_it_is_back() {
    let database = TestDatabase::postgres();
    let (store, mut fixture) = (database.store(), Fixture::new());
    insert(&store, &fixture.identity("ann@example.org")).await.unwrap();
    let name = database.driver().unwrap().get_dbname().unwrap().to_owned();
    server().run(&[
        format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    ]);
    for _ in 0..8 {
        let refused = insert(&store, &fixture.identity("bob@example.org")).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
        assert!(Fault::from(refused).is_transient());
    }
    assert!(store.check().await.is_err());
    server().run(&[format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")]);
    store.check().await.unwrap();
    insert(&store, &fixture.identity("bob@example.org")).await.unwrap();
}

#[tokio::test]
async fn a_server_that_was_never_there_is_unavailable() {
    let mut driver = tokio_postgres::Config::new();
    driver.host_path("/nonexistent").user("nobody").dbname("nothing");
    let store = Store::open(StoreConfig::postgres(driver, TlsMode::Prefer)).unwrap();
    assert!(matches!(store.check().await, Err(StoreError::Unavailable(_))));
}

#[test]
fn a_file_that_cannot_be_opened_is_told_at_once() {
    let config = StoreConfig::sqlite(Location::File("/nonexistent/db.sqlite".into()));
    let refused = Store::open(config).map(drop).unwrap_err();
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert!(source.contains("/nonexistent/db.sqlite"), "{source}");
}

#[test]
fn a_root_file_without_certificates_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root.crt");
    std::fs::write(&file, "nothing here").unwrap();
    let mut config = StoreConfig::postgres(tokio_postgres::Config::new(), TlsMode::VerifyFull);
    if let Backend::Postgres(postgres) = &mut config.backend {
        postgres.roots = zelos::store::Roots::File(file);
    }
    let refused = Store::open(config).map(drop).unwrap_err();
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert!(source.contains("root.crt") && source.contains("holds no certificate"), "{source}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sqlite_file_that_another_process_holds_is_unavailable_until_it_lets_go() {
    use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};

    let mut database = TestDatabase::sqlite();
    if let Backend::Sqlite(sqlite) = &mut database.config.backend {
        sqlite.busy_timeout = Duration::from_millis(1);
    }
    let (store, mut fixture) = (database.store(), Fixture::new());
    let file = database.file().unwrap();
    let mut other = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let ann = fixture.identity("ann@example.org");
    let refused = insert(&store, &ann).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    other.batch_execute("ROLLBACK").unwrap();
    insert(&store, &ann).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_row_is_told_with_its_table_and_key() {
    use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};

    let database = TestDatabase::sqlite();
    let (store, mut fixture) = (database.store(), Fixture::new());
    let ann = fixture.identity("ann@example.org");
    insert(&store, &ann).await.unwrap();
    let mut other = SqliteConnection::establish(database.file().unwrap().to_str().unwrap()).unwrap();
    other.batch_execute("UPDATE identities SET state = 'asleep'").unwrap();
    let id = ann.id;
    let error = store.read(move |r| zelos::store::Identities::identity(r, id)).await.unwrap_err();
    assert!(
        error.to_string().contains(&id.to_string()) && error.to_string().contains("identities"),
        "{error}"
    );
    assert!(!Fault::from(error).is_transient());
    store.write(move |tx| tx.delete_identity(id)).await.unwrap().or_stale().unwrap();
}
