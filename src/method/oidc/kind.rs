//! The providers that we know by name, and where each of them is reached.

use url::Url;

/// What a provider is (03 §2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderKind {
    /// Any that publishes what OpenID Connect Discovery asks for.
    Generic,
    /// Google.
    Google,
    /// GitHub, by an OAuth app.
    Github,
    /// GitHub, by a GitHub app.
    GithubApp,
    /// GitLab, ours or somebody's own.
    Gitlab,
    /// Microsoft Entra and personal accounts.
    Microsoft,
    /// Discord.
    Discord,
    /// Salesforce.
    Salesforce,
    /// Slack.
    Slack,
    /// Facebook.
    Facebook,
    /// Auth0.
    Auth0,
    /// VK.
    Vk,
    /// Yandex.
    Yandex,
    /// Apple.
    Apple,
    /// Spotify.
    Spotify,
    /// netID.
    Netid,
    /// DingTalk.
    Dingtalk,
    /// Patreon.
    Patreon,
    /// LINE.
    Line,
    /// LinkedIn, by its interface of old.
    Linkedin,
    /// LinkedIn, by OpenID Connect.
    LinkedinV2,
    /// Lark and Feishu.
    Lark,
    /// X, which speaks OAuth 1.0a: known by name, not offered.
    X,
    /// A provider for tests of browsers.
    FedcmTest,
    /// Amazon.
    Amazon,
    /// UAE PASS: known by name, not offered.
    Uaepass,
}

impl ProviderKind {
    /// All kinds.
    pub const ALL: [Self; 26] = [
        Self::Github,
        Self::GithubApp,
        Self::Gitlab,
        Self::Generic,
        Self::Google,
        Self::Microsoft,
        Self::Discord,
        Self::Salesforce,
        Self::Slack,
        Self::Facebook,
        Self::Auth0,
        Self::Vk,
        Self::Yandex,
        Self::Apple,
        Self::Spotify,
        Self::Netid,
        Self::Dingtalk,
        Self::Patreon,
        Self::Line,
        Self::Linkedin,
        Self::LinkedinV2,
        Self::Lark,
        Self::X,
        Self::FedcmTest,
        Self::Amazon,
        Self::Uaepass,
    ];

    /// The name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Google => "google",
            Self::Github => "github",
            Self::GithubApp => "github-app",
            Self::Gitlab => "gitlab",
            Self::Microsoft => "microsoft",
            Self::Discord => "discord",
            Self::Salesforce => "salesforce",
            Self::Slack => "slack",
            Self::Facebook => "facebook",
            Self::Auth0 => "auth0",
            Self::Vk => "vk",
            Self::Yandex => "yandex",
            Self::Apple => "apple",
            Self::Spotify => "spotify",
            Self::Netid => "netid",
            Self::Dingtalk => "dingtalk",
            Self::Patreon => "patreon",
            Self::Line => "line",
            Self::Linkedin => "linkedin",
            Self::LinkedinV2 => "linkedin_v2",
            Self::Lark => "lark",
            Self::X => "x",
            Self::FedcmTest => "fedcm-test",
            Self::Amazon => "amazon",
            Self::Uaepass => "uaepass",
        }
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether this version can sign people in with it.
    pub const fn is_built(self) -> bool {
        !matches!(self, Self::X | Self::Uaepass)
    }

    /// Whether it says who somebody is by a signed token.
    pub const fn signs(self) -> bool {
        matches!(
            self,
            Self::Generic
                | Self::Google
                | Self::Microsoft
                | Self::Auth0
                | Self::Apple
                | Self::Netid
                | Self::LinkedinV2
                | Self::FedcmTest
        )
    }

    /// Whether nothing is known of it but what its issuer publishes.
    pub const fn needs_issuer(self) -> bool {
        matches!(self, Self::Generic | Self::Auth0 | Self::FedcmTest)
    }

    /// Whether it asks for the password again when told so (01 §13.3).
    pub const fn takes_prompt(self) -> bool {
        matches!(self, Self::Generic | Self::Apple | Self::FedcmTest | Self::Auth0)
    }

    /// Where it is reached, if that is not for discovery to find out. `issuer` is what the operator wrote, `tenant`
    /// the one of Microsoft.
    pub(super) fn place(self, issuer: Option<&str>, tenant: Option<&str>) -> Place {
        let base = |default: &str| issuer.unwrap_or(default).trim_end_matches('/').to_owned();
        let discovered = |default: &str| Place::Discovered(issuer.unwrap_or(default).to_owned());
        match self {
            Self::Generic | Self::Auth0 | Self::FedcmTest => discovered(""),
            Self::Netid => discovered("https://broker.netid.de/"),
            Self::Google => Place::Discovered("https://accounts.google.com".to_owned()),
            Self::Apple => Place::Discovered("https://appleid.apple.com".to_owned()),
            Self::LinkedinV2 => Place::Discovered("https://www.linkedin.com/oauth".to_owned()),
            Self::Microsoft => microsoft(tenant.unwrap_or("common")),
            Self::Gitlab => {
                let base = base("https://gitlab.com");
                let at = |path: &str| format!("{base}/oauth/{path}");
                fixed([&base, &at("authorize"), &at("token"), &at("userinfo")])
            }
            Self::Salesforce => {
                let base = base("https://login.salesforce.com");
                let at = |path: &str| format!("{base}/services/oauth2/{path}");
                fixed([&base, &at("authorize"), &at("token"), &at("userinfo")])
            }
            other => {
                let known = KNOWN.iter().find(|(kind, _)| *kind == other);
                known.map_or(Place::Nowhere, |(_, addresses)| fixed(*addresses))
            }
        }
    }
}

