//! Whatever two browsers and an administrator do, and in whatever order: nobody is logged in without having
//! shown who they are, no code works twice, no address is proven but by its code, and the server never fails.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use actix_web::{http::Method, rt::System};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use zelos::{
    flow::{AnyFlow, LoginState, RecoveryState, VerificationState},
    kernel::{FlowId, MessageId},
    store::Flows as _,
};

use crate::{
    database::TestDatabase,
    harness::{Answer, Client, Flow, Kind, Mail, TestApp, flow_of, people::credentials},
};

const PEOPLE: [&str; 2] = ["ada@example.test", "eve@example.test"];
const PASSWORDS: [&str; 2] = ["correct horse battery", "staple under the bridge"];
const FLOWS: [&str; 5] = ["login", "registration", "verification", "recovery", "settings"];
/// The flows that send codes.
const CODES: [&str; 3] = ["verification", "recovery", "login"];

/// Something that somebody does. Flows and letters are picked from all there are: a browser may well submit a
/// flow of the other one, or type a code that was meant for something else.
#[derive(Debug, Clone)]
enum Act {
    Open { browser: usize, flow: usize, refresh: bool },
    SignUp { browser: usize, flow: Index, person: usize, password: usize },
    LogIn { browser: usize, flow: Index, person: usize, password: usize },
    NameAddress { browser: usize, flow: Index, person: usize },
    TypeCode { browser: usize, letter: Index, elsewhere: Option<Index> },
    ChangePassword { browser: usize, flow: Index, password: usize },
    LogOut { browser: usize },
    Wait { minutes: u64 },
    Switch { person: usize, on: bool },
    EndSessions { person: usize },
    Delete { person: usize },
}

fn act() -> impl Strategy<Value = Act> {
    let (browser, person, password) = (|| 0..2_usize, || 0..PEOPLE.len(), || 0..PASSWORDS.len());
    prop_oneof![
        4 => (browser(), 0..FLOWS.len(), any::<bool>())
            .prop_map(|(browser, flow, refresh)| Act::Open { browser, flow, refresh }),
        3 => (browser(), any::<Index>(), person(), password())
            .prop_map(|(browser, flow, person, password)| Act::SignUp { browser, flow, person, password }),
        6 => (browser(), any::<Index>(), person(), password())
            .prop_map(|(browser, flow, person, password)| Act::LogIn { browser, flow, person, password }),
        6 => (browser(), any::<Index>(), person())
            .prop_map(|(browser, flow, person)| Act::NameAddress { browser, flow, person }),
        6 => (browser(), any::<Index>(), prop::option::weighted(0.3, any::<Index>()))
            .prop_map(|(browser, letter, elsewhere)| Act::TypeCode { browser, letter, elsewhere }),
        4 => (browser(), any::<Index>(), password())
            .prop_map(|(browser, flow, password)| Act::ChangePassword { browser, flow, password }),
        2 => browser().prop_map(|browser| Act::LogOut { browser }),
        1 => (1..70_u64).prop_map(|minutes| Act::Wait { minutes }),
        2 => (person(), prop::bool::weighted(0.7)).prop_map(|(person, on)| Act::Switch { person, on }),
        1 => person().prop_map(|person| Act::EndSessions { person }),
        1 => person().prop_map(|person| Act::Delete { person }),
    ]
}

