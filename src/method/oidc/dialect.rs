//! What providers that do not speak OpenID Connect call the things that it has names for.

use serde_json::{Map, Value, json};

use super::ProviderKind;

/// A claim, and where a provider's document has it.
type Word = (&'static str, &'static str);

const GITHUB: &[Word] = &[
    ("sub", "/id"),
    ("name", "/name"),
    ("nickname", "/login"),
    ("preferred_username", "/login"),
    ("website", "/blog"),
    ("picture", "/avatar_url"),
    ("profile", "/html_url"),
    ("email", "/email"),
];
const DISCORD: &[Word] = &[
    ("sub", "/id"),
    ("name", "/username"),
    ("nickname", "/username"),
    ("preferred_username", "/username"),
    ("email", "/email"),
    ("email_verified", "/verified"),
    ("locale", "/locale"),
];
const SLACK: &[Word] = &[
    ("sub", "/user/id"),
    ("name", "/user/name"),
    ("email", "/user/email"),
    ("picture", "/user/image_512"),
    ("team", "/team/id"),
];
const FACEBOOK: &[Word] = &[
    ("sub", "/id"),
    ("name", "/name"),
    ("given_name", "/first_name"),
    ("family_name", "/last_name"),
    ("last_name", "/last_name"),
    ("middle_name", "/middle_name"),
    ("nickname", "/name"),
    ("preferred_username", "/name"),
    ("picture", "/picture/data/url"),
    ("email", "/email"),
    ("gender", "/gender"),
    ("birthdate", "/birthday"),
];
const VK: &[Word] = &[
    ("sub", "/id"),
    ("given_name", "/first_name"),
    ("family_name", "/last_name"),
    ("last_name", "/last_name"),
    ("nickname", "/nickname"),
    ("picture", "/photo_200"),
    ("email", "/email"),
    ("birthdate", "/bdate"),
];
const YANDEX: &[Word] = &[
    ("sub", "/id"),
    ("name", "/real_name"),
    ("given_name", "/first_name"),
    ("family_name", "/last_name"),
    ("last_name", "/last_name"),
    ("nickname", "/login"),
    ("preferred_username", "/login"),
    ("email", "/default_email"),
    ("gender", "/sex"),
    ("birthdate", "/birthday"),
    ("phone_number", "/default_phone/number"),
];
const SPOTIFY: &[Word] = &[
    ("sub", "/id"),
    ("name", "/display_name"),
    ("nickname", "/display_name"),
    ("email", "/email"),
    ("picture", "/images/0/url"),
    ("profile", "/external_urls/spotify"),
    ("birthdate", "/birthdate"),
];
const DINGTALK: &[Word] = &[
    ("sub", "/openId"),
    ("nickname", "/nick"),
    ("name", "/nick"),
    ("picture", "/avatarUrl"),
    ("email", "/email"),
];
const PATREON: &[Word] = &[
    ("sub", "/data/id"),
    ("name", "/data/attributes/full_name"),
    ("given_name", "/data/attributes/first_name"),
    ("family_name", "/data/attributes/last_name"),
    ("last_name", "/data/attributes/last_name"),
    ("nickname", "/data/attributes/full_name"),
    ("email", "/data/attributes/email"),
    ("picture", "/data/attributes/image_url"),
    ("profile", "/data/attributes/url"),
];
const LINKEDIN: &[Word] = &[
    ("sub", "/id"),
    ("given_name", "/localizedFirstName"),
    ("family_name", "/localizedLastName"),
    ("last_name", "/localizedLastName"),
    ("email", "/email"),
    ("picture", "/profilePicture/displayImage~/elements/0/identifiers/0/identifier"),
];
const LARK: &[Word] = &[
    ("sub", "/sub"),
    ("name", "/name"),
    ("nickname", "/name"),
    ("picture", "/picture"),
    ("email", "/email"),
    ("phone_number", "/mobile"),
];
const AMAZON: &[Word] =
    &[("sub", "/user_id"), ("name", "/name"), ("email", "/email"), ("zoneinfo", "/postal_code")];