/// The providers whose addresses are always the same: the issuer that their claims name, where browsers are sent,
/// where codes are changed into tokens, and who tells about accounts.
const KNOWN: &[(ProviderKind, [&str; 4])] = &[
    (
        ProviderKind::Github,
        [
            "https://github.com/login/oauth/access_token",
            "https://github.com/login/oauth/authorize",
            "https://github.com/login/oauth/access_token",
            "https://api.github.com/user",
        ],
    ),
    (
        ProviderKind::GithubApp,
        [
            "https://github.com/login/oauth/access_token",
            "https://github.com/login/oauth/authorize",
            "https://github.com/login/oauth/access_token",
            "https://api.github.com/user",
        ],
    ),
    (
        ProviderKind::Discord,
        [
            "https://discord.com/api/v6/",
            "https://discord.com/api/oauth2/authorize",
            "https://discord.com/api/oauth2/token",
            "https://discord.com/api/users/@me",
        ],
    ),
    (
        ProviderKind::Slack,
        [
            "https://slack.com/oauth/",
            "https://slack.com/oauth/authorize",
            "https://slack.com/api/oauth.access",
            "https://slack.com/api/users.identity",
        ],
    ),
    (
        ProviderKind::Facebook,
        [
            "https://graph.facebook.com",
            "https://www.facebook.com/dialog/oauth",
            "https://graph.facebook.com/oauth/access_token",
            "https://graph.facebook.com/me?fields=id,name,first_name,last_name,middle_name,email,picture,birthday,gender",
        ],
    ),
    (
        ProviderKind::Vk,
        [
            "https://oauth.vk.com",
            "https://oauth.vk.com/authorize",
            "https://oauth.vk.com/access_token",
            "https://api.vk.com/method/users.get?fields=photo_200,nickname,bdate,sex&v=5.131",
        ],
    ),
    (
        ProviderKind::Yandex,
        [
            "https://login.yandex.ru/info",
            "https://oauth.yandex.com/authorize",
            "https://oauth.yandex.com/token",
            "https://login.yandex.ru/info?format=json",
        ],
    ),
    (
        ProviderKind::Spotify,
        [
            "https://accounts.spotify.com",
            "https://accounts.spotify.com/authorize",
            "https://accounts.spotify.com/api/token",
            "https://api.spotify.com/v1/me",
        ],
    ),
    (
        ProviderKind::Dingtalk,
        [
            "https://api.dingtalk.com/v1.0/oauth2/userAccessToken",
            "https://login.dingtalk.com/oauth2/auth",
            "https://api.dingtalk.com/v1.0/oauth2/userAccessToken",
            "https://api.dingtalk.com/v1.0/contact/users/me",
        ],
    ),
    (
        ProviderKind::Patreon,
        [
            "https://www.patreon.com/",
            "https://www.patreon.com/oauth2/authorize",
            "https://www.patreon.com/api/oauth2/token",
            "https://www.patreon.com/api/oauth2/v2/identity?fields%5Buser%5D=first_name,last_name,url,full_name,email,image_url",
        ],
    ),
    (
        ProviderKind::Line,
        [
            "https://access.line.me",
            "https://access.line.me/oauth2/v2.1/authorize",
            "https://api.line.me/oauth2/v2.1/token",
            "https://api.line.me/oauth2/v2.1/verify",
        ],
    ),
    (
        ProviderKind::Linkedin,
        [
            "https://www.linkedin.com",
            "https://www.linkedin.com/oauth/v2/authorization",
            "https://www.linkedin.com/oauth/v2/accessToken",
            "https://api.linkedin.com/v2/me?projection=(id,localizedFirstName,localizedLastName,profilePicture(displayImage~:playableStreams))",
        ],
    ),
    (
        ProviderKind::Lark,
        [
            "https://passport.feishu.cn/suite/passport/oauth/userinfo",
            "https://passport.feishu.cn/suite/passport/oauth/authorize",
            "https://passport.feishu.cn/suite/passport/oauth/token",
            "https://passport.feishu.cn/suite/passport/oauth/userinfo",
        ],
    ),
    (
        ProviderKind::Amazon,
        [
            "https://www.amazon.com",
            "https://www.amazon.com/ap/oa",
            "https://api.amazon.com/auth/o2/token",
            "https://api.amazon.com/user/profile",
        ],
    ),
];

