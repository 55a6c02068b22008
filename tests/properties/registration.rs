//! Signing up: one account per completion, and no session by itself.

use proptest::prelude::*;
use zelos::flow::{Machine as _, NewAccount, RegistrationEvent, RegistrationState, Reply, Write};

use crate::world::{self, World, identity, sessions};

fn state() -> impl Strategy<Value = RegistrationState> {
    prop_oneof![
        Just(RegistrationState::AwaitingProfile),
        Just(RegistrationState::AwaitingCredential),
        Just(RegistrationState::AwaitingAll),
    ]
}

fn event(n: u8) -> RegistrationEvent {
    match n {
        0 => RegistrationEvent::ProfileFilled,
        1 => RegistrationEvent::WentBack,
        2 => {
            let account = NewAccount { identity: identity(1, 0), credentials: Vec::new() };
            RegistrationEvent::AccountCompleted(Box::new(account))
        }
        3 => RegistrationEvent::IdentifierTaken { hints: None },
        4 => RegistrationEvent::Refused(Vec::new()),
        5 => RegistrationEvent::Unaddressed,
        6 => RegistrationEvent::AlreadyLoggedIn,
        _ => RegistrationEvent::Expired { replacement: world::spare() },
    }
}

proptest! {
    #[test]
    fn an_identity_is_made_by_a_whole_account_and_a_session_never(
        begin in state(),
        story in prop::collection::vec(0_u8..8, 1..30),
    ) {
        let (world, one_screen) = (World::new(), begin == RegistrationState::AwaitingAll);
        let mut state = begin;
        for n in story {
            let Ok(made) = state.clone().on(event(n), &world.cx()) else {
                prop_assert!(one_screen && n < 2, "only one screen has no steps");
                continue;
            };
            let written = made.subject.as_ref().map(|subject| subject.write);
            prop_assert_eq!(written, (n == 2).then_some(Write::Insert));
            prop_assert_eq!(matches!(made.reply, Reply::Done(_)), n == 2);
            prop_assert!(sessions(&made.effects).is_empty());
            prop_assert_eq!(made.state == RegistrationState::AwaitingAll, one_screen);
            state = made.state;
        }
    }
}
