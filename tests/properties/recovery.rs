//! Getting back in: submissions never fall, and a session needs a code that fits.

use proptest::prelude::*;
use zelos::{
    flow::{
        AddressOwner, AnyFlow, Choice, Effect, Flow, FlowKind, Machine as _, RecoveryCheck, RecoveryEvent,
        RecoveryState, RecoveryWay, Reply,
    },
    identity::IdentityState,
};

use crate::world::{self, MAX_CODES, World, identity, sessions, told};

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    Named { known: bool, several: bool },
    Chosen { second: bool },
    Confirmed { known: bool },
    Back,
    Wrong,
    Used,
    Right { active: bool },
    Followed { fits: bool },
    Again,
    Forged,
    AlreadyLoggedIn,
    Refused,
    Expired,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => any::<(bool, bool)>().prop_map(|(known, several)| Happening::Named { known, several }),
        2 => any::<bool>().prop_map(|second| Happening::Chosen { second }),
        2 => any::<bool>().prop_map(|known| Happening::Confirmed { known }),
        2 => Just(Happening::Back),
        4 => Just(Happening::Wrong),
        1 => Just(Happening::Used),
        2 => any::<bool>().prop_map(|active| Happening::Right { active }),
        1 => any::<bool>().prop_map(|fits| Happening::Followed { fits }),
        1 => Just(Happening::Again),
        1 => Just(Happening::Forged),
        1 => Just(Happening::AlreadyLoggedIn),
        1 => Just(Happening::Refused),
        1 => Just(Happening::Expired),
    ]
}

fn owner(addresses: usize) -> Option<Box<AddressOwner>> {
    let identity = identity(addresses, 0);
    let address = identity.recovery_addresses[0].id;
    Some(Box::new(AddressOwner { identity, address }))
}

fn fits(active: bool) -> RecoveryCheck {
    let mut identity = identity(1, 0);
    identity.state = if active { IdentityState::Active } else { IdentityState::Inactive };
    let address = Some(identity.recovery_addresses[0].id);
    RecoveryCheck::Match { code: world::id("code"), identity: Box::new(identity), address }
}

fn event(happening: Happening) -> RecoveryEvent {
    let spare = world::spare();
    let submitted = |check| RecoveryEvent::CodeSubmitted { check, spare: world::spare() };
    match happening {
        Happening::Named { known, several } => RecoveryEvent::AddressNamed {
            address: "0@example.test".into(),
            owner: if known { owner(if several { 2 } else { 1 }) } else { None },
        },
        Happening::Chosen { second } => {
            let choices = Choice::all_of(&identity(2, 0));
            RecoveryEvent::AddressChosen { choice: choices[usize::from(second)].id.clone(), owner: owner(2) }
        }
        Happening::Confirmed { known } => RecoveryEvent::AddressConfirmed {
            address: "1@example.test".into(),
            owner: if known { owner(2) } else { None },
        },
        Happening::Back => RecoveryEvent::WentBack,
        Happening::Wrong => submitted(RecoveryCheck::Mismatch),
        Happening::Used => submitted(RecoveryCheck::Used),
        Happening::Right { active } => submitted(fits(active)),
        Happening::Followed { fits: true } => RecoveryEvent::LinkFollowed { check: fits(true), spare },
        Happening::Followed { fits: false } => {
            RecoveryEvent::LinkFollowed { check: RecoveryCheck::Used, spare }
        }
        Happening::Forged => RecoveryEvent::Forged { reason: zelos::text::recovery::failed(), spare },
        Happening::Again => RecoveryEvent::SubmittedAgain { spare },
        Happening::AlreadyLoggedIn => RecoveryEvent::AlreadyLoggedIn,
        Happening::Refused => RecoveryEvent::Refused(Vec::new()),
        Happening::Expired => RecoveryEvent::Expired { replacement: spare },
    }
}

