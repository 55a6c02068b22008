//! What the tables of the machines and hooks are made with: a fixed world, and rows as text.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Map;
use url::Url;

use super::{
    AnyFlow, Client, CodePolicy, Completion, Cx, Draft, Effect, Flow, Head, Illegal, LinkPolicy, LoginPolicy,
    LoginState, LoginStyle, Machine, Note, Origin, PasskeyPolicy, Place, Policy, Proof, Recipient,
    RecoveryPolicy, RecoveryWay, RegistrationPolicy, RegistrationStyle, Replacement, Reply, ReturnPolicy,
    Returns, Revoke, SecurityKeyPolicy, SettingsPolicy, TotpPolicy, Transition, VerificationPolicy, Wanted,
    Write,
};
use crate::{
    crypto::{HashText, TokenHash},
    identity::{Aal, Channel, CheckedTraits, Credential, Identity, Payload, Version},
    kernel::{DeviceId, Id, IdentityId, Seed, Timestamp},
    outbox::Outgoing,
    session::{Authentication, Device, RequiredAal, Session, SessionMethod},
};

/// A fixed moment.
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
    pub device: Device,
    pub session: Option<Session>,
    pub seed: Seed,
}

impl World {
    pub fn new() -> Self {
        let device = Device { id: id("device"), ip_address: None, user_agent: None, location: None };
        Self { policy: policy(), head: head("flow"), device, session: None, seed: Seed::new([3; 32]) }
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

pub fn policy() -> Policy {
    let minutes = |n: u64| Duration::from_secs(60 * n);
    let base = Url::parse("https://id.example.test/").unwrap();
    let ui = |page: &str| format!("https://ui.example.test/{page}");
    Policy {
        public_url: "https://id.example.test".into(),
        returns: Returns {
            allowed: ReturnPolicy::new(base.clone(), Vec::new(), &base),
            default: ui(""),
            defaults: BTreeMap::new(),
        },
        login: LoginPolicy {
            ui: ui("login"),
            lifespan: minutes(60),
            style: LoginStyle::Unified,
            legacy_verified_error: false,
        },
        registration: RegistrationPolicy {
            enabled: true,
            ui: ui("registration"),
            lifespan: minutes(60),
            style: RegistrationStyle::ProfileFirst,
            login_hints: false,
            legacy_continue_with: false,
        },
        verification: verification(),
        recovery: RecoveryPolicy {
            enabled: true,
            method_enabled: true,
            ui: ui("recovery"),
            lifespan: minutes(60),
            notify_unknown: false,
            way: RecoveryWay::Code,
            transitions: false,
        },
        settings: SettingsPolicy {
            ui: ui("settings"),
            lifespan: minutes(60),
            privileged_for: minutes(60),
            required_aal: RequiredAal::HighestAvailable,
        },
        code: codes(),
        link: LinkPolicy { lifespan: minutes(60) },
        oidc: crate::flow::OidcPolicy::default(),
        hide_accounts: false,
        profile_enabled: true,
        password_enabled: true,
        code_enabled: true,
        link_enabled: true,
        totp: TotpPolicy { enabled: true, issuer: "Example".into() },
        lookup_enabled: true,
        webauthn: SecurityKeyPolicy::default(),
        passkey: PasskeyPolicy::default(),
        session_lifespan: minutes(60 * 24),
        error_ui: ui("error"),
        clear_browser_data: false,
    }
}

fn codes() -> CodePolicy {
    CodePolicy {
        lifespan: Duration::from_secs(600),
        max_submissions: 5,
        passwordless: true,
        second_factor: true,
        choose_address: false,
        fallback: false,
    }
}

fn verification() -> VerificationPolicy {
    VerificationPolicy {
        enabled: true,
        by: Proof::Code,
        method_enabled: true,
        ui: "https://ui.example.test/verification".into(),
        lifespan: Duration::from_secs(3600),
        notify_unknown: false,
        sms: false,
    }
}

pub fn head(label: &str) -> Head {
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
        social: crate::flow::Social::default(),
        round: 0,
        notes: Vec::new(),
        version: Version(4),
        updated_at: now(),
    }
}

pub const WANTED: Wanted = Wanted { aal: Aal::Aal1, refresh: false };

/// A flow to take the place of another.
pub fn spare() -> Box<AnyFlow> {
    Box::new(AnyFlow::Login(Flow {
        head: head("spare"),
        state: LoginState::AwaitingFactor { wanted: WANTED },
    }))
}

/// Somebody with these e-mail addresses, none of them proven.
pub fn identity(addresses: &[&str]) -> Identity {
    let pairs: Vec<_> = addresses.iter().map(|value| (Channel::Email, (*value).to_owned())).collect();
    let checked = CheckedTraits {
        schema_id: "person".into(),
        traits: Map::new(),
        recovery: pairs.clone(),
        verifiable: pairs,
        ..CheckedTraits::default()
    };
    Identity::with_traits(&checked, now(), &mut Seed::new([8; 32]).stream("identity"))
}

pub fn password(identity: IdentityId) -> Credential {
    Credential {
        id: id("credential"),
        identity,
        identifiers: vec!["ada@example.test".into()],
        payload: Payload::Password { hash: Some(HashText::new("$2a$…")), use_migration_hook: false },
        created_at: now(),
        updated_at: now(),
    }
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
        devices: vec![Device {
            id: DeviceId::random(&mut Seed::new([2; 32]).stream("d")),
            ip_address: None,
            user_agent: None,
            location: None,
        }],
        issued_at: now(),
        authenticated_at: now(),
        expires_at: now().plus(Duration::from_secs(600)),
        version: Version(2),
        created_at: now(),
        updated_at: now(),
    }
}

