//! Which hooks act at which moment, and in which order.

use std::collections::BTreeMap;

use super::{Decision, Hook, HookName, Occasion, Stage, Verdict};
use crate::{flow::FlowKind, identity::MethodId, kernel::Fault};

/// A place in a flow where hooks act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// When the flow is opened.
    Before(FlowKind),
    /// When it reached its goal, by a method where the flow has several.
    After(FlowKind, Option<MethodId>),
}

/// Hooks as configured at one moment, in the order of the configuration.
pub type HookList = Vec<HookName>;

/// The hooks of every moment, resolved once per configuration.
#[derive(Debug, Clone, Default)]
pub struct Pipelines {
    configured: BTreeMap<Moment, HookList>,
    verification_enabled: bool,
}

impl Pipelines {
    /// Pipelines for these lists. With `verification_enabled` registrations and settings start the
    /// verification of a new address before anything else (03 §5.3).
    pub fn new(configured: BTreeMap<Moment, HookList>, verification_enabled: bool) -> Self {
        Self { configured, verification_enabled }
    }

    /// The hooks that act at `moment`, in order.
    ///
    /// The list of a method takes the place of the list for all methods as soon as it holds a hook of the
    /// stage; within a stage the order is that of the configuration, the built-in verification first and
    /// `session` last (03 §5.3).
    pub fn at(&self, moment: Moment) -> Vec<&'static dyn Hook> {
        let mut hooks = Vec::new();
        for stage in [Stage::BeforeCommit, Stage::AfterDecision] {
            if stage == Stage::AfterDecision && self.starts_verification(moment) {
                hooks.push(HookName::Verification);
            }
            let mut listed = self.listed(moment, stage);
            listed.sort_by_key(|name| *name == HookName::Session);
            hooks.extend(listed);
        }
        hooks.into_iter().map(HookName::hook).collect()
    }

    /// Whether a hook is configured at a moment.
    pub fn has(&self, moment: Moment, name: HookName) -> bool {
        self.configured.get(&moment).is_some_and(|list| list.contains(&name))
    }

    /// Every moment that has hooks, with their resolved order; for the `hooks` command and its snapshot.
    pub fn all(&self) -> impl Iterator<Item = (Moment, Vec<HookName>)> + '_ {
        self.configured.keys().map(|moment| (*moment, self.at(*moment).into_iter().map(Hook::name).collect()))
    }

    /// Asks every hook of the moment that has somebody to ask; the first veto ends it.
    ///
    /// # Errors
    /// Somebody could not be asked.
    pub async fn consult(&self, occasion: &Occasion<'_>) -> Result<Verdict, Fault> {
        for hook in self.at(occasion.moment) {
            let verdict = hook.consult(occasion).await?;
            if verdict != Verdict::Continue {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Continue)
    }

    /// Lets every hook of the moment shape the decision, in order. A decision that is no longer done, because
    /// a hook refused it or sent the person elsewhere, is not shaped further.
    pub fn shape(&self, occasion: &Occasion<'_>, decision: Decision) -> Decision {
        self.at(occasion.moment).into_iter().fold(decision, |decision, hook| {
            if matches!(decision.reply, crate::flow::Reply::Done(_)) {
                hook.shape(occasion, decision)
            } else {
                decision
            }
        })
    }

    fn starts_verification(&self, moment: Moment) -> bool {
        self.verification_enabled
            && matches!(moment, Moment::After(FlowKind::Registration | FlowKind::Settings, _))
    }

    fn listed(&self, moment: Moment, stage: Stage) -> HookList {
        let own = self.of_stage(moment, stage);
        match moment {
            Moment::After(kind, Some(_)) if own.is_empty() => self.of_stage(Moment::After(kind, None), stage),
            Moment::After(..) | Moment::Before(_) => own,
        }
    }

    fn of_stage(&self, moment: Moment, stage: Stage) -> HookList {
        let list = self.configured.get(&moment).into_iter().flatten();
        list.copied().filter(|name| name.hook().stage() == stage).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_PASSWORD: Moment = Moment::After(FlowKind::Registration, Some(MethodId::Password));
    const BY_ANY: Moment = Moment::After(FlowKind::Registration, None);

    fn names(pipelines: &Pipelines, moment: Moment) -> Vec<&'static str> {
        pipelines.at(moment).into_iter().map(|hook| hook.name().wire_name()).collect()
    }

    #[test]
    fn verification_comes_first_and_session_last() {
        let lists = BTreeMap::from([(BY_PASSWORD, vec![HookName::Session, HookName::ShowVerificationUi])]);
        let order = names(&Pipelines::new(lists.clone(), true), BY_PASSWORD);
        assert_eq!(order, ["verification", "show_verification_ui", "session"]);
        assert_eq!(names(&Pipelines::new(lists, false), BY_PASSWORD), ["show_verification_ui", "session"]);
    }

    #[test]
    fn the_list_of_a_method_takes_the_place_of_the_common_one() {
        let lists = BTreeMap::from([
            (BY_ANY, vec![HookName::ShowVerificationUi]),
            (BY_PASSWORD, vec![HookName::Session]),
        ]);
        let pipelines = Pipelines::new(lists, false);
        assert_eq!(names(&pipelines, BY_PASSWORD), ["session"]);
        let by_code = Moment::After(FlowKind::Registration, Some(MethodId::Code));
        assert_eq!(names(&pipelines, by_code), ["show_verification_ui"]);
    }
}
