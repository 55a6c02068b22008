//! Changing one's account: never without a session of one's own that is fresh enough for it.

use std::time::Duration;

use proptest::prelude::*;
use zelos::{
    crypto::Sealed,
    flow::{
        AnyFlow, Change, Flow, FlowKind, Machine as _, Paused, Reach, Reply, SettingsEvent, SettingsState,
    },
    identity::MethodId,
    kernel::Secret,
};

use crate::world::{self, World, identity, now, session, sessions};

/// Something that happens.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Changed { password: bool, protected: bool },
    Taken,
    Refused { password: bool },
    Unaddressed,
    TooOld { browser: bool },
    Expired,
}

/// Who is logged in when it happens, and since how many minutes.
#[derive(Debug, Clone, Copy)]
enum Present {
    Nobody,
    Themselves { minutes: u64 },
    SomebodyElse,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (any::<bool>(), any::<bool>()).prop_map(|(password, protected)| Happening::Changed {
            password,
            protected: protected || password
        }),
        Just(Happening::Taken),
        any::<bool>().prop_map(|password| Happening::Refused { password }),
        Just(Happening::Unaddressed),
        any::<bool>().prop_map(|browser| Happening::TooOld { browser }),
        Just(Happening::Expired),
    ]
}

fn present() -> impl Strategy<Value = Present> {
    prop_oneof![
        Just(Present::Nobody),
        (0_u64..120).prop_map(|minutes| Present::Themselves { minutes }),
        Just(Present::SomebodyElse),
    ]
}

fn event(happening: Happening) -> SettingsEvent {
    let method = |password| if password { MethodId::Password } else { MethodId::Profile };
    match happening {
        Happening::Changed { password, protected } => {
            let change = Change {
                method: method(password),
                previous: identity(1, 0),
                identity: identity(1, 0),
                put: Vec::new(),
                dropped: Vec::new(),
                credentials: Vec::new(),
                proves: None,
                reach: if protected { Reach::Protected } else { Reach::Harmless },
            };
            SettingsEvent::Changed { change: Box::new(change), next: world::spare() }
        }
        Happening::Taken => SettingsEvent::IdentifierTaken { hints: None },
        Happening::Refused { password } => {
            SettingsEvent::Refused { by: Some(method(password)), notes: Vec::new() }
        }
        Happening::Unaddressed => SettingsEvent::Unaddressed,
        Happening::TooOld { browser } => {
            let paused = Paused { body: Sealed::new("sealed"), until: now().plus(Duration::from_secs(900)) };
            SettingsEvent::SessionTooOld { pause: browser.then(|| (paused, Secret::text("key"))) }
        }
        Happening::Expired => SettingsEvent::Expired { replacement: world::spare() },
    }
}

proptest! {
    #[test]
    fn nothing_changes_without_a_session_that_may(
        story in prop::collection::vec((happening(), present()), 1..12),
    ) {
        let ada = identity(1, 0).id;
        let mut state = SettingsState::begin(ada);
        for (happening, present) in story {
            let mut world = World::new();
            world.session = match present {
                Present::Nobody => None,
                Present::Themselves { minutes } => {
                    let mut own = session(ada);
                    own.authenticated_at = now().minus(Duration::from_secs(60 * minutes));
                    Some(own)
                }
                Present::SomebodyElse => Some(session(world::id("somebody else"))),
            };
            let Ok(made) = state.clone().on(event(happening), &world.cx()) else {
                let own = matches!(present, Present::Themselves { .. });
                prop_assert!(!own);
                continue;
            };
            prop_assert!(sessions(&made.effects).is_empty(), "no session is issued or raised");
            prop_assert_eq!(made.state.identity(), ada);
            let done = matches!(made.reply, Reply::Done(_));
            prop_assert_eq!(done, made.subject.is_some());
            if let (Happening::Changed { protected, .. }, Present::Themselves { minutes }) = (happening, present) {
                prop_assert_eq!(done, !protected || minutes < 60);
            } else {
                prop_assert!(!done);
            }
            let flow = AnyFlow::Settings(Flow { head: world.head.clone(), state: made.state.clone() });
            let json = flow.state_json().unwrap();
            let back = AnyFlow::from_parts(FlowKind::Settings, world.head.clone(), json).unwrap();
            prop_assert_eq!(back, flow);
            state = made.state;
        }
    }
}
