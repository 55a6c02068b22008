//! `migrate sql` and `cleanup sql`.

use crate::{
    database::TestDatabase,
    program::{Ran, dsn, run_in},
};

fn migrate(database: &TestDatabase, arguments: &[&str], input: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let dsn = dsn(database);
    run_in(folder.path(), &[("DSN", &dsn)], &[&["migrate", "sql"], arguments].concat(), input)
}

fn states(ran: &Ran) -> Vec<&str> {
    ran.lines().into_iter().skip(1).filter_map(|line| line.split_whitespace().last()).collect()
}

fn up_and_down(database: &TestDatabase) {
    let before = migrate(database, &["status", "-e", "--exit-code"], "");
    assert_eq!(before.code, 2, "{before:?}");
    assert!(states(&before).iter().all(|state| *state == "Pending"));
    let declined = migrate(database, &["up", "-e"], "n\n");
    assert_eq!(declined.code, 0, "{declined:?}");
    assert!(declined.err.contains("CREATE TABLE"), "the plan is shown as SQL");
    assert_eq!(migrate(database, &["status", "-e"], "").out, before.out, "nothing was done");
    let applied = migrate(database, &["-e", "--yes"], "");
    assert_eq!(applied.code, 0, "{applied:?}");
    assert!(!applied.err.contains("CREATE TABLE"), "nobody is asked, so nobody reads it");
    let after = migrate(database, &["status", "-e", "--exit-code", "--block"], "");
    assert_eq!(after.code, 0, "{after:?}");
    assert!(applied.out.ends_with(&after.out), "the table is shown again: {applied:?}");
    assert!(states(&after).iter().all(|state| *state == "Applied"));
    let unsaid = migrate(database, &["down", "-e", "-y"], "");
    assert_eq!(unsaid.code, 1, "{unsaid:?}");
    assert!(unsaid.err.contains("--steps"));
    let by_name = dsn(database);
    let undone = migrate(database, &["down", &by_name, "-y", "--steps", "1"], "");
    assert_eq!(undone.code, 0, "{undone:?}");
    let last = migrate(database, &["status", &by_name], "");
    assert_eq!(states(&last).last(), Some(&"Pending"));
}

#[test]
fn up_and_down_on_sqlite() {
    up_and_down(&TestDatabase::empty_sqlite());
}

#[test]
fn up_and_down_on_postgres() {
    up_and_down(&TestDatabase::empty_postgres());
}

#[test]
fn a_database_has_to_be_named() {
    let database = TestDatabase::empty_sqlite();
    let unnamed = migrate(&database, &["up"], "");
    assert_eq!((unnamed.code, unnamed.out.as_str()), (1, ""));
    assert!(unnamed.err.contains("-e"), "{unnamed:?}");
}

#[test]
fn phone_numbers_need_no_work() {
    let folder = tempfile::tempdir().unwrap();
    let arguments =
        ["migrate", "normalize-phone-numbers", "-e", "--dry-run", "-b", "10", "--start-after", "ci=x"];
    let ran = run_in(folder.path(), &[], &arguments, "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("Nothing to do"));
}
