//! The transition table of getting back in.

use super::{
    AddressOwner, Machine as _, Note, ProofCheck, RecoveryEvent, RecoveryState,
    sample::{self, World, compare, row},
};
use crate::{
    identity::{Identity, IdentityState},
    text,
};

/// What comes of a pair: `state | event | next | identity | effects | reply | notes`. The number after a state
/// is how many codes were submitted, of five that are allowed.
const TABLE: &str = "
awaiting address | known address     | awaiting code 0  | - | drop-codes, mint, recovery_code_valid | advanced | 1060003
awaiting address | unknown address   | awaiting code 0  | - | drop-codes, mint-decoy | advanced | 1060003
awaiting address | unknown, told     | awaiting code 0  | - | drop-codes, mint-decoy, recovery_code_invalid | advanced | 1060003
awaiting address | wrong code        | illegal
awaiting address | code of yesterday | illegal
awaiting address | used code         | illegal
awaiting address | right code        | illegal
awaiting address | code of a disabled account | illegal
awaiting address | submitted again   | awaiting address | - | open-flow | used up | -
awaiting address | already logged in | awaiting address | - | - | already logged in | -
awaiting address | unaddressed       | awaiting address | - | - | refused | 4010005
awaiting address | refused           | awaiting address | - | - | refused | 4000002@email
awaiting address | expired           | awaiting address | - | open-flow | expired | -
awaiting code 0  | known address     | awaiting code 0  | - | drop-codes, mint, recovery_code_valid | advanced | 1060003
awaiting code 0  | unknown address   | awaiting code 0  | - | drop-codes, mint-decoy | advanced | 1060003
awaiting code 0  | unknown, told     | awaiting code 0  | - | drop-codes, mint-decoy, recovery_code_invalid | advanced | 1060003
awaiting code 0  | wrong code        | awaiting code 1  | - | audit:recovery.refused | refused | 4060006
awaiting code 0  | code of yesterday | awaiting code 1  | - | audit:recovery.refused | refused | 4060006
awaiting code 0  | used code         | awaiting code 1  | - | open-flow | used up | -
awaiting code 0  | right code        | recovered        | replace | consume, issue, audit:account.recovered | recovered | -
awaiting code 0  | code of a disabled account | awaiting code 1 | - | open-flow | used up | -
awaiting code 0  | submitted again   | awaiting code 0  | - | open-flow | used up | -
awaiting code 0  | already logged in | awaiting code 0  | - | - | already logged in | -
awaiting code 0  | unaddressed       | awaiting code 0  | - | - | refused | 4010005
awaiting code 0  | refused           | awaiting code 0  | - | - | refused | 4000002@email
awaiting code 0  | expired           | awaiting code 0  | - | open-flow | expired | -
awaiting code 5  | known address     | awaiting code 5  | - | drop-codes, mint, recovery_code_valid | advanced | 1060003
awaiting code 5  | unknown address   | awaiting code 5  | - | drop-codes, mint-decoy | advanced | 1060003
awaiting code 5  | unknown, told     | awaiting code 5  | - | drop-codes, mint-decoy, recovery_code_invalid | advanced | 1060003
awaiting code 5  | wrong code        | awaiting code 6  | - | open-flow | used up | -
awaiting code 5  | code of yesterday | awaiting code 6  | - | open-flow | used up | -
awaiting code 5  | used code         | awaiting code 6  | - | open-flow | used up | -
awaiting code 5  | right code        | awaiting code 6  | - | open-flow | used up | -
awaiting code 5  | code of a disabled account | awaiting code 6 | - | open-flow | used up | -
awaiting code 5  | submitted again   | awaiting code 5  | - | open-flow | used up | -
awaiting code 5  | already logged in | awaiting code 5  | - | - | already logged in | -
awaiting code 5  | unaddressed       | awaiting code 5  | - | - | refused | 4010005
awaiting code 5  | refused           | awaiting code 5  | - | - | refused | 4000002@email
awaiting code 5  | expired           | awaiting code 5  | - | open-flow | expired | -
recovered        | known address     | illegal
recovered        | unknown address   | illegal
recovered        | unknown, told     | illegal
recovered        | wrong code        | illegal
recovered        | code of yesterday | illegal
recovered        | used code         | illegal
recovered        | right code        | illegal
recovered        | code of a disabled account | illegal
recovered        | submitted again   | recovered        | - | open-flow | used up | -
recovered        | already logged in | recovered        | - | - | already logged in | -
recovered        | unaddressed       | recovered        | - | - | refused | 4010005
recovered        | refused           | recovered        | - | - | refused | 4000002@email
recovered        | expired           | recovered        | - | open-flow | expired | -
";

