//! Linking an account at a provider to an account of ours (01 §15.2, §15.3).

use super::{Engine, Outcome, Visit, oidc_return::Story, oidc_signup::linking_answer};
use crate::{
    flow::{
        AnyFlow, AuditEvent, Client, Completion, Effect, Failure, Flow, Head, LoginState, NewAccount, Note,
        Origin, PendingLink, Reply, Wanted, WaysIn, Write,
    },
    hook::Decision,
    identity::{
        Aal, Available, Credential, Holdings, Identity, LinkedAccount, MethodId, Payload, SecretKind,
        VaultKeys, account_names,
    },
    kernel::{CredentialId, Fault, FlowId, IdentityId},
    method::oidc::Vouched,
    session::{Factor, SessionMethod},
    store::{AddressPurpose, Credentials as _, Identities as _, Reader, StoreResult},
    text,
};

/// The methods whose names can be in the way, in the order of their names.
const NAMED: [MethodId; 3] = [MethodId::Code, MethodId::Password, MethodId::Webauthn];

impl Story {
    /// The account at the provider, its tokens sealed for an owner.
    pub(super) fn account(&self, visit: &Visit, vouched: &Vouched, owner: IdentityId) -> LinkedAccount {
        let vault = VaultKeys::new(&visit.runtime.keys).of(owner);
        let mut stream = visit.seed.stream("provider tokens");
        let seal = |token: &Option<_>, stream: &mut _| {
            token.as_ref().map(|token| vault.seal(SecretKind::ProviderToken, token, stream))
        };
        let tokens = &vouched.tokens;
        let tokens = crate::identity::ProviderTokens {
            id: seal(&tokens.id, &mut stream),
            access: seal(&tokens.access, &mut stream),
            refresh: seal(&tokens.refresh, &mut stream),
        };
        LinkedAccount {
            provider: self.provider.id.clone(),
            subject: vouched.claims.subject.clone(),
            tokens,
            organization: self.provider.organization,
            use_auto_link: false,
        }
    }
}

impl Visit {
    /// The credential of somebody's accounts at providers with one more, in place of an older link to the same one.
    pub(super) fn linked_credential(
        &self,
        owner: IdentityId,
        old: Option<&Credential>,
        account: LinkedAccount,
    ) -> Credential {
        let mut accounts = old.map(linked_accounts).unwrap_or_default().to_vec();
        accounts.retain(|known| known.name() != account.name());
        accounts.push(account);
        let mut ids = self.seed.stream("linked account");
        Credential {
            id: old.map_or_else(|| CredentialId::sortable(self.now, &mut ids), |old| old.id),
            identity: owner,
            identifiers: account_names(&accounts),
            payload: Payload::Oidc { accounts },
            created_at: old.map_or(self.now, |old| old.created_at),
            updated_at: self.now,
        }
    }
}

impl Visit {
    /// The credential of somebody's accounts at providers without those at one of them; `None` when none is left.
    pub(super) fn unlinked_credential(&self, old: &Credential, provider: &str) -> Option<Credential> {
        let mut accounts = linked_accounts(old).to_vec();
        accounts.retain(|account| account.provider != provider);
        (!accounts.is_empty()).then(|| Credential {
            identifiers: account_names(&accounts),
            payload: Payload::Oidc { accounts },
            updated_at: self.now,
            ..old.clone()
        })
    }
}

/// The accounts at providers that a credential holds.
pub(super) fn linked_accounts(credential: &Credential) -> &[LinkedAccount] {
    match &credential.payload {
        Payload::Oidc { accounts } => accounts,
        Payload::Password { .. }
        | Payload::Code { .. }
        | Payload::Webauthn { .. }
        | Payload::Passkey { .. }
        | Payload::Saml { .. }
        | Payload::Totp { .. }
        | Payload::Lookup { .. }
        | Payload::Retired { .. } => &[],
    }
}

/// Somebody whose identifier or address is in the way, and by what they sign in.
struct Owner {
    identity: Identity,
    credentials: Vec<Credential>,
    identifier: String,
}

