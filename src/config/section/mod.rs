//! The sections of a configuration as typed values, and the rules that span several keys.
//!
//! Each file reads its keys from a checked tree by [`Scope`] and reports what does not fit together. No file
//! is read here and nothing is fetched.

mod cookie;
mod courier;
mod hashers;
mod hook;
mod identity;
mod keys;
mod method;
mod oidc;
mod operation;
mod page;
mod request;
mod scope;
mod secrets;
mod selfservice;
mod serve;
mod source;

pub use cookie::{CookieSettings, RequiredAal, SameSite, SessionSettings, TokenSettings, TokenSubject};
pub use courier::{CourierSettings, MailChannel, Smtp, TemplateSource};
pub use hashers::{Argon2Settings, BcryptSettings, HashAlgorithm, Hashers, HashingSettings};
pub use hook::{HookConfig, HookName, WebHookSettings};
pub use identity::{Clients, IdentitySettings, SchemaSettings, Security};
pub use keys::{PartySettings, PasskeySettings, SecurityKeySettings};
pub use method::{CodeSettings, LinkSettings, Methods, PasswordSettings};
pub use oidc::{AppleKey, OidcSettings, ProviderSettings};
pub use operation::{Cleanup, Features, LogLevel, LogSettings, Retention};
pub use page::{OriginRule, PageUrl, ReturnRule};
pub use request::{RequestAuth, RequestSettings};
pub use secrets::{CipherAlgorithm, SecretList, Secrets};
pub use selfservice::{
    After, AfterMethod, FlowSettings, LoginSettings, LogoutSettings, ProofSettings, RegistrationSettings,
    SelfService, SettingsSettings,
};
pub use serve::{Bind, Cors, Listener, Pem, Serve, Tls};
pub use source::Source;

pub(in crate::config) use cookie::read_cookies;
pub(in crate::config) use operation::{inbox, trusted_proxies};
pub(crate) use scope::Scope;