fn states() -> [RecoveryState; 4] {
    let address = || "Ada@example.test".to_owned();
    [
        RecoveryState::AwaitingAddress,
        RecoveryState::AwaitingCode { address: address(), submissions: 0 },
        RecoveryState::AwaitingCode { address: address(), submissions: 5 },
        RecoveryState::Recovered { address: address(), identity: sample::id("ada") },
    ]
}

fn name(state: &RecoveryState) -> String {
    // A new variant must be put into `states`, too.
    match state {
        RecoveryState::AwaitingAddress => "awaiting address".to_owned(),
        RecoveryState::AwaitingCode { submissions, .. } => format!("awaiting code {submissions}"),
        RecoveryState::Recovered { .. } => "recovered".to_owned(),
    }
}

/// Somebody whose address for recovery is the one they can verify, too.
fn owner(state: IdentityState) -> Box<AddressOwner> {
    let identity = Identity { state, ..sample::identity(&["ada@example.test"]) };
    let address = identity.recovery_addresses[0].id;
    Box::new(AddressOwner { identity, address })
}

fn events() -> Vec<(&'static str, World, RecoveryEvent)> {
    let named = |owner| RecoveryEvent::AddressNamed { address: "Ada@example.test".into(), owner };
    let submitted = |check| RecoveryEvent::CodeSubmitted { check, spare: sample::spare() };
    let right = |state| ProofCheck::Match { code: sample::id("code"), owner: owner(state) };
    let mut telling = World::new();
    telling.policy.recovery.notify_unknown = true;
    let notes = vec![Note::field("email", text::validation::required("email"))];
    vec![
        ("known address", World::new(), named(Some(owner(IdentityState::Active)))),
        ("unknown address", World::new(), named(None)),
        ("unknown, told", telling, named(None)),
        ("wrong code", World::new(), submitted(ProofCheck::Mismatch)),
        ("code of yesterday", World::new(), submitted(ProofCheck::Expired)),
        ("used code", World::new(), submitted(ProofCheck::Used)),
        ("right code", World::new(), submitted(right(IdentityState::Active))),
        ("code of a disabled account", World::new(), submitted(right(IdentityState::Inactive))),
        ("submitted again", World::new(), RecoveryEvent::SubmittedAgain { spare: sample::spare() }),
        ("already logged in", World::new(), RecoveryEvent::AlreadyLoggedIn),
        ("unaddressed", World::new(), RecoveryEvent::Unaddressed),
        ("refused", World::new(), RecoveryEvent::Refused(notes)),
        ("expired", World::new(), RecoveryEvent::Expired { replacement: sample::spare() }),
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
fn the_public_state_says_how_far_it_has_come() {
    let names = states().map(|state| state.wire_name());
    assert_eq!(names, ["choose_method", "sent_email", "sent_email", "passed_challenge"]);
}

/// Whoever got the code at an address has verified it, too.
#[test]
fn getting_back_in_proves_the_address() {
    let [_, waiting, ..] = states();
    let check = ProofCheck::Match { code: sample::id("code"), owner: owner(IdentityState::Active) };
    let event = RecoveryEvent::CodeSubmitted { check, spare: sample::spare() };
    let made = waiting.on(event, &World::new().cx()).unwrap();
    assert!(made.subject.unwrap().identity.verifiable_addresses.iter().all(|address| address.verified));
}
