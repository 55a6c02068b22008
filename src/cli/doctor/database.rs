//! The database: reachable, writable, migrated, and large enough.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::finding::Findings;
use crate::{
    config::{Dsn, SqliteDsn},
    kernel::Timestamp,
    runtime::store_config,
    store::{Examination, MigrationState, Migrations, StoreConfig, examine},
};

const PART: &str = "database";

/// Below this a disk is soon full.
const LITTLE_SPACE: u64 = 256 << 20;

/// Connections that others than one server of ours need: an upgrade, a courier, an administrator.
const SPARE_CONNECTIONS: i64 = 10;

/// Looks at the database, and gives the time that it has.
pub fn check(found: &mut Findings, dsn: &Dsn, dev: bool) -> Option<Timestamp> {
    let sqlite = match dsn {
        Dsn::Memory => {
            if dev {
                found.ok(PART, "memory, which ends with the process");
            } else {
                found.warning(
                    PART,
                    "memory: everything is gone when the server stops",
                    "name a database in dsn",
                );
            }
            return None;
        }
        Dsn::Sqlite(sqlite) => Some(sqlite),
        Dsn::Postgres(_) => None,
    };
    if sqlite.is_some_and(|sqlite| !is_there(found, sqlite)) {
        return None;
    }
    let config = match store_config(dsn) {
        Ok(config) => config,
        Err(error) => {
            found.problem(PART, error.to_string(), "correct dsn");
            return None;
        }
    };
    let seen = match examine(&config) {
        Ok(seen) => seen,
        Err(error) => {
            let remedy = "check that it runs, and host, port, user and password of dsn";
            found.problem(PART, format!("cannot be opened: {error}"), remedy);
            return None;
        }
    };
    found.ok(PART, format!("{} answers", seen.version));
    server(found, &config, &seen);
    writes(found, &seen);
    migrations(found, &config);
    if let Some(sqlite) = sqlite {
        file(found, &sqlite.path);
    }
    seen.now
}

fn is_there(found: &mut Findings, sqlite: &SqliteDsn) -> bool {
    let folder = sqlite.path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        let what = format!("the folder of {} does not exist", sqlite.path.display());
        found.problem(PART, what, "make it, or correct dsn");
        return false;
    }
    if !sqlite.path.exists() {
        let what = format!("{} does not exist yet", sqlite.path.display());
        found.problem(PART, what, "run zelos migrate sql up -e");
        return false;
    }
    true
}

fn server(found: &mut Findings, config: &StoreConfig, seen: &Examination) {
    if let Some(journal) = seen.journal.as_deref().filter(|journal| *journal != "wal") {
        let remedy = "move the file to a local disk: network file systems cannot share the memory WAL needs";
        found.problem(PART, format!("its journal is {journal}, not WAL"), remedy);
    }
    let Some(most) = seen.max_connections else { return };
    let ours = i64::try_from(config.sizes.threads.get()).unwrap_or(i64::MAX);
    if ours.saturating_add(SPARE_CONNECTIONS) > most {
        let what = format!("one server of ours opens {ours} connections, and this one takes {most} in all");
        found.warning(PART, what, "lower max_conns in dsn, or raise max_connections of PostgreSQL");
    }
}

fn writes(found: &mut Findings, seen: &Examination) {
    match &seen.refused_write {
        None => found.ok(PART, "takes a write, which was undone"),
        Some(why) => {
            let remedy = "give the user the right to write, and check that the disk is not full or read-only";
            found.problem(PART, format!("refuses to be written: {why}"), remedy);
        }
    }
}

fn migrations(found: &mut Findings, config: &StoreConfig) {
    let steps = match Migrations::of(config).and_then(|migrations| migrations.status()) {
        Ok(steps) => steps,
        Err(error) => {
            let remedy = "give the user the right to read schema_migrations";
            return found.problem(PART, format!("its migrations cannot be read: {error}"), remedy);
        }
    };
    let count = |state| steps.iter().filter(|step| step.state == state).count();
    match (count(MigrationState::Pending), count(MigrationState::Unknown)) {
        (0, 0) => found.ok(PART, "is migrated"),
        (0, newer) => {
            let what = format!("has {newer} migrations of a newer version of this program");
            found.problem(PART, what, "use that version, or undo them with it");
        }
        (pending, _) => {
            let what = format!("lacks {pending} of {} migrations", steps.len());
            found.problem(PART, what, "run zelos migrate sql up -e");
        }
    }
}

fn file(found: &mut Findings, path: &Path) {
    match fs::metadata(path) {
        Ok(data) if data.permissions().mode() & 0o077 != 0 => {
            let what = format!("{} may be read by other users of this machine", path.display());
            found.warning(PART, what, format!("chmod 600 {}", path.display()));
        }
        Ok(_) => found.ok(PART, "its file is for its owner alone"),
        Err(error) => {
            found.problem(PART, format!("{}: {error}", path.display()), "give the user the right to read it");
        }
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(folder) {
        Ok(disk) => space(found, disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => {
            found.warning(
                PART,
                format!("the disk does not tell its free space: {error}"),
                "look for yourself",
            );
        }
    }
}

fn space(found: &mut Findings, free: u64) {
    let told = format!("{} MB free on its disk", free >> 20);
    if free < LITTLE_SPACE {
        found.problem(PART, told, "make room: SQLite stops writing when the disk is full");
    } else {
        found.ok(PART, told);
    }
}
