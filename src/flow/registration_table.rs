//! The transition table of signing up.

use serde_json::Map;

use super::{
    CodesSent, LoginHints, Machine as _, NewAccount, Note, RegistrationEvent, RegistrationState,
    RegistrationState::*,
    RegistrationStyle::{ProfileFirst, Unified},
    SentCode, SignUpCodeCheck,
    sample::{self, World, compare, row},
};
use crate::{
    identity::{Channel, CodeAddress, Credential, Payload},
    text,
};

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`.
const TABLE: &str = "
profile 0    | code asked         | code 0 | - | drop-codes, mint, registration_code_valid | advanced | 1040005
profile 0    | right code         | illegal
profile 0    | code of elsewhere  | illegal
profile 0    | wrong code         | illegal
profile 0    | used code          | illegal
profile 0    | profile filled     | credential 0 | - | - | advanced | 1040009
profile 0    | went back          | profile 0 | - | - | advanced | -
profile 0    | account completed  | profile 0 | insert | put-credential, audit:identity.registered | registered | -
profile 0    | identifier taken   | profile 0 | - | - | refused | 4000007
profile 0    | taken after a code | illegal
profile 0    | taken, with hints  | profile 0 | - | - | refused | 4000028
profile 0    | refused            | profile 0 | - | - | refused | 4000002@traits.email
profile 0    | unaddressed        | profile 0 | - | - | refused | 4010003
profile 0    | already logged in  | profile 0 | - | - | already logged in | -
profile 0    | expired            | profile 0 | - | open-flow | expired | -
credential 2 | code asked         | code 2 | - | drop-codes, mint, registration_code_valid | advanced | 1040005
credential 2 | right code         | illegal
credential 2 | code of elsewhere  | illegal
credential 2 | wrong code         | illegal
credential 2 | used code          | illegal
credential 2 | profile filled     | credential 2 | - | - | advanced | 1040009
credential 2 | went back          | profile 2 | - | - | advanced | -
credential 2 | account completed  | credential 2 | insert | put-credential, audit:identity.registered | registered | -
credential 2 | identifier taken   | credential 2 | - | - | refused | 4000007
credential 2 | taken after a code | illegal
credential 2 | taken, with hints  | credential 2 | - | - | refused | 4000028
credential 2 | refused            | credential 2 | - | - | refused | 4000002@traits.email
credential 2 | unaddressed        | credential 2 | - | - | refused | 4010003
credential 2 | already logged in  | credential 2 | - | - | already logged in | -
credential 2 | expired            | credential 2 | - | open-flow | expired | -
all          | code asked         | code 0 | - | drop-codes, mint, registration_code_valid | advanced | 1040005
all          | right code         | illegal
all          | code of elsewhere  | illegal
all          | wrong code         | illegal
all          | used code          | illegal
all          | profile filled     | illegal
all          | went back          | illegal
all          | account completed  | all | insert | put-credential, audit:identity.registered | registered | -
all          | identifier taken   | all | - | - | refused | 4000007
all          | taken after a code | illegal
all          | taken, with hints  | all | - | - | refused | 4000028
all          | refused            | all | - | - | refused | 4000002@traits.email
all          | unaddressed        | all | - | - | refused | 4010003
all          | already logged in  | all | - | - | already logged in | -
all          | expired            | all | - | open-flow | expired | -
vouched fake 2 | code asked         | code 2 | - | drop-codes, mint, registration_code_valid | advanced | 1040005
vouched fake 2 | right code         | illegal
vouched fake 2 | code of elsewhere  | illegal
vouched fake 2 | wrong code         | illegal
vouched fake 2 | used code          | illegal
vouched fake 2 | profile filled     | credential 2 | - | - | advanced | 1040009
vouched fake 2 | went back          | profile 2 | - | - | advanced | -
vouched fake 2 | account completed  | vouched fake 2 | insert | put-credential, audit:identity.registered | registered | -
vouched fake 2 | identifier taken   | vouched fake 2 | - | - | refused | 4000007
vouched fake 2 | taken after a code | illegal
vouched fake 2 | taken, with hints  | vouched fake 2 | - | - | refused | 4000028
vouched fake 2 | refused            | vouched fake 2 | - | - | refused | 4000002@traits.email
vouched fake 2 | unaddressed        | vouched fake 2 | - | - | refused | 4010003
vouched fake 2 | already logged in  | vouched fake 2 | - | - | already logged in | -
vouched fake 2 | expired            | vouched fake 2 | - | open-flow | expired | -
code 0       | code asked         | code 0 | - | drop-codes, mint, registration_code_valid | advanced | 1040005
code 0       | right code         | passed 1 | insert | consume, put-credential, audit:identity.registered | registered | -
code 0       | code of elsewhere  | code 1 | - | audit:registration.refused | refused | 4040003
code 0       | wrong code         | code 1 | - | audit:registration.refused | refused | 4040003
code 0       | used code          | code 1 | - | audit:registration.refused | refused | 4000001
code 0       | profile filled     | credential 0 | - | - | advanced | 1040009
code 0       | went back          | profile 0 | - | - | advanced | -
code 0       | account completed  | code 0 | insert | put-credential, audit:identity.registered | registered | -
code 0       | identifier taken   | code 0 | - | - | refused | 4000007
code 0       | taken after a code | passed 1 | - | - | refused | 4000007
code 0       | taken, with hints  | code 0 | - | - | refused | 4000028
code 0       | refused            | code 0 | - | - | refused | 4000002@traits.email
code 0       | unaddressed        | code 0 | - | - | refused | 4010003
code 0       | already logged in  | code 0 | - | - | already logged in | -
code 0       | expired            | code 0 | - | open-flow | expired | -
code 5       | code asked         | code 5 | - | drop-codes, mint, registration_code_valid | advanced | 1040005
code 5       | right code         | code 6 | - | audit:registration.refused | refused | 4000001
code 5       | code of elsewhere  | code 6 | - | audit:registration.refused | refused | 4000001
code 5       | wrong code         | code 6 | - | audit:registration.refused | refused | 4000001
code 5       | used code          | code 6 | - | audit:registration.refused | refused | 4000001
code 5       | profile filled     | illegal
code 5       | went back          | illegal
code 5       | account completed  | code 5 | insert | put-credential, audit:identity.registered | registered | -
code 5       | identifier taken   | code 5 | - | - | refused | 4000007
code 5       | taken after a code | passed 6 | - | - | refused | 4000007
code 5       | taken, with hints  | code 5 | - | - | refused | 4000028
code 5       | refused            | code 5 | - | - | refused | 4000002@traits.email
code 5       | unaddressed        | code 5 | - | - | refused | 4010003
code 5       | already logged in  | code 5 | - | - | already logged in | -
code 5       | expired            | code 5 | - | open-flow | expired | -
passed 1     | code asked         | code 1 | - | drop-codes, mint, registration_code_valid | advanced | 1040005
passed 1     | right code         | illegal
passed 1     | code of elsewhere  | illegal
passed 1     | wrong code         | illegal
passed 1     | used code          | illegal
passed 1     | profile filled     | credential 1 | - | - | advanced | 1040009
passed 1     | went back          | profile 1 | - | - | advanced | -
passed 1     | account completed  | passed 1 | insert | put-credential, audit:identity.registered | registered | -
passed 1     | identifier taken   | passed 1 | - | - | refused | 4000007
passed 1     | taken after a code | illegal
passed 1     | taken, with hints  | passed 1 | - | - | refused | 4000028
passed 1     | refused            | passed 1 | - | - | refused | 4000002@traits.email
passed 1     | unaddressed        | passed 1 | - | - | refused | 4010003
passed 1     | already logged in  | passed 1 | - | - | already logged in | -
passed 1     | expired            | passed 1 | - | open-flow | expired | -
";

/// Every state; codes with no try and with as many as are allowed.
pub(super) fn states() -> Vec<RegistrationState> {
    let codes = |submissions| {
        let (id, address) = (sample::id("code"), "ada@example.test".to_owned());
        CodesSent { sent: vec![SentCode { id, address, channel: Channel::Email }], submissions }
    };
    vec![
        AwaitingProfile { submissions: 0 },
        AwaitingCredential { submissions: 2 },
        AwaitingAll,
        Vouched { style: ProfileFirst, provider: "fake".to_owned(), submissions: 2 },
        AwaitingCode { style: ProfileFirst, codes: codes(0) },
        AwaitingCode { style: Unified, codes: codes(5) },
        CodePassed { style: ProfileFirst, codes: codes(1) },
    ]
}

pub(super) fn name(state: &RegistrationState) -> String {
    // A new variant must be put into `states`, too.
    match state {
        AwaitingProfile { submissions } => format!("profile {submissions}"),
        AwaitingCredential { submissions } => format!("credential {submissions}"),
        AwaitingAll => "all".to_owned(),
        Vouched { provider, submissions, .. } => format!("vouched {provider} {submissions}"),
        AwaitingCode { codes, .. } => format!("code {}", codes.submissions),
        CodePassed { codes, .. } => format!("passed {}", codes.submissions),
    }
}

fn account(address: &str) -> Box<NewAccount> {
    let identity = sample::identity(&["ada@example.test"]);
    let by_code = Credential {
        payload: Payload::Code {
            addresses: vec![CodeAddress { address: address.to_owned(), channel: Channel::Email }],
        },
        ..sample::password(identity.id)
    };
    Box::new(NewAccount { identity, credentials: vec![by_code] })
}

fn submitted(check: SignUpCodeCheck, address: &str) -> RegistrationEvent {
    RegistrationEvent::CodeSubmitted { check, account: account(address) }
}

fn events() -> Vec<(&'static str, RegistrationEvent)> {
    let identity = sample::identity(&["ada@example.test"]);
    let credentials = vec![sample::password(identity.id)];
    let account = Box::new(NewAccount { identity, credentials });
    let hints = LoginHints {
        identifier: "ada@example.test".into(),
        methods: vec!["password"],
        providers: Vec::new(),
    };
    let notes = vec![Note::field("traits.email", text::validation::required("email"))];
    let ada = "ada@example.test";
    let addresses = vec![CodeAddress { address: ada.to_owned(), channel: Channel::Email }];
    let right = || SignUpCodeCheck::Match(sample::id("code"));
    vec![
        ("code asked", RegistrationEvent::CodeAsked { addresses, traits: Map::new() }),
        ("right code", submitted(right(), ada)),
        ("code of elsewhere", submitted(right(), "eve@example.test")),
        ("wrong code", submitted(SignUpCodeCheck::Mismatch, ada)),
        ("used code", submitted(SignUpCodeCheck::Used, ada)),
        ("profile filled", RegistrationEvent::ProfileFilled),
        ("went back", RegistrationEvent::WentBack),
        ("account completed", RegistrationEvent::AccountCompleted(account)),
        ("identifier taken", RegistrationEvent::IdentifierTaken { hints: None }),
        ("taken after a code", RegistrationEvent::ProvenIdentifierTaken { hints: None }),
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
    for state in states() {
        for (event, happens) in events() {
            let made = state.clone().on(happens, &world.cx());
            decided.push(row(&name(&state), event, &made, name));
        }
    }
    compare(&decided, TABLE);
}

#[test]
fn only_codes_move_the_public_state_of_a_registration() {
    let told: Vec<_> = states().iter().map(RegistrationState::wire_name).collect();
    let (before, sent, passed) = ("choose_method", "sent_email", "passed_challenge");
    assert_eq!(told, [before, before, before, before, sent, sent, passed]);
}

/// Those of before there were codes, too.
#[test]
pub(super) fn states_come_back_from_their_json() {
    for state in states() {
        let json = serde_json::to_value(&state).unwrap();
        assert_eq!(serde_json::from_value::<RegistrationState>(json).unwrap(), state);
    }
    let old = serde_json::json!({ "at": "awaiting_profile" });
    assert_eq!(serde_json::from_value::<RegistrationState>(old).unwrap(), AwaitingProfile { submissions: 0 });
}

/// Without the hook that asks for it, signing up lets nobody in.
#[test]
fn no_machine_of_signing_up_issues_a_session() {
    let world = World::new();
    for state in states() {
        for (_, event) in events() {
            let Ok(made) = state.clone().on(event, &world.cx()) else { continue };
            assert!(!sample::effects(&made.effects).contains("issue"));
        }
    }
}

/// The address that the code went to is proven by it, and no other.
#[test]
fn the_right_code_proves_its_address() {
    let made = states()
        .swap_remove(4)
        .on(submitted(SignUpCodeCheck::Match(sample::id("code")), "ada@example.test"), &World::new().cx());
    let identity = made.unwrap().subject.unwrap().identity;
    assert!(identity.verifiable_addresses.iter().all(|address| address.verified));
}
