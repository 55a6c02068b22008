//! Getting back in: submissions never fall, and a session needs a code that fits.

use proptest::prelude::*;
use zelos::{
    flow::{AddressOwner, Effect, Machine as _, ProofCheck, RecoveryEvent, RecoveryState, Reply},
    identity::IdentityState,
};

use crate::world::{self, MAX_CODES, World, identity, sessions, told};

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    Named { known: bool },
    Wrong,
    Used,
    Right { active: bool },
    Again,
    AlreadyLoggedIn,
    Refused,
    Expired,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => any::<bool>().prop_map(|known| Happening::Named { known }),
        4 => Just(Happening::Wrong),
        1 => Just(Happening::Used),
        2 => any::<bool>().prop_map(|active| Happening::Right { active }),
        1 => Just(Happening::Again),
        1 => Just(Happening::AlreadyLoggedIn),
        1 => Just(Happening::Refused),
        1 => Just(Happening::Expired),
    ]
}

fn owner(active: bool) -> Box<AddressOwner> {
    let mut identity = identity(1, 0);
    identity.state = if active { IdentityState::Active } else { IdentityState::Inactive };
    let address = identity.recovery_addresses[0].id;
    Box::new(AddressOwner { identity, address })
}

fn event(happening: Happening) -> RecoveryEvent {
    let spare = world::spare();
    let submitted = |check| RecoveryEvent::CodeSubmitted { check, spare: world::spare() };
    match happening {
        Happening::Named { known } => RecoveryEvent::AddressNamed {
            address: "0@example.test".into(),
            owner: known.then(|| owner(true)),
        },
        Happening::Wrong => submitted(ProofCheck::Mismatch),
        Happening::Used => submitted(ProofCheck::Used),
        Happening::Right { active } => {
            submitted(ProofCheck::Match { code: world::id("code"), owner: owner(active) })
        }
        Happening::Again => RecoveryEvent::SubmittedAgain { spare },
        Happening::AlreadyLoggedIn => RecoveryEvent::AlreadyLoggedIn,
        Happening::Refused => RecoveryEvent::Refused(Vec::new()),
        Happening::Expired => RecoveryEvent::Expired { replacement: spare },
    }
}

fn submissions(state: &RecoveryState) -> Option<u32> {
    match state {
        RecoveryState::AwaitingCode { submissions, .. } => Some(*submissions),
        _ => None,
    }
}

proptest! {
    #[test]
    fn a_session_needs_a_code_that_fits_an_active_identity_and_comes_in_time(
        story in prop::collection::vec(happening(), 1..40),
    ) {
        let world = World::new();
        let (mut state, mut recovered) = (RecoveryState::AwaitingAddress, false);
        for happening in story {
            let before = submissions(&state);
            let Ok(made) = state.clone().on(event(happening), &world.cx()) else { continue };
            let fits = happening == Happening::Right { active: true };
            let let_in = fits && before.is_some_and(|count| count < MAX_CODES);
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
}
