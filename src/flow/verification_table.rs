//! The transition tables of proving an address, by code and by link.

use serde_json::Map;

use super::{
    AddressOwner, Change, Machine as _, Note, PendingChange, Proof, ProofCheck, Reach, Transition,
    VerificationEvent, VerificationState,
    sample::{self, World, compare, row},
};
use crate::{
    crypto::Sealed,
    identity::{Channel, MethodId},
    text,
};

/// What comes of a pair in a flow by code: `state | event | next | identity | effects | reply | notes`. The
/// number after a state is how many codes were submitted, of five that are allowed.
const BY_CODE: &str = "
awaiting address  | known address    | awaiting proof 0 | replace | drop-codes, mint, verification_code_valid | advanced | 1080003
awaiting address  | unknown address  | awaiting proof 0 | - | drop-codes, mint-decoy | advanced | 1080003
awaiting address  | unknown, told    | awaiting proof 0 | - | drop-codes, mint-decoy, verification_code_invalid | advanced | 1080003
awaiting address  | wrong code       | awaiting address | - | - | refused | 4070006
awaiting address  | code of yesterday | awaiting address | - | - | refused | 4070006
awaiting address  | used code        | awaiting address | - | - | refused | 4070006
awaiting address  | right code       | awaiting address | - | - | refused | 4070006
awaiting address  | code brought     | awaiting address | - | - | advanced | -
awaiting address  | wrong link       | awaiting address | - | open-flow | link refused | -
awaiting address  | used link        | awaiting address | - | open-flow | link refused | -
awaiting address  | link of yesterday | awaiting address | - | open-flow | link refused | -
awaiting address  | right link       | verified | replace | consume, audit:address.verified | verified | 1080002
awaiting address | code of a change | awaiting address | - | - | refused | 4070006
awaiting address | link of a change | verified | replace | consume, put-credential, audit:profile.changed, audit:address.verified | verified and changed | 1080002
awaiting address | address taken | awaiting address | - | - | refused | 4000007
awaiting address  | submitted again  | awaiting address | - | open-flow | used up | -
awaiting address  | refused          | awaiting address | - | - | refused | 4000002@email
awaiting address  | expired          | awaiting address | - | open-flow | expired | -
awaiting proof 0  | known address    | awaiting proof 0 | replace | drop-codes, mint, verification_code_valid | advanced | 1080003
awaiting proof 0  | unknown address  | awaiting proof 0 | - | drop-codes, mint-decoy | advanced | 1080003
awaiting proof 0  | unknown, told    | awaiting proof 0 | - | drop-codes, mint-decoy, verification_code_invalid | advanced | 1080003
awaiting proof 0  | wrong code       | awaiting proof 1 | - | audit:verification.refused | refused | 4070006
awaiting proof 0  | code of yesterday | awaiting proof 1 | - | audit:verification.refused | refused | 4070006
awaiting proof 0  | used code        | awaiting proof 1 | - | open-flow | used up | -
awaiting proof 0  | right code       | verified | replace | consume, audit:address.verified | verified | 1080002
awaiting proof 0  | code brought     | awaiting proof 0, filled in | - | - | advanced | -
awaiting proof 0  | wrong link       | awaiting proof 0 | - | open-flow | link refused | -
awaiting proof 0  | used link        | awaiting proof 0 | - | open-flow | link refused | -
awaiting proof 0  | link of yesterday | awaiting proof 0 | - | open-flow | link refused | -
awaiting proof 0  | right link       | verified | replace | consume, audit:address.verified | verified | 1080002
awaiting proof 0 | code of a change | verified | replace | consume, put-credential, audit:profile.changed, audit:address.verified | verified and changed | 1080002
awaiting proof 0 | link of a change | verified | replace | consume, put-credential, audit:profile.changed, audit:address.verified | verified and changed | 1080002
awaiting proof 0 | address taken | awaiting proof 0 | - | - | refused | 4000007
awaiting proof 0  | submitted again  | awaiting proof 0 | - | open-flow | used up | -
awaiting proof 0  | refused          | awaiting proof 0 | - | - | refused | 4000002@email
awaiting proof 0  | expired          | awaiting proof 0 | - | open-flow | expired | -
awaiting proof 5  | known address    | awaiting proof 5 | replace | drop-codes, mint, verification_code_valid | advanced | 1080003
awaiting proof 5  | unknown address  | awaiting proof 5 | - | drop-codes, mint-decoy | advanced | 1080003
awaiting proof 5  | unknown, told    | awaiting proof 5 | - | drop-codes, mint-decoy, verification_code_invalid | advanced | 1080003
awaiting proof 5  | wrong code       | awaiting proof 6 | - | open-flow | used up | -
awaiting proof 5  | code of yesterday | awaiting proof 6 | - | open-flow | used up | -
awaiting proof 5  | used code        | awaiting proof 6 | - | open-flow | used up | -
awaiting proof 5  | right code       | awaiting proof 6 | - | open-flow | used up | -
awaiting proof 5  | code brought     | awaiting proof 5, filled in | - | - | advanced | -
awaiting proof 5  | wrong link       | awaiting proof 5 | - | open-flow | link refused | -
awaiting proof 5  | used link        | awaiting proof 5 | - | open-flow | link refused | -
awaiting proof 5  | link of yesterday | awaiting proof 5 | - | open-flow | link refused | -
awaiting proof 5  | right link       | verified | replace | consume, audit:address.verified | verified | 1080002
awaiting proof 5 | code of a change | awaiting proof 6 | - | open-flow | used up | -
awaiting proof 5 | link of a change | verified | replace | consume, put-credential, audit:profile.changed, audit:address.verified | verified and changed | 1080002
awaiting proof 5 | address taken | awaiting proof 5 | - | - | refused | 4000007
awaiting proof 5  | submitted again  | awaiting proof 5 | - | open-flow | used up | -
awaiting proof 5  | refused          | awaiting proof 5 | - | - | refused | 4000002@email
awaiting proof 5  | expired          | awaiting proof 5 | - | open-flow | expired | -
awaiting proof 0, changes | known address | awaiting proof 0, changes | require | drop-codes, mint-pending, verification_code_valid | advanced | 1080003
awaiting proof 0, changes | unknown address | awaiting proof 0, changes | - | drop-codes, mint-decoy | advanced | 1080003
awaiting proof 0, changes | unknown, told | awaiting proof 0, changes | - | drop-codes, mint-decoy, verification_code_invalid | advanced | 1080003
awaiting proof 0, changes | wrong code | awaiting proof 1, changes | - | audit:verification.refused | refused | 4070006
awaiting proof 0, changes | code of yesterday | awaiting proof 1, changes | - | audit:verification.refused | refused | 4070006
awaiting proof 0, changes | used code | awaiting proof 1, changes | - | open-flow | used up | -
awaiting proof 0, changes | right code | verified | replace | consume, audit:address.verified | verified | 1080002
awaiting proof 0, changes | code brought | awaiting proof 0, filled in, changes | - | - | advanced | -
awaiting proof 0, changes | wrong link | awaiting proof 0, changes | - | open-flow | link refused | -
awaiting proof 0, changes | used link | awaiting proof 0, changes | - | open-flow | link refused | -
awaiting proof 0, changes | link of yesterday | awaiting proof 0, changes | - | open-flow | link refused | -
awaiting proof 0, changes | right link | verified | replace | consume, audit:address.verified | verified | 1080002
awaiting proof 0, changes | code of a change | verified | replace | consume, put-credential, audit:profile.changed, audit:address.verified | verified and changed | 1080002
awaiting proof 0, changes | link of a change | verified | replace | consume, put-credential, audit:profile.changed, audit:address.verified | verified and changed | 1080002
awaiting proof 0, changes | address taken | awaiting proof 0, changes | - | - | refused | 4000007
awaiting proof 0, changes | submitted again | awaiting proof 0, changes | - | open-flow | used up | -
awaiting proof 0, changes | refused | awaiting proof 0, changes | - | - | refused | 4000002@email
awaiting proof 0, changes | expired | awaiting proof 0, changes | - | open-flow | expired | -
verified          | known address    | illegal
verified          | unknown address  | illegal
verified          | unknown, told    | illegal
verified          | wrong code       | illegal
verified          | code of yesterday | illegal
verified          | used code        | illegal
verified          | right code       | illegal
verified          | code brought     | verified | - | - | advanced | -
verified          | wrong link       | verified | - | open-flow | link refused | -
verified          | used link        | verified | - | open-flow | link refused | -
verified          | link of yesterday | verified | - | open-flow | link refused | -
verified          | right link       | verified | replace | consume, audit:address.verified | verified | 1080002
verified | code of a change | illegal
verified | link of a change | verified | replace | consume, put-credential, audit:profile.changed, audit:address.verified | verified and changed | 1080002
verified | address taken | verified | - | - | refused | 4000007
verified          | submitted again  | verified | - | open-flow | used up | -
verified          | refused          | verified | - | - | refused | 4000002@email
verified          | expired          | verified | - | open-flow | expired | -
";

