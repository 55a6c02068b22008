//! The three kinds of clients, behind one interface: what a test says once holds for all of them.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use actix_web::{
    http::{Method, header},
    test::TestRequest,
};
use serde_json::{Map, Value, json};
use url::Url;

use super::{Answer, TestApp};

/// Who drives a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pages and forms.
    Browser,
    /// A browser's script that asks for JSON.
    Spa,
    /// An app without cookies.
    Native,
}

/// One client with its cookies, or its session token.
pub struct Client<'a> {
    pub app: &'a TestApp,
    pub kind: Kind,
    pub cookies: RefCell<BTreeMap<String, String>>,
    pub token: RefCell<Option<String>>,
    /// The status of the last submission.
    pub status: Cell<u16>,
}

/// A flow as a client sees it.
#[derive(Debug, Clone)]
pub struct Flow {
    /// `login`, `registration` or `verification`.
    pub name: &'static str,
    pub json: Value,
}

/// What came of a submission, whatever the kind of client.
#[derive(Debug)]
pub enum Step {
    /// The flow, to go on with.
    Form(Flow),
    /// Another flow takes its place.
    Replaced(Flow),
    /// Done, with the body of programs.
    Done(Value),
    /// Done; a browser is sent here.
    Sent(String),
    /// An error with its status and id.
    Error(u16, String),
}

impl Flow {
    pub fn id(&self) -> &str {
        self.json["id"].as_str().expect("a flow has an id")
    }

    /// The ids of all messages: those of the form, then `id@field`.
    pub fn messages(&self) -> Vec<String> {
        let ids = |list: &Value| -> Vec<String> {
            list.as_array().into_iter().flatten().map(|message| message["id"].to_string()).collect()
        };
        let mut found = ids(&self.json["ui"]["messages"]);
        for node in self.json["ui"]["nodes"].as_array().into_iter().flatten() {
            let name = node["attributes"]["name"].as_str().unwrap_or_default();
            found.extend(ids(&node["messages"]).into_iter().map(|id| format!("{id}@{name}")));
        }
        found
    }

    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&Value> {
        let nodes = self.json["ui"]["nodes"].as_array()?;
        nodes.iter().find(|node| node["attributes"]["name"] == name)?["attributes"].get("value")
    }
}

impl Step {
    #[track_caller]
    pub fn form(self) -> Flow {
        match self {
            Self::Form(flow) => flow,
            other => panic!("no form: {other:?}"),
        }
    }

    #[track_caller]
    pub fn replaced(self) -> Flow {
        match self {
            Self::Replaced(flow) => flow,
            other => panic!("not replaced: {other:?}"),
        }
    }

    #[track_caller]
    pub fn error(self) -> (u16, String) {
        match self {
            Self::Error(status, id) => (status, id),
            other => panic!("no error: {other:?}"),
        }
    }

    /// Passes when the flow reached its goal; the body of programs, else `null`.
    #[track_caller]
    pub fn done(self) -> Value {
        match self {
            Self::Done(body) => body,
            Self::Sent(_) => Value::Null,
            other => panic!("not done: {other:?}"),
        }
    }

    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Sent(_))
    }
}

impl<'a> Client<'a> {
    pub fn new(app: &'a TestApp, kind: Kind) -> Self {
        let (cookies, token, status) = (RefCell::default(), RefCell::default(), Cell::default());
        Self { app, kind, cookies, token, status }
    }

    /// Another client of the same kind on the same application.
    pub fn another(&self) -> Self {
        Self::new(self.app, self.kind)
    }

    /// Asks with the cookies or the token of this client, and keeps what is set.
    pub async fn ask(&self, request: TestRequest) -> Answer {
        self.ask_accepting(request, self.kind == Kind::Browser).await
    }

    pub(super) async fn ask_accepting(&self, request: TestRequest, page: bool) -> Answer {
        let accept = if page { "text/html" } else { "application/json" };
        let mut request = request.insert_header((header::ACCEPT, accept));
        if self.kind == Kind::Native {
            if let Some(token) = self.token.borrow().as_ref() {
                request = request.insert_header(("X-Session-Token", token.clone()));
            }
        } else if !self.cookies.borrow().is_empty() {
            let pairs = self.cookies.borrow();
            let line: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.insert_header((header::COOKIE, line.join("; ")));
        }
        let answer = self.app.ask(request).await;
        self.keep(&answer);
        answer
    }

    fn keep(&self, answer: &Answer) {
        let mut cookies = self.cookies.borrow_mut();
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(TestRequest::get().uri(path)).await
    }

    /// Reads JSON, as the script of a page does, too.
    pub async fn get_json(&self, path: &str) -> Answer {
        self.ask_accepting(TestRequest::get().uri(path), false).await
    }

    /// Opens a flow.
    pub async fn open(&self, name: &'static str) -> Flow {
        self.open_with(name, "").await
    }