impl Engine {
    /// Opens the login by which the owner of what is in the way links the account at the provider; `None` when nobody
    /// is in the way any more.
    ///
    /// SECURITY: that a provider says an address is somebody's does not make them the owner of the account with that
    /// address; they have to sign in to it (test `an_address_alone_links_nothing`).
    pub(super) async fn linking(
        &self,
        visit: &Visit,
        head: &Head,
        account: &NewAccount,
        story: &Story,
    ) -> Result<Option<Result<Outcome, Failure>>, Fault> {
        let Ok(vouched) = &story.told else { return Ok(None) };
        let (names, addresses) = (names(account), account.identity.clone());
        let Some(owner) = self.store().read(move |reader| find(reader, &names, &addresses)).await? else {
            return Ok(None);
        };
        let policy = &visit.runtime.policy;
        let ways = policy.registration.login_hints.then(|| ways_in(&owner.credentials));
        let link = PendingLink {
            provider: story.provider.id.clone(),
            account: story.account(visit, vouched, owner.identity.id),
            owner: owner.identity.id,
            identifier: owner.identifier,
            ways,
        };
        let mut login = self.linking_login(visit, head.client, head.origin.clone(), link);
        login.head_mut().csrf = head.csrf;
        login.head_mut().social.exchange = head.social.exchange;
        let opened = self.insert(visit, login).await?;
        Ok(match opened {
            Ok(opened) => linking_answer(opened).map(Ok),
            Err(failure) => Some(Err(failure)),
        })
    }

    /// A login that links an account.
    fn linking_login(&self, visit: &Visit, client: Client, origin: Origin, link: PendingLink) -> AnyFlow {
        let policy = &visit.runtime.policy;
        let (methods, providers) = match &link.ways {
            Some(ways) => (ways.methods.clone(), ways.providers.clone()),
            None => (Vec::new(), Vec::new()),
        };
        let banner = text::login::link_account(&text::login::LinkBanner {
            identifier: &link.identifier,
            provider: policy.oidc.label(&link.provider),
            login_url: &policy.login.ui,
            methods: &methods,
            providers: &providers,
        });
        let mut flow = self.plain_login(visit, client, origin);
        let head = &mut flow.head;
        head.id = FlowId::random(&mut visit.seed.stream("login that links"));
        head.active = Some(MethodId::Oidc);
        head.notes = vec![Note::form(banner)];
        head.draft.identifier = Some(link.identifier.clone());
        head.social.link = Some(Box::new(link));
        AnyFlow::Login(flow)
    }
}

impl Engine {
    /// Links the account at a provider that waits for its owner to sign in, once they have (01 §15.3).
    ///
    /// SECURITY: whoever signs in has to be who owns what was in the way, and to show as much as the operator asks of
    /// every session; else a stolen password would do where two factors are asked for (tests
    /// `nobody_links_to_the_account_of_somebody_else`, `a_link_waits_for_the_second_factor`).
    pub(super) async fn finish_link(
        &self,
        visit: &Visit,
        head: &mut Head,
        mut decision: Decision,
    ) -> Result<Decision, Fault> {
        let Some(link) = head.social.link.clone() else { return Ok(decision) };
        let (Some(subject), Reply::Done(completion)) = (&mut decision.subject, &mut decision.reply) else {
            return Ok(decision);
        };
        let owner = subject.identity.id;
        let Completion::LoggedIn { session, .. } = completion.as_mut() else { return Ok(decision) };
        if owner != link.owner {
            return Ok(Decision::veto(vec![Note::form(text::login::linked_credentials_mismatch())]));
        }
        let is_enough = visit.satisfies(visit.runtime.whoami.required_aal, session, &subject.identity);
        let credentials = self.store().read(move |reader| reader.credentials_of(owner)).await?;
        if !is_enough {
            if head.client == Client::Browser {
                let next = self.second_step_of(visit, head, &credentials, *link);
                decision.effects.push(Effect::OpenFlow(Box::new(next)));
                head.social.link = None;
            }
            return Ok(decision);
        }
        let old = credentials.iter().find(|one| one.method() == MethodId::Oidc);
        let put = visit.linked_credential(owner, old, link.account.clone());
        let factor = Factor { provider: Some(link.provider.clone()), ..Factor::first(SessionMethod::Oidc) };
        let shown = factor.shown_at(visit.now);
        session.methods.push(shown.clone());
        for effect in &mut decision.effects {
            match effect {
                Effect::IssueSession(draft) => draft.session.methods.push(shown.clone()),
                Effect::RaiseSession { session, .. } => session.methods.push(shown.clone()),
                _ => {}
            }
        }
        let others = credentials.iter().filter(|one| one.method() != MethodId::Oidc);
        subject.identity.available = Available::of(others.chain([&put]));
        // Of two links at once neither gets lost: each raises the version that the other has read.
        if let Write::Require(read) = subject.write {
            subject.identity.version = read.next();
            subject.write = Write::Replace(read);
        }
        decision.effects.push(Effect::PutCredential(Box::new(put)));
        let mut audit = AuditEvent::new("credential.bound").of(owner).within(head.id);
        audit.details.insert("method".to_owned(), MethodId::Oidc.wire_name().into());
        decision.effects.push(Effect::Audit(audit));
        head.social.link = None;
        Ok(decision)
    }
}

