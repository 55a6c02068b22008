//! The one place where a form is put together: a function of flow, schema, configuration and draft.
//!
//! Reading a flow and refusing a submission both end here, so both show the same form (01 §9.3).

use super::{Engine, Visit};
use crate::{
    flow::{
        AnyFlow, Client, FlowKind, LoginState, PendingLink, Place, Proof, RegistrationState,
        VerificationState,
    },
    identity::{Aal, Holdings, Identity, MethodId, VaultKeys},
    kernel::FlowId,
    method::{
        self, Bench, FormCx, Owned,
        key::{self, Asking},
    },
    text,
    ui::{self, Container, FieldOrder, FormMethod, Group, Node},
};

/// Which anti-CSRF token the browser holds once it has the answer.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    /// The one that it holds now.
    Current,
    /// The one that the answer puts in its place.
    Next,
}

/// Whose account a form is about, and who sees it.
#[derive(Clone, Copy)]
pub(super) enum Whose<'a> {
    /// Nobody's in particular.
    Nobody,
    /// Theirs, and they see it.
    Owner(&'a Owned),
    /// Theirs, and others see it: it shows nothing that is secret or that the account proves itself with.
    Others(&'a Identity),
}

impl Whose<'_> {
    const fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Nobody => None,
            Self::Owner(owner) => Some(&owner.identity),
            Self::Others(identity) => Some(identity),
        }
    }
}

impl Engine {
    /// The form of a flow, as this visit may see it.
    pub(super) fn form(&self, visit: &Visit, flow: &AnyFlow) -> Container {
        self.form_with(visit, flow, Whose::Nobody, Holds::Current)
    }

    /// The form of a flow that changes `owner`'s account.
    pub(super) fn form_of(&self, visit: &Visit, flow: &AnyFlow, owner: &Owned) -> Container {
        self.form_with(visit, flow, Whose::Owner(owner), Holds::Current)
    }

    /// The same form as programs see it that are told of the flow.
    ///
    /// SECURITY: what is told to hooks ends in logs; guarded by `hooks_see_no_secrets_of_forms`.
    pub(super) fn form_for_others(&self, visit: &Visit, flow: &AnyFlow, owner: &Identity) -> Container {
        self.form_with(visit, flow, Whose::Others(owner), Holds::Current)
    }

    pub(super) fn form_with(
        &self,
        visit: &Visit,
        flow: &AnyFlow,
        whose: Whose<'_>,
        holds: Holds,
    ) -> Container {
        let runtime = &visit.runtime;
        let schema = match whose.identity() {
            Some(owner) => runtime.schemas.of_identity(owner),
            None => runtime.schemas.of_flow(&flow.head().origin),
        };
        let csrf = match (flow.head().client, holds) {
            (Client::Browser, Holds::Current) => visit.masked_csrf(),
            (Client::Browser, Holds::Next) => visit.masked_next_csrf(),
            (Client::Native, _) => String::new(),
        };
        let (held, bench) = match (whose, &flow.head().known) {
            (Whose::Owner(owner), _) => (Holdings::of(&owner.credentials), bench(visit, flow, owner)),
            (Whose::Nobody, Some(known)) => (known.as_ref().clone(), Bench::default()),
            (Whose::Nobody, None) | (Whose::Others(_), _) => Default::default(),
        };
        let prefilled = prefilled(visit, flow);
        let onward =
            runtime.policy.returns.after(FlowKind::Verification, None, flow.head().origin.wish().as_deref());
        let asking = Asking::of(&runtime.keys, flow);
        let cx = FormCx {
            flow,
            policy: &runtime.policy,
            schema,
            csrf: &csrf,
            prefilled: prefilled.as_deref(),
            onward: &onward,
            owner: whose.identity(),
            held: &held,
            bench: &bench,
            asking: &asking,
        };
        let nodes = match flow {
            AnyFlow::Login(login) => {
                let nodes = with_strays(self::login(&cx, &login.state), flow);
                // A step forward leaves the order in which the form was put together (01 §9.3).
                let by_key = matches!(login.state, LoginState::AwaitingKey { .. });
                let stepped = (by_key || login.state.active().is_some()) && !login.head.was_refused();
                if stepped { nodes } else { ui::order(nodes, &FieldOrder::login()) }
            }
            AnyFlow::Registration(signup) => {
                let keys = FieldOrder::registration(schema.leaf_keys());
                if signup.state.active().is_some() {
                    code_under_way(&cx, &keys)
                } else {
                    ui::order(with_strays(registration(&cx), flow), &keys)
                }
            }
            AnyFlow::Verification(_) => with_strays(verification(&cx), flow),
            AnyFlow::Recovery(_) => with_strays(method::recovery::nodes(&cx), flow),
            AnyFlow::Settings(_) => {
                let keys = FieldOrder::settings(schema.leaf_keys());
                ui::order(with_strays(settings(&cx), flow), &keys)
            }
        };
        container(flow, nodes, &cx)
    }
}