/// Where a flow by link differs from one by code: links that are under way stay good.
const BY_LINK: &str = "
awaiting address  | known address    | awaiting proof 0 | replace | mint, verification_valid | advanced | 1080001
awaiting address  | unknown address  | awaiting proof 0 | - | mint-decoy | advanced | 1080001
awaiting address  | unknown, told    | awaiting proof 0 | - | mint-decoy, verification_invalid | advanced | 1080001
awaiting proof 0  | known address    | awaiting proof 0 | replace | mint, verification_valid | advanced | 1080001
awaiting proof 0  | unknown address  | awaiting proof 0 | - | mint-decoy | advanced | 1080001
awaiting proof 0  | unknown, told    | awaiting proof 0 | - | mint-decoy, verification_invalid | advanced | 1080001
awaiting proof 5  | known address    | awaiting proof 5 | replace | mint, verification_valid | advanced | 1080001
awaiting proof 5  | unknown address  | awaiting proof 5 | - | mint-decoy | advanced | 1080001
awaiting proof 5  | unknown, told    | awaiting proof 5 | - | mint-decoy, verification_invalid | advanced | 1080001
awaiting proof 0, changes | known address | awaiting proof 0, changes | require | mint-pending, verification_valid | advanced | 1080001
awaiting proof 0, changes | unknown address | awaiting proof 0, changes | - | mint-decoy | advanced | 1080001
awaiting proof 0, changes | unknown, told | awaiting proof 0, changes | - | mint-decoy, verification_invalid | advanced | 1080001
";

