//! A running application of its own for each test: real router, own database, clock and seed.

use std::{
    fs,
    num::NonZeroUsize,
    pin::Pin,
    rc::Rc,
    sync::{Arc, OnceLock, atomic::AtomicBool},
    time::Duration,
};

use actix_web::{
    App, Error,
    body::to_bytes,
    dev::{Service, ServiceResponse},
    middleware::from_fn,
    test::{TestRequest, init_service},
    web::{self, Data},
};
use tokio::sync::Notify;
use zelos::{
    config::{Config, Flags, LoadRequest, load},
    crypto::{Hasher, HasherConfig, Keyring},
    engine::{Engine, Services},
    jsonnet::{Jsonnet, JsonnetConfig, Launch},
    kernel::{Clock as _, Entropy as _, ManualClock, SeededEntropy, Timestamp},
    net::Trust,
    runtime::{self, Live, Outside, Runtime, hash_policy, keyring},
    store::Store,
    web::{admin, front, front::Front, public, router::not_found, web_policy},
};

use super::{Answer, Client, Kind};
use crate::database::TestDatabase;

type Handler = dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Answer>>>;

/// What all tests run with; a test lays its own YAML over it.
pub const BASE: &str = include_str!("config.yml");

/// A running application.
pub struct TestApp {
    pub store: Store,
    pub clock: Arc<ManualClock>,
    pub entropy: Arc<SeededEntropy>,
    pub keys: Arc<Keyring>,
    pub live: Arc<Live>,
    pub outside: Outside,
    handler: Rc<Handler>,
    admin: Rc<Handler>,
    /// Last, so that the database outlives those who use it.
    _database: TestDatabase,
}

/// How a test wants its application.
pub struct Builder {
    database: TestDatabase,
    overlays: Vec<String>,
}

impl Builder {
    /// Lays YAML over the configuration.
    pub fn config(mut self, yaml: &str) -> Self {
        self.overlays.push(yaml.to_owned());
        self
    }

    /// Starts it.
    pub async fn build(self) -> TestApp {
        TestApp::start(self.database, &configuration(&self.overlays)).await
    }
}

/// Loads the configuration the way the program does.
pub fn configuration(overlays: &[String]) -> Arc<Config> {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (n, yaml) in [BASE.to_owned()].iter().chain(overlays).enumerate() {
        let file = folder.path().join(format!("{n}.yml"));
        fs::write(&file, yaml).unwrap();
        files.push(file);
    }
    let flags = Flags { dev: Some(true), watch_courier: None };
    let request = LoadRequest { files, flags, ..LoadRequest::default() };
    let (config, _warnings) = load(&request).unwrap_or_else(|problems| panic!("{problems}"));
    Arc::new(config)
}

fn jsonnet() -> Jsonnet {
    let launch = Launch::of(env!("CARGO_BIN_EXE_zelos"));
    Jsonnet::start(JsonnetConfig { workers: NonZeroUsize::MIN, launch }).unwrap()
}

fn trust() -> Trust {
    static TRUST: OnceLock<Trust> = OnceLock::new();
    TRUST.get_or_init(|| Trust::system().unwrap()).clone()
}

impl TestApp {
    pub fn builder(database: TestDatabase) -> Builder {
        Builder { database, overlays: Vec::new() }
    }

    async fn start(database: TestDatabase, config: &Arc<Config>) -> Self {
        let store = database.store();
        let clock = Arc::new(ManualClock::at(Timestamp::parse("2026-03-01T12:00:00Z").unwrap()));
        let entropy = Arc::new(SeededEntropy::new(1));
        let keys = Arc::new(keyring(config, &store, clock.now(), &entropy.seed()).await.unwrap());
        let outside = Outside::new(trust(), config, jsonnet()).unwrap();
        let snapshot = runtime::build(Arc::clone(config), Arc::clone(&keys), &outside).await.unwrap();
        let live = Arc::new(Live::new(snapshot));
        let engine = Engine::new(Services {
            store: store.clone(),
            hasher: hasher(config),
            live: Arc::clone(&live),
            clock: clock.clone(),
            entropy: entropy.clone(),
            migrated: Arc::new(AtomicBool::new(true)),
            poke: Arc::new(Notify::new()),
        });
        let handler = handler(engine.clone(), &live, &clock, &entropy).await;
        let admin = admin_handler(engine, &live, &clock, &entropy).await;
        Self { store, clock, entropy, keys, live, outside, handler, admin, _database: database }
    }

    /// A client of this kind without any cookies.
    pub fn client(&self, kind: Kind) -> Client<'_> {
        Client::new(self, kind)
    }

    /// Answers one request.
    pub async fn ask(&self, request: TestRequest) -> Answer {
        (self.handler)(request).await
    }

    /// Answers one request to the admin listener.
    pub async fn ask_admin(&self, request: TestRequest) -> Answer {
        (self.admin)(request).await
    }

    pub fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

fn hasher(config: &Config) -> Hasher {
    let plan = HasherConfig {
        cores: NonZeroUsize::new(2).unwrap(),
        dedicated_memory: config.hashers.argon2.dedicated_memory,
        patience: Duration::from_secs(60),
        threads: NonZeroUsize::new(2),
        waiting_room: Some(1000),
    };
    Hasher::start(plan, &hash_policy(config).unwrap()).unwrap()
}

fn door(live: &Arc<Live>, clock: &Arc<ManualClock>, entropy: &Arc<SeededEntropy>) -> Data<Front<Runtime>> {
    let current = Arc::clone(live);
    Data::new(Front::new(move || current.get(), web_policy, clock.clone(), entropy.clone()))
}

async fn handler(
    engine: Engine,
    live: &Arc<Live>,
    clock: &Arc<ManualClock>,
    entropy: &Arc<SeededEntropy>,
) -> Rc<Handler> {
    let app = App::new()
        .app_data(Data::new(engine))
        .app_data(door(live, clock, entropy))
        .wrap(from_fn(front::public::<Runtime, _>))
        .configure(public::configure)
        .default_service(web::to(not_found));
    answering(init_service(app).await, TestRequest::to_request)
}

async fn admin_handler(
    engine: Engine,
    live: &Arc<Live>,
    clock: &Arc<ManualClock>,
    entropy: &Arc<SeededEntropy>,
) -> Rc<Handler> {
    let app = App::new()
        .app_data(Data::new(engine))
        .app_data(door(live, clock, entropy))
        .wrap(from_fn(front::admin::<Runtime, _>))
        .configure(admin::configure)
        .default_service(web::to(not_found));
    answering(init_service(app).await, TestRequest::to_request)
}

fn answering<S, R>(service: S, request_of: fn(TestRequest) -> R) -> Rc<Handler>
where
    S: Service<R, Response = ServiceResponse, Error = Error> + 'static,
    R: 'static,
{
    let service = Rc::new(service);
    Rc::new(move |request: TestRequest| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            let answer = service.call(request_of(request)).await.expect("the front answers errors");
            let (_, answer) = answer.into_parts();
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let body = to_bytes(answer.into_body()).await.unwrap_or_else(|_| panic!("a broken body"));
            Answer { status, headers, body }
        })
    })
}
