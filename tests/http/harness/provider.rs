//! A provider of social sign-in on a real socket, and the way of a person through it.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use actix_web::test::TestRequest;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};
use zelos::crypto::JwtSigner;

use super::{Client, Flow, Kind, Step, TestApp, receiver::program};

const KEYS: &str = include_str!("../../support/jwks.json");

/// What we are called there, and our secret.
const CLIENT: (&str, &str) = ("zelos", "a secret");

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// As it should be.
    Well,
    /// By a key that is not published.
    ByAnother,
    /// Not at all, and it says so.
    Not,
}

/// What the provider does next; a test changes it as it likes.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Who signs in: `sub` and further claims.
    pub person: Value,
    /// The error that it answers with instead.
    pub error: Option<&'static str>,
    /// Claims of the token that are changed last.
    pub tamper: Value,
    /// How it signs.
    pub signed: Signed,
    /// Whether it gives a token that says who somebody is.
    pub tells: bool,
    /// Whether it says that it can bind codes.
    pub binds: bool,
    /// The issuer that its discovery document names, if not its own.
    pub posing_as: Option<String>,
    /// What it tells about whoever holds a token, if not the person.
    pub about: Option<Value>,
    /// Whether changing a code into tokens fails.
    pub down: bool,
}

struct State {
    issuer: String,
    manners: Manners,
    grants: HashMap<String, HashMap<String, String>>,
    seen: Vec<HashMap<String, String>>,
    issued: u32,
    now: i64,
}

/// A provider.
pub struct Provider {
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let manners = Manners {
            person: json!({ "sub": "s-ada", "email": "ada@example.test" }),
            error: None,
            tamper: json!({}),
            signed: Signed::Well,
            tells: true,
            binds: true,
            posing_as: None,
            about: None,
            down: false,
        };
        let state = State {
            issuer: issuer.clone(),
            manners,
            grants: HashMap::new(),
            seen: Vec::new(),
            issued: 0,
            now: 0,
        };
        let state = Arc::new(Mutex::new(state));
        let own = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                serve(stream, &own);
            }
        });
        Self { issuer, state }
    }

    /// The configuration of social sign-in by it, under the id `fake`.
    pub fn config(&self) -> String {
        self.config_as("fake", "{}")
    }

    /// The same under another id, with more keys of the provider.
    pub fn config_as(&self, id: &str, more: &str) -> String {
        let more: Value = serde_json::from_str(more).unwrap();
        config(vec![self.entry(id, &more)])
    }

    /// Its entry in the list of providers.
    pub fn entry(&self, id: &str, more: &Value) -> Value {
        let mut entry = json!({
            "id": id,
            "provider": "generic",
            "label": "Fake",
            "client_id": CLIENT.0,
            "client_secret": CLIENT.1,
            "issuer_url": self.issuer,
            "scope": ["email"],
            "mapper_url": program(MAPPER),
        });
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    }

    /// Changes what it does next.
    pub fn with(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.state.lock().unwrap().manners);
    }

    /// What it was asked by the browsers that came, the last one last.
    pub fn seen(&self) -> Vec<HashMap<String, String>> {
        self.state.lock().unwrap().seen.clone()
    }

    /// A person with a browser comes and is sent back; gives the address, without our host.
    pub fn visit(&self, app: &TestApp, url: &str) -> String {
        let url = Url::parse(url).unwrap();
        assert!(url.as_str().starts_with(&self.issuer), "{url}");
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let mut state = self.state.lock().unwrap();
        state.now = app.now().as_seconds();
        state.seen.push(asked.clone());
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        match state.manners.error {
            Some(error) => {
                let pairs = [("error", error), ("error_description", "by order of the test")];
                back.query_pairs_mut().extend_pairs(pairs);
            }
            None => {
                state.issued += 1;
                let code = format!("code-{}", state.issued);
                back.query_pairs_mut().append_pair("code", &code);
                state.grants.insert(code, asked.clone());
            }
        }
        back.query_pairs_mut().append_pair("state", &asked["state"]);
        format!("{}?{}", back.path(), back.query().unwrap())
    }

    /// A token for an app, with these claims on top.
    pub fn token(&self, app: &TestApp, more: &Value) -> String {
        let mut state = self.state.lock().unwrap();
        state.now = app.now().as_seconds();
        let mut claims = state.claims(CLIENT.0, None);
        claims.extend(more.as_object().unwrap().clone());
        sign(&claims, state.manners.signed)
    }
}

