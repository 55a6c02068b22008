//! `zelos doctor`: looks at everything that an installation needs, and says what to do.
//!
//! Changes nothing and sends no letter. Each part tells what it finds; none keeps the others from being
//! looked at. Start at [`doctor`].

mod database;
mod finding;
mod network;
mod rules;

use super::{CliError, Out, compile, outside};
use crate::{
    config::{self, Config, LoadRequest, dsn_of},
    courier::Dispatch,
    net::Trust,
    runtime,
};
use clap::{Args, ValueEnum};
use finding::{Findings, Level};
use network::{Asker, OtherClock, ahead};

/// What the doctor looks at, and how it tells.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Look at what `serve --dev` would use
    #[arg(long)]
    pub dev: bool,
    /// Ask nobody over the network but the database
    #[arg(long)]
    pub offline: bool,
    /// How to print what was found
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Form,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Lines for people.
    Table,
    /// JSON for programs.
    Json,
}

/// Looks at everything.
///
/// # Errors
/// With exit code 1 when something does not work, with 2 when something merely should be known.
pub async fn doctor(out: &Out, asked: &Doctor, request: &LoadRequest) -> Result<(), CliError> {
    let mut found = Findings::default();
    match config::load(request) {
        Ok((config, warnings)) => {
            for warning in warnings.iter() {
                let remedy = warning.remedy.clone().unwrap_or_default();
                found.warning("configuration", format!("{} {}", warning.key, warning.reason), remedy);
            }
            if warnings.is_empty() {
                found.ok("configuration", "is valid");
            }
            configured(&mut found, asked, config).await;
        }
        Err(problems) => {
            for problem in problems.iter() {
                let remedy = problem.remedy.clone().unwrap_or_default();
                found.problem("configuration", format!("{} {}", problem.key, problem.reason), remedy);
            }
            if let Ok(dsn) = dsn_of(request) {
                database::check(&mut found, &dsn, asked.dev);
            }
        }
    }
    tell(out, asked, &found)
}

async fn configured(found: &mut Findings, asked: &Doctor, config: Config) {
    rules::check(found, &config);
    let mut clocks = Vec::new();
    if let Some(now) = database::check(found, &config.dsn, config.dev) {
        clocks.push(OtherClock { whose: "the database".to_owned(), ahead: ahead(now) });
    }
    if asked.offline {
        return network::clock(found, &clocks);
    }
    if let Some(dispatch) = sources(found, &config).await {
        network::mail(found, &config, &dispatch).await;
    }
    if let Some(mut asker) = Trust::system().ok().as_ref().and_then(Asker::new) {
        network::listeners(found, &mut asker, &config).await;
        network::pages(found, &mut asker, &config).await;
        clocks.append(&mut asker.clocks);
    }
    network::clock(found, &clocks);
}

/// Schemas, templates, Jsonnet, hooks and keys: fetched and compiled as by a server that starts.
async fn sources(found: &mut Findings, config: &Config) -> Option<Dispatch> {
    const PART: &str = "sources";
    let built = compile(config.clone()).await;
    let dispatch = match (&built, outside(config)) {
        (Ok(built), Ok(outside)) => runtime::dispatch(built, &outside).await.ok(),
        _ => None,
    };
    match built {
        Ok(built) => {
            let count = built.schemas.all().count();
            found.ok(PART, format!("{count} identity schemas, the templates and the hooks load"));
        }
        Err(error) => found.problem(PART, error.to_string(), "correct what these keys name"),
    }
    dispatch
}

fn tell(out: &Out, asked: &Doctor, found: &Findings) -> Result<(), CliError> {
    match asked.format {
        Form::Table => found.lines().iter().for_each(|line| out.line(line)),
        Form::Json => out.line(format_args!("{:#}", found.json())),
    }
    let (problems, warnings) = (found.count(Level::Problem), found.count(Level::Warning));
    let told = format!("Problems: {problems}, warnings: {warnings}.");
    match found.worst() {
        Level::Ok => Ok(()),
        Level::Warning => Err(CliError::with_code(told, 2)),
        Level::Problem => Err(CliError::with_code(told, 1)),
    }
}

/// An error with all its causes, on one line.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}
