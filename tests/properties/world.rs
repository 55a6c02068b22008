//! A fixed world for decisions to be made in, and what the properties ask of them.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Map;
use url::Url;
use zelos::{
    crypto::TokenHash,
    flow::{
        AnyFlow, Client, CodePolicy, Completion, Cx, Draft, Effect, Flow, Head, LinkPolicy, LoginPolicy,
        LoginState, LoginStyle, Origin, PasskeyPolicy, Policy, Proof, RecoveryPolicy, RecoveryWay,
        RegistrationPolicy, RegistrationStyle, Reply, ReturnPolicy, Returns, SecurityKeyPolicy,
        SettingsPolicy, TotpPolicy, VerificationPolicy, Wanted,
    },
    identity::{Aal, Channel, CheckedTraits, Identity, Version},
    kernel::{Id, IdentityId, Seed, Timestamp},
    session::{Authentication, Device, RequiredAal, Session, SessionMethod},
};

/// How many codes may be submitted.
pub const MAX_CODES: u32 = 5;

pub fn now() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).unwrap()
}

pub fn id<K>(label: &str) -> Id<K> {
    Id::random(&mut Seed::new([5; 32]).stream(label))
}

/// Everything that a decision looks at.
pub struct World {
    pub policy: Policy,
    pub head: Head,
    pub session: Option<Session>,
    pub device: Device,
    pub seed: Seed,
}

impl World {
    pub fn new() -> Self {
        let device = Device { id: id("device"), ip_address: None, user_agent: None, location: None };
        Self { policy: policy(), head: head("flow"), session: None, device, seed: Seed::new([3; 32]) }
    }

    pub fn cx(&self) -> Cx<'_> {
        Cx {
            now: now(),
            seed: &self.seed,
            policy: &self.policy,
            flow: &self.head,
            session: self.session.as_ref(),
            device: &self.device,
        }
    }
}

fn verification() -> VerificationPolicy {
    VerificationPolicy {
        enabled: true,
        by: Proof::Code,
        method_enabled: true,
        ui: "https://ui.example.test/".to_owned(),
        lifespan: Duration::from_secs(3600),
        notify_unknown: false,
        sms: false,
    }
}

fn codes() -> CodePolicy {
    CodePolicy {
        lifespan: Duration::from_secs(3600),
        max_submissions: MAX_CODES,
        passwordless: true,
        second_factor: true,
        choose_address: false,
        fallback: false,
    }
}

fn policy() -> Policy {
    let (hour, base) = (Duration::from_secs(3600), Url::parse("https://id.example.test/").unwrap());
    let ui = || "https://ui.example.test/".to_owned();
    Policy {
        public_url: "https://id.example.test".into(),
        returns: Returns {
            allowed: ReturnPolicy::new(base.clone(), Vec::new(), &base),
            default: ui(),
            defaults: BTreeMap::new(),
        },
        login: LoginPolicy {
            ui: ui(),
            lifespan: hour,
            style: LoginStyle::Unified,
            legacy_verified_error: false,
        },
        registration: RegistrationPolicy {
            enabled: true,
            ui: ui(),
            lifespan: hour,
            style: RegistrationStyle::ProfileFirst,
            login_hints: false,
            legacy_continue_with: false,
        },
        verification: verification(),
        recovery: RecoveryPolicy {
            enabled: true,
            method_enabled: true,
            ui: ui(),
            lifespan: hour,
            notify_unknown: false,
            way: RecoveryWay::Code,
            transitions: false,
        },
        settings: SettingsPolicy {
            ui: ui(),
            lifespan: hour,
            privileged_for: hour,
            required_aal: RequiredAal::HighestAvailable,
        },
        code: codes(),
        link: LinkPolicy { lifespan: hour },
        oidc: zelos::flow::OidcPolicy::default(),
        hide_accounts: false,
        profile_enabled: true,
        password_enabled: true,
        code_enabled: true,
        link_enabled: true,
        totp: TotpPolicy { enabled: true, issuer: "Example".into() },
        lookup_enabled: true,
        webauthn: SecurityKeyPolicy::default(),
        passkey: PasskeyPolicy::default(),
        session_lifespan: hour,
        error_ui: ui(),
        clear_browser_data: false,
    }
}

fn head(label: &str) -> Head {
    Head {
        id: id(label),
        client: Client::Browser,
        issued_at: now(),
        expires_at: now().plus(Duration::from_secs(3600)),
        origin: Origin { request_url: "https://id.example.test/open".into(), ..Origin::default() },
        csrf: Some(TokenHash::new([1; 32])),
        active: None,
        draft: Draft::default(),
        known: None,
        social: zelos::flow::Social::default(),
        round: 0,
        notes: Vec::new(),
        version: Version(4),
        updated_at: now(),
    }
}

pub const WANTED: Wanted = Wanted { aal: Aal::Aal1, refresh: false };

/// A flow to take the place of another.
pub fn spare() -> Box<AnyFlow> {
    let state = LoginState::AwaitingFactor { wanted: WANTED };
    Box::new(AnyFlow::Login(Flow { head: head("spare"), state }))
}

/// Somebody with this many addresses, the first so many of them proven.
pub fn identity(addresses: usize, proven: usize) -> Identity {
    let verifiable = (0..addresses).map(|n| (Channel::Email, format!("{n}@example.test"))).collect();
    let checked = CheckedTraits {
        schema_id: "person".into(),
        traits: Map::new(),
        recovery: Vec::clone(&verifiable),
        verifiable,
        ..CheckedTraits::default()
    };
    let mut identity = Identity::with_traits(&checked, now(), &mut Seed::new([8; 32]).stream("identity"));
    for address in identity.verifiable_addresses.iter_mut().take(proven) {
        address.verified = true;
    }
    identity
}

pub fn session(identity: IdentityId) -> Session {
    let shown = Authentication {
        method: SessionMethod::Password,
        aal: Aal::Aal1,
        completed_at: now(),
        provider: None,
        organization: None,
    };
    Session {
        id: id("session"),
        identity,
        active: true,
        methods: vec![shown],
        devices: Vec::new(),
        issued_at: now(),
        authenticated_at: now(),
        expires_at: now().plus(Duration::from_secs(600)),
        version: Version(2),
        created_at: now(),
        updated_at: now(),
    }
}

/// The sessions that effects issue or raise.
pub fn sessions(effects: &[Effect]) -> Vec<&Session> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::IssueSession(draft) => Some(&draft.session),
            Effect::RaiseSession { session, .. } => Some(session.as_ref()),
            _ => None,
        })
        .collect()
}

/// The session that a reply tells of.
pub fn told(reply: &Reply) -> Option<&Session> {
    match reply {
        Reply::Done(completion) => Completion::session(completion),
        _ => None,
    }
}
