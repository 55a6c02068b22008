//! From changed files to the configuration that a running process can take over.
//!
//! What was bound when the process started stays as it was, whatever the files say by now, and so does all
//! that follows from it: a new port changes no base URL before there is a listener on it. What the files say is
//! checked as a whole first, so what waits for a restart is known to be right.

use std::{cell::RefCell, fmt, path::PathBuf};

use super::{
    Config, LoadRequest, Place, Problems, Warnings,
    load::{read, tree_of},
    problem::Report,
    value::{Data, KeyOrder, Node},
};

/// What is read once, when a process starts (03 §1.4): listeners, database, threads, log, and what depends on
/// the mode.
pub(super) const AT_START: [&str; 15] = [
    "dev",
    "watch-courier",
    "dsn",
    "log",
    "serve.public.host",
    "serve.public.port",
    "serve.public.socket",
    "serve.public.tls",
    "serve.admin.host",
    "serve.admin.port",
    "serve.admin.socket",
    "serve.admin.tls",
    "hashers.argon2.dedicated_memory",
    "zelos.hashing",
    "zelos.inbox",
];

/// What a configuration says under the keys that are read once.
#[derive(Clone)]
pub struct AtStart(Vec<(&'static str, Option<Node>)>);

/// What the files say by now, as far as a running process can take it over.
#[derive(Debug)]
pub struct Reloaded {
    /// The configuration.
    pub config: Config,
    /// What should be known about it.
    pub warnings: Warnings,
    /// Keys whose new value waits for a restart.
    pub waiting: Vec<&'static str>,
}

/// Loads a configuration anew for a process that was started with another one.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn reload(request: &LoadRequest, started: &Config) -> Result<Reloaded, Problems> {
    let (mut tree, report) = tree_of(request);
    let (config, warnings) = read(&tree, report, request)?;
    let waiting = started.at_start.put_back(&mut tree);
    if waiting.is_empty() {
        return Ok(Reloaded { config, warnings, waiting });
    }
    let (config, _said_above) = read(&tree, RefCell::new(Report::default()), request)?;
    Ok(Reloaded { config, warnings, waiting })
}

impl AtStart {
    pub(super) fn of(tree: &Node) -> Self {
        Self(AT_START.iter().map(|path| (*path, find(tree, path).cloned())).collect())
    }

    /// Puts these values into a tree; the keys under which it had others.
    fn put_back(&self, tree: &mut Node) -> Vec<&'static str> {
        let mut changed = Vec::new();
        for (path, was) in &self.0 {
            if json(find(tree, path)) != json(was.as_ref()) {
                put(tree, path, was.clone());
                changed.push(*path);
            }
        }
        changed
    }
}

impl fmt::Debug for AtStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: the DSN and private keys are among them, and logs are read by many (05 no. 56);
        // `what_waits_is_named_and_not_shown`.
        f.write_str("AtStart(…)")
    }
}

/// The files that a configuration names by `file://`, wherever in it.
pub(super) fn files(tree: &Node) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(tree, &mut found);
    found.sort();
    found.dedup();
    found
}

fn collect(node: &Node, found: &mut Vec<PathBuf>) {
    if let Some(path) = node.text().and_then(|text| text.strip_prefix("file://")) {
        found.push(PathBuf::from(path));
    }
    node.items().iter().for_each(|item| collect(item, found));
    node.entries().iter().for_each(|entry| collect(&entry.node, found));
}

fn json(node: Option<&Node>) -> Option<String> {
    node.map(|node| node.to_json(KeyOrder::Sorted).to_string())
}

fn find<'a>(tree: &'a Node, path: &str) -> Option<&'a Node> {
    path.split('.').try_fold(tree, |node, key| node.get(key))
}

