//! Which hooks act at which moment, and in which order.

use std::{collections::BTreeMap, sync::Arc};

use super::{HookName, Stage, WebHook};
use crate::{flow::FlowKind, identity::MethodId};

/// A place in a flow where hooks act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// When the flow is opened.
    Before(FlowKind),
    /// When it reached its goal, by a method where the flow has several.
    After(FlowKind, Option<MethodId>),
}

/// Hooks as configured at one moment, in the order of the configuration.
pub type HookList = Vec<Listed>;

/// A hook in a list.
#[derive(Debug, Clone)]
pub enum Listed {
    /// One of ours.
    Own(HookName),
    /// A call to somebody else.
    Web(Arc<WebHook>),
}

impl Listed {
    /// The name in the configuration.
    pub const fn wire_name(&self) -> &'static str {
        match self {
            Self::Own(name) => name.wire_name(),
            Self::Web(_) => "web_hook",
        }
    }

    fn stage(&self, moment: Moment) -> Stage {
        match self {
            Self::Own(name) => name.hook().stage(),
            Self::Web(hook) => hook.stage(moment),
        }
    }

    const fn is_session(&self) -> bool {
        matches!(self, Self::Own(HookName::Session))
    }
}

/// The hooks of every moment, resolved once per configuration.
#[derive(Debug, Clone, Default)]
pub struct Pipelines {
    configured: BTreeMap<Moment, HookList>,
    /// In the order in which they act. A method without a list of its own takes that of its flow.
    resolved: BTreeMap<Moment, HookList>,
    calls_out: bool,
}

impl Pipelines {
    /// Pipelines for these lists. With `verification_enabled` registrations and settings start the
    /// verification of a new address before anything else (03 §5.3).
    pub fn new(configured: BTreeMap<Moment, HookList>, verification_enabled: bool) -> Self {
        let common = FlowKind::ALL.map(|kind| Moment::After(kind, None));
        let moments = configured.keys().copied().chain(common);
        let resolved = moments.map(|moment| (moment, resolve(&configured, verification_enabled, moment)));
        let resolved = resolved.collect();
        let calls_out = configured.values().flatten().any(|listed| matches!(listed, Listed::Web(_)));
        Self { configured, resolved, calls_out }
    }

    /// The hooks that act at `moment`, in order.
    pub fn at(&self, moment: Moment) -> &[Listed] {
        let common = match moment {
            Moment::After(kind, Some(_)) => Moment::After(kind, None),
            Moment::After(_, None) | Moment::Before(_) => moment,
        };
        self.resolved.get(&moment).or_else(|| self.resolved.get(&common)).map_or(&[], Vec::as_slice)
    }

    /// Whether anybody outside is called at any moment.
    pub const fn call_out(&self) -> bool {
        self.calls_out
    }

    /// Whether a hook is configured at a moment.
    pub fn has(&self, moment: Moment, name: HookName) -> bool {
        self.configured
            .get(&moment)
            .is_some_and(|list| list.iter().any(|listed| matches!(listed, Listed::Own(own) if *own == name)))
    }

    /// Every moment that has hooks, with their resolved order; for the `hooks` command and its snapshot.
    pub fn all(&self) -> impl Iterator<Item = (Moment, &[Listed])> + '_ {
        self.configured.keys().map(|moment| (*moment, self.at(*moment)))
    }
}

/// The order in which hooks act at a moment.
///
/// The list of a method takes the place of the list for all methods as soon as it holds a hook of the stage;
/// within a stage the order is that of the configuration, the built-in verification first and `session` last
/// (03 §5.3).
fn resolve(configured: &BTreeMap<Moment, HookList>, verification_enabled: bool, moment: Moment) -> HookList {
    let starts_verification = verification_enabled
        && matches!(moment, Moment::After(FlowKind::Registration | FlowKind::Settings, _));
    let of_stage = |moment, stage| -> HookList {
        let list = configured.get(&moment).into_iter().flatten();
        list.filter(|listed| listed.stage(moment) == stage).cloned().collect()
    };
    let mut hooks = Vec::new();
    for stage in [Stage::BeforeCommit, Stage::AfterDecision] {
        if stage == Stage::AfterDecision && starts_verification {
            hooks.push(Listed::Own(HookName::Verification));
        }
        let mut listed = of_stage(moment, stage);
        if let Moment::After(kind, Some(_)) = moment
            && listed.is_empty()
        {
            listed = of_stage(Moment::After(kind, None), stage);
        }
        listed.sort_by_key(Listed::is_session);
        hooks.extend(listed);
    }
    hooks
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_PASSWORD: Moment = Moment::After(FlowKind::Registration, Some(MethodId::Password));
    const BY_ANY: Moment = Moment::After(FlowKind::Registration, None);

    fn names(pipelines: &Pipelines, moment: Moment) -> Vec<&'static str> {
        pipelines.at(moment).iter().map(Listed::wire_name).collect()
    }

    #[test]
    fn verification_comes_first_and_session_last() {
        let lists = BTreeMap::from([(
            BY_PASSWORD,
            vec![Listed::Own(HookName::Session), Listed::Own(HookName::ShowVerificationUi)],
        )]);
        let order = names(&Pipelines::new(lists.clone(), true), BY_PASSWORD);
        assert_eq!(order, ["verification", "show_verification_ui", "session"]);
        assert_eq!(names(&Pipelines::new(lists, false), BY_PASSWORD), ["show_verification_ui", "session"]);
    }

    #[test]
    fn the_list_of_a_method_takes_the_place_of_the_common_one() {
        let lists = BTreeMap::from([
            (BY_ANY, vec![Listed::Own(HookName::ShowVerificationUi)]),
            (BY_PASSWORD, vec![Listed::Own(HookName::Session)]),
        ]);
        let pipelines = Pipelines::new(lists, false);
        assert_eq!(names(&pipelines, BY_PASSWORD), ["session"]);
        let by_code = Moment::After(FlowKind::Registration, Some(MethodId::Code));
        assert_eq!(names(&pipelines, by_code), ["show_verification_ui"]);
    }
}
