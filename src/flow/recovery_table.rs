//! The transition table of getting back in.

use super::{
    AddressOwner, Choice, Delivery, Machine as _, Note, RecoveryCheck, RecoveryEvent, RecoveryState,
    RecoveryWay,
    sample::{self, World, compare, rows},
};
use crate::{
    identity::{Channel, Identity, IdentityState},
    kernel::AddressId,
    text,
};

const ADA: &str = "ada@example.test";
const WORK: &str = "lovelace@work.test";

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`. The number after a state
/// is how many codes were submitted, of five that are allowed. Events that end alike share a row, with `/`
/// between them; capitals stand for those of one kind (see [`KINDS`]), `every` for each state, and `same` for the
/// state before.
const TABLE: &str = "
address for a code | known / spelled otherwise / one of two | code 0 | - | drop-codes, mint, recovery_code_valid | advanced | 1060003
address for a code | unknown | code 0 | - | drop-codes, mint-decoy | advanced | 1060003
address for a code | unknown, told | code 0 | - | drop-codes, mint-decoy, recovery_code_invalid | advanced | 1060003
address for a code | CHOSEN / CONFIRMED / went back / CODES / LINKS | illegal
address to choose from 0 | known | code of 1 choices 0 | - | drop-codes, mint, recovery_code_valid | advanced | 1060004
address to choose from 0 | spelled otherwise / one of two | choice 0 | - | - | advanced | 1060006
address to choose from 0 | unknown | code of 0 choices 0 | - | drop-codes, mint-decoy | advanced | 1060004
address to choose from 0 | unknown, told | code of 0 choices 0 | - | drop-codes, mint-decoy, recovery_code_invalid | advanced | 1060004
address to choose from 0 | CHOSEN / CONFIRMED / went back / CODES / LINKS | illegal
address for a link | known / spelled otherwise / one of two | link 0 | - | mint, recovery_valid | advanced | 1060002
address for a link | unknown | link 0 | - | mint-decoy | advanced | 1060002
address for a link | unknown, told | link 0 | - | mint-decoy, recovery_invalid | advanced | 1060002
address for a link | CHOSEN / CONFIRMED / went back / CODES | illegal
address for a link | wrong link / late link / used link | same | - | open-flow, audit:recovery.refused | link refused | -
address for a link | right link | recovered by link handed | replace | consume, issue, audit:account.recovered, open-flow | recovered | -
address for a link | handed link | recovered by link handed | require | consume, issue, audit:account.recovered, open-flow | recovered | -
address for a link | link of somebody disabled | same | - | open-flow, audit:recovery.refused | refused for good | -
choice 2 | NAMED / CONFIRMED / went back / CODES / LINKS | illegal
choice 2 | chose the named one | code of 2 choices 2 | - | drop-codes, mint, recovery_code_valid | advanced | 1060004
choice 2 | chose another | confirmation 2 | - | - | advanced | 1060005
choice 2 | chose none | same | - | - | refused | 4000001
confirmation 2 | NAMED / CHOSEN / CODES / LINKS | illegal
confirmation 2 | confirmed | code of 2 choices 2 | - | drop-codes, mint, recovery_code_valid | advanced | 1060004
confirmation 2 | confirmed a wrong one | code of 2 choices 2 | - | drop-codes, mint-decoy | advanced | 1060004
confirmation 2 | went back | choice 2 | - | - | advanced | 1060006
code 0 | known / spelled otherwise / one of two | same | - | drop-codes, mint, recovery_code_valid | advanced | 1060003
code 0 | unknown | same | - | drop-codes, mint-decoy | advanced | 1060003
code 0 | unknown, told | same | - | drop-codes, mint-decoy, recovery_code_invalid | advanced | 1060003
code 0 | CHOSEN / CONFIRMED / went back / LINKS | illegal
code 0 | wrong code / late code | code 1 | - | audit:recovery.refused | refused | 4060006
code 0 | used code / code of somebody disabled | code 1 | - | open-flow, audit:recovery.refused | refused for good | -
code 0 | right code | recovered by code | replace | consume, issue, audit:account.recovered, open-flow | recovered | -
code 0 | handed code | recovered by code | require | consume, issue, audit:account.recovered, open-flow | recovered | -
code 5 | known / spelled otherwise / one of two | same | - | drop-codes, mint, recovery_code_valid | advanced | 1060003
code 5 | unknown | same | - | drop-codes, mint-decoy | advanced | 1060003
code 5 | unknown, told | same | - | drop-codes, mint-decoy, recovery_code_invalid | advanced | 1060003
code 5 | CHOSEN / CONFIRMED / went back / LINKS | illegal
code 5 | CODES | code 6 | - | open-flow, audit:recovery.refused | refused for good | -
code of 2 choices 2 | NAMED / CHOSEN / LINKS | illegal
code of 2 choices 2 | confirmed | same | - | drop-codes, mint, recovery_code_valid | advanced | 1060004
code of 2 choices 2 | confirmed a wrong one | same | - | drop-codes, mint-decoy | advanced | 1060004
code of 2 choices 2 | went back | choice 2 | - | - | advanced | 1060006
code of 2 choices 2 | wrong code / late code | code of 2 choices 3 | - | audit:recovery.refused | refused | 4060006
code of 2 choices 2 | used code / code of somebody disabled | code of 2 choices 3 | - | open-flow, audit:recovery.refused | refused for good | -
code of 2 choices 2 | right code | recovered by code of 2 choices | replace | consume, issue, audit:account.recovered, open-flow | recovered | -
code of 2 choices 2 | handed code | recovered by code of 2 choices | require | consume, issue, audit:account.recovered, open-flow | recovered | -
code of 1 choices 2 | NAMED / CHOSEN / LINKS | illegal
code of 1 choices 2 | confirmed | same | - | drop-codes, mint, recovery_code_valid | advanced | 1060004
code of 1 choices 2 | confirmed a wrong one | same | - | drop-codes, mint-decoy | advanced | 1060004
code of 1 choices 2 | went back | address to choose from 2 | - | - | advanced | -
code of 1 choices 2 | wrong code / late code | code of 1 choices 3 | - | audit:recovery.refused | refused | 4060006
code of 1 choices 2 | used code / code of somebody disabled | code of 1 choices 3 | - | open-flow, audit:recovery.refused | refused for good | -
code of 1 choices 2 | right code | recovered by code of 1 choices | replace | consume, issue, audit:account.recovered, open-flow | recovered | -
code of 1 choices 2 | handed code | recovered by code of 1 choices | require | consume, issue, audit:account.recovered, open-flow | recovered | -
code handed 0 | NAMED / CHOSEN / CONFIRMED / went back / LINKS | illegal
code handed 0 | wrong code / late code | code handed 1 | - | audit:recovery.refused | refused | 4060006
code handed 0 | used code / code of somebody disabled | code handed 1 | - | open-flow, audit:recovery.refused | refused for good | -
code handed 0 | right code | recovered by code handed | replace | consume, issue, audit:account.recovered, open-flow | recovered | -
code handed 0 | handed code | recovered by code handed | require | consume, issue, audit:account.recovered, open-flow | recovered | -
link 0 | known / spelled otherwise / one of two | same | - | mint, recovery_valid | advanced | 1060002
link 0 | unknown | same | - | mint-decoy | advanced | 1060002
link 0 | unknown, told | same | - | mint-decoy, recovery_invalid | advanced | 1060002
link 0 | CHOSEN / CONFIRMED / went back / CODES | illegal
link 0 | wrong link / late link / used link | same | - | open-flow, audit:recovery.refused | link refused | -
link 0 | right link | recovered by link | replace | consume, issue, audit:account.recovered, open-flow | recovered | -
link 0 | handed link | recovered by link | require | consume, issue, audit:account.recovered, open-flow | recovered | -
link 0 | link of somebody disabled | same | - | open-flow, audit:recovery.refused | refused for good | -
recovered by code | NAMED / CHOSEN / CONFIRMED / went back / CODES / LINKS | illegal
recovered by link | NAMED / CHOSEN / CONFIRMED / went back / CODES | illegal
recovered by link | wrong link / late link / used link | same | - | open-flow, audit:recovery.refused | link refused | -
recovered by link | right link | same | replace | consume, issue, audit:account.recovered, open-flow | recovered | -
recovered by link | handed link | same | require | consume, issue, audit:account.recovered, open-flow | recovered | -
recovered by link | link of somebody disabled | same | - | open-flow, audit:recovery.refused | refused for good | -
every | submitted again | same | - | open-flow | used up | -
every | forged | same | - | open-flow | refused for good | -
every | already logged in | same | - | - | already logged in | -
every | unaddressed | same | - | - | refused | 4010005
every | refused | same | - | - | refused | 4000002@email
every | expired | same | - | open-flow | expired | -
";

/// Events of one kind.
const KINDS: [(&str, &str); 5] = [
    ("NAMED", "known / spelled otherwise / one of two / unknown / unknown, told"),
    ("CHOSEN", "chose the named one / chose another / chose none"),
    ("CONFIRMED", "confirmed / confirmed a wrong one"),
    ("CODES", "wrong code / late code / used code / right code / handed code / code of somebody disabled"),
    ("LINKS", "wrong link / late link / used link / right link / handed link / link of somebody disabled"),
];

/// One row for each pair.
fn expand(table: &str) -> String {
    let mut rows = Vec::new();
    let table = KINDS.iter().fold(table.to_owned(), |table, (kind, events)| table.replace(kind, events));
    for line in table.trim().lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [state, events, next, rest @ ..] = cells.as_slice() else { panic!("{line}") };
        let states = states().map(|state| name(&state)).into_iter();
        for state in states.filter(|name| *state == "every" || *state == name) {
            for event in events.split('/').map(str::trim) {
                let next = if *next == "same" { &state } else { *next };
                rows.push([&[state.as_str(), event, next], rest].concat().join("|"));
            }
        }
    }
    rows.join("\n")
}

fn choices() -> Vec<Choice> {
    Choice::all_of(&sample::identity(&[ADA, WORK]))
}

fn states() -> [RecoveryState; 13] {
    let waits = |delivery, submissions| RecoveryState::AwaitingProof { delivery, submissions };
    let opened = |by| RecoveryState::AwaitingAddress { by, submissions: 0 };
    let chosen =
        |choices| waits(Delivery::Chosen { address: ADA.to_owned(), to: WORK.to_owned(), choices }, 2);
    let code = || Delivery::Code { address: ADA.to_owned() };
    let link = || Delivery::Link { address: Some(ADA.to_owned()) };
    let identity = sample::id("ada");
    let (address, channel) = (|| ADA.to_owned(), Channel::Email);
    [
        opened(RecoveryWay::Code),
        opened(RecoveryWay::Chosen),
        opened(RecoveryWay::Link),
        RecoveryState::AwaitingChoice { address: address(), choices: choices(), submissions: 2 },
        RecoveryState::AwaitingConfirmation {
            address: address(),
            channel,
            choices: choices(),
            submissions: 2,
        },
        waits(code(), 0),
        waits(code(), 5),
        chosen(choices()),
        chosen(choices().into_iter().take(1).collect()),
        waits(Delivery::Handed, 0),
        waits(link(), 0),
        RecoveryState::Recovered { delivery: code(), identity },
        RecoveryState::Recovered { delivery: link(), identity },
    ]
}

fn delivered(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Code { .. } => "code".to_owned(),
        Delivery::Chosen { choices, .. } => format!("code of {} choices", choices.len()),
        Delivery::Link { address: Some(_) } => "link".to_owned(),
        Delivery::Link { address: None } => "link handed".to_owned(),
        Delivery::Handed => "code handed".to_owned(),
    }
}

fn name(state: &RecoveryState) -> String {
    // A new variant must be put into `states`, too.
    match state {
        RecoveryState::AwaitingAddress { by: RecoveryWay::Code, .. } => "address for a code".to_owned(),
        RecoveryState::AwaitingAddress { by: RecoveryWay::Chosen, submissions } => {
            format!("address to choose from {submissions}")
        }
        RecoveryState::AwaitingAddress { by: RecoveryWay::Link, .. } => "address for a link".to_owned(),
        RecoveryState::AwaitingChoice { submissions, .. } => format!("choice {submissions}"),
        RecoveryState::AwaitingConfirmation { submissions, .. } => format!("confirmation {submissions}"),
        RecoveryState::AwaitingProof { delivery, submissions } => {
            format!("{} {submissions}", delivered(delivery))
        }
        RecoveryState::Recovered { delivery, .. } => format!("recovered by {}", delivered(delivery)),
    }
}

/// Somebody whose addresses for recovery are those they can verify, too.
fn person(addresses: &[&str], state: IdentityState) -> (Identity, AddressId) {
    let identity = Identity { state, ..sample::identity(addresses) };
    let address = identity.recovery_addresses[0].id;
    (identity, address)
}

fn owner(addresses: &[&str]) -> Option<Box<AddressOwner>> {
    let (identity, address) = person(addresses, IdentityState::Active);
    Some(Box::new(AddressOwner { identity, address }))
}

type Happening = (&'static str, World, RecoveryEvent);

fn addresses() -> Vec<Happening> {
    let named = |address: &str, owner| RecoveryEvent::AddressNamed { address: address.into(), owner };
    let chosen =
        |choice: &str| RecoveryEvent::AddressChosen { choice: choice.into(), owner: owner(&[ADA, WORK]) };
    let confirmed = |owner| RecoveryEvent::AddressConfirmed { address: WORK.into(), owner };
    let mut telling = World::new();
    telling.policy.recovery.notify_unknown = true;
    let [first, second] = <[Choice; 2]>::try_from(choices()).unwrap();
    vec![
        ("known", World::new(), named(ADA, owner(&[ADA]))),
        ("spelled otherwise", World::new(), named("Ada@example.test", owner(&[ADA]))),
        ("one of two", World::new(), named(ADA, owner(&[ADA, WORK]))),
        ("unknown", World::new(), named(ADA, None)),
        ("unknown, told", telling, named(ADA, None)),
        ("chose the named one", World::new(), chosen(&first.id)),
        ("chose another", World::new(), chosen(&second.id)),
        ("chose none", World::new(), chosen(ADA)),
        ("confirmed", World::new(), confirmed(owner(&[ADA, WORK]))),
        ("confirmed a wrong one", World::new(), confirmed(None)),
        ("went back", World::new(), RecoveryEvent::WentBack),
    ]
}

/// The same six findings for a code and for the token of a link.
fn checks() -> [RecoveryCheck; 6] {
    let matches = |state, sent: bool| {
        let (identity, address) = person(&[ADA], state);
        let (code, address) = (sample::id("code"), sent.then_some(address));
        RecoveryCheck::Match { code, identity: Box::new(identity), address }
    };
    let (active, off) = (IdentityState::Active, IdentityState::Inactive);
    [
        RecoveryCheck::Mismatch,
        RecoveryCheck::Expired,
        RecoveryCheck::Used,
        matches(active, true),
        matches(active, false),
        matches(off, true),
    ]
}

const CODES: [&str; 6] =
    ["wrong code", "late code", "used code", "right code", "handed code", "code of somebody disabled"];
const LINKS: [&str; 6] =
    ["wrong link", "late link", "used link", "right link", "handed link", "link of somebody disabled"];

fn proofs() -> Vec<Happening> {
    let code = |check| RecoveryEvent::CodeSubmitted { check, spare: sample::spare() };
    let link = |check| RecoveryEvent::LinkFollowed { check, spare: sample::spare() };
    let codes = CODES.into_iter().zip(checks()).map(|(name, check)| (name, World::new(), code(check)));
    let links = LINKS.into_iter().zip(checks()).map(|(name, check)| (name, World::new(), link(check)));
    codes.chain(links).collect()
}

fn others() -> Vec<Happening> {
    let notes = vec![Note::field("email", text::validation::required("email"))];
    let reason = text::validation::generic(text::reason::NATIVE_WITH_ORIGIN);
    vec![
        ("submitted again", World::new(), RecoveryEvent::SubmittedAgain { spare: sample::spare() }),
        ("forged", World::new(), RecoveryEvent::Forged { reason, spare: sample::spare() }),
        ("already logged in", World::new(), RecoveryEvent::AlreadyLoggedIn),
        ("unaddressed", World::new(), RecoveryEvent::Unaddressed),
        ("refused", World::new(), RecoveryEvent::Refused(notes)),
        ("expired", World::new(), RecoveryEvent::Expired { replacement: sample::spare() }),
    ]
}

#[test]
fn transition_table() {
    compare(
        &rows(states(), || addresses().into_iter().chain(proofs()).chain(others()), name),
        &expand(TABLE),
    );
}

#[test]
fn the_public_state_says_how_far_it_has_come() {
    let names = states().map(|state| state.wire_name());
    let (first, sent, done) = ("choose_method", "sent_email", "passed_challenge");
    let chosen = [
        "recovery_awaiting_address",
        "recovery_awaiting_address_choice",
        "recovery_confirming_address",
        "recovery_awaiting_code",
    ];
    let [address, choice, confirming, code] = chosen;
    assert_eq!(
        names,
        [first, address, first, choice, confirming, sent, sent, code, code, sent, sent, done, done]
    );
}

/// Whoever got the code at an address has verified it, too; an administrator's proves nothing about it.
#[test]
fn getting_back_in_proves_the_address_that_was_written_to() {
    let cases =
        [(5, "right code"), (7, "right code"), (9, "handed code"), (10, "right link"), (10, "handed link")];
    for (state, event) in cases {
        let (_, world, happens) = proofs().into_iter().find(|(name, ..)| *name == event).unwrap();
        let made = states()[state].clone().on(happens, &world.cx()).unwrap();
        let addresses = made.subject.unwrap().identity.verifiable_addresses;
        let proven = addresses.iter().all(|address| address.verified);
        assert_eq!(proven, event.starts_with("right"), "{event}");
    }
}
