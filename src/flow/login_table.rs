//! The transition table of logging in.

use super::{
    LoginEvent, LoginState, Machine as _, Note, PasswordCheck, Wanted,
    sample::{self, World, compare, row},
};
use crate::{
    identity::{Aal, Identity, IdentityState},
    text,
};

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`.
const TABLE: &str = "
awaiting factor | mismatch          | awaiting factor | -       | audit:login.refused | refused | 4000006
awaiting factor | match             | authenticated   | require | issue, audit:login.succeeded | logged in | -
awaiting factor | match, rehashed   | authenticated   | require | put-credential, issue, audit:login.succeeded | logged in | -
awaiting factor | match, own session | authenticated  | require | raise, audit:login.succeeded | confirmed | -
awaiting factor | match, other's session | authenticated | require | issue, audit:login.succeeded | logged in | -
awaiting factor | match, disabled   | awaiting factor | -       | - | refused | 4010011
awaiting factor | refused           | awaiting factor | -       | - | refused | 4000002@identifier
awaiting factor | unaddressed       | awaiting factor | -       | - | refused | 4010002
awaiting factor | already logged in | awaiting factor | -       | - | already logged in | 4000001
awaiting factor | expired           | awaiting factor | -       | open-flow | expired | -
authenticated   | mismatch          | authenticated   | -       | audit:login.refused | refused | 4000006
authenticated   | match             | authenticated   | require | issue, audit:login.succeeded | logged in | -
authenticated   | match, rehashed   | authenticated   | require | put-credential, issue, audit:login.succeeded | logged in | -
authenticated   | match, own session | authenticated  | require | raise, audit:login.succeeded | confirmed | -
authenticated   | match, other's session | authenticated | require | issue, audit:login.succeeded | logged in | -
authenticated   | match, disabled   | authenticated   | -       | - | refused | 4010011
authenticated   | refused           | authenticated   | -       | - | refused | 4000002@identifier
authenticated   | unaddressed       | authenticated   | -       | - | refused | 4010002
authenticated   | already logged in | authenticated   | -       | - | already logged in | 4000001
authenticated   | expired           | authenticated   | -       | open-flow | expired | -
";

fn states() -> [LoginState; 2] {
    let wanted = sample::WANTED;
    [LoginState::AwaitingFactor { wanted }, LoginState::Authenticated { wanted }]
}

fn name(state: &LoginState) -> String {
    // A new variant must be put into `states`, too.
    match state {
        LoginState::AwaitingFactor { .. } => "awaiting factor".to_owned(),
        LoginState::Authenticated { .. } => "authenticated".to_owned(),
    }
}

fn matched(identity: Identity) -> LoginEvent {
    LoginEvent::PasswordChecked(PasswordCheck::Match { identity: Box::new(identity), rehashed: None })
}

/// All events, some of them in several worlds.
fn events() -> Vec<(&'static str, World, LoginEvent)> {
    let ada = sample::identity(&["ada@example.test"]);
    let disabled = Identity { state: IdentityState::Inactive, ..ada.clone() };
    let rehashed = Some(Box::new(sample::password(ada.id)));
    let check = PasswordCheck::Match { identity: Box::new(ada.clone()), rehashed };
    let with = |owner| World { session: Some(sample::session(owner)), ..World::new() };
    let notes = vec![Note::field("identifier", text::validation::required("identifier"))];
    vec![
        ("mismatch", World::new(), LoginEvent::PasswordChecked(PasswordCheck::Mismatch)),
        ("match", World::new(), matched(ada.clone())),
        ("match, rehashed", World::new(), LoginEvent::PasswordChecked(check)),
        ("match, own session", with(ada.id), matched(ada.clone())),
        ("match, other's session", with(sample::id("somebody else")), matched(ada)),
        ("match, disabled", World::new(), matched(disabled)),
        ("refused", World::new(), LoginEvent::Refused(notes)),
        ("unaddressed", World::new(), LoginEvent::Unaddressed),
        ("already logged in", World::new(), LoginEvent::AlreadyLoggedIn),
        ("expired", World::new(), LoginEvent::Expired { replacement: sample::spare() }),
    ]
}

#[test]
fn transition_table() {
    let mut decided = Vec::new();
    for state in states() {
        for (event, world, happens) in events() {
            let made = state.clone().on(happens, &world.cx());
            decided.push(row(&name(&state), event, &made, name));
        }
    }
    compare(&decided, TABLE);
}

#[test]
fn the_public_state_of_a_login_never_moves() {
    assert!(states().iter().all(|state| state.wire_name() == "choose_method"));
}

#[test]
fn what_a_flow_was_opened_for_stays() {
    let wanted = Wanted { aal: Aal::Aal1, refresh: true };
    for (_, world, event) in events() {
        let made = LoginState::AwaitingFactor { wanted }.on(event, &world.cx()).unwrap();
        assert_eq!(made.state.wanted(), wanted);
    }
}

/// The same inputs give the same outputs, bit for bit.
#[test]
fn decisions_repeat() {
    for ((_, world, first), (_, _, second)) in events().into_iter().zip(events()) {
        let [first, second] = [first, second].map(|event| {
            let [state, _] = states();
            format!("{:?}", state.on(event, &world.cx()).unwrap())
        });
        assert_eq!(first, second);
    }
}