fn states(by: Proof) -> [VerificationState; 5] {
    let change = PendingChange {
        identity: owner().identity.id,
        session: sample::id("session"),
        settings: sample::id("settings"),
        base: Map::new(),
        traits: Map::new(),
    };
    let waiting = |submissions, change| VerificationState::AwaitingProof {
        by,
        address: "Ada@example.test".into(),
        channel: Channel::Email,
        submissions,
        prefilled: None,
        change,
    };
    [
        VerificationState::AwaitingAddress { by },
        waiting(0, None),
        waiting(5, None),
        waiting(0, Some(Box::new(change))),
        VerificationState::Verified { by, channel: Channel::Email },
    ]
}

fn name(state: &VerificationState) -> String {
    // A new variant must be put into `states`, too.
    match state {
        VerificationState::AwaitingAddress { .. } => "awaiting address".to_owned(),
        VerificationState::AwaitingProof { submissions, prefilled, change, .. } => {
            let filled = if prefilled.is_some() { ", filled in" } else { "" };
            let changes = if change.is_some() { ", changes" } else { "" };
            format!("awaiting proof {submissions}{filled}{changes}")
        }
        VerificationState::Verified { .. } => "verified".to_owned(),
    }
}

fn owner() -> Box<AddressOwner> {
    let identity = sample::identity(&["ada@example.test"]);
    let address = identity.verifiable_addresses[0].id;
    Box::new(AddressOwner { identity, address })
}

/// A change of the owner's traits, proven by a code or link.
fn change() -> ProofCheck {
    let AddressOwner { identity, address } = *owner();
    let put = vec![sample::password(identity.id)];
    let change = Change {
        method: MethodId::Profile,
        previous: identity.clone(),
        identity,
        put,
        dropped: Vec::new(),
        credentials: Vec::new(),
        proves: None,
        reach: Reach::Protected,
    };
    ProofCheck::Change { code: sample::id("code"), change: Box::new(change), address }
}

