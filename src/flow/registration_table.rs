//! The transition table of signing up.

use super::{
    LoginHints, Machine as _, NewAccount, Note, RegistrationEvent, RegistrationState,
    RegistrationState::*,
    sample::{self, World, compare, row},
};
use crate::text;

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`.
const TABLE: &str = "
awaiting profile    | profile filled    | awaiting credential | - | - | advanced | 1040009
awaiting profile    | went back         | awaiting profile    | - | - | advanced | -
awaiting profile    | account completed | awaiting profile    | insert | put-credential, audit:identity.registered | registered | -
awaiting profile    | identifier taken  | awaiting profile    | - | - | refused | 4000007
awaiting profile    | taken, with hints | awaiting profile    | - | - | refused | 4000028
awaiting profile    | refused           | awaiting profile    | - | - | refused | 4000002@traits.email
awaiting profile    | unaddressed       | awaiting profile    | - | - | refused | 4010003
awaiting profile    | already logged in | awaiting profile    | - | - | already logged in | -
awaiting profile    | expired           | awaiting profile    | - | open-flow | expired | -
awaiting credential | profile filled    | awaiting credential | - | - | advanced | 1040009
awaiting credential | went back         | awaiting profile    | - | - | advanced | -
awaiting credential | account completed | awaiting credential | insert | put-credential, audit:identity.registered | registered | -
awaiting credential | identifier taken  | awaiting credential | - | - | refused | 4000007
awaiting credential | taken, with hints | awaiting credential | - | - | refused | 4000028
awaiting credential | refused           | awaiting credential | - | - | refused | 4000002@traits.email
awaiting credential | unaddressed       | awaiting credential | - | - | refused | 4010003
awaiting credential | already logged in | awaiting credential | - | - | already logged in | -
awaiting credential | expired           | awaiting credential | - | open-flow | expired | -
awaiting all        | profile filled    | illegal
awaiting all        | went back         | illegal
awaiting all        | account completed | awaiting all | insert | put-credential, audit:identity.registered | registered | -
awaiting all        | identifier taken  | awaiting all | - | - | refused | 4000007
awaiting all        | taken, with hints | awaiting all | - | - | refused | 4000028
awaiting all        | refused           | awaiting all | - | - | refused | 4000002@traits.email
awaiting all        | unaddressed       | awaiting all | - | - | refused | 4010003
awaiting all        | already logged in | awaiting all | - | - | already logged in | -
awaiting all        | expired           | awaiting all | - | open-flow | expired | -
";

const STATES: [RegistrationState; 3] = [AwaitingProfile, AwaitingCredential, AwaitingAll];

fn name(state: &RegistrationState) -> String {
    // A new variant must be put into `STATES`, too.
    match state {
        AwaitingProfile => "awaiting profile".to_owned(),
        AwaitingCredential => "awaiting credential".to_owned(),
        AwaitingAll => "awaiting all".to_owned(),
    }
}

fn events() -> Vec<(&'static str, RegistrationEvent)> {
    let identity = sample::identity(&["ada@example.test"]);
    let credentials = vec![sample::password(identity.id)];
    let account = Box::new(NewAccount { identity, credentials });
    let hints = LoginHints { identifier: "ada@example.test".into(), methods: vec!["password"] };
    let notes = vec![Note::field("traits.email", text::validation::required("email"))];
    vec![
        ("profile filled", RegistrationEvent::ProfileFilled),
        ("went back", RegistrationEvent::WentBack),
        ("account completed", RegistrationEvent::AccountCompleted(account)),
        ("identifier taken", RegistrationEvent::IdentifierTaken { hints: None }),
        ("taken, with hints", RegistrationEvent::IdentifierTaken { hints: Some(hints) }),
        ("refused", RegistrationEvent::Refused(notes)),
        ("unaddressed", RegistrationEvent::Unaddressed),
        ("already logged in", RegistrationEvent::AlreadyLoggedIn),
        ("expired", RegistrationEvent::Expired { replacement: sample::spare() }),
    ]
}

#[test]
fn transition_table() {
    let (mut decided, world) = (Vec::new(), World::new());
    for state in STATES {
        for (event, happens) in events() {
            let made = state.clone().on(happens, &world.cx());
            decided.push(row(&name(&state), event, &made, name));
        }
    }
    compare(&decided, TABLE);
}

#[test]
fn the_public_state_of_a_registration_never_moves() {
    assert!(STATES.iter().all(|state| state.wire_name() == "choose_method"));
}

/// Without the hook that asks for it, signing up lets nobody in.
#[test]
fn no_machine_of_signing_up_issues_a_session() {
    let world = World::new();
    for state in STATES {
        for (_, event) in events() {
            let Ok(made) = state.clone().on(event, &world.cx()) else { continue };
            assert!(!sample::effects(&made.effects).contains("issue"));
        }
    }
}