/// The secrets that a settings form shows to the owner of an account.
fn bench(visit: &Visit, flow: &AnyFlow, owner: &Owned) -> Bench {
    let AnyFlow::Settings(settings) = flow else { return Bench::default() };
    let (keys, policy) = (&visit.runtime.keys, &visit.runtime.policy);
    let id = settings.state.shown(settings.head.id);
    let has_app = owner.holds(MethodId::Totp);
    let totp = (policy.totp.enabled && !has_app).then(|| {
        let schema = visit.runtime.schemas.of_identity(&owner.identity);
        let account = method::totp::account_name(schema, owner);
        method::totp::new_keys(keys, id, &policy.totp.issuer, &account).next()
    });
    let vault = VaultKeys::new(keys).of(owner.identity.id);
    let on_show = settings.state.codes().filter(|_| policy.lookup_enabled);
    let codes = on_show.map(|codes| method::lookup::shown(codes, &owner.credentials, &vault));
    Bench { totp: totp.flatten(), codes }
}

fn login(cx: &FormCx<'_>, state: &LoginState) -> Vec<Node> {
    if state.wanted().aal > Aal::Aal1 {
        return second_factor(cx, state);
    }
    let mut nodes = Vec::new();
    let (password, code) = match state {
        LoginState::AwaitingIdentifier { .. } => {
            nodes.extend(method::identifier_first::nodes(cx));
            upsert(&mut nodes, method::oidc::login_nodes(cx));
            nodes.extend(key::form::offered(cx));
            return nodes;
        }
        LoginState::AwaitingKey { keys, .. } => return key::security_key::asked_nodes(cx, keys),
        LoginState::AwaitingCode { .. } | LoginState::CodePassed { .. } => {
            return method::code::sent_nodes(cx);
        }
        LoginState::Identified { offers, .. } => {
            // The order of the first screen, from which the rest has gone (01 §12.1).
            nodes.extend(method::identifier_first::nodes(cx));
            nodes.extend(method::oidc::login_nodes(cx));
            upsert(&mut nodes, vec![method::csrf(cx)]);
            nodes.extend(key::form::offered(cx));
            (offers.password, offers.code)
        }
        LoginState::AwaitingFactor { .. } | LoginState::Authenticated { .. } => {
            (method::is_enabled(MethodId::Password, cx.policy), cx.policy.code.passwordless)
        }
    };
    if password {
        nodes.extend(method::password::login_nodes(cx));
    }
    if !matches!(state, LoginState::Identified { .. }) {
        upsert(&mut nodes, method::oidc::login_nodes(cx));
    }
    if code && state.wanted().chooses_address(cx.policy) {
        upsert(&mut nodes, vec![method::csrf(cx)]);
        nodes.extend(method::code::address_nodes(cx));
    } else if code {
        upsert(&mut nodes, method::code::login_nodes(cx));
    }
    upsert(&mut nodes, key::form::login(cx, state));
    if let Some(link) = cx.flow.head().social.link.as_deref() {
        as_linking(link, &mut nodes);
    }
    if nodes.is_empty() && cx.is_browser() {
        nodes.push(method::csrf(cx));
    }
    nodes
}