/// Makes an account of the address and the name.
const MAPPER: &str = "local claims = std.extVar('claims');
{ identity: {
  traits: { email: claims.email, [if 'name' in claims then 'name']: { first: claims.name } },
  [if 'email_verified' in claims then 'verified_addresses']: [{ via: 'email', value: claims.email }],
} }";

/// The configuration of social sign-in by these providers; who signs up is logged in.
pub fn config(providers: Vec<Value>) -> String {
    json!({ "selfservice": {
        "methods": { "oidc": { "enabled": true, "config": { "providers": providers } } },
        "flows": { "registration": { "after": { "oidc": { "hooks": [{ "hook": "session" }] } } } },
    }})
    .to_string()
}

impl State {
    fn claims(&self, audience: &str, nonce: Option<&String>) -> Map<String, Value> {
        let mut claims = json!({
            "iss": self.issuer,
            "aud": [audience],
            "iat": self.now,
            "exp": self.now + 600,
        });
        let claims = claims.as_object_mut().unwrap();
        claims.extend(self.manners.person.as_object().unwrap().clone());
        claims.extend(nonce.map(|nonce| ("nonce".to_owned(), json!(nonce))));
        claims.extend(self.manners.tamper.as_object().unwrap().clone());
        claims.clone()
    }

    fn answer(&mut self, head: &str, body: &str) -> (u16, Value) {
        let path = head.split_whitespace().nth(1).unwrap_or_default();
        let issuer = self.manners.posing_as.clone().unwrap_or_else(|| self.issuer.clone());
        match path {
            "/.well-known/openid-configuration" => {
                let binds: &[&str] = if self.manners.binds { &["S256"] } else { &["plain"] };
                let at = |path: &str| format!("{}{path}", self.issuer);
                let published = json!({
                    "issuer": issuer,
                    "authorization_endpoint": at("/auth"),
                    "token_endpoint": at("/token"),
                    "userinfo_endpoint": at("/userinfo"),
                    "jwks_uri": at("/keys"),
                    "code_challenge_methods_supported": binds,
                });
                (200, published)
            }
            "/keys" => {
                let mut keys: Value = serde_json::from_str(KEYS).unwrap();
                let list = keys["keys"].as_array_mut().unwrap();
                list.truncate(1);
                for private in ["d", "p", "q", "dp", "dq", "qi"] {
                    list[0].as_object_mut().unwrap().remove(private);
                }
                (200, keys)
            }
            "/token" => self.change(head, body),
            "/userinfo" => {
                let about = self.manners.about.clone();
                (200, about.unwrap_or_else(|| self.manners.person.clone()))
            }
            _ => (404, Value::Null),
        }
    }

    /// Changes a code into tokens, as strictly as a provider does.
    fn change(&mut self, head: &str, body: &str) -> (u16, Value) {
        let form: HashMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let pair = STANDARD.encode(format!("{}:{}", CLIENT.0, CLIENT.1.replace(' ', "+")));
        if self.manners.down {
            return (503, Value::Null);
        }
        if !head.contains(&format!("authorization: Basic {pair}")) {
            return (401, json!({ "error": "invalid_client" }));
        }
        let refused = (400, json!({ "error": "invalid_grant" }));
        let Some(asked) = form.get("code").and_then(|code| self.grants.remove(code)) else { return refused };
        if let Some(challenge) = asked.get("code_challenge") {
            let verifier = form.get("code_verifier").cloned().unwrap_or_default();
            if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
                return refused;
            }
        }
        assert_eq!(form["redirect_uri"], asked["redirect_uri"]);
        let mut answer =
            json!({ "access_token": "access", "refresh_token": "refresh", "token_type": "bearer" });
        if self.manners.tells {
            let claims = self.claims(&asked["client_id"], asked.get("nonce"));
            answer["id_token"] = json!(sign(&claims, self.manners.signed));
        }
        (200, answer)
    }
}