/// What an act showed: whose session it may begin, and whose address it may prove.
#[derive(Debug, Default)]
struct Evidence {
    entry: Option<(usize, &'static str)>,
    /// Whose sessions work again; switching somebody off does not end them (02 §15 no. 35).
    back: Option<&'static str>,
    proof: Option<&'static str>,
}

struct World<'a> {
    app: &'a TestApp,
    browsers: [Client<'a>; 2],
    /// All flows, each with the browser that opened it.
    flows: Vec<(usize, Flow)>,
    /// The password of everybody who has an account.
    passwords: BTreeMap<&'static str, &'static str>,
    /// Letters with codes, each with the flow that sent it, unless that was started in passing.
    sent: Vec<(Option<Flow>, Mail)>,
    /// Letters whose code has worked.
    used: BTreeSet<MessageId>,
    /// How often somebody was let in.
    entries: usize,
    /// How often a password was changed.
    changed: usize,
    /// Who was the last to be logged in, in each browser.
    last: [Option<String>; 2],
    /// Who was logged in after the last act, and which addresses were proven.
    seen: ([Option<String>; 2], BTreeSet<&'static str>),
}

impl<'a> World<'a> {
    /// Everybody has an account, and each browser a flow of each kind.
    async fn begin(app: &'a TestApp) -> Self {
        let mut world = Self {
            app,
            browsers: [app.client(Kind::Browser), app.client(Kind::Spa)],
            flows: Vec::new(),
            passwords: BTreeMap::new(),
            sent: Vec::new(),
            used: BTreeSet::new(),
            entries: 0,
            changed: 0,
            last: Default::default(),
            seen: Default::default(),
        };
        for who in PEOPLE {
            app.client(Kind::Native).sign_up(who).await.done();
            world.passwords.insert(who, PASSWORDS[0]);
        }
        world.open_mailbox(None).await;
        for (browser, name) in [0, 1].into_iter().flat_map(|browser| FLOWS.map(|name| (browser, name))) {
            world.open(browser, name, false).await;
        }
        world
    }

    async fn play(&mut self, act: &Act) {
        let evidence = self.perform(act).await;
        let (sessions, proven) = (self.logged_in().await, self.proven().await);
        for (browser, (before, now)) in self.seen.0.iter().zip(&sessions).enumerate() {
            let Some(who) = now.as_ref().filter(|who| before.as_ref() != Some(*who)) else { continue };
            let was = self.last[browser].replace(who.clone());
            if was.as_ref() == Some(who) && evidence.back == Some(who) {
                continue;
            }
            let shown = evidence.entry.filter(|(by, _)| *by == browser).map(|(_, who)| who);
            assert_eq!(shown, Some(who.as_str()), "a session out of nothing, by {act:?}");
            self.entries += 1;
        }
        for address in proven.difference(&self.seen.1) {
            assert_eq!(evidence.proof, Some(*address), "an address proven by {act:?}");
        }
        self.seen = (sessions, proven);
    }

    async fn perform(&mut self, act: &Act) -> Evidence {
        match act {
            Act::Open { browser, flow, refresh } => self.open(*browser, FLOWS[*flow], *refresh).await,
            Act::SignUp { browser, flow, person, password } => {
                return self.sign_up(*browser, flow, PEOPLE[*person], PASSWORDS[*password]).await;
            }
            Act::LogIn { browser, flow, person, password } => {
                return self.log_in(*browser, flow, PEOPLE[*person], PASSWORDS[*password]).await;
            }
            Act::NameAddress { browser, flow, person } => {
                let Some(flow) = self.pick(*browser, &CODES, flow) else { return Evidence::default() };
                let address = if flow.name == "login" { "identifier" } else { "email" };
                let fields = json!({ "method": "code", address: PEOPLE[*person] });
                self.submit(*browser, &flow, fields).await;
                self.open_mailbox(Some(&flow)).await;
            }
            Act::TypeCode { browser, letter, elsewhere } => {
                return self.type_code(*browser, letter, elsewhere.as_ref()).await;
            }
            Act::ChangePassword { browser, flow, password } => {
                self.change_password(*browser, flow, PASSWORDS[*password]).await;
            }
            Act::LogOut { browser } => self.log_out(*browser).await,
            Act::Wait { minutes } => self.app.advance(Duration::from_secs(60 * minutes)),
            Act::Switch { person, on } => {
                let patch = json!([
                    { "op": "replace", "path": "/state", "value": if *on { "active" } else { "inactive" } }
                ]);
                self.administer(Method::PATCH, PEOPLE[*person], "", patch).await;
                return Evidence { back: on.then_some(PEOPLE[*person]), ..Evidence::default() };
            }
            Act::EndSessions { person } => {
                self.administer(Method::DELETE, PEOPLE[*person], "/sessions", Value::Null).await;
            }
            Act::Delete { person } => {
                self.administer(Method::DELETE, PEOPLE[*person], "", Value::Null).await;
                self.passwords.remove(PEOPLE[*person]);
            }
        }
        Evidence::default()
    }

    async fn open(&mut self, browser: usize, name: &'static str, refresh: bool) {
        let query = if refresh && name == "login" { "?refresh=true" } else { "" };
        let answer = fine(self.browsers[browser].init(name, query).await);
        let id = match answer.status {
            200 => answer.json()["id"].as_str().map(str::to_owned),
            _ => answer.headers.get("location").and_then(|to| flow_of(to.to_str().unwrap())),
        };
        if let Some(id) = id {
            let json = json!({ "id": id });
            let flow = self.fetched(browser, Flow { name, json }).await;
            self.flows.push((browser, flow));
        }
    }

    async fn sign_up(
        &mut self,
        browser: usize,
        flow: &Index,
        who: &'static str,
        password: &'static str,
    ) -> Evidence {
        let Some(flow) = self.pick(browser, &["registration"], flow) else { return Evidence::default() };
        let fields = json!({ "method": "password", "password": password, "traits": { "email": who } });
        self.submit(browser, &flow, fields).await;
        self.open_mailbox(None).await;
        if self.passwords.contains_key(who) || self.app.identity(who).await.is_none() {
            return Evidence::default();
        }
        self.passwords.insert(who, password);
        Evidence { entry: Some((browser, who)), ..Evidence::default() }
    }

    async fn log_in(&mut self, browser: usize, flow: &Index, who: &'static str, password: &str) -> Evidence {
        let Some(flow) = self.pick(browser, &["login"], flow) else { return Evidence::default() };
        self.submit(browser, &flow, credentials(who, password)).await;
        let right = self.passwords.get(who) == Some(&password);
        Evidence { entry: right.then_some((browser, who)), ..Evidence::default() }
    }

    /// A password changes only by its owner, in a session of theirs.
    async fn change_password(&mut self, browser: usize, flow: &Index, password: &'static str) {
        if flow.index(3) > 0 {
            self.open(browser, "settings", false).await;
        }
        let Some(flow) = self.pick(browser, &["settings"], flow) else { return };
        self.submit(browser, &flow, json!({ "method": "password", "password": password })).await;
        for who in PEOPLE {
            let Some(known) = self.passwords.get(who).copied() else { continue };
            if self.app.identity(who).await.is_none_or(|identity| !identity.is_active()) {
                continue;
            }
            if !self.app.client(Kind::Native).log_in(who, known).await.is_done() {
                assert_eq!(self.seen.0[browser].as_deref(), Some(who), "somebody else's password changed");
                self.app.client(Kind::Native).log_in(who, password).await.done();
                self.passwords.insert(who, password);
                self.changed += 1;
            }
        }
    }

    /// Takes in the letters that have come since the last time.
    async fn open_mailbox(&mut self, sender: Option<&Flow>) {
        let known: BTreeSet<MessageId> = self.sent.iter().map(|(_, mail)| mail.message.id).collect();
        let letters = self.app.mailbox().await;
        let new = letters.into_iter().filter(|mail| !known.contains(&mail.message.id));
        self.sent.extend(new.map(|mail| (sender.cloned(), mail)));
    }

    /// Types the code of a letter, into the flow that sent it or into another one.
    async fn type_code(&mut self, browser: usize, letter: &Index, elsewhere: Option<&Index>) -> Evidence {
        if self.sent.is_empty() {
            return Evidence::default();
        }
        let (own, mail) = letter.get(&self.sent);
        let anywhere = elsewhere.or(own.is_none().then_some(letter));
        let flow = anywhere.and_then(|index| self.pick(browser, &CODES, index));
        let Some(flow) = flow.or_else(|| own.clone()) else { return Evidence::default() };
        let passed_before = self.has_passed(&flow).await;
        let to = mail.letter.to.clone();
        self.submit(browser, &flow, json!({ "method": "code", "code": mail.code(), "identifier": to })).await;
        if passed_before || !self.has_passed(&flow).await {
            return Evidence::default();
        }
        assert_eq!(own.as_ref().map(Flow::id), Some(flow.id()), "a code of one flow was taken by another");
        assert!(self.used.insert(mail.message.id), "a code worked twice");
        let who = PEOPLE.into_iter().find(|who| *who == mail.letter.to);
        let entry = who.filter(|_| flow.name != "verification").map(|who| (browser, who));
        Evidence { entry, proof: who, back: None }
    }

    async fn log_out(&self, browser: usize) {
        let answer = fine(self.browsers[browser].get_json("/self-service/logout/browser").await);
        if let Some(url) = answer.json()["logout_url"].as_str() {
            let path = url.strip_prefix("https://id.example.test").unwrap();
            fine(self.browsers[browser].get(path).await);
            assert!(self.logged_in().await[browser].is_none(), "logged out and still there");
        }
    }

    async fn administer(&self, method: Method, who: &str, path: &str, body: Value) {
        let Some(identity) = self.app.identity(who).await else { return };
        fine(self.app.admin(method, &format!("/admin/identities/{}{path}", identity.id), body).await);
    }

    /// One of the flows of these kinds: mostly the newest of one's own, else any, whoever opened it.
    fn pick(&self, browser: usize, names: &[&str], index: &Index) -> Option<Flow> {
        let fitting = self.flows.iter().filter(|(_, flow)| names.contains(&flow.name));
        let own = fitting.clone().rev().find(|(owner, _)| *owner == browser);
        let all: Vec<&(usize, Flow)> = fitting.collect();
        let any = (!all.is_empty()).then(|| *index.get(&all));
        own.filter(|_| index.index(4) > 0).or(any).map(|(_, flow)| flow.clone())
    }

    async fn submit(&self, browser: usize, flow: &Flow, fields: Value) {
        let flow = self.fetched(browser, flow.clone()).await;
        fine(self.browsers[browser].post(&flow, fields).await);
    }

    /// The flow as it is now, if this browser may read it; else as it was.
    async fn fetched(&self, browser: usize, flow: Flow) -> Flow {
        let path = format!("/self-service/{}/flows?id={}", flow.name, flow.id());
        let answer = fine(self.browsers[browser].get_json(&path).await);
        if answer.status == 200 { Flow { json: answer.json(), ..flow } } else { flow }
    }

    /// Whether a flow has reached its goal, seen from inside: not every browser may read every flow.
    async fn has_passed(&self, flow: &Flow) -> bool {
        let id = FlowId::from_uuid(flow.id().parse().unwrap());
        let flow = self.app.store.read(move |reader| reader.flow(id)).await.unwrap().unwrap();
        match flow {
            AnyFlow::Verification(flow) => matches!(flow.state, VerificationState::Verified { .. }),
            AnyFlow::Recovery(flow) => matches!(flow.state, RecoveryState::Recovered { .. }),
            AnyFlow::Login(flow) => matches!(flow.state, LoginState::CodePassed { .. }),
            AnyFlow::Registration(_) | AnyFlow::Settings(_) => false,
        }
    }

    /// Who is logged in in each browser; somebody who exists and is not switched off.
    async fn logged_in(&self) -> [Option<String>; 2] {
        let mut found = [None, None];
        for (slot, browser) in found.iter_mut().zip(&self.browsers) {
            let answer = browser.whoami().await;
            assert!(matches!(answer.status, 200 | 401), "whoami said {}", answer.status);
            let who = answer.json()["identity"]["traits"]["email"].as_str().map(str::to_owned);
            if let Some(who) = &who {
                let identity = self.app.identity(who).await.expect("a session of nobody");
                assert!(identity.is_active(), "a session of somebody who is switched off");
            }
            *slot = who;
        }
        found
    }

    async fn proven(&self) -> BTreeSet<&'static str> {
        let mut proven = BTreeSet::new();
        for who in PEOPLE {
            if self.app.identity(who).await.is_some() && self.app.is_verified(who).await {
                proven.insert(who);
            }
        }
        proven
    }
}

#[track_caller]
fn fine(answer: Answer) -> Answer {
    assert!(answer.status < 500, "{}: {}", answer.status, answer.text());
    answer
}

fn holds_on(database: fn() -> TestDatabase) {
    let usual = ProptestConfig::default();
    // Each case is an application of its own; PROPTEST_CASES asks for more.
    let cases = usual.cases.div_ceil(20);
    let config = ProptestConfig { cases, failure_persistence: None, ..usual };
    // A run in which nobody gets anywhere shows nothing.
    let (entries, codes, changed) = (Cell::new(0), Cell::new(0), Cell::new(0));
    proptest!(config, |(acts in prop::collection::vec(act(), 20..60))| {
        System::new().block_on(async {
            let app = TestApp::builder(database()).config(EVERYTHING).build().await;
            let mut world = World::begin(&app).await;
            for act in &acts {
                world.play(act).await;
            }
            entries.set(entries.get() + world.entries);
            codes.set(codes.get() + world.used.len());
            changed.set(changed.get() + world.changed);
        });
    });
    println!(
        "let in {} times, {} codes worked, {} passwords changed",
        entries.get(),
        codes.get(),
        changed.get()
    );
    assert!(entries.get() > 0 && codes.get() > 0, "nothing happened");
}

const EVERYTHING: &str = "selfservice: { methods: { code: { passwordless_enabled: true } }, \
    flows: { recovery: { enabled: true, use: code } } }";

#[test]
fn nothing_comes_of_nothing_on_sqlite() {
    holds_on(TestDatabase::sqlite);
}

#[test]
fn nothing_comes_of_nothing_on_postgres() {
    holds_on(TestDatabase::postgres);
}
