//! Takes over a changed configuration while the process serves.
//!
//! The whole of it is loaded, checked and compiled beside the one that serves. Only then it takes its place; what
//! cannot be used is told in the log, and nothing of it takes effect. A rejected one is read again when a file
//! changes, or is touched. Watched are the files of `-c` and whatever they name by `file://`; what those refer
//! to in turn, template folders and what is fetched are read anew with each change.

use std::{error::Error, path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use tokio::{sync::Notify, task::JoinHandle};

use super::{
    assemble::Assembled,
    watch::{EVERY, Eyes, Sight, Watch},
};
use crate::{
    cli::CliError,
    config::{self, Config, LoadRequest, Problems, Reloaded},
    courier::Dispatch,
    kernel::{BoxError, Clock, Entropy},
    runtime::{self, BuildError, Live, Outside, keyring},
    store::Store,
};

/// What it takes to load a configuration anew.
pub struct Reloader {
    /// Where configurations come from.
    pub request: LoadRequest,
    /// The one that the process was started with.
    pub started: Arc<Config>,
    /// Where development keeps its secret.
    pub store: Store,
    /// The snapshot that requests take.
    pub live: Arc<Live>,
    /// How letters leave.
    pub dispatch: Arc<ArcSwap<Dispatch>>,
    /// The way out; the rules for it are made anew.
    pub outside: Outside,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// Wakes the courier, which waits as long as it was told before.
    pub poke: Arc<Notify>,
}

/// Why a configuration was not taken over.
#[derive(Debug)]
pub enum Rejected {
    /// It is wrong by itself.
    Config(Problems),
    /// What it names cannot be used.
    Build(Vec<BuildError>),
    /// Something that it takes is out of order.
    System(BoxError),
}

impl Reloader {
    /// Loads what the files say by now.
    ///
    /// # Errors
    /// It is wrong.
    pub fn read(&self) -> Result<Reloaded, Rejected> {
        config::reload(&self.request, &self.started).map_err(Rejected::Config)
    }

    /// Compiles a configuration and puts it in the place of the current one. Requests under way end with the
    /// one that they began with.
    ///
    /// # Errors
    /// It cannot be used; the current one stays, untouched.
    pub async fn take_over(&self, config: Config) -> Result<(), Rejected> {
        let config = Arc::new(config);
        let keys = keyring(&config, &self.store, self.clock.now(), &self.entropy.seed())
            .await
            .map_err(|error| Rejected::System(Box::new(error)))?;
        let outside = Outside::new(self.outside.trust.clone(), &config, self.outside.jsonnet.clone())
            .map_err(|error| Rejected::System(Box::new(error)))?;
        let snapshot = runtime::build(config, Arc::new(keys), &outside).await.map_err(Rejected::Build)?;
        let dispatch = runtime::dispatch(&snapshot, &outside).await.map_err(Rejected::Build)?;
        runtime::remarks(&snapshot).iter().for_each(|remark| tracing::warn!("{remark}"));
        // Letters that the new snapshot seals need its keys; the courier asks for those when it opens one, so
        // the snapshot comes first.
        self.live.replace(snapshot);
        self.dispatch.store(Arc::new(dispatch));
        self.poke.notify_one();
        Ok(())
    }
}

/// What was seen of the files from which a process was started.
pub struct Watched {
    request: LoadRequest,
    seen: Sight,
}

impl Watched {
    /// Looks at the files of a configuration that is about to be loaded: what changes from now on is noticed.
    pub fn new(request: LoadRequest) -> Self {
        Self { seen: Sight::of(&request.files), request }
    }

    /// The request that is watched.
    pub const fn request(&self) -> &LoadRequest {
        &self.request
    }

    /// Looks at the files that the configuration names, which are about to be read.
    pub fn also(&mut self, config: &Config) {
        self.seen.extend(Sight::of(&config.files));
    }
}

/// Starts watching, until the handle is aborted.
///
/// # Errors
/// The operating system refused a thread.
pub fn start(assembled: &Assembled, watched: Watched) -> Result<JoinHandle<()>, CliError> {
    let eyes = Eyes::open().map_err(|error| CliError::because("start a thread", &error))?;
    let Watched { request, seen } = watched;
    if let Some(path) = seen.unwatchable() {
        tracing::warn!(file = %path.display(), "this is no file, so changes of the configuration need a restart");
    }
    let reloader = Reloader {
        request,
        started: Arc::clone(&assembled.live.get().config),
        store: assembled.store.clone(),
        live: Arc::clone(&assembled.live),
        dispatch: Arc::clone(&assembled.dispatch),
        outside: assembled.outside.clone(),
        clock: Arc::clone(&assembled.clock),
        entropy: Arc::clone(&assembled.entropy),
        poke: Arc::clone(&assembled.poke),
    };
    Ok(actix_web::rt::spawn(async move { watch(&reloader, &eyes, Watch::new(seen)).await }))
}

async fn watch(reloader: &Reloader, eyes: &Eyes, mut watch: Watch) {
    let mut named = reloader.started.files.clone();
    loop {
        tokio::time::sleep(EVERY).await;
        let files: Vec<PathBuf> = reloader.request.files.iter().chain(&named).cloned().collect();
        let Some(now) = eyes.look(files).await else { continue };
        let Some(changed) = watch.notice(now) else { continue };
        for file in changed {
            tracing::info!(file = %file.display(), "a change of the configuration was detected");
        }
        match reloader.read() {
            Ok(reloaded) => {
                named.clone_from(&reloaded.config.files);
                // What it names is looked at before it is read: a change in between is noticed next time.
                if let Some(seen) = eyes.look(named.clone()).await {
                    watch.also(seen);
                }
                attempt(reloader, reloaded).await;
            }
            Err(rejected) => rejected.tell(),
        }
    }
}

async fn attempt(reloader: &Reloader, Reloaded { config, warnings, waiting }: Reloaded) {
    let revision = config.revision().to_owned();
    match reloader.take_over(config).await {
        Ok(()) => {
            for warning in warnings.iter() {
                tracing::warn!(key = warning.key, place = place(warning), "{}", warning.reason);
            }
            for key in waiting {
                tracing::warn!(key, "this change waits for a restart, until then the old value counts");
            }
            tracing::info!(revision, "the changed configuration has taken effect");
        }
        Err(rejected) => rejected.tell(),
    }
}

impl Rejected {
    fn tell(&self) {
        const STAYS: &str = "the changed configuration was rejected, the one before it goes on serving";
        match self {
            Self::Config(problems) => {
                for problem in problems.iter() {
                    let remedy = problem.remedy.as_deref();
                    tracing::error!(key = problem.key, place = place(problem), remedy, "{}", problem.reason);
                }
                tracing::error!(problems = problems.iter().count(), "{STAYS}");
            }
            Self::Build(problems) => {
                for problem in problems {
                    tracing::error!("{problem}");
                }
                tracing::error!(problems = problems.len(), "{STAYS}");
            }
            Self::System(error) => {
                let error: &(dyn Error + 'static) = error.as_ref();
                tracing::error!(error, "{STAYS}");
            }
        }
    }
}

fn place(problem: &config::Problem) -> Option<String> {
    problem.place.as_ref().map(ToString::to_string)
}
