//! Logging in: never a session without evidence, and tries never fall.

use proptest::prelude::*;
use zelos::{
    flow::{
        AllowedKey, CodeRecipient, Effect, FactorCheck, KeysNamed, LoginCodeCheck, LoginEvent, LoginState,
        Machine as _, Named, Reply, Shown,
    },
    identity::{Bytes, Channel, CodeAddress, Identity, IdentityState},
    session::{Factor, SessionMethod},
    text,
};

use crate::world::{self, MAX_CODES, World, identity, session, sessions, told};

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happening {
    Named { known: bool, password: bool },
    Mismatch,
    Match { active: bool },
    Asked { known: bool },
    KeyAsked { known: bool },
    PasskeyAsked,
    Right { active: bool },
    Wrong,
    Used,
    Stranger,
    Refused,
    Unaddressed,
    AlreadyLoggedIn,
    Expired,
}

impl Happening {
    const fn is_code(self) -> bool {
        matches!(self, Self::Right { .. } | Self::Wrong | Self::Used | Self::Stranger)
    }
}

/// Who is logged in when it happens.
#[derive(Debug, Clone, Copy)]
enum Present {
    Nobody,
    Themselves,
    SomebodyElse,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => any::<(bool, bool)>().prop_map(|(known, password)| Happening::Named { known, password }),
        1 => Just(Happening::Mismatch),
        1 => any::<bool>().prop_map(|active| Happening::Match { active }),
        3 => any::<bool>().prop_map(|known| Happening::Asked { known }),
        1 => any::<bool>().prop_map(|known| Happening::KeyAsked { known }),
        1 => Just(Happening::PasskeyAsked),
        2 => any::<bool>().prop_map(|active| Happening::Right { active }),
        4 => Just(Happening::Wrong),
        1 => Just(Happening::Used),
        1 => Just(Happening::Stranger),
        1 => Just(Happening::Refused),
        1 => Just(Happening::Unaddressed),
        1 => Just(Happening::AlreadyLoggedIn),
        1 => Just(Happening::Expired),
    ]
}

fn present() -> impl Strategy<Value = Present> {
    prop_oneof![Just(Present::Nobody), Just(Present::Themselves), Just(Present::SomebodyElse)]
}

fn person(active: bool) -> Box<Identity> {
    let mut identity = identity(1, 0);
    identity.state = if active { IdentityState::Active } else { IdentityState::Inactive };
    Box::new(identity)
}

fn recipient(known: bool) -> CodeRecipient {
    if !known {
        return CodeRecipient::Nobody;
    }
    let addresses = vec![CodeAddress { address: "0@example.test".into(), channel: Channel::Email }];
    CodeRecipient::Account { identity: person(true), addresses }
}

fn event(happening: Happening) -> LoginEvent {
    match happening {
        Happening::Named { known, password } => LoginEvent::IdentifierNamed {
            account: known.then(|| {
                Box::new(Named {
                    has_password: password,
                    has_passkey: false,
                    has_key: false,
                    code: recipient(true),
                    providers: Vec::new(),
                })
            }),
        },
        Happening::Mismatch => {
            LoginEvent::FactorChecked(FactorCheck::Mismatch(text::validation::invalid_credentials()))
        }
        Happening::Match { active } => {
            let shown = Shown::plain(*person(active), Factor::first(SessionMethod::Password));
            LoginEvent::FactorChecked(FactorCheck::Match(Box::new(shown)))
        }
        Happening::Asked { known } => LoginEvent::CodeAsked(recipient(known)),
        Happening::KeyAsked { known } => {
            let key = AllowedKey { id: Bytes(vec![1]), transport: Vec::new() };
            let keys = if known { vec![key.clone()] } else { Vec::new() };
            LoginEvent::KeyAsked(KeysNamed { keys, decoys: vec![key] })
        }
        Happening::PasskeyAsked => LoginEvent::PasskeyAsked,
        Happening::Right { active } => {
            let check = LoginCodeCheck::Match { code: world::id("code"), identity: person(active) };
            LoginEvent::CodeSubmitted(check)
        }
        Happening::Wrong => LoginEvent::CodeSubmitted(LoginCodeCheck::Mismatch),
        Happening::Used => LoginEvent::CodeSubmitted(LoginCodeCheck::Used),
        Happening::Stranger => LoginEvent::CodeSubmitted(LoginCodeCheck::Nobody),
        Happening::Refused => LoginEvent::Refused(Vec::new()),
        Happening::Unaddressed => LoginEvent::Unaddressed,
        Happening::AlreadyLoggedIn => LoginEvent::AlreadyLoggedIn,
        Happening::Expired => LoginEvent::Expired { replacement: world::spare() },
    }
}

fn submissions(state: &LoginState) -> u32 {
    match state {
        LoginState::Identified { submissions, .. } | LoginState::AwaitingKey { submissions, .. } => {
            *submissions
        }
        LoginState::AwaitingCode { codes, .. } | LoginState::CodePassed { codes, .. } => codes.submissions,
        LoginState::AwaitingIdentifier { .. }
        | LoginState::AwaitingFactor { .. }
        | LoginState::Authenticated { .. } => 0,
    }
}

fn used(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::ConsumeCode(_))).count()
}

proptest! {
    #[test]
    fn a_session_needs_a_factor_that_fits_and_an_identity_that_is_active(
        hide_accounts in any::<bool>(),
        story in prop::collection::vec((happening(), present()), 1..30),
    ) {
        let ada = identity(1, 0).id;
        let mut state = LoginState::AwaitingFactor { wanted: world::WANTED };
        for (happening, present) in story {
            let session = match present {
                Present::Nobody => None,
                Present::Themselves => Some(session(ada)),
                Present::SomebodyElse => Some(session(world::id("somebody else"))),
            };
            let mut world = World { session, ..World::new() };
            world.policy.hide_accounts = hide_accounts;
            let awaits = matches!(state, LoginState::AwaitingCode { .. });
            let tries = submissions(&state);
            let Ok(made) = state.clone().on(event(happening), &world.cx()) else {
                prop_assert!(happening.is_code() && !awaits, "{:?} in {:?}", happening, state);
                continue;
            };
            let opened = sessions(&made.effects);
            let by_code = happening == Happening::Right { active: true } && awaits && tries < MAX_CODES;
            let evidence = happening == Happening::Match { active: true } || by_code;
            prop_assert_eq!(opened.len(), usize::from(evidence), "{:?}", happening);
            prop_assert_eq!(used(&made.effects), usize::from(by_code));
            prop_assert_eq!(told(&made.reply), opened.first().copied());
            prop_assert_eq!(matches!(made.reply, Reply::Done(_)), evidence);
            for opened in opened {
                prop_assert_eq!(opened.identity, ada);
                if let (Present::Themselves, Some(own)) = (present, &world.session) {
                    prop_assert_eq!(opened.id, own.id);
                    prop_assert_eq!(opened.methods.len(), own.methods.len() + 1);
                }
            }
            if !evidence {
                prop_assert!(made.subject.is_none(), "nothing of an identity changes without evidence");
            }
            let counts = happening.is_code() && (hide_accounts || happening != Happening::Stranger);
            prop_assert_eq!(submissions(&made.state), tries + u32::from(counts));
            state = made.state;
        }
    }
}
