//! Proving an address: submissions never fall, and what is verified stays so.

use proptest::prelude::*;
use zelos::{
    crypto::Sealed,
    flow::{
        AddressOwner, AnyFlow, Effect, Flow, FlowKind, Machine as _, Proof, ProofCheck, Reply,
        VerificationEvent, VerificationState,
    },
    identity::Channel,
};

use crate::world::{self, MAX_CODES, World, identity, sessions};

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    Named { known: bool },
    Code(Check),
    Link(Check),
    Brought,
    Again,
    Refused,
    Expired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Mismatch,
    Used,
    Expired,
    Match,
}

fn check() -> impl Strategy<Value = Check> {
    prop_oneof![
        4 => Just(Check::Mismatch),
        1 => Just(Check::Used),
        1 => Just(Check::Expired),
        1 => Just(Check::Match),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        2 => any::<bool>().prop_map(|known| Happening::Named { known }),
        4 => check().prop_map(Happening::Code),
        1 => check().prop_map(Happening::Link),
        1 => Just(Happening::Brought),
        1 => Just(Happening::Again),
        1 => Just(Happening::Refused),
        1 => Just(Happening::Expired),
    ]
}

fn owner() -> Box<AddressOwner> {
    let identity = identity(1, 0);
    let address = identity.verifiable_addresses[0].id;
    Box::new(AddressOwner { identity, address })
}

fn proof(check: Check) -> ProofCheck {
    match check {
        Check::Mismatch => ProofCheck::Mismatch,
        Check::Used => ProofCheck::Used,
        Check::Expired => ProofCheck::Expired,
        Check::Match => ProofCheck::Match { code: world::id("code"), owner: owner() },
    }
}

fn event(happening: Happening) -> VerificationEvent {
    let spare = world::spare();
    match happening {
        Happening::Named { known } => VerificationEvent::AddressNamed {
            address: "0@example.test".into(),
            channel: Channel::Email,
            owner: known.then(owner),
        },
        Happening::Code(check) => VerificationEvent::CodeSubmitted { check: proof(check), spare },
        Happening::Link(check) => VerificationEvent::LinkFollowed { check: proof(check), spare },
        Happening::Brought => VerificationEvent::CodeBrought(Sealed::new("sealed")),
        Happening::Again => VerificationEvent::SubmittedAgain { spare },
        Happening::Refused => VerificationEvent::Refused(Vec::new()),
        Happening::Expired => VerificationEvent::Expired { replacement: spare },
    }
}

fn submissions(state: &VerificationState) -> u32 {
    match state {
        VerificationState::AwaitingProof { submissions, .. } => *submissions,
        _ => 0,
    }
}

fn proves(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::ConsumeCode(_)))
}

proptest! {
    #[test]
    fn submissions_never_fall_and_what_is_verified_stays_so(
        by_link in any::<bool>(),
        story in prop::collection::vec(happening(), 1..40),
    ) {
        let world = World::new();
        let by = if by_link { Proof::Link } else { Proof::Code };
        let mut state = VerificationState::AwaitingAddress { by };
        let (mut count, mut verified) = (0, false);
        for happening in story {
            let before = state.clone();
            let Ok(made) = state.clone().on(event(happening), &world.cx()) else { continue };
            let matched = [Happening::Code(Check::Match), Happening::Link(Check::Match)].contains(&happening);
            let done = matches!(made.reply, Reply::Done(_));
            prop_assert_eq!(done, proves(&made.effects));
            prop_assert!(!done || matched, "{:?} proves nothing", happening);
            if happening == Happening::Code(Check::Match) {
                let waits = matches!(before, VerificationState::AwaitingProof { .. });
                prop_assert_eq!(done, waits && submissions(&before) < MAX_CODES, "one too many, or too early");
            }
            prop_assert!(sessions(&made.effects).is_empty(), "a proof of an address is no login");
            prop_assert_eq!(made.state.by(), by);

            let is_verified = matches!(made.state, VerificationState::Verified { .. });
            prop_assert!(is_verified || !verified, "nothing leads away from verified");
            prop_assert!(!is_verified || verified || done);
            if !is_verified {
                prop_assert!(submissions(&made.state) >= count);
                let waited = matches!(before, VerificationState::AwaitingProof { .. });
                let code = waited && matches!(happening, Happening::Code(_));
                prop_assert_eq!(submissions(&made.state), count + u32::from(code));
                count = submissions(&made.state);
            }
            (state, verified) = (made.state, is_verified);
        }
    }

    /// Neither answer nor work tells whether an address is somebody's.
    #[test]
    fn known_and_unknown_addresses_differ_in_the_letter_only(by_link in any::<bool>(), count in 0_u32..9) {
        let world = World::new();
        let by = if by_link { Proof::Link } else { Proof::Code };
        let state = VerificationState::AwaitingProof {
            by, address: "0@example.test".into(), channel: Channel::Email, submissions: count, prefilled: None,
            change: None,
        };
        let named = |known| state.clone().on(event(Happening::Named { known }), &world.cx()).unwrap();
        let (known, unknown) = (named(true), named(false));
        prop_assert_eq!(&known.state, &unknown.state);
        prop_assert_eq!(&known.notes, &unknown.notes);
        prop_assert_eq!(format!("{:?}", known.reply), format!("{:?}", unknown.reply));
        let minted = |effects: &[Effect]| {
            let drafts = effects.iter().filter_map(|effect| match effect {
                Effect::MintCode(draft) => Some((draft.secret.expose().len(), draft.expires_at)),
                _ => None,
            });
            drafts.collect::<Vec<_>>()
        };
        prop_assert_eq!(minted(&known.effects), minted(&unknown.effects));
        let letters = |effects: &[Effect]| effects.iter().filter(|one| matches!(one, Effect::Enqueue(_))).count();
        prop_assert_eq!((letters(&known.effects), letters(&unknown.effects)), (1, 0));
    }

    #[test]
    fn states_come_back_from_their_json(story in prop::collection::vec(happening(), 0..10)) {
        let world = World::new();
        let mut state = VerificationState::AwaitingAddress { by: Proof::Code };
        for happening in story {
            if let Ok(made) = state.clone().on(event(happening), &world.cx()) {
                state = made.state;
            }
            let flow = AnyFlow::Verification(Flow { head: world.head.clone(), state: state.clone() });
            let json = flow.state_json().unwrap();
            let back = AnyFlow::from_parts(FlowKind::Verification, world.head.clone(), json).unwrap();
            prop_assert_eq!(back, flow);
        }
    }
}
