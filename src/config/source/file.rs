//! Configuration files.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::config::{
    Place,
    problem::{Problem, ROOT, Report},
    value::{Data, Flaw, Node, parse, parse_toml},
};

/// Far above any real configuration, far below what would hurt.
const MAX_BYTES: u64 = 2 * 1024 * 1024;

/// Reads the files in order and lays each over the ones before it.
pub(crate) fn read_files(files: &[PathBuf], report: &mut Report) -> Node {
    let mut merged = Node::empty_map(Place::Default);
    for (index, path) in files.iter().enumerate() {
        let name: Arc<str> = Arc::from(path.display().to_string());
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        let parse = if is_toml { parse_toml } else { parse };
        match load(path) {
            Ok(text) => lay(&mut merged, parse(&text, index, &name), index, &name, report),
            Err(reason) => {
                report.problem(Problem::new(ROOT, format!("cannot read the file {name}: {reason}")));
            }
        }
    }
    merged
}

/// Reads a text that is compiled in, under a name of its own.
pub(crate) fn read_text(text: &str, name: &'static str, report: &mut Report) -> Node {
    let mut merged = Node::empty_map(Place::Default);
    let name = Arc::from(name);
    lay(&mut merged, parse(text, 0, &name), 0, &name, report);
    merged
}

fn lay(
    merged: &mut Node,
    (node, flaws): (Option<Node>, Vec<Flaw>),
    index: usize,
    name: &Arc<str>,
    report: &mut Report,
) {
    for flaw in flaws {
        let place = Place::File { index, name: Arc::clone(name), line: flaw.line };
        report.problem(Problem::new(ROOT, flaw.reason).at(&place));
    }
    match node {
        Some(node) if matches!(node.data, Data::Map(_)) => {
            if !merged.at.is_written() {
                merged.at = node.at.clone();
            }
            merged.overlay(node);
        }
        Some(node) => {
            report.problem(Problem::new(ROOT, "a configuration file must be a map of keys").at(&node.at));
        }
        None => {}
    }
}

fn load(path: &Path) -> Result<String, String> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("yaml" | "yml" | "json" | "toml") => {}
        _ => return Err("its name must end in .yaml, .yml, .json or .toml".to_owned()),
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_BYTES / 1024 / 1024));
    }
    String::from_utf8(bytes).map_err(|_not_text| "it is not UTF-8 text".to_owned())
}
