//! The transition table of logging in.

use super::{
    AllowedKey, CodesSent, FactorCheck, IdentifierField, LoginEvent, LoginState, Machine as _, Note, Offers,
    SentCode, Shown, Touched, Wanted,
    sample::{self, World, compare, rows},
};
use crate::{
    identity::{Aal, Bytes, Channel, Identity, IdentityState},
    session::{Factor, SessionMethod},
    text,
};

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`.
const TABLE: &str = "
identifier      | mismatch               | identifier | - | audit:login.refused | refused | 4000006
identifier      | match                  | identifier | require | issue, audit:login.succeeded | logged in | -
identifier      | match, rehashed        | identifier | require | put-credential, issue, audit:login.succeeded | logged in | -
identifier      | match, own session     | identifier | require | raise, audit:login.succeeded | confirmed | -
identifier      | match, other's session | identifier | require | issue, audit:login.succeeded | logged in | -
identifier      | match, disabled        | identifier | - | - | refused | 4010011
identifier      | refused                | identifier | - | - | refused | 4000002@identifier
identifier      | unaddressed            | identifier | - | - | refused | 4010002
identifier      | already logged in      | identifier | - | - | already logged in | 4000001
identifier      | expired                | identifier | - | open-flow | expired | -
identifier | second, own session | identifier | replace | put-credential, raise, audit:login.succeeded | confirmed | -
identifier | second, other's session | illegal
identifier | second, nobody | illegal
identified 2 pc | mismatch               | identified 2 pc | - | audit:login.refused | refused | 4000006
identified 2 pc | match                  | identified 2 pc | require | issue, audit:login.succeeded | logged in | -
identified 2 pc | match, rehashed        | identified 2 pc | require | put-credential, issue, audit:login.succeeded | logged in | -
identified 2 pc | match, own session     | identified 2 pc | require | raise, audit:login.succeeded | confirmed | -
identified 2 pc | match, other's session | identified 2 pc | require | issue, audit:login.succeeded | logged in | -
identified 2 pc | match, disabled        | identified 2 pc | - | - | refused | 4010011
identified 2 pc | refused                | identified 2 pc | - | - | refused | 4000002@identifier
identified 2 pc | unaddressed            | identified 2 pc | - | - | refused | 4010002
identified 2 pc | already logged in      | identified 2 pc | - | - | already logged in | 4000001
identified 2 pc | expired                | identified 2 pc | - | open-flow | expired | -
identified 2 pc | second, own session | identified 2 pc | replace | put-credential, raise, audit:login.succeeded | confirmed | -
identified 2 pc | second, other's session | illegal
identified 2 pc | second, nobody | illegal
factor          | mismatch               | factor | - | audit:login.refused | refused | 4000006
factor          | match                  | in | require | issue, audit:login.succeeded | logged in | -
factor          | match, rehashed        | in | require | put-credential, issue, audit:login.succeeded | logged in | -
factor          | match, own session     | in | require | raise, audit:login.succeeded | confirmed | -
factor          | match, other's session | in | require | issue, audit:login.succeeded | logged in | -
factor          | match, disabled        | factor | - | - | refused | 4010011
factor          | refused                | factor | - | - | refused | 4000002@identifier
factor          | unaddressed            | factor | - | - | refused | 4010002
factor          | already logged in      | factor | - | - | already logged in | 4000001
factor          | expired                | factor | - | open-flow | expired | -
factor | second, own session | in | replace | put-credential, raise, audit:login.succeeded | confirmed | -
factor | second, other's session | illegal
factor | second, nobody | illegal
code 0          | mismatch               | code 0 | - | audit:login.refused | refused | 4000006
code 0          | match                  | code 0 | require | issue, audit:login.succeeded | logged in | -
code 0          | match, rehashed        | code 0 | require | put-credential, issue, audit:login.succeeded | logged in | -
code 0          | match, own session     | code 0 | require | raise, audit:login.succeeded | confirmed | -
code 0          | match, other's session | code 0 | require | issue, audit:login.succeeded | logged in | -
code 0          | match, disabled        | code 0 | - | - | refused | 4010011
code 0          | refused                | code 0 bare | - | - | refused | 4000002@identifier
code 0          | unaddressed            | code 0 | - | - | refused | 4010002
code 0          | already logged in      | code 0 | - | - | already logged in | 4000001
code 0          | expired                | code 0 | - | open-flow | expired | -
code 0 | second, own session | code 0 | replace | put-credential, raise, audit:login.succeeded | confirmed | -
code 0 | second, other's session | illegal
code 0 | second, nobody | illegal
code 5          | mismatch               | code 5 | - | audit:login.refused | refused | 4000006
code 5          | match                  | code 5 | require | issue, audit:login.succeeded | logged in | -
code 5          | match, rehashed        | code 5 | require | put-credential, issue, audit:login.succeeded | logged in | -
code 5          | match, own session     | code 5 | require | raise, audit:login.succeeded | confirmed | -
code 5          | match, other's session | code 5 | require | issue, audit:login.succeeded | logged in | -
code 5          | match, disabled        | code 5 | - | - | refused | 4010011
code 5          | refused                | code 5 bare | - | - | refused | 4000002@identifier
code 5          | unaddressed            | code 5 | - | - | refused | 4010002
code 5          | already logged in      | code 5 | - | - | already logged in | 4000001
code 5          | expired                | code 5 | - | open-flow | expired | -
code 5 | second, own session | code 5 | replace | put-credential, raise, audit:login.succeeded | confirmed | -
code 5 | second, other's session | illegal
code 5 | second, nobody | illegal
passed 1        | mismatch               | passed 1 | - | audit:login.refused | refused | 4000006
passed 1        | match                  | passed 1 | require | issue, audit:login.succeeded | logged in | -
passed 1        | match, rehashed        | passed 1 | require | put-credential, issue, audit:login.succeeded | logged in | -
passed 1        | match, own session     | passed 1 | require | raise, audit:login.succeeded | confirmed | -
passed 1        | match, other's session | passed 1 | require | issue, audit:login.succeeded | logged in | -
passed 1        | match, disabled        | passed 1 | - | - | refused | 4010011
passed 1        | refused                | passed 1 | - | - | refused | 4000002@identifier
passed 1        | unaddressed            | passed 1 | - | - | refused | 4010002
passed 1        | already logged in      | passed 1 | - | - | already logged in | 4000001
passed 1        | expired                | passed 1 | - | open-flow | expired | -
passed 1 | second, own session | passed 1 | replace | put-credential, raise, audit:login.succeeded | confirmed | -
passed 1 | second, other's session | illegal
passed 1 | second, nobody | illegal
key 2 own | mismatch               | key 2 own | - | audit:login.refused | refused | 4000006
key 2 own | match                  | key 2 own | require | issue, audit:login.succeeded | logged in | -
key 2 own | match, rehashed        | key 2 own | require | put-credential, issue, audit:login.succeeded | logged in | -
key 2 own | match, own session     | key 2 own | require | raise, audit:login.succeeded | confirmed | -
key 2 own | match, other's session | key 2 own | require | issue, audit:login.succeeded | logged in | -
key 2 own | match, disabled        | key 2 own | - | - | refused | 4010011
key 2 own | refused                | key 2 own | - | - | refused | 4000002@identifier
key 2 own | unaddressed            | key 2 own | - | - | refused | 4010002
key 2 own | already logged in      | key 2 own | - | - | already logged in | 4000001
key 2 own | expired                | key 2 own | - | open-flow | expired | -
key 2 own | second, own session | key 2 own | replace | put-credential, raise, audit:login.succeeded | confirmed | -
key 2 own | second, other's session | illegal
key 2 own | second, nobody | illegal
in              | mismatch               | in | - | audit:login.refused | refused | 4000006
in              | match                  | in | require | issue, audit:login.succeeded | logged in | -
in              | match, rehashed        | in | require | put-credential, issue, audit:login.succeeded | logged in | -
in              | match, own session     | in | require | raise, audit:login.succeeded | confirmed | -
in              | match, other's session | in | require | issue, audit:login.succeeded | logged in | -
in              | match, disabled        | in | - | - | refused | 4010011
in              | refused                | in | - | - | refused | 4000002@identifier
in              | unaddressed            | in | - | - | refused | 4010002
in              | already logged in      | in | - | - | already logged in | 4000001
in              | expired                | in | - | open-flow | expired | -
in | second, own session | in | replace | put-credential, raise, audit:login.succeeded | confirmed | -
in | second, other's session | illegal
in | second, nobody | illegal
";

/// Every state; codes with no try and with as many as are allowed.
pub(super) fn states() -> Vec<LoginState> {
    let wanted = sample::WANTED;
    let offers = Offers { password: true, code: true, passkey: false, key: false };
    let codes = |submissions| CodesSent { sent: vec![sent()], submissions };
    let awaiting = |submissions| {
        let (codes, identifier) = (codes(submissions), IdentifierField::Labelled);
        LoginState::AwaitingCode { wanted, codes, identifier }
    };
    vec![
        LoginState::AwaitingIdentifier { wanted },
        LoginState::Identified { wanted, offers, linked: None, submissions: 2 },
        LoginState::AwaitingFactor { wanted },
        awaiting(0),
        awaiting(5),
        LoginState::CodePassed { wanted, codes: codes(1), identifier: IdentifierField::Labelled },
        LoginState::AwaitingKey { wanted, keys: vec![key("own")], submissions: 2 },
        LoginState::Authenticated { wanted },
    ]
}

/// A key by the name of its id.
pub(super) fn key(name: &str) -> AllowedKey {
    AllowedKey { id: Bytes(name.as_bytes().to_vec()), transport: Vec::new() }
}

/// The code of [`states`].
pub(super) fn sent() -> SentCode {
    let (id, address) = (sample::id("code"), "ada@example.test".to_owned());
    SentCode { id, address, channel: Channel::Email }
}

pub(super) fn name(state: &LoginState) -> String {
    // A new variant must be put into `states`, too.
    let field = |identifier: &IdentifierField| match identifier {
        IdentifierField::Labelled => "",
        IdentifierField::IdentifierFirst => " first",
        IdentifierField::Chosen => " chosen",
        IdentifierField::Bare => " bare",
    };
    match state {
        LoginState::AwaitingIdentifier { .. } => "identifier".to_owned(),
        LoginState::Identified { offers, submissions, .. } => {
            let Offers { password, code, passkey, key } = offers;
            let flags = [(password, 'p'), (code, 'c'), (passkey, 'k'), (key, 'w')];
            let flags: String =
                flags.into_iter().filter(|(is_offered, _)| **is_offered).map(|(_, flag)| flag).collect();
            format!("identified {submissions} {flags}")
        }
        LoginState::AwaitingFactor { .. } => "factor".to_owned(),
        LoginState::AwaitingCode { codes, identifier, .. } => {
            format!("code {}{}", codes.submissions, field(identifier))
        }
        LoginState::CodePassed { codes, identifier, .. } => {
            format!("passed {}{}", codes.submissions, field(identifier))
        }
        LoginState::AwaitingKey { keys, submissions, .. } => {
            let names: Vec<String> = keys.iter().map(|key| key.id.name()).collect();
            format!("key {submissions} {}", names.join(" "))
        }
        LoginState::Authenticated { .. } => "in".to_owned(),
    }
}

fn matched(identity: Identity) -> LoginEvent {
    shown(Shown::plain(identity, Factor::first(SessionMethod::Password)))
}

fn shown(shown: Shown) -> LoginEvent {
    LoginEvent::FactorChecked(FactorCheck::Match(Box::new(shown)))
}

/// All events, some of them in several worlds.
fn events() -> Vec<(&'static str, World, LoginEvent)> {
    let ada = sample::identity(&["ada@example.test"]);
    let disabled = Identity { state: IdentityState::Inactive, ..ada.clone() };
    let by = |factor, credential| shown(Shown { identity: ada.clone(), factor, credential });
    let credential = || Box::new(sample::password(ada.id));
    let rehashed = by(Factor::first(SessionMethod::Password), Touched::Renewed(credential()));
    let spent = || by(Factor::second(SessionMethod::LookupSecret), Touched::Spent(credential()));
    let with = |owner| World { session: Some(sample::session(owner)), ..World::new() };
    let notes = vec![Note::field("identifier", text::validation::required("identifier"))];
    vec![
        (
            "mismatch",
            World::new(),
            LoginEvent::FactorChecked(FactorCheck::Mismatch(text::validation::invalid_credentials())),
        ),
        ("match", World::new(), matched(ada.clone())),
        ("match, rehashed", World::new(), rehashed),
        ("second, own session", with(ada.id), spent()),
        ("second, other's session", with(sample::id("somebody else")), spent()),
        ("second, nobody", World::new(), spent()),
        ("match, own session", with(ada.id), matched(ada.clone())),
        ("match, other's session", with(sample::id("somebody else")), matched(ada.clone())),
        ("match, disabled", World::new(), matched(disabled)),
        ("refused", World::new(), LoginEvent::Refused(notes)),
        ("unaddressed", World::new(), LoginEvent::Unaddressed),
        ("already logged in", World::new(), LoginEvent::AlreadyLoggedIn),
        ("expired", World::new(), LoginEvent::Expired { replacement: sample::spare() }),
    ]
}

#[test]
fn transition_table() {
    compare(&rows(states(), events, name), TABLE);
}

#[test]
fn only_codes_move_the_public_state_of_a_login() {
    let told: Vec<_> = states().iter().map(LoginState::wire_name).collect();
    let (before, sent, passed) = ("choose_method", "sent_email", "passed_challenge");
    assert_eq!(told, [before, before, before, sent, sent, passed, before, before]);
}

#[test]
fn states_come_back_from_their_json() {
    for state in states() {
        let json = serde_json::to_value(&state).unwrap();
        assert_eq!(serde_json::from_value::<LoginState>(json).unwrap(), state);
    }
}

#[test]
fn what_a_flow_was_opened_for_stays() {
    let wanted = Wanted { aal: Aal::Aal1, refresh: true };
    for (_, world, event) in events() {
        let Ok(made) = (LoginState::AwaitingFactor { wanted }).on(event, &world.cx()) else { continue };
        assert_eq!(made.state.wanted(), wanted);
    }
}

/// The same inputs give the same outputs, bit for bit.
#[test]
fn decisions_repeat() {
    for ((_, world, first), (_, _, second)) in events().into_iter().zip(events()) {
        let [first, second] = [first, second].map(|event| {
            let state = LoginState::AwaitingFactor { wanted: sample::WANTED };
            format!("{:?}", state.on(event, &world.cx()).ok())
        });
        assert_eq!(first, second);
    }
}
