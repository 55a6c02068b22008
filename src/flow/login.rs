//! Logging in.
//!
//! ```text
//! awaiting_identifier ── known ──▶ identified ─┐                      ┌── factor is shown ───▶ authenticated
//!          │                           ▲       ├── code asked for ──┐ │                        (or as it was)
//!          │ a code is the only way    │       │                    ▼ │
//!          └───────────────────────────┼───────┼──────────▶ awaiting_code ── right code ──▶ code_passed
//!                                      │       │               │    ▲                           │
//! awaiting_factor ─────────────────────┼───────┘               └────┴──── sent again ───────────┘
//!                                      └─ another identifier (identifier-first only)
//! any of them ── security key asked for ──▶ awaiting_key ── key is shown ──▶ awaiting_key, in
//! mismatch, wrong code, refused, unaddressed ──▶ same state, with messages
//! ```

use serde::{Deserialize, Serialize};

use super::{
    AnyFlow, AuditEvent, Change, CodesSent, Completion, Cx, Departure, Effect, FactorCheck, Illegal, Machine,
    Note, Policy, Replacement, Reply, Subject, Transition, Write, entry,
    login_code::{self, CodeRecipient, IdentifierField, LoginCodeCheck},
    login_key::{self, AllowedKey, KeysNamed},
    social,
};
use crate::{
    identity::{Aal, MethodId},
    session::Factor,
    text,
};

/// What a login flow was opened for; fixed for its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The level the session should reach.
    pub aal: Aal,
    /// Whether somebody who is logged in confirms who they are.
    pub refresh: bool,
}

impl Wanted {
    /// Whether a code goes to one of the addresses that the form offers, and not to one that is typed.
    pub const fn chooses_address(self, policy: &Policy) -> bool {
        matches!(self.aal, Aal::Aal2) || (self.refresh && policy.code.choose_address)
    }
}

/// What an identifier that was named can be logged in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// By a password.
    pub password: bool,
    /// By a code.
    pub code: bool,
    /// By a passkey.
    #[serde(default)]
    pub passkey: bool,
    /// By a security key.
    #[serde(default)]
    pub key: bool,
}

/// How far a login has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum LoginState {
    /// Somebody has to say who they are; the first screen of identifier-first login.
    AwaitingIdentifier {
        /// What the flow was opened for.
        wanted: Wanted,
    },
    /// A factor has to be shown that the identifier offers; the second screen of identifier-first login.
    Identified {
        /// What the flow was opened for.
        wanted: Wanted,
        /// What can be shown.
        offers: Offers,
        /// The providers that the account is linked to; `None` offers all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        linked: Option<Vec<String>>,
        /// Codes submitted so far.
        submissions: u32,
    },
    /// A factor has to be shown.
    AwaitingFactor {
        /// What the flow was opened for.
        wanted: Wanted,
    },
    /// A code is under way, or we pretend that it is.
    AwaitingCode {
        /// What the flow was opened for.
        wanted: Wanted,
        /// The codes.
        codes: CodesSent,
        /// How the form carries the identifier.
        identifier: IdentifierField,
    },
    /// A code was right and a session issued or raised. Only another code can be asked for.
    CodePassed {
        /// What the flow was opened for.
        wanted: Wanted,
        /// The codes.
        codes: CodesSent,
        /// How the form carries the identifier.
        identifier: IdentifierField,
    },
    /// One of these security keys has to be shown.
    AwaitingKey {
        /// What the flow was opened for.
        wanted: Wanted,
        /// The keys of the account, or made-up ones.
        keys: Vec<AllowedKey>,
        /// Codes submitted so far.
        submissions: u32,
    },
    /// A factor was shown and a session issued or raised. The flow can be used again: clients that lost
    /// the answer repeat the request (01 §21.2 W13).
    Authenticated {
        /// What the flow was opened for.
        wanted: Wanted,
    },
}

/// What can happen to a login.
#[derive(Debug)]
pub enum LoginEvent {
    /// An identifier was named, before any factor (01 §12.1).
    IdentifierNamed {
        /// Who has it; `None` when nobody does.
        account: Option<Box<Named>>,
    },
    /// A factor was checked.
    FactorChecked(FactorCheck),
    /// Somebody said by whose security key they want to log in.
    KeyAsked(KeysNamed),
    /// A passkey was chosen without showing one: the page has to ask for it.
    PasskeyAsked,
    /// A code was asked for, for the first time or again.
    CodeAsked(CodeRecipient),
    /// A code was submitted.
    CodeSubmitted(LoginCodeCheck),
    /// Somebody goes to a provider.
    Left(Box<Departure>),
    /// A provider vouches for somebody with an account, and what it tells of them takes the place of what there was.
    Vouched {
        /// What becomes of the account.
        change: Box<Change>,
        /// What the provider vouches for.
        factor: Factor,
    },
    /// What was typed cannot be checked.
    Refused(Vec<Note>),
    /// No method was addressed that this flow offers.
    Unaddressed,
    /// Somebody is logged in already, and the flow is not for confirming or raising that.
    AlreadyLoggedIn,
    /// The flow's time is over; here is another one.
    Expired {
        /// The flow to go on with.
        replacement: Box<AnyFlow>,
    },
}