fn submissions(state: &RecoveryState) -> Option<u32> {
    match state {
        RecoveryState::AwaitingAddress { submissions, .. }
        | RecoveryState::AwaitingChoice { submissions, .. }
        | RecoveryState::AwaitingConfirmation { submissions, .. }
        | RecoveryState::AwaitingProof { submissions, .. } => Some(*submissions),
        RecoveryState::Recovered { .. } => None,
    }
}

fn way() -> impl Strategy<Value = RecoveryWay> {
    prop_oneof![Just(RecoveryWay::Code), Just(RecoveryWay::Chosen), Just(RecoveryWay::Link)]
}

proptest! {
    #[test]
    fn a_session_needs_a_code_or_link_that_fits_an_active_identity_and_comes_in_time(
        by in way(),
        story in prop::collection::vec(happening(), 1..40),
    ) {
        let world = World::new();
        let (mut state, mut recovered) = (RecoveryState::AwaitingAddress { by, submissions: 0 }, false);
        for happening in story {
            let before = submissions(&state);
            let Ok(made) = state.clone().on(event(happening), &world.cx()) else { continue };
            let let_in = match happening {
                Happening::Right { active: true } => before.is_some_and(|count| count < MAX_CODES),
                Happening::Followed { fits } => fits && by == RecoveryWay::Link,
                _ => false,
            };
            prop_assert_eq!(sessions(&made.effects).len(), usize::from(let_in));
            prop_assert_eq!(told(&made.reply), sessions(&made.effects).first().copied());
            prop_assert_eq!(matches!(made.reply, Reply::Done(_)), let_in);
            let consumed = made.effects.iter().any(|effect| matches!(effect, Effect::ConsumeCode(_)));
            prop_assert_eq!(consumed, let_in, "no session without using a code up");
            let is_recovered = matches!(made.state, RecoveryState::Recovered { .. });
            prop_assert_eq!(is_recovered, recovered || let_in, "nothing leads away from recovered");
            if let (Some(before), Some(after)) = (before, submissions(&made.state)) {
                prop_assert!(after >= before, "submissions never fall");
            }
            (state, recovered) = (made.state, is_recovered);
        }
    }

    /// Neither answer nor work tells whether an address is somebody's, unless it stands beside others.
    #[test]
    fn known_and_unknown_addresses_differ_in_the_letter_only(by in way(), submissions in 0_u32..9) {
        let world = World::new();
        let state = RecoveryState::AwaitingAddress { by, submissions };
        let named = |known| {
            let happens = event(Happening::Named { known, several: false });
            state.clone().on(happens, &world.cx()).unwrap()
        };
        let (known, unknown) = (named(true), named(false));
        prop_assert_eq!(known.state.wire_name(), unknown.state.wire_name());
        prop_assert_eq!(&known.notes, &unknown.notes);
        prop_assert_eq!(format!("{:?}", known.reply), format!("{:?}", unknown.reply));
        let minted = |effects: &[Effect]| {
            let drafts = effects.iter().filter_map(|effect| match effect {
                Effect::MintCode(draft) => Some((draft.secret.expose().len(), draft.expires_at)),
                _ => None,
            });
            drafts.collect::<Vec<_>>()
        };
        prop_assert_eq!(minted(&known.effects), minted(&unknown.effects));
        prop_assert_eq!(known.effects.len(), unknown.effects.len() + 1, "the letter");
    }

    #[test]
    fn states_come_back_from_their_json(by in way(), story in prop::collection::vec(happening(), 0..10)) {
        let world = World::new();
        let mut state = RecoveryState::AwaitingAddress { by, submissions: 0 };
        for happening in story {
            if let Ok(made) = state.clone().on(event(happening), &world.cx()) {
                state = made.state;
            }
            let flow = AnyFlow::Recovery(Flow { head: world.head.clone(), state: state.clone() });
            let json = flow.state_json().unwrap();
            let back = AnyFlow::from_parts(FlowKind::Recovery, world.head.clone(), json).unwrap();
            prop_assert_eq!(back, flow);
        }
    }
}
