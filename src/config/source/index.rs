//! From the name of a variable to a key.

use crate::config::table::Spec;

/// Finds the key that a variable names.
pub(super) struct Index<'t> {
    table: &'t Spec,
}

/// The key that a variable names: its path, elements of lists by number.
#[derive(Debug)]
pub(crate) struct Target<'t> {
    pub segments: Vec<String>,
    pub spec: &'t Spec,
}

impl Target<'_> {
    pub fn path(&self) -> String {
        self.segments.join(".")
    }

    /// Short paths before long ones, so that a whole list comes before its elements; elements by number.
    pub fn order(&self) -> (usize, Vec<(usize, String)>) {
        let key = |segment: &String| (segment.parse().unwrap_or_default(), segment.clone());
        (self.segments.len(), self.segments.iter().map(key).collect())
    }
}

impl<'t> Index<'t> {
    pub fn of(table: &'t Spec) -> Self {
        Self { table }
    }

    /// The key that the variable `name` names, if any. Case does not matter, as for Kratos; names of keys may
    /// contain underscores themselves, so every way to cut the name is tried.
    pub fn find(&self, name: &str) -> Option<Target<'t>> {
        let name = name.to_ascii_uppercase();
        let mut segments = Vec::new();
        let spec = cut(self.table, &name, &mut segments)?;
        segments.reverse();
        Some(Target { segments, spec })
    }
}

/// Follows `name` down from `spec`; the path is collected backwards.
fn cut<'t>(spec: &'t Spec, name: &str, segments: &mut Vec<String>) -> Option<&'t Spec> {
    for (field, below) in &spec.fields {
        let wanted = field.to_ascii_uppercase().replace(['-', '.'], "_");
        // Dashes are hard to export, so an underscore stands for them; the dashed form works as well.
        let rest = name.strip_prefix(&wanted).or_else(|| name.strip_prefix(&field.to_ascii_uppercase()));
        if let Some(found) = rest.and_then(|rest| follow(below, rest, segments)) {
            segments.push(field.clone());
            return Some(found);
        }
    }
    let below = spec.each.as_deref()?;
    let digits = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
    let (number, rest) = name.split_at_checked(digits)?;
    if number.is_empty() || number.len() > 4 {
        return None;
    }
    let found = follow(below, rest, segments)?;
    segments.push(number.to_owned());
    Some(found)
}

fn follow<'t>(spec: &'t Spec, rest: &str, segments: &mut Vec<String>) -> Option<&'t Spec> {
    if rest.is_empty() { Some(spec) } else { cut(spec, rest.strip_prefix('_')?, segments) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::table::TABLE;

    fn path(name: &str) -> Option<String> {
        Index::of(&TABLE).find(name).map(|target| target.path())
    }

    #[test]
    fn names_are_cut_where_the_table_has_keys() {
        for (name, wanted) in [
            ("DSN", "dsn"),
            ("SERVE_PUBLIC_BASE_URL", "serve.public.base_url"),
            ("SELFSERVICE_DEFAULT_BROWSER_RETURN_URL", "selfservice.default_browser_return_url"),
            ("SESSION_COOKIE_SAME_SITE", "session.cookie.same_site"),
            ("SQA_OPT_OUT", "sqa-opt-out"),
            ("WATCH-COURIER", "watch-courier"),
            ("IDENTITY_SCHEMAS_1_URL", "identity.schemas.1.url"),
            ("SECRETS_DEFAULT_0", "secrets.default.0"),
            (
                "SELFSERVICE_METHODS_OIDC_CONFIG_PROVIDERS_0_CLIENT_SECRET",
                "selfservice.methods.oidc.config.providers.0.client_secret",
            ),
            (
                "SELFSERVICE_FLOWS_LOGIN_AFTER_PASSWORD_HOOKS_0_HOOK",
                "selfservice.flows.login.after.password.hooks.0.hook",
            ),
            (
                "SELFSERVICE_FLOWS_LOGIN_AFTER_LOOKUP_SECRET_HOOKS_0_CONFIG_URL",
                "selfservice.flows.login.after.lookup_secret.hooks.0.config.url",
            ),
        ] {
            assert_eq!(path(name).as_deref(), Some(wanted), "{name}");
        }
        for name in ["PATH", "HOME", "SERVE_PUBLIC_PORTS", "DSN_", "IDENTITY_SCHEMAS_X_URL", "_", ""] {
            assert_eq!(path(name), None, "{name}");
        }
    }
}