/// The account that an identifier names.
#[derive(Debug)]
pub struct Named {
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether it has a passkey.
    pub has_passkey: bool,
    /// Whether it has a security key that logs in by itself.
    pub has_key: bool,
    /// Where a code would go.
    pub code: CodeRecipient,
    /// The providers that it is linked to.
    pub providers: Vec<String>,
}

impl LoginState {
    /// What the flow was opened for.
    pub const fn wanted(&self) -> Wanted {
        match self {
            Self::AwaitingIdentifier { wanted }
            | Self::Identified { wanted, .. }
            | Self::AwaitingFactor { wanted }
            | Self::AwaitingCode { wanted, .. }
            | Self::CodePassed { wanted, .. }
            | Self::AwaitingKey { wanted, .. }
            | Self::Authenticated { wanted } => *wanted,
        }
    }

    /// The method whose step was taken last.
    pub const fn active(&self) -> Option<MethodId> {
        match self {
            Self::Identified { .. } => Some(MethodId::IdentifierFirst),
            Self::AwaitingCode { .. } | Self::CodePassed { .. } => Some(MethodId::Code),
            Self::AwaitingIdentifier { .. }
            | Self::AwaitingFactor { .. }
            | Self::AwaitingKey { .. }
            | Self::Authenticated { .. } => None,
        }
    }

    /// Codes submitted so far; whatever happens in between, it is never reset.
    pub(super) const fn submissions(&self) -> u32 {
        match self {
            Self::Identified { submissions, .. } | Self::AwaitingKey { submissions, .. } => *submissions,
            Self::AwaitingCode { codes, .. } | Self::CodePassed { codes, .. } => codes.submissions,
            Self::AwaitingIdentifier { .. } | Self::AwaitingFactor { .. } | Self::Authenticated { .. } => 0,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingIdentifier { .. } => "awaiting identifier",
            Self::Identified { .. } => "identified",
            Self::AwaitingFactor { .. } => "awaiting factor",
            Self::AwaitingCode { .. } => "awaiting code",
            Self::CodePassed { .. } => "code passed",
            Self::AwaitingKey { .. } => "awaiting key",
            Self::Authenticated { .. } => "authenticated",
        }
    }
}

impl Machine for LoginState {
    type Event = LoginEvent;

    fn on(self, event: LoginEvent, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal> {
        Ok(match event {
            LoginEvent::IdentifierNamed { account } => identify(self, account.map(|named| *named), cx),
            LoginEvent::FactorChecked(FactorCheck::Mismatch(why)) => {
                let mut refused = Transition::refuse(self, vec![Note::form(why)]);
                refused.effects.push(Effect::Audit(AuditEvent::new("login.refused").within(cx.flow.id)));
                refused
            }
            LoginEvent::FactorChecked(FactorCheck::Match(shown)) => {
                shown.check(self.wanted().aal, cx, self.name())?;
                let (subject, factor, effects) = shown.into_effects();
                let next = self.after_factor();
                match subject.identity.is_active() {
                    true => authenticate(next, subject, factor, effects, cx),
                    false => Transition::refuse(self, vec![Note::form(text::login::account_disabled())]),
                }
            }
            LoginEvent::KeyAsked(named) => login_key::ask(self, named, cx),
            LoginEvent::PasskeyAsked => login_key::see_page(self, cx),
            LoginEvent::CodeAsked(recipient) => login_code::send(self, recipient, cx),
            LoginEvent::CodeSubmitted(check) => login_code::submit(self, check, cx)?,
            LoginEvent::Vouched { change, factor } => vouched(self, *change, factor, cx),
            LoginEvent::Left(departure) => social::leave(self, *departure, cx),
            LoginEvent::Refused(notes) => Transition::refuse(self.after_refusal(), notes),
            LoginEvent::Unaddressed => Transition::refuse(self, vec![Note::form(text::login::no_method())]),
            LoginEvent::AlreadyLoggedIn => {
                let note = Note::form(text::validation::generic(text::reason::ALREADY_LOGGED_IN));
                Transition { reply: Reply::AlreadyLoggedIn, ..Transition::refuse(self, vec![note]) }
            }
            LoginEvent::Expired { replacement } => {
                Transition::replace(self, *replacement, Replacement::Expired)
            }
        })
    }

    /// Only codes move the public state of a login (01 §2.3).
    fn wire_name(&self) -> &'static str {
        match self {
            Self::AwaitingIdentifier { .. }
            | Self::Identified { .. }
            | Self::AwaitingFactor { .. }
            | Self::AwaitingKey { .. }
            | Self::Authenticated { .. } => "choose_method",
            Self::AwaitingCode { .. } => "sent_email",
            Self::CodePassed { .. } => "passed_challenge",
        }
    }
}

