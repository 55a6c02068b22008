//! Hooks in whatever order: none of them opens a door that another one closes.

use std::collections::BTreeMap;

use proptest::{prelude::*, sample::subsequence};
use zelos::{
    crypto::TokenHash,
    flow::{
        FactorCheck, FlowKind, LoginEvent, LoginState, Machine as _, NewAccount, RegistrationEvent,
        RegistrationState, Reply, Shown, Transition,
    },
    hook::{Decision, HookName, Listed, Moment, Occasion, Pipelines},
    identity::{Identity, MethodId},
    session::{Factor, SessionMethod},
};

use crate::world::{self, World, identity, sessions, told};

fn split<S>(made: Transition<S>) -> Decision {
    let Transition { subject, effects, reply, notes, .. } = made;
    Decision { subject, effects, reply, notes, started: None, vetoed: false }
}

fn login(ada: Identity, world: &World) -> Decision {
    let check = FactorCheck::Match(Box::new(Shown::plain(ada, Factor::first(SessionMethod::Password))));
    let state = LoginState::AwaitingFactor { wanted: world::WANTED };
    split(state.on(LoginEvent::FactorChecked(check), &world.cx()).unwrap())
}

fn registration(ada: Identity, world: &World) -> Decision {
    let account = Box::new(NewAccount { identity: ada, credentials: Vec::new() });
    split(
        RegistrationState::AwaitingAll.on(RegistrationEvent::AccountCompleted(account), &world.cx()).unwrap(),
    )
}

fn shape(kind: FlowKind, hooks: &[HookName], world: &World, decision: Decision) -> Decision {
    let moment = Moment::After(kind, Some(MethodId::Password));
    let hooks = hooks.iter().copied().map(Listed::Own).collect();
    let pipelines = Pipelines::new(BTreeMap::from([(moment, hooks)]), true);
    let csrf = Some((TokenHash::new([1; 32]), TokenHash::new([2; 32])));
    let cx = world.cx();
    let occasion = Occasion { moment, cx: &cx, csrf };
    let mut decision = decision;
    for listed in pipelines.at(moment) {
        let Listed::Own(name) = listed else { unreachable!("no web hook was listed") };
        decision = name.hook().shape(&occasion, decision);
        if !matches!(decision.reply, Reply::Done(_)) {
            break;
        }
    }
    decision
}

fn hooks() -> impl Strategy<Value = Vec<HookName>> {
    subsequence(HookName::ALL.to_vec(), 0..=HookName::ALL.len()).prop_shuffle()
}

proptest! {
    #[test]
    fn a_session_is_written_exactly_when_it_is_told(
        hooks in hooks(), signs_up in any::<bool>(), legacy in any::<bool>(), addresses in 0_usize..3, proven in 0_usize..3,
    ) {
        let mut world = World::new();
        world.policy.login.legacy_verified_error = legacy;
        let ada = identity(addresses, proven);
        let (kind, before) = if signs_up {
            (FlowKind::Registration, registration(ada.clone(), &world))
        } else {
            (FlowKind::Login, login(ada.clone(), &world))
        };
        let after = shape(kind, &hooks, &world, before);
        prop_assert_eq!(sessions(&after.effects).first().copied(), told(&after.reply), "{:?}", hooks);
        if !matches!(after.reply, Reply::Done(_)) {
            prop_assert!(sessions(&after.effects).is_empty());
        }
        if kind == FlowKind::Login && hooks.contains(&HookName::RequireVerifiedAddress) {
            let proven = ada.verifiable_addresses.iter().any(|address| address.verified);
            prop_assert_eq!(told(&after.reply).is_some(), proven, "{:?}", hooks);
        }
    }
}
