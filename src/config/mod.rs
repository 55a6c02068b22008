//! The configuration: read from files, environment and flags, checked as a whole, and given out typed.
//!
//! Reads files and nothing else: sources that a configuration names are loaded by the runtime. Nobody below
//! this module knows the name of a key, a default, or that YAML exists. Start at [`load()`]; what is accepted is
//! in `table/`, what it becomes in `section/`. The key names and meanings are those of Kratos; ours are under
//! `zelos`. Identity schemas may come from `preset://NAME`, which is ours and stands for a schema that is
//! compiled in.

mod about;
#[cfg(test)]
mod acts_tests;
mod check;
#[expect(clippy::module_inception, reason = "the file holds the type that the module is named after")]
mod config;
mod dsn;
mod dump;
mod explain;
mod impact;
mod load;
mod place;
mod plan;
mod problem;
mod reload;
mod schema;
mod section;
mod source;
mod table;
mod value;

pub use check::{duration as parse_duration, size as parse_size};
pub use config::Config;
pub use dsn::{Dsn, Pool, PostgresDsn, SqliteDsn, SslMode};
pub use dump::{Effective, Secrecy, effective};
pub use explain::{Explained, KeyFacts, UnknownKey, explain};
pub use impact::{Concern, TakesEffect};
pub use load::{Flags, LoadRequest, cleanup_of, dsn_of, load};
pub use place::Place;
pub use plan::{Change, ChangeKind, Elements, NoPlan, Plan, plan};
pub use problem::{Problem, Problems, Warnings};
pub use reload::{AtStart, Reloaded, reload};
pub use schema::json_schema;
pub use section::{
    After, AfterMethod, AppleKey, Argon2Settings, BcryptSettings, Bind, CipherAlgorithm, Cleanup, Clients,
    CodeSettings, CookieSettings, Cors, CourierSettings, Features, FlowSettings, HashAlgorithm, Hashers,
    HashingSettings, HookConfig, HookName, IdentitySettings, LinkSettings, Listener, LogLevel, LogSettings,
    LoginSettings, LogoutSettings, MailChannel, Methods, OidcSettings, OriginRule, PageUrl, PartySettings,
    PasswordSettings, Pem, ProofSettings, ProviderSettings, RegistrationSettings, RequestAuth,
    RequestSettings, RequiredAal, Retention, ReturnRule, SameSite, SchemaSettings, SecretList, Secrets,
    Security, SelfService, Serve, SessionSettings, SettingsSettings, Smtp, Source, TemplateSource, Tls,
    TokenSettings, TokenSubject, WebHookSettings,
};
pub use source::{Environment, Variable, process_environment};
pub use table::known_keys;