impl LoginState {
    /// The state once a factor was shown. Forms with other steps stay as they are.
    fn after_factor(&self) -> Self {
        match self {
            Self::AwaitingFactor { wanted } | Self::Authenticated { wanted } => {
                Self::Authenticated { wanted: *wanted }
            }
            Self::AwaitingIdentifier { .. }
            | Self::Identified { .. }
            | Self::AwaitingCode { .. }
            | Self::AwaitingKey { .. }
            | Self::CodePassed { .. } => self.clone(),
        }
    }

    /// The state once a field did not do.
    fn after_refusal(self) -> Self {
        match self {
            Self::AwaitingCode { wanted, codes, .. } => {
                Self::AwaitingCode { wanted, codes, identifier: IdentifierField::Bare }
            }
            Self::AwaitingIdentifier { .. }
            | Self::Identified { .. }
            | Self::AwaitingFactor { .. }
            | Self::CodePassed { .. }
            | Self::AwaitingKey { .. }
            | Self::Authenticated { .. } => self,
        }
    }
}

/// Offers what the account can be logged in by. Where accounts are hidden, everybody is offered everything.
fn identify(state: LoginState, account: Option<Named>, cx: &Cx<'_>) -> Transition<LoginState> {
    let policy = cx.policy;
    let has = |what: fn(&Named) -> bool| policy.hide_accounts || account.as_ref().is_some_and(what);
    let offers = Offers {
        password: policy.password_enabled && has(|named| named.has_password),
        code: policy.code.passwordless && has(|_| true),
        passkey: policy.passkey.enabled && has(|named| named.has_passkey),
        key: policy.takes_first_key(cx.flow.client) && has(|named| named.has_key),
    };
    let linked: Vec<String> = match (&account, policy.oidc.enabled) {
        (Some(named), true) => {
            named.providers.iter().filter(|id| policy.oidc.offer(id).is_some()).cloned().collect()
        }
        (Some(_), false) | (None, _) => Vec::new(),
    };
    let by_provider = if policy.hide_accounts { policy.oidc.enabled } else { !linked.is_empty() };
    let by_something_else = offers.password || offers.passkey || offers.key || by_provider;
    if !by_something_else && !offers.code && !policy.hide_accounts {
        return Transition::refuse(
            state,
            vec![Note::field("identifier", text::validation::account_unknown())],
        );
    }
    // A code that is the only way in goes out at once. SECURITY: where accounts are hidden, for nobody too, by
    // what is configured and not by what the account has (01 §12.1, §21.2 W2).
    if offers.code && !by_something_else {
        let recipient = account.map_or(CodeRecipient::Nobody, |named| named.code);
        return login_code::send(state, recipient, cx);
    }
    let (wanted, submissions) = (state.wanted(), state.submissions());
    let linked = (!policy.hide_accounts).then_some(linked);
    let next = LoginState::Identified { wanted, offers, linked, submissions };
    Transition::advance(next, Vec::new(), Vec::new())
}

/// Lets somebody in for whom a provider vouches, with what it tells of them now.
fn vouched(state: LoginState, change: Change, factor: Factor, cx: &Cx<'_>) -> Transition<LoginState> {
    let Change { previous, mut identity, put, dropped, .. } = change;
    if !identity.is_active() {
        return Transition::refuse(state, vec![Note::form(text::login::account_disabled())]);
    }
    let (read, owner) = (previous.version, identity.id);
    identity.version = read.next();
    identity.updated_at = cx.now;
    let put = put.into_iter().map(|credential| Effect::PutCredential(Box::new(credential)));
    let dropped = dropped.into_iter().map(|method| Effect::DropCredential { identity: owner, method });
    let subject = Subject { identity, write: Write::Replace(read) };
    authenticate(state.after_factor(), subject, factor, put.chain(dropped).collect(), cx)
}

/// Lets somebody in who has shown a factor.
pub(super) fn authenticate(
    next: LoginState,
    subject: Subject,
    factor: Factor,
    mut effects: Vec<Effect>,
    cx: &Cx<'_>,
) -> Transition<LoginState> {
    let identity = subject.identity.id;
    let entry = entry::enter(cx, identity, factor);
    let audit = AuditEvent::new("login.succeeded").of(identity).on(entry.session.id).within(cx.flow.id);
    effects.push(entry.effect);
    effects.push(Effect::Audit(audit));
    Transition {
        state: next,
        subject: Some(subject),
        effects,
        reply: Reply::Done(Box::new(Completion::LoggedIn {
            session: entry.session,
            token: entry.token,
            newcomer: entry.newcomer,
            continue_with: Vec::new(),
        })),
        notes: cx.flow.notes.clone(),
    }
}
