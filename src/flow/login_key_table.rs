//! The transition table of logging in by security key and by passkey.

use super::{
    Client, CodeRecipient, FactorCheck, KeysNamed, LoginEvent, Named, PasskeyPolicy, SecurityKeyPolicy,
    Shown, Touched,
    login_table::{key, name, states},
    sample::{self, World, compare, rows},
};
use crate::{
    identity::{Channel, CodeAddress},
    session::{Factor, SessionMethod},
};

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`.
const TABLE: &str = "
identifier | key asked | key 0 first second | - | - | see page | 1010012
identifier | key asked, nobody | identifier | - | audit:login.refused | refused | 4000015
identifier | key asked, nobody, hidden | key 0 decoy | - | - | see page | 1010012
identifier | key asked, hidden | key 0 first second | - | - | see page | 1010012
identifier | passkey asked | identifier | - | - | see page | -
identifier | named, with keys | identified 0 ckw | - | - | advanced | -
identifier | named, with keys, switched off | code 0 first | - | drop-codes, mint, login_code_valid | advanced | 1010014
identifier | named, with keys, by an app | identified 0 ck | - | - | advanced | -
identifier | named, nobody, hidden | identified 0 pckw | - | - | advanced | -
identifier | copied | identifier | replace | put-credential, audit:credential.copied, issue, audit:login.succeeded | logged in | -
identified 2 pc | key asked | key 2 first second | - | - | see page | 1010012
identified 2 pc | key asked, nobody | identified 2 pc | - | audit:login.refused | refused | 4000015
identified 2 pc | key asked, nobody, hidden | key 2 decoy | - | - | see page | 1010012
identified 2 pc | key asked, hidden | key 2 first second | - | - | see page | 1010012
identified 2 pc | passkey asked | identified 2 pc | - | - | see page | -
identified 2 pc | named, with keys | identified 2 ckw | - | - | advanced | -
identified 2 pc | named, with keys, switched off | code 2 first | - | drop-codes, mint, login_code_valid | advanced | 1010014
identified 2 pc | named, with keys, by an app | identified 2 ck | - | - | advanced | -
identified 2 pc | named, nobody, hidden | identified 2 pckw | - | - | advanced | -
identified 2 pc | copied | identified 2 pc | replace | put-credential, audit:credential.copied, issue, audit:login.succeeded | logged in | -
factor | key asked | key 0 first second | - | - | see page | 1010012
factor | key asked, nobody | factor | - | audit:login.refused | refused | 4000015
factor | key asked, nobody, hidden | key 0 decoy | - | - | see page | 1010012
factor | key asked, hidden | key 0 first second | - | - | see page | 1010012
factor | passkey asked | factor | - | - | see page | -
factor | named, with keys | identified 0 ckw | - | - | advanced | -
factor | named, with keys, switched off | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
factor | named, with keys, by an app | identified 0 ck | - | - | advanced | -
factor | named, nobody, hidden | identified 0 pckw | - | - | advanced | -
factor | copied | in | replace | put-credential, audit:credential.copied, issue, audit:login.succeeded | logged in | -
code 0 | key asked | key 0 first second | - | - | see page | 1010012
code 0 | key asked, nobody | code 0 | - | audit:login.refused | refused | 4000015
code 0 | key asked, nobody, hidden | key 0 decoy | - | - | see page | 1010012
code 0 | key asked, hidden | key 0 first second | - | - | see page | 1010012
code 0 | passkey asked | code 0 | - | - | see page | -
code 0 | named, with keys | identified 0 ckw | - | - | advanced | -
code 0 | named, with keys, switched off | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
code 0 | named, with keys, by an app | identified 0 ck | - | - | advanced | -
code 0 | named, nobody, hidden | identified 0 pckw | - | - | advanced | -
code 0 | copied | code 0 | replace | put-credential, audit:credential.copied, issue, audit:login.succeeded | logged in | -
code 5 | key asked | key 5 first second | - | - | see page | 1010012
code 5 | key asked, nobody | code 5 | - | audit:login.refused | refused | 4000015
code 5 | key asked, nobody, hidden | key 5 decoy | - | - | see page | 1010012
code 5 | key asked, hidden | key 5 first second | - | - | see page | 1010012
code 5 | passkey asked | code 5 | - | - | see page | -
code 5 | named, with keys | identified 5 ckw | - | - | advanced | -
code 5 | named, with keys, switched off | code 5 | - | drop-codes, mint, login_code_valid | advanced | 1010014
code 5 | named, with keys, by an app | identified 5 ck | - | - | advanced | -
code 5 | named, nobody, hidden | identified 5 pckw | - | - | advanced | -
code 5 | copied | code 5 | replace | put-credential, audit:credential.copied, issue, audit:login.succeeded | logged in | -
passed 1 | key asked | key 1 first second | - | - | see page | 1010012
passed 1 | key asked, nobody | passed 1 | - | audit:login.refused | refused | 4000015
passed 1 | key asked, nobody, hidden | key 1 decoy | - | - | see page | 1010012
passed 1 | key asked, hidden | key 1 first second | - | - | see page | 1010012
passed 1 | passkey asked | passed 1 | - | - | see page | -
passed 1 | named, with keys | identified 1 ckw | - | - | advanced | -
passed 1 | named, with keys, switched off | code 1 | - | drop-codes, mint, login_code_valid | advanced | 1010014
passed 1 | named, with keys, by an app | identified 1 ck | - | - | advanced | -
passed 1 | named, nobody, hidden | identified 1 pckw | - | - | advanced | -
passed 1 | copied | passed 1 | replace | put-credential, audit:credential.copied, issue, audit:login.succeeded | logged in | -
key 2 own | key asked | key 2 first second | - | - | see page | 1010012
key 2 own | key asked, nobody | key 2 own | - | audit:login.refused | refused | 4000015
key 2 own | key asked, nobody, hidden | key 2 decoy | - | - | see page | 1010012
key 2 own | key asked, hidden | key 2 first second | - | - | see page | 1010012
key 2 own | passkey asked | key 2 own | - | - | see page | -
key 2 own | named, with keys | identified 2 ckw | - | - | advanced | -
key 2 own | named, with keys, switched off | code 2 | - | drop-codes, mint, login_code_valid | advanced | 1010014
key 2 own | named, with keys, by an app | identified 2 ck | - | - | advanced | -
key 2 own | named, nobody, hidden | identified 2 pckw | - | - | advanced | -
key 2 own | copied | key 2 own | replace | put-credential, audit:credential.copied, issue, audit:login.succeeded | logged in | -
in | key asked | key 0 first second | - | - | see page | 1010012
in | key asked, nobody | in | - | audit:login.refused | refused | 4000015
in | key asked, nobody, hidden | key 0 decoy | - | - | see page | 1010012
in | key asked, hidden | key 0 first second | - | - | see page | 1010012
in | passkey asked | in | - | - | see page | -
in | named, with keys | identified 0 ckw | - | - | advanced | -
in | named, with keys, switched off | code 0 | - | drop-codes, mint, login_code_valid | advanced | 1010014
in | named, with keys, by an app | identified 0 ck | - | - | advanced | -
in | named, nobody, hidden | identified 0 pckw | - | - | advanced | -
in | copied | in | replace | put-credential, audit:credential.copied, issue, audit:login.succeeded | logged in | -
";

fn asked(keys: &[&str]) -> LoginEvent {
    let keys = keys.iter().map(|name| key(name)).collect();
    LoginEvent::KeyAsked(KeysNamed { keys, decoys: vec![key("decoy")] })
}

fn named() -> LoginEvent {
    let ada = sample::identity(&["ada@example.test"]);
    let addresses = vec![CodeAddress { address: "ada@example.test".into(), channel: Channel::Email }];
    let code = CodeRecipient::Account { identity: Box::new(ada), addresses };
    let named = Named { has_password: false, has_passkey: true, has_key: true, code, providers: Vec::new() };
    LoginEvent::IdentifierNamed { account: Some(Box::new(named)) }
}

/// All events, in worlds in which keys are switched on.
fn events() -> Vec<(&'static str, World, LoginEvent)> {
    let world = |hide| {
        let mut world = World::new();
        world.policy.webauthn =
            SecurityKeyPolicy { enabled: true, passwordless: true, ..SecurityKeyPolicy::default() };
        world.policy.passkey = PasskeyPolicy { enabled: true, ..PasskeyPolicy::default() };
        world.policy.hide_accounts = hide;
        world
    };
    let app = || {
        let mut world = world(false);
        world.head.client = Client::Native;
        world
    };
    let ada = sample::identity(&["ada@example.test"]);
    let credential = Touched::Copied(Box::new(sample::password(ada.id)));
    let copied = Shown { identity: ada, factor: Factor::first(SessionMethod::Passkey), credential };
    vec![
        ("key asked", world(false), asked(&["first", "second"])),
        ("key asked, nobody", world(false), asked(&[])),
        ("key asked, nobody, hidden", world(true), asked(&[])),
        ("key asked, hidden", world(true), asked(&["first", "second"])),
        ("passkey asked", world(false), LoginEvent::PasskeyAsked),
        ("named, with keys", world(false), named()),
        ("named, with keys, switched off", World::new(), named()),
        ("named, with keys, by an app", app(), named()),
        ("named, nobody, hidden", world(true), LoginEvent::IdentifierNamed { account: None }),
        ("copied", world(false), LoginEvent::FactorChecked(FactorCheck::Match(Box::new(copied)))),
    ]
}

#[test]
fn transition_table() {
    compare(&rows(states(), events, name), TABLE);
}
