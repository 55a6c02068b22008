//! What each key means, in one sentence: for `config explain` and for the JSON schema.
//!
//! The rows stand in the order and in the files of [`table`](super::table), which says what a value has to be.
//! Paths are written as there, with `*` for the elements of lists and for names of one's own. A key without a row
//! fails a test.

mod courier;
mod identity;
mod method;
mod operation;
mod selfservice;
mod serve;
mod session;
mod shared;
mod zelos;

use std::{collections::HashMap, sync::LazyLock};

use super::table::expand;

/// A path, or several in braces, and what it means.
type Row = (&'static str, &'static str);

static ALL: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let parts = [
        serve::ROWS,
        session::ROWS,
        identity::ROWS,
        selfservice::ROWS,
        method::ROWS,
        courier::ROWS,
        operation::ROWS,
        zelos::ROWS,
    ];
    index(parts.concat())
});

static HOOK: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| index(shared::HOOK.to_vec()));
static REQUEST: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| index(shared::REQUEST.to_vec()));

fn index(rows: Vec<Row>) -> HashMap<String, &'static str> {
    rows.into_iter()
        .flat_map(|(paths, text)| expand(paths).into_iter().map(move |path| (path, text)))
        .collect()
}

/// Where the keys of one outgoing request begin.
const REQUESTS: [&str; 3] = [
    "courier.http.request_config.",
    "courier.channels.*.request_config.",
    "selfservice.methods.password.config.migrate_hook.config.",
];

/// What the key at this path means; elements of lists and maps are covered by the row of the list or map.
pub(crate) fn about(path: &str) -> Option<&'static str> {
    if let Some((_, below)) = path.split_once(".hooks.*.") {
        return HOOK.get(below).copied();
    }
    let of_a_request = || {
        let below = REQUESTS.iter().find_map(|prefix| path.strip_prefix(prefix))?;
        REQUEST.get(below).copied()
    };
    ALL.get(path).copied().or_else(of_a_request)
}

/// What the key at this path in the `config` of a hook means.
pub(crate) fn about_hook_config(path: &str) -> Option<&'static str> {
    HOOK.get(&format!("config.{path}")).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::table::{Kind, NOTIFY, Spec, TABLE, WEB_HOOK};

    /// Calls `visit` for every key that can be set, elements of lists and maps left out.
    fn walk(spec: &Spec, path: &str, visit: &mut impl FnMut(&str)) {
        for (name, field) in &spec.fields {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            if field.fields.is_empty() {
                visit(&path);
            }
            walk(field, &path, visit);
            if let Some(each) = &field.each {
                walk(each, &format!("{path}.*"), visit);
            }
        }
    }

    fn keys() -> Vec<String> {
        let mut keys = Vec::new();
        walk(&TABLE, "", &mut |path| keys.push(path.to_owned()));
        keys
    }

    #[test]
    fn every_key_is_explained() {
        let silent: Vec<String> = keys().into_iter().filter(|path| about(path).is_none()).collect();
        assert_eq!(silent, Vec::<String>::new(), "write a sentence for each in src/config/about");
        for spec in [&*WEB_HOOK, &*NOTIFY] {
            walk(spec, "", &mut |path| assert!(about_hook_config(path).is_some(), "{path}"));
        }
    }

    #[test]
    fn nothing_else_is_explained() {
        let known = keys();
        let strays: Vec<&String> = ALL.keys().filter(|path| !known.contains(path)).collect();
        assert_eq!(strays, Vec::<&String>::new(), "the table has no such key");
        let of_hooks = |path: &String| {
            let below = path.strip_prefix("config.").unwrap_or(path);
            path == "hook" || [&*WEB_HOOK, &*NOTIFY].iter().any(|spec| spec.find(below).is_some())
        };
        assert!(HOOK.keys().all(of_hooks));
        let at = |prefix: &&str| TABLE.find(&prefix.trim_end_matches('.').replace('*', "0"));
        assert!(REQUESTS.iter().all(|prefix| at(prefix).is_some()));
        assert!(REQUEST.keys().all(|path| at(&REQUESTS[0]).unwrap().find(path).is_some()));
    }

    #[test]
    fn explanations_are_whole_sentences() {
        let all = ALL.iter().chain(HOOK.iter()).chain(REQUEST.iter());
        for (path, text) in all {
            let begins = text.chars().next().is_some_and(char::is_uppercase);
            assert!(begins && text.ends_with('.') && !text.contains("  "), "{path}: {text}");
        }
        assert!(matches!(TABLE.find("serve").unwrap().row.kind, Kind::Section));
    }
}