/// What can be shown on top of another factor, as far as the account has it.
fn second_factor(cx: &FormCx<'_>, state: &LoginState) -> Vec<Node> {
    let mut nodes = match state {
        LoginState::AwaitingCode { .. } | LoginState::CodePassed { .. } => {
            return method::code::sent_nodes(cx);
        }
        LoginState::AwaitingIdentifier { .. }
        | LoginState::Identified { .. }
        | LoginState::AwaitingFactor { .. }
        | LoginState::AwaitingKey { .. }
        | LoginState::Authenticated { .. } => vec![method::csrf(cx)],
    };
    if cx.policy.code.second_factor {
        nodes.extend(method::code::address_nodes(cx));
    }
    if cx.policy.totp.enabled && cx.held.totp {
        nodes.extend(method::totp::login_nodes(cx));
    }
    upsert(&mut nodes, key::form::second_factor(cx, state.wanted()));
    if cx.policy.lookup_enabled && cx.held.backup_codes {
        nodes.extend(method::lookup::login_nodes(cx));
    }
    nodes
}

/// The form of a login that links an account: who it is for is known, and buttons say what they do (01 §15.2).
fn as_linking(link: &PendingLink, nodes: &mut Vec<Node>) {
    nodes.retain(|node| match node.group {
        Group::Password => link.takes(MethodId::Password),
        Group::Code => link.takes(MethodId::Code),
        Group::Passkey => link.takes(MethodId::Passkey),
        Group::Webauthn => link.takes(MethodId::Webauthn),
        _ => true,
    });
    for node in nodes {
        if node.id() == "identifier" {
            node.hide();
        }
        if node.meta.label.as_ref().is_some_and(|label| label.id == SIGN_IN) {
            node.meta.label = Some(text::login::sign_in_and_link());
        }
    }
}

/// The message on buttons that confirm who one is.
const SIGN_IN: u32 = 1_010_001;

fn registration(cx: &FormCx<'_>) -> Vec<Node> {
    let mut nodes = method::profile::nodes(cx);
    let chooses = match cx.flow {
        AnyFlow::Registration(flow) => match flow.state {
            RegistrationState::AwaitingCredential { .. } | RegistrationState::AwaitingAll => true,
            RegistrationState::Vouched { ref provider, .. } => {
                return method::oidc::vouched_nodes(cx, provider);
            }
            RegistrationState::AwaitingProfile { .. }
            | RegistrationState::AwaitingCode { .. }
            | RegistrationState::CodePassed { .. } => false,
        },
        AnyFlow::Login(_) | AnyFlow::Verification(_) | AnyFlow::Recovery(_) | AnyFlow::Settings(_) => false,
    };
    if chooses && method::is_enabled(MethodId::Password, cx.policy) {
        upsert(&mut nodes, method::password::signup_nodes(cx));
    }
    upsert(&mut nodes, method::oidc::signup_nodes(cx));
    if chooses && cx.policy.code.passwordless {
        nodes.extend(method::code::signup_nodes());
    }
    if chooses {
        upsert(&mut nodes, key::form::signup(cx));
    }
    nodes
}

/// The fields of a sign-up whose code is under way: those of the traits in their order, then those of the code
/// as they are put together, unless something was refused (01 §9.3).
fn code_under_way(cx: &FormCx<'_>, keys: &FieldOrder) -> Vec<Node> {
    let mut nodes = ui::order(method::profile::nodes(cx), keys);
    nodes.extend(method::code::signup_sent_nodes(cx));
    let nodes = with_strays(nodes, cx.flow);
    if cx.flow.head().was_refused() { ui::order(nodes, keys) } else { nodes }
}

