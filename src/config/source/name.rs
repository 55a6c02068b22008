//! From a key to the name of its variable.

use super::index::Index;
use crate::config::table::{Kind, Spec, TABLE};

/// How a key is set by an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// By this variable.
    Own(String),
    /// By a variable that holds the map around it, as JSON.
    Within(String),
}

/// The variable of the key at a dotted path, elements of lists by number; `None` for keys that no variable sets.
pub(crate) fn variable_of(path: &str) -> Option<Variable> {
    let segments: Vec<&str> = path.split('.').collect();
    if matches!(segments.as_slice(), ["help" | "config", ..]) {
        return None;
    }
    let named = match free_name(&TABLE, &segments) {
        Some(above) => Variable::Within(name(segments.get(..above)?)),
        None => Variable::Own(name(&segments)),
    };
    let (Variable::Own(name) | Variable::Within(name)) = &named;
    Index::of(&TABLE).find(name).is_some().then_some(named)
}

fn name(segments: &[&str]) -> String {
    segments.join("_").to_ascii_uppercase().replace(['-', '.'], "_")
}

/// Which segment is a name of one's own, which variables cannot spell.
fn free_name(spec: &Spec, segments: &[&str]) -> Option<usize> {
    let mut at = spec;
    for (n, segment) in segments.iter().enumerate() {
        if matches!(at.row.kind, Kind::Map) {
            return Some(n);
        }
        at = at.field(segment).or(at.each.as_deref())?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every key of the table, elements of lists and names of one's own included.
    #[test]
    fn every_key_has_a_variable_that_leads_back_to_it() {
        let mut of_maps = 0;
        let with_element = |path: String| {
            let element = TABLE.find(&path).unwrap().each.is_some().then(|| format!("{path}.0"));
            std::iter::once(path).chain(element)
        };
        let paths = TABLE.paths().into_iter().map(|path| path.replace('*', "0"));
        for path in paths.flat_map(with_element) {
            if path == "help" || path.starts_with("config") {
                assert_eq!(variable_of(&path), None);
                continue;
            }
            match variable_of(&path) {
                Some(Variable::Own(name)) => {
                    let found = Index::of(&TABLE).find(&name).map(|target| target.path());
                    assert_eq!(found.as_deref(), Some(path.as_str()), "{name}");
                }
                Some(Variable::Within(name)) => {
                    let found = Index::of(&TABLE).find(&name).map(|target| target.path()).unwrap();
                    assert!(path.starts_with(&format!("{found}.")), "{path} in {name}");
                    of_maps += 1;
                }
                None => panic!("{path} cannot be set by a variable"),
            }
        }
        assert!(of_maps > 10, "{of_maps}");
    }

    #[test]
    fn names_of_ones_own_are_set_with_the_map_around_them() {
        let within = |path: &str| match variable_of(path) {
            Some(Variable::Within(name)) => name,
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(
            within("session.whoami.tokenizer.templates.api.ttl"),
            "SESSION_WHOAMI_TOKENIZER_TEMPLATES"
        );
        assert_eq!(within("courier.smtp.headers.X-Tag"), "COURIER_SMTP_HEADERS");
        assert_eq!(variable_of("watch-courier"), Some(Variable::Own("WATCH_COURIER".to_owned())));
        assert_eq!(variable_of("secrets.default.1"), Some(Variable::Own("SECRETS_DEFAULT_1".to_owned())));
        assert_eq!(variable_of("no.such.key"), None);
    }
}
