//! Migrations: both folders agree, going back undoes going forth, and nothing is left lying about.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may fail in any way they like"
)]

#[path = "../support/database.rs"]
mod database;
#[expect(dead_code, reason = "not every test needs a server that encrypts")]
#[path = "../support/postgres.rs"]
mod postgres;

use std::{collections::BTreeSet, fs, path::Path, thread};

use database::TestDatabase;
use diesel::{Connection as _, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _};
use zelos::store::{MigrationState, Migrations, StoreError};

fn folders(dialect: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(dialect);
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[derive(diesel::QueryableByName, Debug, PartialEq)]
struct Object {
    #[diesel(sql_type = diesel::sql_types::Text)]
    sql: String,
}

/// What the database consists of, without the table of migrations.
fn dump(database: &TestDatabase) -> String {
    match database.driver() {
        None => {
            let mut conn = SqliteConnection::establish(database.file().unwrap().to_str().unwrap()).unwrap();
            let all = "SELECT coalesce(sql, name) AS sql FROM sqlite_master WHERE tbl_name <> 'schema_migrations' ORDER BY name";
            let objects = diesel::sql_query(all).load::<Object>(&mut conn).unwrap();
            objects.into_iter().map(|object| object.sql + "\n").collect()
        }
        Some(driver) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (client, protocol) = driver.connect(tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(protocol);
                let all = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
                        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_migrations'
                    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'schema_migrations'
                    UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'schema_migrations'
                    ORDER BY 1";
                let rows = client.query(all, &[]).await.unwrap();
                rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect()
            })
        }
    }
}

fn both() -> [TestDatabase; 2] {
    [TestDatabase::empty_sqlite(), TestDatabase::empty_postgres()]
}

#[test]
fn both_folders_and_the_program_list_the_same_versions_with_both_scripts() {
    assert_eq!(folders("sqlite"), folders("postgres"));
    for dialect in ["sqlite", "postgres"] {
        for folder in folders(dialect) {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(dialect).join(&folder);
            let digits = folder.split('_').next().unwrap();
            assert!(digits.len() >= 14 && digits.bytes().all(|b| b.is_ascii_digit()), "{folder}");
            assert!(path.join("up.sql").exists() && path.join("down.sql").exists(), "{folder}");
        }
    }
    let known = Migrations::of(&TestDatabase::empty_sqlite().config).unwrap().status().unwrap();
    let known =
        known.into_iter().map(|step| format!("{}_{}", step.version, step.name)).collect::<BTreeSet<_>>();
    assert_eq!(known, folders("sqlite"));
}

#[test]
fn down_undoes_up_step_by_step() {
    for database in both() {
        let migrations = Migrations::of(&database.config).unwrap();
        let before = dump(&database);
        assert_eq!(before, "");
        let pending = migrations.status().unwrap();
        assert!(pending.iter().all(|step| step.state == MigrationState::Pending && !step.script.is_empty()));
        assert_eq!(migrations.up().unwrap().len(), pending.len());
        assert!(migrations.up().unwrap().is_empty(), "nothing is applied twice");
        assert!(migrations.status().unwrap().iter().all(|step| step.state == MigrationState::Applied));
        let full = dump(&database);
        assert!(full.contains("sessions"));

        let mut after_each = vec![before];
        for _ in 0..pending.len() {
            assert_eq!(migrations.down(1).unwrap().len(), 1);
            after_each.push(dump(&database));
        }
        assert_eq!(after_each.last().unwrap(), "");
        assert!(migrations.down(1).unwrap().is_empty());
        migrations.up().unwrap();
        assert_eq!(dump(&database), full);
    }
}

#[test]
fn of_several_at_once_one_migrates_and_the_others_find_it_done() {
    for database in both() {
        let applied = thread::scope(|scope| {
            let runs = [(); 6]
                .map(|()| scope.spawn(|| Migrations::of(&database.config).unwrap().up().unwrap().len()));
            runs.map(|run| run.join().unwrap())
        });
        assert_eq!(applied.iter().sum::<usize>(), folders("sqlite").len());
    }
}

#[test]
fn sqlite_is_left_as_one_file() {
    let database = TestDatabase::empty_sqlite();
    let migrations = Migrations::of(&database.config).unwrap();
    migrations.up().unwrap();
    migrations.status().unwrap();
    let file = database.file().unwrap();
    let left =
        fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(left, [file]);
}

#[test]
fn a_step_of_a_newer_program_is_shown_and_not_undone() {
    for database in both() {
        let migrations = Migrations::of(&database.config).unwrap();
        migrations.up().unwrap();
        let newer =
            "INSERT INTO schema_migrations (version, name) VALUES ('99991231000000', 'future')".to_owned();
        match database.driver() {
            Some(driver) => postgres::server().run_in(driver, &[newer]),
            None => {
                let file = database.file().unwrap();
                SqliteConnection::establish(file.to_str().unwrap()).unwrap().batch_execute(&newer).unwrap();
            }
        }
        let status = migrations.status().unwrap();
        let last = status.last().unwrap();
        assert_eq!((last.state, last.name.as_str(), last.script), (MigrationState::Unknown, "future", ""));
        let full = dump(&database);
        assert!(matches!(migrations.down(2), Err(StoreError::Database(_))));
        assert_eq!(dump(&database), full);
        assert!(migrations.up().unwrap().is_empty());
    }
}

#[test]
fn both_dialects_have_the_same_tables_columns_and_indexes() {
    let names = |dialect: &str, folder: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(dialect)
            .join(folder)
            .join("up.sql");
        let script = fs::read_to_string(path).unwrap();
        let lines = script.lines().filter(|line| !line.trim_start().starts_with("--"));
        let words = |line: &str| line.trim().split([' ', ',']).take(3).map(str::to_owned).collect::<Vec<_>>();
        let kept = lines.map(words).map(|mut words| {
            if !["CREATE", "CONSTRAINT", "PRIMARY", "FOREIGN"].contains(&words[0].as_str()) {
                words.truncate(1);
            }
            words.join(" ")
        });
        kept.filter(|line| !line.starts_with(')')).collect::<Vec<_>>()
    };
    for folder in folders("sqlite") {
        assert_eq!(names("sqlite", &folder), names("postgres", &folder), "{folder}");
    }
}

on_both!(a_copy_of_a_migrated_database_is_ready);
async fn a_copy_of_a_migrated_database_is_ready(database: TestDatabase) {
    let status = Migrations::of(&database.config).unwrap().status().unwrap();
    assert!(status.iter().all(|step| step.state == MigrationState::Applied));
    database.store().check().await.unwrap();
}