fn events() -> Vec<(&'static str, World, VerificationEvent)> {
    let named = |owner| VerificationEvent::AddressNamed {
        address: "Ada@example.test".into(),
        channel: Channel::Email,
        owner,
    };
    let submitted = |check| VerificationEvent::CodeSubmitted { check, spare: sample::spare() };
    let followed = |check| VerificationEvent::LinkFollowed { check, spare: sample::spare() };
    let right = || ProofCheck::Match { code: sample::id("code"), owner: owner() };
    let mut telling = World::new();
    telling.policy.verification.notify_unknown = true;
    let notes = vec![Note::field("email", text::validation::required("email"))];
    vec![
        ("known address", World::new(), named(Some(owner()))),
        ("unknown address", World::new(), named(None)),
        ("unknown, told", telling, named(None)),
        ("wrong code", World::new(), submitted(ProofCheck::Mismatch)),
        ("code of yesterday", World::new(), submitted(ProofCheck::Expired)),
        ("used code", World::new(), submitted(ProofCheck::Used)),
        ("right code", World::new(), submitted(right())),
        ("code brought", World::new(), VerificationEvent::CodeBrought(Sealed::new("sealed"))),
        ("wrong link", World::new(), followed(ProofCheck::Mismatch)),
        ("used link", World::new(), followed(ProofCheck::Used)),
        ("link of yesterday", World::new(), followed(ProofCheck::Expired)),
        ("right link", World::new(), followed(right())),
        ("submitted again", World::new(), VerificationEvent::SubmittedAgain { spare: sample::spare() }),
        ("code of a change", World::new(), submitted(change())),
        ("link of a change", World::new(), followed(change())),
        ("address taken", World::new(), VerificationEvent::AddressTaken),
        ("refused", World::new(), VerificationEvent::Refused(notes)),
        ("expired", World::new(), VerificationEvent::Expired { replacement: sample::spare() }),
    ]
}

/// Each pair of state and event, with what was decided.
fn all(by: Proof) -> Vec<(String, Transition<VerificationState>)> {
    let mut all = Vec::new();
    for state in states(by) {
        for (event, world, happens) in events() {
            let made = state.clone().on(happens, &world.cx());
            let row = row(&name(&state), event, &made, name);
            let illegal = Transition::refuse(state.clone(), Vec::new());
            all.push((row, made.unwrap_or(illegal)));
        }
    }
    all
}

fn rows(by: Proof) -> Vec<String> {
    all(by).into_iter().map(|(row, _)| row).collect()
}

#[test]
fn transition_table_by_code() {
    compare(&rows(Proof::Code), BY_CODE);
}

#[test]
fn transition_table_by_link() {
    let pair = |row: &str| row.split('|').take(2).map(str::trim).collect::<Vec<_>>().join("|");
    let own: Vec<String> = BY_LINK.trim().lines().map(pair).collect();
    let common = BY_CODE.trim().lines().filter(|row| !own.contains(&pair(row)));
    let table = common.chain(BY_LINK.trim().lines()).collect::<Vec<_>>().join("\n");
    compare(&rows(Proof::Link), &table);
}

#[test]
fn the_public_state_says_how_far_it_has_come() {
    let names = states(Proof::Code).map(|state| state.wire_name());
    assert_eq!(names, ["choose_method", "sent_email", "sent_email", "sent_email", "passed_challenge"]);
}

/// What the next form says is said by the flow that takes the place of this one.
#[test]
fn a_flow_that_gives_way_explains_itself_on_the_next_one() {
    let mut reasons = Vec::new();
    for (row, made) in all(Proof::Code) {
        for effect in &made.effects {
            if let super::Effect::OpenFlow(next) = effect {
                let event = row.split(" | ").nth(1).unwrap().to_owned();
                reasons.push((event, sample::notes(&next.head().notes)));
            }
        }
    }
    reasons.sort();
    reasons.dedup();
    let reasons: Vec<String> = reasons.into_iter().map(|(event, note)| format!("{event}: {note}")).collect();
    let expected = [
        "code of a change: 4000001",
        "code of yesterday: 4000001",
        "expired: -",
        "link of yesterday: 4070005",
        "right code: 4000001",
        "submitted again: 4070002",
        "used code: 4000001",
        "used link: 4070001",
        "wrong code: 4000001",
        "wrong link: 4070001",
    ];
    assert_eq!(reasons, expected);
}