fn settings(cx: &FormCx<'_>) -> Vec<Node> {
    let mut nodes = vec![method::csrf(cx)];
    if method::is_enabled(MethodId::Profile, cx.policy) {
        nodes.extend(method::profile::settings_nodes(cx));
    }
    if method::is_enabled(MethodId::Password, cx.policy) {
        nodes.extend(method::password::settings_nodes());
    }
    if method::is_enabled(MethodId::Oidc, cx.policy) {
        nodes.extend(method::oidc::settings_nodes(cx));
    }
    if method::is_enabled(MethodId::Totp, cx.policy) {
        nodes.extend(method::totp::settings_nodes(cx));
    }
    upsert(&mut nodes, key::form::settings(cx));
    if method::is_enabled(MethodId::Lookup, cx.policy) {
        nodes.extend(method::lookup::settings_nodes(cx));
    }
    nodes
}

fn verification(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Verification(flow) = cx.flow else { return Vec::new() };
    match flow.state.by() {
        Proof::Code => method::code::verification_nodes(cx),
        Proof::Link => method::link::verification_nodes(cx),
    }
}

/// Adds nodes. Of the fields that several methods bring, the last one stays, in the place of the first (01 §9.4).
fn upsert(nodes: &mut Vec<Node>, more: Vec<Node>) {
    for node in more {
        let shared = matches!(node.id(), "csrf_token" | "identifier" | "webauthn_script");
        match nodes.iter_mut().find(|old| shared && old.id() == node.id()) {
            Some(old) => *old = node,
            None => nodes.push(node),
        }
    }
}

/// Makes a field for every name that a message was placed at, then places the messages of the last
/// submission.
fn with_strays(mut nodes: Vec<Node>, flow: &AnyFlow) -> Vec<Node> {
    let head = flow.head();
    for stray in &head.draft.strays {
        ui::ensure_field(&mut nodes, stray);
    }
    let placed = head.notes.iter().filter_map(|note| match &note.at {
        Place::Field(field) => Some((field.as_str(), note.message.clone())),
        Place::Form => None,
    });
    ui::place(&mut nodes, placed);
    nodes
}

fn container(flow: &AnyFlow, nodes: Vec<Node>, cx: &FormCx<'_>) -> Container {
    let head = flow.head();
    let messages = head.notes.iter().filter(|note| note.at == Place::Form);
    let messages = messages.map(|note| note.message.clone()).collect();
    let (action, method) = match flow {
        AnyFlow::Verification(done) if matches!(done.state, VerificationState::Verified { .. }) => {
            (cx.onward.to_owned(), FormMethod::Get)
        }
        // COMPAT: what was saved goes on with another flow (golden `settings.profile_password.api`).
        AnyFlow::Settings(settings) => {
            (submits_to(flow, settings.state.shown(head.id), cx), FormMethod::Post)
        }
        AnyFlow::Login(_) | AnyFlow::Registration(_) | AnyFlow::Verification(_) | AnyFlow::Recovery(_) => {
            (submits_to(flow, head.id, cx), FormMethod::Post)
        }
    };
    Container::new(action, method, nodes).with_messages(messages)
}

fn submits_to(flow: &AnyFlow, id: FlowId, cx: &FormCx<'_>) -> String {
    let (base, kind) = (&cx.policy.public_url, flow.kind().wire_name());
    format!("{base}/self-service/{kind}?flow={id}")
}

fn prefilled(visit: &Visit, flow: &AnyFlow) -> Option<String> {
    let AnyFlow::Verification(verification) = flow else { return None };
    match &verification.state {
        VerificationState::AwaitingProof { prefilled: Some(sealed), .. } => {
            visit.open_prefill(verification.head.id, sealed)
        }
        VerificationState::AwaitingProof { prefilled: None, .. }
        | VerificationState::AwaitingAddress { .. }
        | VerificationState::Verified { .. } => None,
    }
}