/// What a document says, in the words of OpenID Connect; `None` for those that use these words anyway.
const fn words(kind: ProviderKind) -> Option<&'static [Word]> {
    Some(match kind {
        ProviderKind::Github | ProviderKind::GithubApp => GITHUB,
        ProviderKind::Discord => DISCORD,
        ProviderKind::Slack => SLACK,
        ProviderKind::Facebook => FACEBOOK,
        ProviderKind::Vk => VK,
        ProviderKind::Yandex => YANDEX,
        ProviderKind::Spotify => SPOTIFY,
        ProviderKind::Dingtalk => DINGTALK,
        ProviderKind::Patreon => PATREON,
        ProviderKind::Linkedin => LINKEDIN,
        ProviderKind::Lark => LARK,
        ProviderKind::Amazon => AMAZON,
        ProviderKind::Generic
        | ProviderKind::Google
        | ProviderKind::Gitlab
        | ProviderKind::Microsoft
        | ProviderKind::Salesforce
        | ProviderKind::Auth0
        | ProviderKind::Apple
        | ProviderKind::Netid
        | ProviderKind::Line
        | ProviderKind::LinkedinV2
        | ProviderKind::X
        | ProviderKind::FedcmTest
        | ProviderKind::Uaepass => return None,
    })
}

/// The claims in what a provider says of an account.
pub(super) fn translate(kind: ProviderKind, mut said: Map<String, Value>) -> Map<String, Value> {
    // VK answers with a list of the accounts that were asked for.
    if kind == ProviderKind::Vk
        && let Some(Value::Object(first)) = said.get("response").and_then(|list| list.get(0))
    {
        let (first, email) = (first.clone(), said.shift_remove("email"));
        said = first;
        said.extend(email.map(|email| ("email".to_owned(), email)));
    }
    let Some(words) = words(kind) else { return said };
    let document = Value::Object(said.clone());
    let mut claims = said;
    // Names that mean something else to the provider must not pass for claims.
    claims.shift_remove("sub");
    for (name, at) in words {
        match document.pointer(at) {
            Some(value) if !value.is_null() => drop(claims.insert((*name).to_owned(), value.clone())),
            Some(_) | None => drop(claims.shift_remove(*name)),
        }
    }
    if let Some(picture) = picture(kind, &document) {
        claims.insert("picture".to_owned(), json!(picture));
    }
    claims
}

/// Pictures whose address has to be put together.
fn picture(kind: ProviderKind, said: &Value) -> Option<String> {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    match kind {
        ProviderKind::Discord => {
            Some(format!("https://cdn.discordapp.com/avatars/{}/{}.png", text("id")?, text("avatar")?))
        }
        ProviderKind::Yandex => {
            let avatar = text("default_avatar_id")?;
            Some(format!("https://avatars.yandex.net/get-yapic/{avatar}/islands-200"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(kind: ProviderKind, said: Value) -> Value {
        Value::Object(translate(kind, said.as_object().unwrap().clone()))
    }

    #[test]
    fn documents_are_translated() {
        let github = json!({ "id": 7, "login": "ada", "name": null, "email": "a@x.test", "sub": "1" });
        let made = claims(ProviderKind::Github, github);
        assert_eq!(
            (&made["sub"], &made["nickname"], &made["email"]),
            (&json!(7), &json!("ada"), &json!("a@x.test"))
        );
        assert!(made.get("name").is_none());

        let discord = json!({ "id": "7", "username": "ada", "avatar": "x", "verified": true });
        let made = claims(ProviderKind::Discord, discord);
        assert_eq!(made["picture"], "https://cdn.discordapp.com/avatars/7/x.png");
        assert_eq!(made["email_verified"], true);

        let vk = json!({ "response": [{ "id": 7, "first_name": "Ada" }], "email": "a@x.test" });
        let made = claims(ProviderKind::Vk, vk);
        assert_eq!(
            (&made["sub"], &made["email"], &made["given_name"]),
            (&json!(7), &json!("a@x.test"), &json!("Ada"))
        );

        let patreon = json!({ "data": { "id": "7", "attributes": { "full_name": "Ada" } } });
        let made = claims(ProviderKind::Patreon, patreon);
        assert_eq!((&made["sub"], &made["name"]), (&json!("7"), &json!("Ada")));
    }

    #[test]
    fn who_speaks_openid_connect_is_taken_at_their_word() {
        let said = json!({ "sub": "7", "id": "8", "name": "Ada" });
        assert_eq!(claims(ProviderKind::Gitlab, said.clone()), said);
    }
}
