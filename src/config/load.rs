//! From files, environment and flags to a configuration.

use std::{cell::RefCell, path::PathBuf};

use super::{
    Cleanup, Config, Dsn, Environment, Place, Problem, Problems, Retention, Warnings,
    check::{check, fill},
    problem::Report,
    section::Scope,
    source::{overlay, read_files, read_text},
    table::TABLE,
    value::{Data, Node},
};

/// Where a configuration comes from. Later wins: files in their order, then the environment, then flags.
#[derive(Debug, Clone, Default)]
pub struct LoadRequest {
    /// The files of `-c`. Without any, and with the flag `--dev`, the built-in development configuration is used.
    pub files: Vec<PathBuf>,
    /// The environment, see [`process_environment`](super::process_environment).
    pub environment: Environment,
    /// The flags.
    pub flags: Flags,
    /// Whether warnings count as problems.
    pub strict: bool,
}

/// Flags that were given on the command line; what was not given stays `None` (03 Q2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--dev`.
    pub dev: Option<bool>,
    /// `--watch-courier`.
    pub watch_courier: Option<bool>,
}

/// Loads a configuration. Reads files, fetches nothing.
///
/// # Errors
/// Everything that is wrong, at once. With [`LoadRequest::strict`] also everything that is merely odd.
pub fn load(request: &LoadRequest) -> Result<(Config, Warnings), Problems> {
    let (tree, report) = tree_of(request);
    read(&tree, report, request)
}

/// What files, environment and flags say together, checked by the table, with defaults filled in.
pub(super) fn tree_of(request: &LoadRequest) -> (Node, RefCell<Report>) {
    let mut report = Report::default();
    let merged = gather(request, &mut report);
    let checked = check(&TABLE, &merged, "", &mut report);
    let mut tree = checked.unwrap_or_else(|| Node::empty_map(Place::Default));
    fill(&TABLE, &mut tree);
    (tree, RefCell::new(report))
}

/// What a tree says, typed.
pub(super) fn read(
    tree: &Node,
    report: RefCell<Report>,
    request: &LoadRequest,
) -> Result<(Config, Warnings), Problems> {
    let config = Config::read(&Scope::root(tree, &report), tree, &request.environment);
    let Report { mut problems, mut warnings } = report.into_inner();
    if request.strict {
        problems.append(&mut warnings);
    }
    match config {
        Some(config) if problems.is_empty() => Ok((config, Warnings::new(warnings))),
        _ => Err(Problems::new(problems)),
    }
}

/// The DSN of a configuration that may be incomplete or wrong elsewhere: a file without schemas will do for
/// migrations (03 §3.3).
///
/// # Errors
/// The files cannot be read, or there is no DSN, or it is wrong.
pub fn dsn_of(request: &LoadRequest) -> Result<Dsn, Problems> {
    let mut report = Report::default();
    let merged = gather(request, &mut report);
    let found = match merged.get("dsn").and_then(Node::text) {
        Some(text) => Dsn::parse(text),
        None => Err("is required and missing".to_owned()),
    };
    match found {
        Ok((dsn, _)) if report.problems.is_empty() => Ok(dsn),
        Ok(_) => Err(Problems::new(report.problems)),
        Err(reason) => {
            let remedy = "set the environment variable DSN, or dsn in a file of -c";
            report.problems.push(Problem::new("dsn", reason).remedy(remedy));
            Err(Problems::new(report.problems))
        }
    }
}

/// How the database is cleaned up, by a configuration that may be incomplete or wrong elsewhere.
///
/// # Errors
/// The files cannot be read, or what they say about cleaning up is wrong.
pub fn cleanup_of(request: &LoadRequest) -> Result<(Cleanup, Retention), Problems> {
    let mut unreadable = Report::default();
    let merged = gather(request, &mut unreadable);
    if !unreadable.problems.is_empty() {
        return Err(Problems::new(unreadable.problems));
    }
    let mut report = Report::default();
    let mut tree = check(&TABLE, &merged, "", &mut report).unwrap_or_else(|| Node::empty_map(Place::Default));
    let concerns = |problem: &Problem| {
        ["database.cleanup", "zelos.retention"].iter().any(|key| problem.key.starts_with(key))
    };
    report.problems.retain(concerns);
    if !report.problems.is_empty() {
        return Err(Problems::new(report.problems));
    }
    fill(&TABLE, &mut tree);
    let report = RefCell::new(report);
    let root = Scope::root(&tree, &report);
    Ok((Cleanup::read(&root), Retention::read(&root)))
}

fn gather(request: &LoadRequest, report: &mut Report) -> Node {
    let mut merged = if request.files.is_empty() && request.flags.dev == Some(true) {
        read_text(include_str!("dev.yml"), "built-in development configuration", report)
    } else {
        read_files(&request.files, report)
    };
    overlay(&mut merged, &request.environment, report);
    let flags = [("dev", request.flags.dev), ("watch-courier", request.flags.watch_courier)];
    for (name, value) in flags {
        if let Some(value) = value {
            let place = Place::Flag(name);
            merged.slot(name, &place).overlay(Node::new(Data::Bool(value), place));
        }
    }
    merged
}
