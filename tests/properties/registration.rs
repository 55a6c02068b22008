//! Signing up: one account per completion, no session by itself, and tries never fall.

use proptest::prelude::*;
use serde_json::Map;
use zelos::{
    flow::{
        Effect, Machine as _, NewAccount, RegistrationEvent, RegistrationState, RegistrationStyle, Reply,
        SignUpCodeCheck, Write,
    },
    identity::{Channel, CodeAddress, Credential, Payload},
};

use crate::world::{self, MAX_CODES, World, identity, sessions};

const ADDRESS: &str = "0@example.test";

fn state() -> impl Strategy<Value = RegistrationState> {
    prop_oneof![
        Just(RegistrationState::AwaitingProfile { submissions: 0 }),
        Just(RegistrationState::AwaitingCredential { submissions: 0 }),
        Just(RegistrationState::AwaitingAll),
    ]
}

fn addresses() -> Vec<CodeAddress> {
    vec![CodeAddress { address: ADDRESS.into(), channel: Channel::Email }]
}

fn account() -> Box<NewAccount> {
    let identity = identity(1, 0);
    let credential = Credential {
        id: world::id("credential"),
        identity: identity.id,
        identifiers: vec![ADDRESS.into()],
        payload: Payload::Code { addresses: addresses() },
        created_at: world::now(),
        updated_at: world::now(),
    };
    Box::new(NewAccount { identity, credentials: vec![credential] })
}

/// The event with a number; codes are compared with those that are under way.
fn event(n: u8, state: &RegistrationState) -> RegistrationEvent {
    let submitted = |check| RegistrationEvent::CodeSubmitted { check, account: account() };
    match n {
        0 => RegistrationEvent::ProfileFilled,
        1 => RegistrationEvent::WentBack,
        2 => RegistrationEvent::AccountCompleted(account()),
        3 => RegistrationEvent::IdentifierTaken { hints: None },
        4 => RegistrationEvent::Refused(Vec::new()),
        5 => RegistrationEvent::Unaddressed,
        6 => RegistrationEvent::AlreadyLoggedIn,
        7 => RegistrationEvent::Expired { replacement: world::spare() },
        8 => RegistrationEvent::CodeAsked { addresses: addresses(), traits: Map::new() },
        9 => submitted(SignUpCodeCheck::Mismatch),
        10 => submitted(SignUpCodeCheck::Used),
        11 => RegistrationEvent::ProvenIdentifierTaken { hints: None },
        13 => RegistrationEvent::ToldTooLittle { provider: "fake".into(), notes: Vec::new() },
        _ => submitted(SignUpCodeCheck::Match(match state {
            RegistrationState::AwaitingCode { codes, .. } => codes.sent[0].id,
            _ => world::id("no code"),
        })),
    }
}

fn submissions(state: &RegistrationState) -> u32 {
    match state {
        RegistrationState::AwaitingProfile { submissions }
        | RegistrationState::AwaitingCredential { submissions }
        | RegistrationState::Vouched { submissions, .. } => *submissions,
        RegistrationState::AwaitingAll => 0,
        RegistrationState::AwaitingCode { codes, .. } | RegistrationState::CodePassed { codes, .. } => {
            codes.submissions
        }
    }
}

proptest! {
    #[test]
    fn an_identity_is_made_by_a_whole_account_and_a_session_never(
        begin in state(),
        story in prop::collection::vec(0_u8..14, 1..40),
    ) {
        let (world, style) = (World::new(), begin.style());
        let mut state = begin;
        for n in story {
            let awaits = matches!(state, RegistrationState::AwaitingCode { .. });
            let takes_code = (9..13).contains(&n);
            let (tries, happens) = (submissions(&state), event(n, &state));
            let Ok(made) = state.clone().on(happens, &world.cx()) else {
                let no_steps = style == RegistrationStyle::Unified && n < 2;
                prop_assert!(no_steps || (takes_code && !awaits), "{} in {:?}", n, state);
                continue;
            };
            let by_code = n == 12 && tries < MAX_CODES;
            let written = made.subject.as_ref().map(|subject| subject.write);
            prop_assert_eq!(written, (n == 2 || by_code).then_some(Write::Insert));
            prop_assert_eq!(matches!(made.reply, Reply::Done(_)), n == 2 || by_code);
            let used = made.effects.iter().filter(|effect| matches!(effect, Effect::ConsumeCode(_))).count();
            prop_assert_eq!(used, usize::from(by_code));
            prop_assert!(sessions(&made.effects).is_empty());
            prop_assert_eq!(made.state.style(), style);
            prop_assert_eq!(submissions(&made.state), tries + u32::from(takes_code));
            state = made.state;
        }
    }
}