impl Engine {
    /// The login for the second factor that goes on with a link (01 §5.7).
    fn second_step_of(
        &self,
        visit: &Visit,
        old: &Head,
        credentials: &[Credential],
        link: PendingLink,
    ) -> AnyFlow {
        let lifespan = visit.runtime.policy.login.lifespan;
        let mut head = self.head(visit, old.client, old.origin.clone(), lifespan);
        head.id = FlowId::random(&mut visit.seed.stream("second step that links"));
        head.csrf = visit.next_binding(old.client);
        head.known = Some(Box::new(Holdings::of(credentials)));
        head.notes = vec![Note::form(text::login::second_factor_needed())];
        head.social.link = Some(Box::new(link));
        let wanted = Wanted { aal: Aal::Aal2, refresh: false };
        AnyFlow::Login(Flow { head, state: LoginState::AwaitingFactor { wanted } })
    }
}

/// The login for the second factor that a decision opens to go on with a link.
pub(super) fn goes_on_with(effects: &[Effect]) -> Option<AnyFlow> {
    effects.iter().find_map(|effect| match effect {
        Effect::OpenFlow(flow) if flow.head().social.link.is_some() => Some(flow.as_ref().clone()),
        _ => None,
    })
}

fn names(account: &NewAccount) -> Vec<(MethodId, String)> {
    let of = |method| account.credentials.iter().filter(move |credential| credential.method() == method);
    NAMED
        .into_iter()
        .flat_map(|method| {
            of(method).flat_map(move |one| one.names().iter().map(move |name| (method, name.clone())))
        })
        .collect()
}

/// Who is in the way: by an identifier, else by an address to verify, else by one to recover by (01 §15.1).
fn find(
    reader: &mut Reader<'_>,
    names: &[(MethodId, String)],
    wanted: &Identity,
) -> StoreResult<Option<Owner>> {
    let mut found = None;
    for (method, name) in names {
        if let Some((_, identity)) = reader.credential_by_identifier(*method, std::slice::from_ref(name))? {
            found = Some((identity, name.clone()));
            break;
        }
    }
    let verifiable = wanted.verifiable_addresses.iter();
    let verifiable = verifiable.map(|one| (AddressPurpose::Verifiable, one.via, one.value.clone()));
    let recovery = wanted.recovery_addresses.iter();
    let recovery = recovery.map(|one| (AddressPurpose::Recovery, one.via, one.value.clone()));
    for (purpose, via, value) in verifiable.chain(recovery) {
        if found.is_some() {
            break;
        }
        let owner = reader.identity_by_address(purpose, via, std::slice::from_ref(&value))?;
        found = owner.map(|(_, identity)| (identity, value));
    }
    let Some((identity, identifier)) = found else { return Ok(None) };
    let credentials = reader.credentials_of(identity.id)?;
    Ok(Some(Owner { identity, credentials, identifier }))
}

/// How somebody can sign in (01 §15.1).
fn ways_in(credentials: &[Credential]) -> WaysIn {
    let mut methods: Vec<String> = credentials
        .iter()
        .filter(|one| one.first_factors() > 0 || !one.code_addresses().is_empty())
        .map(|one| one.method().wire_name().to_owned())
        .collect();
    methods.sort_unstable();
    WaysIn { methods, providers: linked_providers(credentials) }
}

/// The providers that an account is linked to, sorted.
pub(super) fn linked_providers(credentials: &[Credential]) -> Vec<String> {
    let accounts = credentials.iter().flat_map(linked_accounts);
    let mut providers: Vec<String> = accounts.map(|account| account.provider.clone()).collect();
    providers.sort_unstable();
    providers.dedup();
    providers
}
