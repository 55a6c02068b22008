//! What is loaded later: schemas, templates, Jsonnet.

use std::fmt;

use super::Scope;

/// Something to load: `file://`, `http://`, `https://`, `base64://`, or, for identity schemas, one of our own by
/// `preset://`. Checked for its form; the loading is left to the runtime.
#[derive(Clone, PartialEq, Eq)]
pub struct Source(String);

impl Source {
    /// The URI as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name after `preset://`, when this is one of our own identity schemas.
    pub fn preset(&self) -> Option<&str> {
        self.0.strip_prefix("preset://")
    }

    pub(super) fn read(scope: &Scope<'_>) -> Option<Self> {
        scope.text().map(Self)
    }

    /// As [`Source::read`], with a bare path standing for a file.
    pub(super) fn read_or_path(scope: &Scope<'_>) -> Option<Self> {
        let text = scope.text()?;
        if text.contains("://") {
            if !crate::config::check::is_source(&text) {
                scope.problem("must start with file://, http://, https:// or base64:// and be complete");
            }
            return Some(Self(text));
        }
        scope.warn("is a bare path, which is outdated", format!("write file://{text} instead"));
        Some(Self(format!("file://{text}")))
    }
}

impl fmt::Display for Source {
    /// For messages: what is embedded is left out, it may be long and may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.starts_with("base64://") { "base64://[…]" } else { &self.0 })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
