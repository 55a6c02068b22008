//! Builds everything that runs, in order: database, keys, snapshot, hash threads, engine.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use crate::{
    cli::{self, CliError},
    config::Config,
    courier::Dispatch,
    crypto::{Hasher, HasherConfig},
    engine::{Engine, Services},
    kernel::{Clock, Entropy, OsEntropy, SystemClock},
    runtime::{self, BuildError, Live, Outside, hash_policy, keyring, store_config},
    store::{MigrationState, Migrations, Store, StoreConfig, StoreError},
    web::meter::Meter,
};

/// Everything that runs, not yet started.
pub struct Assembled {
    /// The use cases.
    pub engine: Engine,
    /// The current configuration.
    pub live: Arc<Live>,
    /// Where everything is kept.
    pub store: Store,
    /// How letters leave.
    pub dispatch: Arc<ArcSwap<Dispatch>>,
    /// The way out.
    pub outside: Outside,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// Wakes the courier.
    pub poke: Arc<Notify>,
    /// Counts the requests of both listeners.
    pub meter: Arc<Meter>,
}

/// How often the database is asked for at the start, and how long the last pause is (03 §3.1).
const TRIES: u32 = 12;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How often pending migrations are looked at again.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Builds everything. With `migrate` the database is brought up to date first.
///
/// # Errors
/// Whatever stands in the way, in words for the operator.
pub async fn assemble(config: Config, migrate: bool) -> Result<Assembled, CliError> {
    let config = Arc::new(config);
    let database = store_config(&config.dsn).map_err(|error| CliError::because("read the DSN", &error))?;
    let migrated = prepare(&database, migrate)?;
    let store = Store::open(database).map_err(|error| CliError::because("open the database", &error))?;
    wait_for(&store).await?;

    let (clock, entropy) = (SystemClock, OsEntropy);
    let keys = keyring(&config, &store, clock.now(), &entropy.seed())
        .await
        .map_err(|error| CliError::because("prepare the secrets", &error))?;
    let outside = cli::outside(&config)?;
    let snapshot = runtime::build(Arc::clone(&config), Arc::new(keys), &outside).await.map_err(all)?;
    runtime::remarks(&snapshot).iter().for_each(|remark| tracing::warn!("{remark}"));
    let dispatch = runtime::dispatch(&snapshot, &outside).await.map_err(all)?;
    let dispatch = Arc::new(ArcSwap::from_pointee(dispatch));
    let live = Arc::new(Live::new(snapshot));
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(clock), Arc::new(entropy));
    let poke = Arc::new(Notify::new());
    let engine = Engine::new(Services {
        store: store.clone(),
        hasher: hasher(&config)?,
        live: Arc::clone(&live),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        migrated,
        poke: Arc::clone(&poke),
    });
    Ok(Assembled { engine, live, store, dispatch, outside, clock, entropy, poke, meter: Arc::default() })
}

fn all(problems: Vec<BuildError>) -> CliError {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    CliError::new(format!("The configuration names what cannot be used:\n{}", lines.join("\n")))
}

/// Migrates if asked to, and watches for migrations that somebody else has yet to apply.
fn prepare(database: &StoreConfig, migrate: bool) -> Result<Arc<AtomicBool>, CliError> {
    let Ok(migrations) = Migrations::of(database) else {
        // A temporary database migrates itself.
        return Ok(Arc::new(AtomicBool::new(true)));
    };
    if migrate {
        migrations.up().map_err(|error| CliError::because("apply migrations", &error))?;
    }
    let migrated = Arc::new(AtomicBool::new(false));
    if is_current(&migrations) == Ok(true) {
        migrated.store(true, Ordering::Relaxed);
        return Ok(migrated);
    }
    tracing::warn!("migrations are pending; apply them with `zelos migrate sql up`");
    let seen = Arc::clone(&migrated);
    let watch = move || {
        while is_current(&migrations) != Ok(true) {
            thread::sleep(LOOK_EVERY);
        }
        seen.store(true, Ordering::Relaxed);
    };
    thread::Builder::new()
        .name("migrations".into())
        .spawn(watch)
        .map_err(|error| CliError::because("start a thread", &error))?;
    Ok(migrated)
}

/// Whether nothing is pending; the error is that the database gives no answer yet.
fn is_current(migrations: &Migrations) -> Result<bool, ()> {
    let steps = migrations.status().map_err(drop)?;
    Ok(!steps.iter().any(|step| step.state == MigrationState::Pending))
}

/// Waits until the database answers, for some minutes.
async fn wait_for(store: &Store) -> Result<(), CliError> {
    let mut pause = Duration::from_millis(200);
    for n in 1..=TRIES {
        match store.check().await {
            Ok(()) => return Ok(()),
            Err(error) if n == TRIES => return Err(CliError::because("reach the database", &error)),
            Err(error) => tell(&error, pause),
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
    Ok(())
}

fn tell(error: &StoreError, pause: Duration) {
    tracing::warn!("the database does not answer yet, next try in {pause:?}: {error}");
}

fn hasher(config: &Config) -> Result<Hasher, CliError> {
    let policy = hash_policy(config).map_err(|error| CliError::because("read hashers", &error))?;
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let config = HasherConfig {
        cores,
        dedicated_memory: config.hashers.argon2.dedicated_memory,
        patience: config.hashing.patience,
        threads: config.hashing.threads.and_then(NonZeroUsize::new),
        waiting_room: config.hashing.waiting_room,
    };
    Hasher::start(config, &policy).map_err(|error| CliError::because("start the hash threads", &error))
}