/// Where a provider is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Where its issuer says.
    Discovered(String),
    /// Here.
    Known(Box<Known>),
    /// Not at all.
    Nowhere,
}

/// The addresses of a provider, as texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub issuer: String,
    pub authorization: String,
    pub token: String,
    pub userinfo: Option<String>,
    pub keys: Option<String>,
}

fn fixed([issuer, authorization, token, userinfo]: [&str; 4]) -> Place {
    Place::Known(Box::new(Known {
        issuer: issuer.to_owned(),
        authorization: authorization.to_owned(),
        token: token.to_owned(),
        userinfo: Some(userinfo.to_owned()),
        keys: None,
    }))
}

fn microsoft(tenant: &str) -> Place {
    let base = format!("https://login.microsoftonline.com/{tenant}");
    Place::Known(Box::new(Known {
        // What stands in tokens names the tenant of the account, whatever was asked for.
        issuer: "https://login.microsoftonline.com/{tenantid}/v2.0".to_owned(),
        authorization: format!("{base}/oauth2/v2.0/authorize"),
        token: format!("{base}/oauth2/v2.0/token"),
        userinfo: Some("https://graph.microsoft.com/v1.0/me".to_owned()),
        keys: Some(format!("{base}/discovery/v2.0/keys")),
    }))
}

/// The address of an issuer's discovery document.
pub(super) fn discovery(issuer: &str) -> Option<Url> {
    Url::parse(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_addresses_are_addresses() {
        let names: std::collections::BTreeSet<_> = ProviderKind::ALL.map(ProviderKind::name).into();
        assert_eq!(names.len(), ProviderKind::ALL.len());
        for kind in ProviderKind::ALL {
            assert_eq!(ProviderKind::parse(kind.name()), Some(kind));
            match kind.place(Some("https://issuer.test/"), Some("tenant")) {
                Place::Discovered(issuer) => assert!(discovery(&issuer).is_some(), "{kind:?}"),
                Place::Known(known) => {
                    let more = [known.userinfo.as_deref(), known.keys.as_deref()];
                    let all = [Some(known.authorization.as_str()), Some(known.token.as_str())];
                    for url in all.into_iter().chain(more).flatten() {
                        assert_eq!(Url::parse(url).unwrap().scheme(), "https", "{kind:?}");
                    }
                    assert!(kind.is_built());
                }
                Place::Nowhere => assert!(!kind.is_built()),
            }
        }
        assert_eq!(
            discovery("https://issuer.test/").unwrap().as_str(),
            "https://issuer.test/.well-known/openid-configuration"
        );
    }
}
