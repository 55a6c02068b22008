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
    value::{Data, Node, parse},
};

/// Far above any real configuration, far below what would hurt.
const MAX_BYTES: u64 = 2 * 1024 * 1024;

/// Reads the files in order and lays each over the ones before it.
pub(crate) fn read_files(files: &[PathBuf], report: &mut Report) -> Node {
    let mut merged = Node::empty_map(Place::Default);
    for (index, path) in files.iter().enumerate() {
        let name: Arc<str> = Arc::from(path.display().to_string());
        match load(path) {
            Ok(text) => lay(&mut merged, &text, index, &name, report),
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
    lay(&mut merged, text, 0, &Arc::from(name), report);
    merged
}

fn lay(merged: &mut Node, text: &str, index: usize, name: &Arc<str>, report: &mut Report) {
    let (node, flaws) = parse(text, index, name);
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
        Some("yaml" | "yml" | "json") => {}
        Some("toml") => return Err("TOML is not supported; write it as .yaml, .yml or .json".to_owned()),
        _ => return Err("its name must end in .yaml, .yml or .json".to_owned()),
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_BYTES / 1024 / 1024));
    }
    String::from_utf8(bytes).map_err(|_not_text| "it is not UTF-8 text".to_owned())
}