fn sign(claims: &Map<String, Value>, signed: Signed) -> String {
    let set: Value = serde_json::from_str(KEYS).unwrap();
    let n = usize::from(signed == Signed::ByAnother);
    let mut key = set["keys"][n].clone();
    if signed == Signed::ByAnother {
        key["kid"] = set["keys"][0]["kid"].clone();
    }
    let signer = JwtSigner::from_key_set(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
    let token = signer.sign(claims).unwrap();
    if signed != Signed::Not {
        return token;
    }
    let head = URL_SAFE_NO_PAD.encode(json!({ "alg": "none" }).to_string());
    format!("{head}.{}.", token.split('.').nth(1).unwrap())
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or_default() == 0 {
            return;
        }
    }
    let length = head.to_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length: ").map(|length| length.parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body).unwrap();
    let (status, said) = state.lock().unwrap().answer(&head, &String::from_utf8_lossy(&body));
    let said = said.to_string();
    let length = said.len();
    let text = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{said}");
    let _gone = reader.get_mut().write_all(text.as_bytes());
}

/// The address that a client is told to go to.
pub async fn leave(client: &Client<'_>, flow: &Flow, fields: Value) -> String {
    let answer = client.post(flow, fields).await;
    match client.kind {
        Kind::Browser => answer.expect(303).location(),
        Kind::Spa | Kind::Native => {
            let answer = answer.expect(422);
            assert_eq!(answer.error_id(), "browser_location_change_required");
            answer.json()["redirect_browser_to"].as_str().unwrap().to_owned()
        }
    }
}

impl Client<'_> {
    /// Goes to a provider from a flow and comes back; what comes of it.
    pub async fn go_to(&self, provider: &Provider, flow: &Flow, fields: Value) -> Step {
        let url = leave(self, flow, fields).await;
        let back = provider.visit(self.app, &url);
        self.come_back(flow, &back).await
    }

    /// Comes back from a provider. An app's browser is another one, and the app picks its session up.
    pub async fn come_back(&self, flow: &Flow, back: &str) -> Step {
        if self.kind != Kind::Native {
            let answer = self.ask_accepting(TestRequest::get().uri(back), true).await;
            self.status.set(answer.status);
            return self.understand(flow.name, answer).await;
        }
        let browser = self.app.client(Kind::Browser);
        let answer = browser.get(back).await;
        self.status.set(answer.status);
        let Some(second) = query(&answer.location(), "code") else {
            return self.understand(flow.name, answer).await;
        };
        let first = flow.json["session_token_exchange_code"].as_str().unwrap();
        let path = format!("/sessions/token-exchange?init_code={first}&return_to_code={second}");
        let answer = self.get(&path).await;
        self.understand(flow.name, answer).await
    }

    /// Opens a flow for going to a provider: an app wants to pick its session up afterwards.
    pub async fn open_for_provider(&self, name: &'static str) -> Flow {
        let query = match self.kind {
            Kind::Native => {
                "?return_session_token_exchange_code=true&return_to=https%3A%2F%2Fapp.example.test%2Fdone"
            }
            Kind::Browser | Kind::Spa => "",
        };
        self.open_with(name, query).await
    }

    /// Signs in, or up, by a provider.
    pub async fn by_provider(&self, provider: &Provider, name: &'static str) -> Step {
        let flow = self.open_for_provider(name).await;
        self.go_to(provider, &flow, json!({ "method": "oidc", "provider": "fake" })).await
    }
}

/// A parameter of an address.
pub fn query(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
