//! Logging in: never a session without evidence.

use proptest::prelude::*;
use zelos::{
    flow::{LoginEvent, LoginState, Machine as _, PasswordCheck, Reply},
    identity::IdentityState,
};

use crate::world::{self, World, identity, session, sessions, told};

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    Mismatch,
    Match { active: bool },
    Refused,
    Unaddressed,
    AlreadyLoggedIn,
    Expired,
}

/// Who is logged in when it happens.
#[derive(Debug, Clone, Copy)]
enum Present {
    Nobody,
    Themselves,
    SomebodyElse,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        Just(Happening::Mismatch),
        any::<bool>().prop_map(|active| Happening::Match { active }),
        Just(Happening::Refused),
        Just(Happening::Unaddressed),
        Just(Happening::AlreadyLoggedIn),
        Just(Happening::Expired),
    ]
}

fn present() -> impl Strategy<Value = Present> {
    prop_oneof![Just(Present::Nobody), Just(Present::Themselves), Just(Present::SomebodyElse)]
}

fn event(happening: Happening) -> LoginEvent {
    match happening {
        Happening::Mismatch => LoginEvent::PasswordChecked(PasswordCheck::Mismatch),
        Happening::Match { active } => {
            let mut identity = identity(1, 0);
            identity.state = if active { IdentityState::Active } else { IdentityState::Inactive };
            let check = PasswordCheck::Match { identity: Box::new(identity), rehashed: None };
            LoginEvent::PasswordChecked(check)
        }
        Happening::Refused => LoginEvent::Refused(Vec::new()),
        Happening::Unaddressed => LoginEvent::Unaddressed,
        Happening::AlreadyLoggedIn => LoginEvent::AlreadyLoggedIn,
        Happening::Expired => LoginEvent::Expired { replacement: world::spare() },
    }
}

proptest! {
    #[test]
    fn a_session_needs_a_password_that_matches_and_an_identity_that_is_active(
        story in prop::collection::vec((happening(), present()), 1..20),
    ) {
        let ada = identity(1, 0).id;
        let mut state = LoginState::AwaitingFactor { wanted: world::WANTED };
        for (happening, present) in story {
            let session = match present {
                Present::Nobody => None,
                Present::Themselves => Some(session(ada)),
                Present::SomebodyElse => Some(session(world::id("somebody else"))),
            };
            let world = World { session, ..World::new() };
            let made = state.on(event(happening), &world.cx()).unwrap();
            let opened = sessions(&made.effects);
            let evidence = happening == Happening::Match { active: true };
            prop_assert_eq!(opened.len(), usize::from(evidence), "{:?}", happening);
            prop_assert_eq!(told(&made.reply), opened.first().copied());
            prop_assert_eq!(matches!(made.reply, Reply::Done(_)), evidence);
            for opened in opened {
                prop_assert_eq!(opened.identity, ada);
                if let (Present::Themselves, Some(own)) = (present, &world.session) {
                    prop_assert_eq!(opened.id, own.id);
                    prop_assert_eq!(opened.methods.len(), own.methods.len() + 1);
                }
            }
            if !evidence {
                prop_assert!(made.subject.is_none(), "nothing of an identity changes without evidence");
            }
            state = made.state;
        }
    }
}