/// A row for each pair of state and event.
pub fn rows<S, E>(
    states: impl IntoIterator<Item = S>,
    events: impl Fn() -> E,
    name: impl Fn(&S) -> String,
) -> Vec<String>
where
    S: Machine + Clone,
    E: IntoIterator<Item = (&'static str, World, S::Event)>,
{
    let mut rows = Vec::new();
    for state in states {
        for (event, world, happens) in events() {
            rows.push(row(&name(&state), event, &state.clone().on(happens, &world.cx()), &name));
        }
    }
    rows
}

/// A row of a table: `state | event | next state | identity | effects | reply | notes`.
pub fn row<S>(
    state: &str,
    event: &str,
    transition: &Result<Transition<S>, Illegal>,
    name: impl Fn(&S) -> String,
) -> String {
    let cells = match transition {
        Err(_) => "illegal".to_owned(),
        Ok(made) => {
            let write = made.subject.as_ref().map(|subject| subject.write);
            let (effects, reply) = (effects(&made.effects), reply(&made.reply));
            format!(
                "{} | {} | {effects} | {reply} | {}",
                name(&made.state),
                written(write),
                notes(&made.notes)
            )
        }
    };
    format!("{state} | {event} | {cells}")
}

pub fn written(write: Option<Write>) -> &'static str {
    match write {
        None => "-",
        Some(Write::Insert) => "insert",
        Some(Write::Replace(_)) => "replace",
        Some(Write::Require(_)) => "require",
    }
}

/// The kinds of effects, in order; what is enqueued and audited by name.
pub fn effects(effects: &[Effect]) -> String {
    let kind = |effect: &Effect| match effect {
        Effect::PutCredential(_) => "put-credential".to_owned(),
        Effect::DropCredential { .. } => "drop-credential".to_owned(),
        Effect::DeleteIdentity(_) => "delete-identity".to_owned(),
        Effect::IssueSession(_) => "issue".to_owned(),
        Effect::RaiseSession { .. } => "raise".to_owned(),
        Effect::RevokeSessions(Revoke::One(_)) => "revoke-one".to_owned(),
        Effect::RevokeSessions(Revoke::Others { .. }) => "revoke-others".to_owned(),
        Effect::RevokeMany(_) => "revoke-many".to_owned(),
        Effect::DeleteSessions(_) => "delete-sessions".to_owned(),
        Effect::DeleteSessionsOf(_) => "delete-sessions-of".to_owned(),
        Effect::MintCode(draft) if matches!(draft.recipient, Recipient::Proposed(_)) => {
            "mint-pending".to_owned()
        }
        Effect::MintCode(draft) if draft.recipient != Recipient::Nobody => "mint".to_owned(),
        Effect::MintCode(_) => "mint-decoy".to_owned(),
        Effect::ConsumeCode(_) => "consume".to_owned(),
        Effect::DropCodes(_) => "drop-codes".to_owned(),
        Effect::DropPendingCodes(_) => "drop-pending-codes".to_owned(),
        Effect::OpenExchange(_) => "open-exchange".to_owned(),
        Effect::HandOver(_) => "hand-over".to_owned(),
        Effect::ConsumeExchange(_) => "consume-exchange".to_owned(),
        Effect::OpenFlow(_) => "open-flow".to_owned(),
        Effect::Enqueue(Outgoing::Letter(letter)) => letter.content.template().wire_name().to_owned(),
        Effect::Audit(event) => format!("audit:{}", event.what),
    };
    list(effects.iter().map(kind))
}

