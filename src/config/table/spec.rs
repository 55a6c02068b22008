//! The rows as a tree, which follows the shape of a configuration.

use std::sync::LazyLock;

use super::{
    courier, hook, identity, method, operation,
    row::{Kind, Row, key},
    selfservice, serve, session, zelos,
};

/// One key with what stands below it.
#[derive(Debug)]
pub(crate) struct Spec {
    pub row: Row,
    /// The known keys of a section, in the order of the table.
    pub fields: Vec<(String, Spec)>,
    /// What each element of a list, or each value of a map, has to be.
    pub each: Option<Box<Spec>>,
}

/// Every key of a configuration.
pub(crate) static TABLE: LazyLock<Spec> = LazyLock::new(|| {
    let mut root = Spec::new(key("", Kind::Section));
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
    parts.into_iter().for_each(|rows| root.plant_all(rows));
    root
});

/// The `config` of a `web_hook`.
pub(crate) static WEB_HOOK: LazyLock<Spec> = LazyLock::new(|| Spec::of(hook::WEB_HOOK));

/// The `config` of `notify_previous_addresses`.
pub(crate) static NOTIFY: LazyLock<Spec> = LazyLock::new(|| Spec::of(hook::NOTIFY));

impl Spec {
    fn new(row: Row) -> Self {
        Self { row, fields: Vec::new(), each: None }
    }

    fn of(rows: &[Row]) -> Self {
        let mut root = Self::new(key("", Kind::Section));
        root.plant_all(rows);
        root
    }

    fn plant_all(&mut self, rows: &[Row]) {
        for row in rows {
            for path in expand(row.path) {
                let path = path.replace("[]", ".[]");
                let segments: Vec<&str> = path.split('.').filter(|segment| !segment.is_empty()).collect();
                self.plant(&segments, *row);
            }
        }
    }

    fn plant(&mut self, segments: &[&str], row: Row) {
        let Some((first, rest)) = segments.split_first() else {
            self.row = row;
            match row.kind {
                Kind::Group(rows) => self.plant_all(rows),
                Kind::Hooks => self.each = Some(Box::new(Self::of(hook::HOOK))),
                _ => {}
            }
            return;
        };
        self.slot(first).plant(rest, row);
    }

    fn slot(&mut self, segment: &str) -> &mut Self {
        let new = || Self::new(key("", Kind::Section));
        if matches!(segment, "[]" | "*") {
            return self.each.get_or_insert_with(|| Box::new(new()));
        }
        let found = self.fields.iter().position(|(name, _)| name == segment);
        let index = found.unwrap_or_else(|| {
            self.fields.push((segment.to_owned(), new()));
            self.fields.len() - 1
        });
        match self.fields.get_mut(index) {
            Some((_, spec)) => spec,
            None => unreachable!("the index was found or made just above"),
        }
    }

    /// What is known about the key `name` below this one.
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, spec)| spec)
    }

    /// What is known about a dotted path below this key; numbers are elements of lists.
    pub fn find(&self, path: &str) -> Option<&Self> {
        path.split('.')
            .filter(|segment| !segment.is_empty())
            .try_fold(self, |spec, segment| spec.field(segment).or(spec.each.as_deref()))
    }

    /// Whether a map belongs here.
    pub fn is_section(&self) -> bool {
        matches!(self.row.kind, Kind::Section | Kind::OpenSection | Kind::Group(_))
    }

    /// Whether a secret may stand at this key or below it.
    pub fn may_hold_secrets(&self) -> bool {
        self.row.secret
            || self.fields.iter().any(|(_, spec)| spec.may_hold_secrets())
            || self.each.as_ref().is_some_and(|each| each.may_hold_secrets())
    }

    /// The dotted paths of everything that can be set, with `*` for free names and numbers left out.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect_paths("", &mut paths);
        paths
    }

    fn collect_paths(&self, prefix: &str, paths: &mut Vec<String>) {
        for (name, spec) in &self.fields {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            if spec.fields.is_empty() {
                paths.push(path.clone());
            }
            spec.collect_paths(&path, paths);
            if let Some(each) = &spec.each {
                each.collect_paths(&format!("{path}.*"), paths);
            }
        }
    }
}

/// `a.{b,c}.d` as `a.b.d` and `a.c.d`.
pub(crate) fn expand(path: &str) -> Vec<String> {
    let Some((head, rest)) = path.split_once('{') else { return vec![path.to_owned()] };
    let Some((choices, tail)) = rest.split_once('}') else { return vec![path.to_owned()] };
    let tails = expand(tail);
    choices
        .split(',')
        .flat_map(|choice| tails.iter().map(move |tail| format!("{head}{choice}{tail}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_expand_to_every_combination() {
        assert_eq!(expand("a.{b,c.d}.{e,f}"), ["a.b.e", "a.b.f", "a.c.d.e", "a.c.d.f"]);
        assert_eq!(expand("plain"), ["plain"]);
    }

    #[test]
    fn paths_lead_into_lists_maps_and_groups() {
        for path in [
            "serve.admin.tls.key.base64",
            "identity.schemas.0.id",
            "session.whoami.tokenizer.templates.any.ttl",
            "courier.channels.3.request_config.auth.config.value",
            "selfservice.flows.login.after.password.hooks.0.hook",
            "selfservice.methods.oidc.config.providers.0.client_id",
        ] {
            assert!(TABLE.find(path).is_some(), "{path}");
        }
        assert!(TABLE.find("serve.publik").is_none());
        assert!(TABLE.find("secrets").unwrap().may_hold_secrets());
        assert!(!TABLE.find("cookies").unwrap().may_hold_secrets());
    }

    #[test]
    fn every_secret_looking_key_is_marked() {
        fn walk(path: &str, spec: &Spec) {
            let last = path.rsplit('.').next().unwrap_or_default();
            let looks =
                ["secret", "password", "private_key", "connection_uri", "authorization_header", "base64"];
            let leaf = spec.fields.is_empty() && spec.each.is_none();
            if leaf && looks.contains(&last) || last == "client_secret" {
                let is_switch = matches!(spec.row.kind, Kind::Bool);
                assert!(spec.row.secret || is_switch, "{path} is not marked as secret");
            }
            for (name, field) in &spec.fields {
                walk(&format!("{path}.{name}"), field);
            }
            if let Some(each) = &spec.each {
                walk(&format!("{path}.*"), each);
            }
        }
        walk("", &TABLE);
    }
}