fn put(node: &mut Node, path: &str, value: Option<Node>) {
    if let Some((first, rest)) = path.split_once('.') {
        return put(node.slot(first, &Place::Default), rest, value);
    }
    match (value, &mut node.data) {
        (Some(value), _) => {
            let at = value.at.clone();
            *node.slot(path, &at) = value;
        }
        (None, Data::Map(entries)) => entries.retain(|entry| entry.key != path),
        (None, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{known_keys, load};

    const BASE: &str = "
dsn: memory
secrets: { default: [k8Zq2vRw5Tn9Xb4Lm7Jd3Fs6Hg1Pc0Ye] }
identity: { default_schema_id: a, schemas: [{ id: a, url: 'file:///etc/a.json' }] }
selfservice: { default_browser_return_url: https://app.example.test/ }
";

    fn request(folder: &tempfile::TempDir, more: &str) -> LoadRequest {
        let file = folder.path().join("kratos.yml");
        std::fs::write(&file, format!("{BASE}{more}")).unwrap();
        LoadRequest { files: vec![file], ..LoadRequest::default() }
    }

    #[test]
    fn what_is_read_once_are_known_keys() {
        let known = known_keys();
        for path in AT_START {
            let is_in = |key: &String| key == path || key.starts_with(&format!("{path}."));
            assert!(known.iter().any(is_in), "{path}");
        }
    }

    #[test]
    fn what_is_bound_stays_with_all_that_follows_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let (started, _) = load(&request(&folder, "serve: { public: { port: 5001 } }")).unwrap();
        let changed =
            "serve: { public: { port: 6001, host: 10.0.0.1, cors: { enabled: true } } }\nrevision: b";
        let now = reload(&request(&folder, changed), &started).unwrap();
        assert_eq!(now.waiting, ["serve.public.host", "serve.public.port"]);
        assert_eq!(now.config.serve.public.bind, started.serve.public.bind);
        assert_eq!(now.config.serve.public.base_url, started.serve.public.base_url);
        assert_eq!(
            now.config.selfservice.login.flow.ui_url.against(&now.config.serve.public.base_url),
            started.selfservice.login.flow.ui_url.against(&started.serve.public.base_url)
        );
        assert!(now.config.serve.cors.is_some());
        assert_eq!(now.config.revision(), "b");
    }

    #[test]
    fn what_waits_is_named_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let dsn = |name: &str| BASE.replace("dsn: memory", &format!("dsn: postgres://a:{name}@db/x"));
        let file = folder.path().join("kratos.yml");
        let request = LoadRequest { files: vec![file.clone()], ..LoadRequest::default() };
        std::fs::write(&file, dsn("first-password")).unwrap();
        let (started, _) = load(&request).unwrap();
        std::fs::write(&file, dsn("other-password")).unwrap();
        let now = reload(&request, &started).unwrap();
        assert_eq!(now.waiting, ["dsn"]);
        assert_eq!(now.config.hash, started.hash, "the hash is of what runs");
        let shown = format!("{started:?} {now:?}");
        assert!(!shown.contains("first-password") && !shown.contains("other-password"), "{shown}");
    }

    #[test]
    fn a_key_that_was_absent_is_absent_again() {
        let folder = tempfile::tempdir().unwrap();
        let (started, _) = load(&request(&folder, "")).unwrap();
        let now =
            reload(&request(&folder, "zelos: { hashing: { threads: 3, patience: 9s } }"), &started).unwrap();
        assert_eq!(now.waiting, ["zelos.hashing"]);
        assert_eq!((now.config.hashing, now.config.hash), (started.hashing, started.hash));
    }

    #[test]
    fn what_waits_is_checked_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let (started, _) = load(&request(&folder, "")).unwrap();
        let problems = reload(&request(&folder, "serve: { public: { port: 70000 } }"), &started).unwrap_err();
        assert_eq!(problems.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["serve.public.port"]);
    }

    #[test]
    fn files_are_found_wherever_they_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let more =
            "courier: { templates: { recovery_code: { valid: { email: { subject: 'file://s.hbs' } } } } }";
        let (config, _) = load(&request(&folder, more)).unwrap();
        assert_eq!(config.files, [PathBuf::from("/etc/a.json"), PathBuf::from("s.hbs")]);
    }
}
