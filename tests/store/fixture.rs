//! Things to put into the store, all different, all the same from run to run.

use std::time::Duration;

use serde_json::{Map, Value, json};
use zelos::{
    crypto::{HashText, Sealed, TokenHash},
    flow::{
        AnyFlow, Client, Code, CodePurpose, Draft, Flow, Head, LoginState, Note, Origin, Paused,
        SettingsState, VerificationState, Wanted,
    },
    identity::{
        Aal, AddressStatus, Available, Channel, Credential, Holdings, Identity, IdentityState, MethodId,
        Payload, RecoveryAddress, VerifiableAddress, Version,
    },
    kernel::{FlowId, Id, IdentityId, Seed, Stream, Timestamp},
    outbox::{Attempt, Message, MessageStatus, TemplateType},
    session::{Authentication, Device, Session, SessionMethod},
    text::{Message as Text, MessageKind},
};

/// A fixed point in time, `seconds` after the beginning of the test's day. It has microseconds.
pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_123_456).unwrap().plus(Duration::from_secs(seconds))
}

/// The hash of a session's token, as it is stored beside it: made of its id, so that each has its own.
pub fn token_of(session: &Session) -> TokenHash {
    TokenHash::new(Seed::new([9; 32]).stream(&session.id.to_string()).bytes())
}

/// Where a test draws its ids from.
pub struct Fixture(Stream);

impl Fixture {
    pub fn new() -> Self {
        Self(Seed::new([7; 32]).stream("fixture"))
    }

    pub fn id<K>(&mut self) -> Id<K> {
        Id::random(&mut self.0)
    }

    pub fn hash(&mut self) -> TokenHash {
        TokenHash::new(self.0.bytes())
    }

    pub fn verifiable(&mut self, value: &str) -> VerifiableAddress {
        VerifiableAddress {
            id: self.id(),
            value: value.to_owned(),
            verified: true,
            via: Channel::infer(value),
            status: AddressStatus::Completed,
            verified_at: Some(at(1)),
            created_at: at(0),
            updated_at: at(1),
        }
    }

    pub fn recovery(&mut self, value: &str) -> RecoveryAddress {
        RecoveryAddress {
            id: self.id(),
            value: value.to_owned(),
            via: Channel::infer(value),
            created_at: at(0),
            updated_at: at(1),
        }
    }

    /// An identity with one address for both purposes.
    pub fn identity(&mut self, email: &str) -> Identity {
        let Value::Object(traits) = json!({"email": email, "name": {"last": "Łoś", "first": "Ann"}}) else {
            unreachable!()
        };
        Identity {
            id: self.id(),
            schema_id: "person".to_owned(),
            traits,
            state: IdentityState::Active,
            state_changed_at: Some(at(0)),
            metadata_public: Some(json!({"plan": [1, 2.5, null]})),
            metadata_admin: None,
            external_id: None,
            organization_id: None,
            available: Available { aal: Aal::Aal1, code: true },
            verifiable_addresses: vec![self.verifiable(email)],
            recovery_addresses: vec![self.recovery(email)],
            version: Version(1),
            created_at: at(0),
            updated_at: at(1),
        }
    }

    pub fn password(&mut self, identity: IdentityId, identifiers: &[&str]) -> Credential {
        Credential {
            id: self.id(),
            identity,
            identifiers: identifiers.iter().copied().map(str::to_owned).collect(),
            payload: Payload::Password {
                hash: Some(HashText::new("$argon2id$x")),
                use_migration_hook: false,
            },
            created_at: at(0),
            updated_at: at(1),
        }
    }

    pub fn session(&mut self, identity: IdentityId) -> Session {
        let method = SessionMethod::Password;
        Session {
            id: self.id(),
            identity,
            active: true,
            methods: vec![Authentication {
                method,
                aal: Aal::Aal1,
                completed_at: at(2),
                provider: None,
                organization: None,
            }],
            devices: vec![Device {
                id: self.id(),
                ip_address: Some("192.0.2.1".to_owned()),
                user_agent: None,
                location: None,
            }],
            issued_at: at(2),
            authenticated_at: at(2),
            expires_at: at(3600),
            version: Version(0),
            created_at: at(2),
            updated_at: at(2),
        }
    }

    fn head(&mut self) -> Head {
        Head {
            id: self.id(),
            client: Client::Browser,
            issued_at: at(0),
            expires_at: at(600),
            origin: Origin { request_url: "https://example.org/?a=b".to_owned(), ..Origin::default() },
            csrf: Some(self.hash()),
            active: None,
            draft: Draft::default(),
            known: None,
            social: zelos::flow::Social::default(),
            round: 0,
            notes: Vec::new(),
            version: Version(0),
            updated_at: at(0),
        }
    }

    pub fn login(&mut self) -> AnyFlow {
        let wanted = Wanted { aal: Aal::Aal1, refresh: false };
        AnyFlow::Login(Flow { head: self.head(), state: LoginState::AwaitingFactor { wanted } })
    }

    /// A native verification flow with all that a head can hold.
    pub fn verification(&mut self) -> AnyFlow {
        let mut head = self.head();
        let mut traits = Map::new();
        traits.insert("age".to_owned(), json!(42));
        let message = Text { id: 4_000_001, text: "No.".to_owned(), kind: MessageKind::Error, context: None };
        head.client = Client::Native;
        head.csrf = None;
        head.active = Some(MethodId::Code);
        head.draft = Draft {
            identifier: Some("ann".to_owned()),
            tried: vec![MethodId::Totp],
            traits,
            retyped: true,
            strays: vec!["traits.nickname".to_owned()],
        };
        head.known = Some(Box::new(Holdings { totp: true, first_factors: 2, ..Holdings::default() }));
        head.notes = vec![Note::field("code", message.clone()), Note::form(message)];
        let state = VerificationState::AwaitingProof {
            by: zelos::flow::Proof::Code,
            address: "Ann@example.org".to_owned(),
            channel: Channel::Email,
            submissions: 3,
            prefilled: None,
            change: None,
        };
        AnyFlow::Verification(Flow { head, state })
    }

    /// A settings flow that waits for its owner to sign in anew.
    pub fn settings(&mut self) -> AnyFlow {
        let paused = Some(Paused { body: Sealed::new("sealed"), until: at(900) });
        let state = SettingsState::Editing { identity: self.id(), paused, codes: None };
        AnyFlow::Settings(Flow { head: self.head(), state })
    }

    pub fn code(&mut self, flow: FlowId, purpose: CodePurpose) -> Code {
        Code {
            id: self.id(),
            flow,
            purpose,
            hash: self.hash(),
            identity: None,
            address: None,
            issued_at: at(10),
            expires_at: at(900),
            used_at: None,
        }
    }

    pub fn message(&mut self, recipient: &str, created_at: Timestamp) -> Message {
        Message {
            id: self.id(),
            status: MessageStatus::Queued,
            channel: Channel::infer(recipient),
            recipient: recipient.to_owned(),
            template: TemplateType::VerificationCodeValid,
            payload: Some(Sealed::new("sealed")),
            send_count: 0,
            next_attempt_at: created_at,
            created_at,
            updated_at: created_at,
        }
    }

    pub fn attempt(&mut self, message: &Message, error: Option<Value>, created_at: Timestamp) -> Attempt {
        Attempt { id: self.id(), message: message.id, error, created_at }
    }
}