pub fn reply(reply: &Reply) -> &'static str {
    match reply {
        Reply::Form { advanced: true } => "advanced",
        Reply::Form { advanced: false } => "refused",
        Reply::SeePage => "see page",
        Reply::Done(completion) => match completion.as_ref() {
            Completion::LoggedIn { token: Some(_), newcomer: true, .. } => "logged in",
            Completion::LoggedIn { token: None, newcomer: false, .. } => "confirmed",
            Completion::LoggedIn { .. } => "a session that is new to one side only",
            Completion::Registered { session: None, .. } => "registered",
            Completion::Registered { session: Some(_), .. } => "registered and logged in",
            Completion::Verified { previous: None } => "verified",
            Completion::Verified { previous: Some(_) } => "verified and changed",
            Completion::Recovered { settings: Some(_), .. } => "recovered",
            Completion::Recovered { settings: None, .. } => "recovered without settings",
            Completion::Saved { .. } => "saved",
            Completion::LoggedOut => "logged out",
        },
        Reply::Replaced { because: Replacement::Expired, .. } => "expired",
        Reply::Replaced { because: Replacement::UsedUp, .. } => "used up",
        Reply::Replaced { because: Replacement::LinkRefused, .. } => "link refused",
        Reply::Replaced { because: Replacement::Linking, .. } => "linking",
        Reply::Replaced { because: Replacement::Refused(_), .. } => "refused for good",
        Reply::VerifyFirst(_) => "verify first",
        Reply::AlreadyLoggedIn => "already logged in",
        Reply::Reauthenticate { key: Some(_) } => "reauthenticate with a key",
        Reply::Reauthenticate { key: None } => "reauthenticate",
        Reply::Leave(_) => "leave",
        Reply::Failed(_) => "failed",
    }
}

pub fn notes(notes: &[Note]) -> String {
    list(notes.iter().map(|note| match &note.at {
        Place::Form => note.message.id.to_string(),
        Place::Field(field) => format!("{}@{field}", note.message.id),
    }))
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { "-".to_owned() } else { items.join(", ") }
}

/// Compares what was decided with a table: a pair without a row fails, a row without a pair too.
#[track_caller]
pub fn compare(decided: &[String], table: &str) {
    let squeeze = |line: &str| line.split('|').map(str::trim).collect::<Vec<_>>().join(" | ");
    let rows: Vec<String> = table.trim().lines().map(|line| squeeze(line.trim())).collect();
    let pair = |row: &str| row.split(" | ").take(2).collect::<Vec<_>>().join(" | ");
    let mut problems = Vec::new();
    for row in decided {
        match rows.iter().find(|other| pair(other) == pair(row)) {
            Some(expected) if expected == row => {}
            Some(expected) => problems.push(format!("decided  {row}\ntable    {expected}")),
            None => problems.push(format!("no row for  {row}")),
        }
    }
    for row in rows.iter().filter(|row| !decided.iter().any(|other| pair(other) == pair(row))) {
        problems.push(format!("no such pair  {row}"));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(rows.len(), decided.len(), "a pair has two rows");
}

#[test]
#[should_panic(expected = "no row for  here | refused")]
fn a_pair_without_a_row_fails() {
    compare(&["here | refused | here".to_owned()], "here | expired | here");
}
