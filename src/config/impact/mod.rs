//! What the change of a key does to a server that runs, and to the people who use it.
//!
//! The rules are data, in `rule.rs`; `explain` prints those of a key, `plan` holds them against two configurations.
//! Start at [`rules_of`].

mod judge;
mod rule;

use std::sync::LazyLock;

use super::{
    reload::AT_START,
    table::{Spec, Standing, expand},
    value::Node,
};

pub(crate) use judge::{Pair, holds};

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// It takes effect when the process is started anew.
    Restart,
    /// People have to sign in again, or cannot.
    LogsOut,
    /// What has begun cannot be finished, or what was stored cannot be used.
    BreaksFlows,
    /// Nothing to worry about, yet good to know.
    Mind,
}

/// When a change takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesEffect {
    /// As soon as the file is there.
    OnReload,
    /// When the process is started anew.
    AtRestart,
    /// Never: the key does nothing.
    Never,
}

/// One thing that the change of a key does.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// The key, with `*` for elements of lists and names of one's own.
    pub key: String,
    pub when: When,
    pub concern: Concern,
    pub because: &'static str,
}

/// Which change it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    /// Any.
    Changed,
    /// From true to false.
    Off,
    /// From false to true.
    On,
    /// It is gone, or one of its elements is.
    Gone,
    /// A number or a duration becomes smaller.
    Less,
    /// It takes this value.
    Becomes(&'static str),
    /// What the two configurations say together, with the beginning of a sentence about it.
    Judged(&'static str, fn(&Node, &Node) -> bool),
}

impl Concern {
    /// Its name in JSON.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::LogsOut => "logs_out",
            Self::BreaksFlows => "breaks_flows",
            Self::Mind => "mind",
        }
    }

    /// What it says to whoever plans a change.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Restart => "needs a restart",
            Self::LogsOut => "logs people out",
            Self::BreaksFlows => "breaks flows under way",
            Self::Mind => "mind",
        }
    }

    /// Whether somebody should look at it before the change is made.
    pub const fn needs_attention(self) -> bool {
        !matches!(self, Self::Mind)
    }
}

impl When {
    /// The kind of change, as the beginning of a sentence.
    pub fn title(self) -> String {
        match self {
            Self::Changed => "Any change".to_owned(),
            Self::Off => "Switching it off".to_owned(),
            Self::On => "Switching it on".to_owned(),
            Self::Gone => "Taking something away".to_owned(),
            Self::Less => "A lower value".to_owned(),
            Self::Becomes(value) => format!("Setting it to {value}"),
            Self::Judged(title, _) => title.to_owned(),
        }
    }
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rows = rule::ROWS.iter().flat_map(|(keys, when, concern, because)| {
        let rule = |key| Rule { key, when: *when, concern: *concern, because };
        expand(keys).into_iter().map(rule)
    });
    rows.collect()
});

impl TakesEffect {
    /// When a change of the key at this path takes effect.
    pub(crate) fn of(spec: &Spec, path: &str) -> Self {
        let acts = matches!(spec.row.standing, Standing::Acts | Standing::Deprecated(_));
        match (acts, is_read_once(path)) {
            (false, _) => Self::Never,
            (true, true) => Self::AtRestart,
            (true, false) => Self::OnReload,
        }
    }

    /// Its name in JSON.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::OnReload => "on_reload",
            Self::AtRestart => "at_restart",
            Self::Never => "never",
        }
    }

    /// What it says to whoever plans a change.
    pub const fn title(self) -> &'static str {
        match self {
            Self::OnReload => "takes effect on reload",
            Self::AtRestart => "takes effect at the next start",
            Self::Never => "has no effect: the key does nothing",
        }
    }
}

/// Whether a key is read only once, when a process starts.
fn is_read_once(path: &str) -> bool {
    AT_START.iter().any(|known| is_at_or_below(path, known))
}

fn is_at_or_below(path: &str, key: &str) -> bool {
    path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The rules of the key at this path, written with `*` for elements.
pub(crate) fn rules_of(path: &str) -> impl Iterator<Item = &'static Rule> {
    let restart = is_read_once(path).then_some(&*RESTART);
    let own = RULES.iter().filter(move |rule| rule.key == path);
    restart.into_iter().chain(own)
}

static RESTART: LazyLock<Rule> = LazyLock::new(|| Rule {
    key: String::new(),
    when: When::Changed,
    concern: Concern::Restart,
    because: "it is read once, when a process starts; until then the old value counts",
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::table::TABLE;

    #[test]
    fn rules_are_about_known_keys() {
        for rule in RULES.iter() {
            let path = rule.key.replace('*', "0");
            assert!(TABLE.find(&path).is_some(), "{}", rule.key);
            assert!(!rule.because.ends_with('.'), "{}", rule.because);
        }
    }

    #[test]
    fn what_is_read_once_says_so() {
        let concerns = |path: &str| rules_of(path).map(|rule| rule.concern).collect::<Vec<_>>();
        assert_eq!(concerns("serve.public.port"), [Concern::Restart]);
        assert_eq!(concerns("serve.public.tls.key.base64"), [Concern::Restart]);
        assert_eq!(concerns("serve.public.cors.max_age"), []);
        assert!(!is_read_once("devel") && is_read_once("dev"));
    }
}
