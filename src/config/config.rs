//! The configuration as a whole.

use std::path::PathBuf;

use ipnet::IpNet;
use sha2::{Digest as _, Sha256};

use super::{
    AtStart, Dsn, Environment, Place,
    reload::files,
    section::{
        CipherAlgorithm, Cleanup, Clients, CookieSettings, CourierSettings, Features, Hashers,
        HashingSettings, IdentitySettings, LogSettings, Methods, Retention, Scope, Secrets, Security,
        SelfService, Serve, SessionSettings, inbox, read_cookies, trusted_proxies,
    },
    value::{KeyOrder, Node},
};

/// A valid configuration: everything typed, defaults filled in. A snapshot that never changes; a reload makes a
/// new one.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whether this is for development.
    pub dev: bool,
    /// Whether `serve` delivers letters, too.
    pub watch_courier: bool,
    /// Whether native flows may be driven from a browser, which only tests want.
    pub allow_browsers_in_native_flows: bool,
    /// Which database.
    pub dsn: Dsn,
    /// The listeners.
    pub serve: Serve,
    /// Attributes of all cookies but that of the session.
    pub cookies: CookieSettings,
    /// Sessions.
    pub session: SessionSettings,
    /// Secrets.
    pub secrets: Secrets,
    /// How values are sealed.
    pub cipher: CipherAlgorithm,
    /// How passwords are hashed.
    pub hashers: Hashers,
    /// How much hashing is done at once.
    pub hashing: HashingSettings,
    /// Identity schemas.
    pub identity: IdentitySettings,
    /// Rules that protect accounts.
    pub security: Security,
    /// Rules for calls that we make.
    pub clients: Clients,
    /// Flows and URLs.
    pub selfservice: SelfService,
    /// Methods.
    pub methods: Methods,
    /// How letters leave.
    pub courier: CourierSettings,
    /// Logging.
    pub log: LogSettings,
    /// Switches between old and new behaviour.
    pub features: Features,
    /// How much is cleaned up at once.
    pub cleanup: Cleanup,
    /// How long things stay.
    pub retention: Retention,
    /// Networks whose forwarding headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether the inbox for development is on.
    pub inbox: bool,
    /// What `/health/config` answers instead of the hash.
    pub revision: Option<String>,
    /// SHA-256 of the merged configuration as JSON with sorted keys, in lower-case hex.
    pub hash: String,
    /// The files that it names by `file://`, which are watched.
    pub files: Vec<PathBuf>,
    /// What a process reads once, as it was read.
    pub at_start: AtStart,
}

impl Config {
    /// The answer of `/health/config`.
    pub fn revision(&self) -> &str {
        self.revision.as_deref().unwrap_or(&self.hash)
    }

    /// Reads every section, so that one run reports all that is wrong; `None` when there is no database to name.
    pub(super) fn read(root: &Scope<'_>, tree: &Node, environment: &Environment) -> Option<Self> {
        let dev = dev(root);
        let dsn = dsn(&root.at("dsn"));
        let serve = Serve::read(root, dev, environment);
        let cookies = read_cookies(root, dev);
        let session = SessionSettings::read(root, &cookies, dev);
        let selfservice = SelfService::read(root, &serve.public.base_url);
        let courier = CourierSettings::read(root, &serve.public.base_url);
        let sections = Self {
            dev,
            watch_courier: root.at("watch-courier").flag(),
            allow_browsers_in_native_flows: dev && is_set(environment, "DEV_DISABLE_API_FLOW_ENFORCEMENT"),
            // Replaced below; the other sections have to be read, whatever the DSN says.
            dsn: Dsn::Memory,
            serve,
            cookies,
            session,
            secrets: Secrets::read(root, dev),
            cipher: CipherAlgorithm::read(root),
            hashers: Hashers::read(root, dev),
            hashing: HashingSettings::read(root),
            identity: IdentitySettings::read(root),
            security: Security::read(root),
            clients: Clients::read(root),
            selfservice,
            methods: Methods::read(root),
            courier,
            log: LogSettings::read(root),
            features: Features::read(root),
            cleanup: Cleanup::read(root),
            retention: Retention::read(root),
            trusted_proxies: trusted_proxies(root),
            inbox: inbox(root, dev),
            revision: root.at("revision").filled(),
            hash: hash(tree),
            files: files(tree),
            at_start: AtStart::of(tree),
        };
        sections.warn_of_undelivered_mail(root);
        warn_of_version(&root.at("version"));
        Some(Self { dsn: dsn?, ..sections })
    }

    fn warn_of_undelivered_mail(&self, root: &Scope<'_>) {
        let sends = self.selfservice.verification.enabled
            || self.selfservice.recovery.enabled
            || self.methods.code.passwordless;
        if sends && !self.dev && self.courier.mail.is_none() && self.courier.sms.is_none() {
            let remedy = "set it, or nobody will ever get a code or a link";
            root.at("courier.smtp.connection_uri")
                .warn("is not set, so letters are written and never sent", remedy);
        }
    }
}

/// The version of Kratos whose wire and settings this program follows.
const FOLLOWED: &str = "v26.";

/// Tells when a file was written for another version of Kratos (03 §2.1); that keeps nothing from starting.
fn warn_of_version(scope: &Scope<'_>) {
    if scope.filled().is_some_and(|version| !version.starts_with(FOLLOWED)) {
        scope.warn(
            "is another version of Kratos than v26.2, which this program follows",
            "read what has changed since, then raise it",
        );
    }
}

fn dev(root: &Scope<'_>) -> bool {
    let scope = root.at("dev");
    let dev = scope.flag();
    if dev && scope.node().is_some_and(|node| matches!(node.at, Place::File { .. })) {
        scope.warn(
            "comes from a file: protection is weakened for everybody who uses it",
            "use the flag --dev",
        );
    }
    dev
}

fn dsn(scope: &Scope<'_>) -> Option<Dsn> {
    match Dsn::parse(&scope.text()?) {
        Ok((dsn, remarks)) => {
            for remark in remarks {
                scope.warn(remark, "remove it");
            }
            Some(dsn)
        }
        Err(reason) => {
            scope.problem(reason);
            None
        }
    }
}

fn is_set(environment: &Environment, name: &str) -> bool {
    environment.get(name).is_some_and(|value| value == "true")
}

fn hash(tree: &Node) -> String {
    let json = tree.to_json(KeyOrder::Sorted).to_string();
    Sha256::digest(json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
