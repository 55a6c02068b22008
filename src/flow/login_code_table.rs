//! The transition table of logging in by code, and of naming oneself first.

use super::{
    CodeRecipient, Effect, LoginCodeCheck, LoginEvent, LoginState, Machine as _, Named, Wanted,
    login_table::{name, sent, states},
    sample::{self, World, compare, rows},
};
use crate::{
    identity::{Aal, CodeAddress, Identity, IdentityState},
    session::SessionMethod,
};

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`.
const TABLE: &str = "
identifier      | named, with a password            | identified 0 pc | - | - | advanced | -
identifier      | named, for codes only             | code 0 first | - | drop-codes, mint, login_code_valid | advanced | 1010014
identifier      | named, no way in                  | identifier | - | audit:login.refused | refused | 4000035
identifier      | named, nobody                     | identifier | - | - | refused | 4000037@identifier
identifier      | named, hidden                     | identified 0 pc | - | - | advanced | -
identifier      | named, nobody, hidden             | identified 0 pc | - | - | advanced | -
identifier      | named, nobody, only codes         | identifier | - | - | refused | 4000037@identifier
identifier      | named, nobody, hidden, only codes | code 0 first | - | drop-codes, mint-decoy | advanced | 1010014
identifier      | asked                             | code 0 first | - | drop-codes, mint, login_code_valid | advanced | 1010014
identifier      | asked, nobody                     | identifier | - | audit:login.refused | refused | 4000035
identifier      | asked, nobody, hidden             | code 0 first | - | drop-codes, mint-decoy | advanced | 1010014
identifier      | asked, unreachable                | identifier | - | - | failed | -
identifier      | asked, unreachable, hidden        | code 0 first | - | drop-codes, mint-decoy | advanced | 1010014
identifier      | right                             | illegal
identifier      | right, proven before              | illegal
identifier      | right, own session                | illegal
identifier      | right, disabled                   | illegal
identifier      | wrong                             | illegal
identifier      | used                              | illegal
identifier      | nobody's                          | illegal
identifier      | nobody's, hidden                  | illegal
identified 2 pc | named, with a password            | identified 2 pc | - | - | advanced | -
identified 2 pc | named, for codes only             | code 2 first | - | drop-codes, mint, login_code_valid | advanced | 1010014
identified 2 pc | named, no way in                  | identified 2 pc | - | audit:login.refused | refused | 4000035
identified 2 pc | named, nobody                     | identified 2 pc | - | - | refused | 4000037@identifier
identified 2 pc | named, hidden                     | identified 2 pc | - | - | advanced | -
identified 2 pc | named, nobody, hidden             | identified 2 pc | - | - | advanced | -
identified 2 pc | named, nobody, only codes         | identified 2 pc | - | - | refused | 4000037@identifier
identified 2 pc | named, nobody, hidden, only codes | code 2 first | - | drop-codes, mint-decoy | advanced | 1010014
identified 2 pc | asked                             | code 2 first | - | drop-codes, mint, login_code_valid | advanced | 1010014
identified 2 pc | asked, nobody                     | identified 2 pc | - | audit:login.refused | refused | 4000035
identified 2 pc | asked, nobody, hidden             | code 2 first | - | drop-codes, mint-decoy | advanced | 1010014
identified 2 pc | asked, unreachable                | identified 2 pc | - | - | failed | -
identified 2 pc | asked, unreachable, hidden        | code 2 first | - | drop-codes, mint-decoy | advanced | 1010014
identified 2 pc | right                             | illegal
identified 2 pc | right, proven before              | illegal
identified 2 pc | right, own session                | illegal
identified 2 pc | right, disabled                   | illegal
identified 2 pc | wrong                             | illegal
identified 2 pc | used                              | illegal
identified 2 pc | nobody's                          | illegal
identified 2 pc | nobody's, hidden                  | illegal
factor          | named, with a password            | identified 0 pc | - | - | advanced | -
factor          | named, for codes only             | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
factor          | named, no way in                  | factor | - | audit:login.refused | refused | 4000035
factor          | named, nobody                     | factor | - | - | refused | 4000037@identifier
factor          | named, hidden                     | identified 0 pc | - | - | advanced | -
factor          | named, nobody, hidden             | identified 0 pc | - | - | advanced | -
factor          | named, nobody, only codes         | factor | - | - | refused | 4000037@identifier
factor          | named, nobody, hidden, only codes | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
factor          | asked                             | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
factor          | asked, nobody                     | factor | - | audit:login.refused | refused | 4000035
factor          | asked, nobody, hidden             | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
factor          | asked, unreachable                | factor | - | - | failed | -
factor          | asked, unreachable, hidden        | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
factor          | right                             | illegal
factor          | right, proven before              | illegal
factor          | right, own session                | illegal
factor          | right, disabled                   | illegal
factor          | wrong                             | illegal
factor          | used                              | illegal
factor          | nobody's                          | illegal
factor          | nobody's, hidden                  | illegal
code 0          | named, with a password            | identified 0 pc | - | - | advanced | -
code 0          | named, for codes only             | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
code 0          | named, no way in                  | code 0 | - | audit:login.refused | refused | 4000035
code 0          | named, nobody                     | code 0 | - | - | refused | 4000037@identifier
code 0          | named, hidden                     | identified 0 pc | - | - | advanced | -
code 0          | named, nobody, hidden             | identified 0 pc | - | - | advanced | -
code 0          | named, nobody, only codes         | code 0 | - | - | refused | 4000037@identifier
code 0          | named, nobody, hidden, only codes | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
code 0          | asked                             | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
code 0          | asked, nobody                     | code 0 | - | audit:login.refused | refused | 4000035
code 0          | asked, nobody, hidden             | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
code 0          | asked, unreachable                | code 0 | - | - | failed | -
code 0          | asked, unreachable, hidden        | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
code 0          | right                             | passed 1 | replace | consume, issue, audit:login.succeeded | logged in | -
code 0          | right, proven before              | passed 1 | require | consume, issue, audit:login.succeeded | logged in | -
code 0          | right, own session                | passed 1 | replace | consume, raise, audit:login.succeeded | confirmed | -
code 0          | right, disabled                   | code 1 bare | - | audit:login.refused | refused | 4010011
code 0          | wrong                             | code 1 bare | - | audit:login.refused | refused | 4010008
code 0          | used                              | code 1 bare | - | audit:login.refused | refused | 4000001
code 0          | nobody's                          | code 0 bare | - | audit:login.refused | refused | 4000035
code 0          | nobody's, hidden                  | code 1 bare | - | audit:login.refused | refused | 4010008
code 5          | named, with a password            | identified 5 pc | - | - | advanced | -
code 5          | named, for codes only             | code 5 | - | drop-codes, mint, login_code_valid | advanced | 1010014
code 5          | named, no way in                  | code 5 | - | audit:login.refused | refused | 4000035
code 5          | named, nobody                     | code 5 | - | - | refused | 4000037@identifier
code 5          | named, hidden                     | identified 5 pc | - | - | advanced | -
code 5          | named, nobody, hidden             | identified 5 pc | - | - | advanced | -
code 5          | named, nobody, only codes         | code 5 | - | - | refused | 4000037@identifier
code 5          | named, nobody, hidden, only codes | code 5 | - | drop-codes, mint-decoy | advanced | 1010014
code 5          | asked                             | code 5 | - | drop-codes, mint, login_code_valid | advanced | 1010014
code 5          | asked, nobody                     | code 5 | - | audit:login.refused | refused | 4000035
code 5          | asked, nobody, hidden             | code 5 | - | drop-codes, mint-decoy | advanced | 1010014
code 5          | asked, unreachable                | code 5 | - | - | failed | -
code 5          | asked, unreachable, hidden        | code 5 | - | drop-codes, mint-decoy | advanced | 1010014
code 5          | right                             | code 6 bare | - | audit:login.refused | refused | 4000001
code 5          | right, proven before              | code 6 bare | - | audit:login.refused | refused | 4000001
code 5          | right, own session                | code 6 bare | - | audit:login.refused | refused | 4000001
code 5          | right, disabled                   | code 6 bare | - | audit:login.refused | refused | 4000001
code 5          | wrong                             | code 6 bare | - | audit:login.refused | refused | 4000001
code 5          | used                              | code 6 bare | - | audit:login.refused | refused | 4000001
code 5          | nobody's                          | code 5 bare | - | audit:login.refused | refused | 4000035
code 5          | nobody's, hidden                  | code 6 bare | - | audit:login.refused | refused | 4000001
passed 1        | named, with a password            | identified 1 pc | - | - | advanced | -
passed 1        | named, for codes only             | code 1 | - | drop-codes, mint, login_code_valid | advanced | 1010014
passed 1        | named, no way in                  | passed 1 | - | audit:login.refused | refused | 4000035
passed 1        | named, nobody                     | passed 1 | - | - | refused | 4000037@identifier
passed 1        | named, hidden                     | identified 1 pc | - | - | advanced | -
passed 1        | named, nobody, hidden             | identified 1 pc | - | - | advanced | -
passed 1        | named, nobody, only codes         | passed 1 | - | - | refused | 4000037@identifier
passed 1        | named, nobody, hidden, only codes | code 1 | - | drop-codes, mint-decoy | advanced | 1010014
passed 1        | asked                             | code 1 | - | drop-codes, mint, login_code_valid | advanced | 1010014
passed 1        | asked, nobody                     | passed 1 | - | audit:login.refused | refused | 4000035
passed 1        | asked, nobody, hidden             | code 1 | - | drop-codes, mint-decoy | advanced | 1010014
passed 1        | asked, unreachable                | passed 1 | - | - | failed | -
passed 1        | asked, unreachable, hidden        | code 1 | - | drop-codes, mint-decoy | advanced | 1010014
passed 1        | right                             | illegal
passed 1        | right, proven before              | illegal
passed 1        | right, own session                | illegal
passed 1        | right, disabled                   | illegal
passed 1        | wrong                             | illegal
passed 1        | used                              | illegal
passed 1        | nobody's                          | illegal
passed 1        | nobody's, hidden                  | illegal
key 2 own | named, with a password | identified 2 pc | - | - | advanced | -
key 2 own | named, for codes only | code 2 | - | drop-codes, mint, login_code_valid | advanced | 1010014
key 2 own | named, no way in | key 2 own | - | audit:login.refused | refused | 4000035
key 2 own | named, nobody | key 2 own | - | - | refused | 4000037@identifier
key 2 own | named, hidden | identified 2 pc | - | - | advanced | -
key 2 own | named, nobody, hidden | identified 2 pc | - | - | advanced | -
key 2 own | named, nobody, only codes | key 2 own | - | - | refused | 4000037@identifier
key 2 own | named, nobody, hidden, only codes | code 2 | - | drop-codes, mint-decoy | advanced | 1010014
key 2 own | asked | code 2 | - | drop-codes, mint, login_code_valid | advanced | 1010014
key 2 own | asked, nobody | key 2 own | - | audit:login.refused | refused | 4000035
key 2 own | asked, nobody, hidden | code 2 | - | drop-codes, mint-decoy | advanced | 1010014
key 2 own | asked, unreachable | key 2 own | - | - | failed | -
key 2 own | asked, unreachable, hidden | code 2 | - | drop-codes, mint-decoy | advanced | 1010014
key 2 own | right | illegal
key 2 own | right, proven before | illegal
key 2 own | right, own session | illegal
key 2 own | right, disabled | illegal
key 2 own | wrong | illegal
key 2 own | used | illegal
key 2 own | nobody's | illegal
key 2 own | nobody's, hidden | illegal
in              | named, with a password            | identified 0 pc | - | - | advanced | -
in              | named, for codes only             | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
in              | named, no way in                  | in | - | audit:login.refused | refused | 4000035
in              | named, nobody                     | in | - | - | refused | 4000037@identifier
in              | named, hidden                     | identified 0 pc | - | - | advanced | -
in              | named, nobody, hidden             | identified 0 pc | - | - | advanced | -
in              | named, nobody, only codes         | in | - | - | refused | 4000037@identifier
in              | named, nobody, hidden, only codes | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
in              | asked                             | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
in              | asked, nobody                     | in | - | audit:login.refused | refused | 4000035
in              | asked, nobody, hidden             | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
in              | asked, unreachable                | in | - | - | failed | -
in              | asked, unreachable, hidden        | code 0 | - | drop-codes, mint-decoy | advanced | 1010014
in              | right                             | illegal
in              | right, proven before              | illegal
in              | right, own session                | illegal
in              | right, disabled                   | illegal
in              | wrong                             | illegal
in              | used                              | illegal
in              | nobody's                          | illegal
in              | nobody's, hidden                  | illegal
";

fn ada() -> Identity {
    sample::identity(&["ada@example.test"])
}

fn recipient() -> CodeRecipient {
    let address = CodeAddress { address: sent().address, channel: sent().channel };
    CodeRecipient::Account { identity: Box::new(ada()), addresses: vec![address] }
}

fn named(has_password: bool, code: CodeRecipient) -> LoginEvent {
    LoginEvent::IdentifierNamed {
        account: Some(Box::new(Named {
            has_password,
            has_passkey: false,
            has_key: false,
            code,
            providers: Vec::new(),
        })),
    }
}

fn right(identity: Identity) -> LoginEvent {
    LoginEvent::CodeSubmitted(LoginCodeCheck::Match { code: sent().id, identity: Box::new(identity) })
}

/// All events, some of them in several worlds.
fn events() -> Vec<(&'static str, World, LoginEvent)> {
    let open = World::new;
    let hidden = || {
        let mut world = World::new();
        world.policy.hide_accounts = true;
        world
    };
    let codes_only = |hide| {
        let mut world = World::new();
        (world.policy.password_enabled, world.policy.hide_accounts) = (false, hide);
        world
    };
    let nobody = || LoginEvent::IdentifierNamed { account: None };
    let asked = LoginEvent::CodeAsked;
    let submitted = LoginEvent::CodeSubmitted;
    let disabled = Identity { state: IdentityState::Inactive, ..ada() };
    let mut proven = ada();
    proven.mark_verified(proven.verifiable_addresses[0].id, sample::now());
    let inside = World { session: Some(sample::session(ada().id)), ..World::new() };
    vec![
        ("named, with a password", open(), named(true, recipient())),
        ("named, for codes only", open(), named(false, recipient())),
        ("named, no way in", open(), named(false, CodeRecipient::Nobody)),
        ("named, nobody", open(), nobody()),
        ("named, hidden", hidden(), named(false, recipient())),
        ("named, nobody, hidden", hidden(), nobody()),
        ("named, nobody, only codes", codes_only(false), nobody()),
        ("named, nobody, hidden, only codes", codes_only(true), nobody()),
        ("asked", open(), asked(recipient())),
        ("asked, nobody", open(), asked(CodeRecipient::Nobody)),
        ("asked, nobody, hidden", hidden(), asked(CodeRecipient::Nobody)),
        ("asked, unreachable", open(), asked(CodeRecipient::Unreachable)),
        ("asked, unreachable, hidden", hidden(), asked(CodeRecipient::Unreachable)),
        ("right", open(), right(ada())),
        ("right, proven before", open(), right(proven)),
        ("right, own session", inside, right(ada())),
        ("right, disabled", open(), right(disabled)),
        ("wrong", open(), submitted(LoginCodeCheck::Mismatch)),
        ("used", open(), submitted(LoginCodeCheck::Used)),
        ("nobody's", open(), submitted(LoginCodeCheck::Nobody)),
        ("nobody's, hidden", hidden(), submitted(LoginCodeCheck::Nobody)),
    ]
}

#[test]
fn transition_table() {
    compare(&rows(states(), events, name), TABLE);
}

/// Who confirms who they are does so for themselves (01 §13.3).
#[test]
fn a_refresh_takes_codes_of_ones_own_only() {
    let wanted = Wanted { aal: Aal::Aal1, refresh: true };
    for (owner, is_own) in [(ada().id, true), (sample::id("somebody else"), false)] {
        let world = World { session: Some(sample::session(owner)), ..World::new() };
        let state = LoginState::AwaitingFactor { wanted };
        let asked = state.on(LoginEvent::CodeAsked(recipient()), &world.cx()).unwrap();
        assert_eq!(sample::notes(&asked.notes), if is_own { "1010025" } else { "4000035" });
        let LoginState::AwaitingCode { codes, .. } = &asked.state else {
            assert!(!is_own);
            continue;
        };
        let code = codes.sent[0].id;
        let check = LoginCodeCheck::Match { code, identity: Box::new(ada()) };
        let made = asked.state.clone().on(LoginEvent::CodeSubmitted(check), &world.cx()).unwrap();
        assert_eq!(sample::reply(&made.reply), "confirmed");
        // Somebody else is logged in by the time the code comes.
        let world = World { session: Some(sample::session(sample::id("eve"))), ..World::new() };
        let check = LoginCodeCheck::Match { code, identity: Box::new(ada()) };
        let made = asked.state.on(LoginEvent::CodeSubmitted(check), &world.cx()).unwrap();
        assert_eq!((sample::reply(&made.reply), sample::notes(&made.notes).as_str()), ("refused", "4000035"));
    }
}

#[test]
fn the_session_says_that_it_was_by_code() {
    let state = states().swap_remove(3);
    let made = state.on(right(ada()), &World::new().cx()).unwrap();
    let issued = made.effects.iter().find_map(|effect| {
        if let Effect::IssueSession(draft) = effect { Some(draft.session.methods.clone()) } else { None }
    });
    assert_eq!(issued.unwrap()[0].method, SessionMethod::Code);
}

/// One code for each address, each in its own letter, and no two alike.
#[test]
fn every_address_gets_a_code_of_its_own() {
    let all = ["a@x.test", "b@x.test", "c@x.test"];
    let address = |value: &&str| CodeAddress { address: (*value).to_owned(), channel: sent().channel };
    let recipient = CodeRecipient::Account {
        identity: Box::new(sample::identity(&all)),
        addresses: all.iter().map(address).collect(),
    };
    let state = LoginState::AwaitingFactor { wanted: sample::WANTED };
    let made = state.on(LoginEvent::CodeAsked(recipient), &World::new().cx()).unwrap();
    let secrets: std::collections::BTreeSet<_> = made
        .effects
        .iter()
        .filter_map(|effect| {
            if let Effect::MintCode(draft) = effect { Some(draft.secret.expose().clone()) } else { None }
        })
        .collect();
    assert_eq!(secrets.len(), 3);
    let letter = "mint, login_code_valid";
    assert_eq!(sample::effects(&made.effects), format!("drop-codes, {letter}, {letter}, {letter}"));
}