    /// Opens a flow with a query, which begins with `?`.
    pub async fn open_with(&self, name: &'static str, query: &str) -> Flow {
        let answer = self.init(name, query).await;
        match self.kind {
            Kind::Browser => {
                let answer = answer.expect(303);
                let id = flow_of(&answer.location()).unwrap_or_else(|| panic!("{}", answer.location()));
                self.fetch(name, &id).await
            }
            Kind::Spa | Kind::Native => Flow { name, json: answer.expect(200).json() },
        }
    }

    /// The answer to opening a flow, as it comes.
    pub async fn init(&self, name: &str, query: &str) -> Answer {
        let way = if self.kind == Kind::Native { "api" } else { "browser" };
        self.get(&format!("/self-service/{name}/{way}{query}")).await
    }

    /// Reads a flow.
    pub async fn fetch(&self, name: &'static str, id: &str) -> Flow {
        let answer = self.get_json(&format!("/self-service/{name}/flows?id={id}")).await;
        Flow { name, json: answer.expect(200).json() }
    }

    /// Submits a flow with these fields, and with the anti-CSRF token of its form.
    pub async fn submit(&self, flow: &Flow, fields: Value) -> Step {
        let answer = self.post(flow, fields).await;
        self.status.set(answer.status);
        self.understand(flow.name, answer).await
    }

    /// The answer to submitting a flow, as it comes.
    pub async fn post(&self, flow: &Flow, fields: Value) -> Answer {
        let mut fields = fields.as_object().unwrap().clone();
        if let Some(token) = flow.value("csrf_token").filter(|token| token.as_str() != Some("")) {
            fields.entry("csrf_token").or_insert_with(|| token.clone());
        }
        let path = format!("/self-service/{}?flow={}", flow.name, flow.id());
        self.ask(self.request(&path, &fields)).await
    }

    fn request(&self, path: &str, fields: &Map<String, Value>) -> TestRequest {
        let request = TestRequest::default().method(Method::POST).uri(path);
        match self.kind {
            Kind::Browser => {
                let mut body = url::form_urlencoded::Serializer::new(String::new());
                flatten("", fields, &mut |name, value| {
                    body.append_pair(name, value);
                });
                request
                    .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
                    .set_payload(body.finish())
            }
            Kind::Spa | Kind::Native => request
                .insert_header((header::CONTENT_TYPE, "application/json"))
                .set_payload(json!(fields).to_string()),
        }
    }

    pub(super) async fn understand(&self, name: &'static str, answer: Answer) -> Step {
        let body = answer.json();
        if let Some(token) = body["session_token"].as_str() {
            *self.token.borrow_mut() = Some(token.to_owned());
        }
        if (300..400).contains(&answer.status) {
            return self.follow(name, &answer.location()).await;
        }
        if let Some(next) = body["use_flow_id"].as_str() {
            return Step::Replaced(self.fetch(name, next).await);
        }
        match body.get("error") {
            Some(_) => Step::Error(answer.status, answer.error_id()),
            None if body.get("ui").is_some() => Step::Form(Flow { name, json: body }),
            None => Step::Done(body),
        }
    }

    /// Where a page load leads to: the form again, another flow, the error page or the goal.
    async fn follow(&self, name: &'static str, location: &str) -> Step {
        if let Some(rest) = location.strip_prefix("https://app.example.test/error?id=") {
            let answer = self.get_json(&format!("/self-service/errors?id={rest}")).await.expect(200);
            let error = &answer.json()["error"];
            let status = u16::try_from(error["code"].as_u64().unwrap()).unwrap();
            return Step::Error(status, error["id"].as_str().unwrap_or_default().to_owned());
        }
        let form = format!("https://app.example.test/{name}?");
        let data = format!("https://id.example.test/self-service/{name}/flows?id=");
        if location.starts_with(&form) || location.starts_with(&data) {
            let id = flow_of(location).unwrap();
            return Step::Form(self.fetch(name, &id).await);
        }
        Step::Sent(location.to_owned())
    }

    /// Submits a flow; a form with another id than that of `flow` counts as its replacement.
    pub async fn step(&self, flow: &Flow, fields: Value) -> Step {
        match self.submit(flow, fields).await {
            Step::Form(next) if next.id() != flow.id() => Step::Replaced(next),
            step => step,
        }
    }

    pub async fn whoami(&self) -> Answer {
        self.get_json("/sessions/whoami").await
    }

    pub async fn is_logged_in(&self) -> bool {
        match self.whoami().await.status {
            200 => true,
            401 => false,
            other => panic!("whoami said {other}"),
        }
    }
}

/// The `flow` or `id` of a URL's query.
pub fn flow_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let found = url.query_pairs().find(|(key, _)| key == "flow" || key == "id");
    found.map(|(_, value)| value.into_owned())
}

fn flatten(prefix: &str, fields: &Map<String, Value>, put: &mut impl FnMut(&str, &str)) {
    for (key, value) in fields {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) => flatten(&name, inner, put),
            Value::String(text) => put(&name, text),
            other => put(&name, &other.to_string()),
        }
    }
}
