//! `zelos migrate sql`: applies, undoes and lists migrations (03 §3.3).

use std::{io, thread, time::Duration};

use super::{
    CliError, Out, Progress, SqlCommand,
    args::{Sql, Target},
};
use crate::{
    config::{Dsn, LoadRequest, dsn_of},
    runtime::store_config,
    store::{MigrationState, MigrationStatus, Migrations},
};

/// How often `status --block` looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Runs `migrate sql`.
///
/// # Errors
/// The database cannot be named or reached, or a migration failed.
pub fn migrate(out: &Out, sql: &Sql, request: &LoadRequest) -> Result<(), CliError> {
    match &sql.command {
        None => up(out, &open(&sql.target, request)?, sql.consent.yes),
        Some(SqlCommand::Up { target, consent }) => up(out, &open(target, request)?, consent.yes),
        Some(SqlCommand::Down { target, steps, consent }) => {
            down(out, &open(target, request)?, *steps, consent.yes)
        }
        Some(SqlCommand::Status { target, block, exit_code }) => {
            status(out, &open(target, request)?, *block, *exit_code)
        }
    }
}

fn open(target: &Target, request: &LoadRequest) -> Result<Migrations, CliError> {
    let dsn = match (&target.dsn, target.read_from_env) {
        (Some(dsn), _) => Dsn::parse(dsn).map(|(dsn, _)| dsn).map_err(CliError::new)?,
        (None, true) => dsn_of(request).map_err(|problems| CliError::new(problems.to_string()))?,
        (None, false) => {
            return Err(CliError::new(
                "Name the database as an argument, or give -e to take it from the variable DSN or from -c.",
            ));
        }
    };
    let config = store_config(&dsn).map_err(|error| CliError::because("read the DSN", &error))?;
    Migrations::of(&config).map_err(|error| CliError::because("open the database", &error))
}

fn up(out: &Out, migrations: &Migrations, yes: bool) -> Result<(), CliError> {
    let before = read(migrations)?;
    print(out, &before);
    if !before.iter().any(|step| step.state == MigrationState::Pending) {
        out.line("Nothing is pending.");
        return Ok(());
    }
    if !yes {
        for step in before.iter().filter(|step| step.state == MigrationState::Pending) {
            out.note(format_args!("\n-- {} {}\n{}", step.version, step.name, step.script.trim_end()));
        }
        if !agreed(out, "Apply what is pending?") {
            return Ok(());
        }
    }
    let progress = Progress::of("migrations are being applied");
    let applied = migrations.up().map_err(|error| CliError::because("apply migrations", &error));
    progress.finish();
    let applied = applied?;
    for step in &applied {
        out.note(format_args!("Applied {} {}.", step.version, step.name));
    }
    print(out, &read(migrations)?);
    Ok(())
}

fn down(out: &Out, migrations: &Migrations, steps: usize, yes: bool) -> Result<(), CliError> {
    print(out, &read(migrations)?);
    if steps == 0 {
        return Err(CliError::new("Say with --steps how many migrations to undo."));
    }
    if !yes && !agreed(out, &format!("Undo the latest {steps}? What they hold is lost.")) {
        return Ok(());
    }
    let undone = migrations.down(steps).map_err(|error| CliError::because("undo migrations", &error))?;
    for step in &undone {
        out.line(format!("Undid {} {}.", step.version, step.name));
    }
    Ok(())
}

fn status(out: &Out, migrations: &Migrations, block: bool, exit_code: bool) -> Result<(), CliError> {
    let mut steps = read(migrations)?;
    while block && is_pending(&steps) {
        thread::sleep(LOOK_EVERY);
        steps = read(migrations)?;
    }
    print(out, &steps);
    if exit_code && is_pending(&steps) {
        return Err(CliError::with_code("Migrations are pending; run `zelos migrate sql up`.", 2));
    }
    Ok(())
}

fn read(migrations: &Migrations) -> Result<Vec<MigrationStatus>, CliError> {
    migrations.status().map_err(|error| CliError::because("read the migrations", &error))
}

fn is_pending(steps: &[MigrationStatus]) -> bool {
    steps.iter().any(|step| step.state == MigrationState::Pending)
}

fn print(out: &Out, steps: &[MigrationStatus]) {
    let mut rows = vec![vec!["VERSION".to_owned(), "NAME".to_owned(), "STATUS".to_owned()]];
    rows.extend(steps.iter().map(|step| {
        let state = match step.state {
            MigrationState::Applied => "Applied",
            MigrationState::Pending => "Pending",
            MigrationState::Unknown => "Rollback",
        };
        vec![step.version.clone(), step.name.clone(), state.to_owned()]
    }));
    out.table(&rows);
}

fn agreed(out: &Out, question: &str) -> bool {
    out.note(format!("{question} [y/N]"));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}
