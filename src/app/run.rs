//! From the command line to what it asks for.

use std::process::ExitCode;

use clap::Parser as _;

use super::{assemble::assemble, courier, logging, preview, reload::Watched, serve};
use crate::{
    cli::{
        self, CleanupCommand, Cli, CliError, Command, CourierCommand, FormatCommand, JsonnetCommand,
        LintCommand, MigrateCommand, Out, TemplatesCommand, ToolCommand,
    },
    config::{self, Config, Flags, LoadRequest, process_environment},
    jsonnet,
};

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => {
            // Help and the version come as refusals too, and go to standard output.
            refusal.print().ok();
            return if refusal.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let out = Out;
    match dispatch(&cli, &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            out.note(&error);
            ExitCode::from(error.code())
        }
    }
}

fn dispatch(cli: &Cli, out: &Out) -> Result<(), CliError> {
    match &cli.command {
        Command::Serve(flags) => {
            let (dev, watch) = (flags.dev.then_some(true), flags.watch_courier.then_some(true));
            let (config, watched) = load_watched(cli, Flags { dev, watch_courier: watch }, out)?;
            let migrate = flags.dev && cli.config.is_empty();
            logging::start(&config.log);
            block_on(async { serve::serve(assemble(config, migrate).await?, watched, out).await })
        }
        Command::Courier(command) => letters(cli, command, out),
        Command::Templates(TemplatesCommand::Convert(asked)) => block_on(cli::convert(out, asked)),
        Command::Migrate(MigrateCommand::Sql(sql)) => cli::migrate(out, sql, &request(cli, Flags::default())),
        Command::Migrate(MigrateCommand::NormalizePhoneNumbers(_)) => {
            out.line("Nothing to do: phone numbers are stored in one form from the start.");
            Ok(())
        }
        Command::Cleanup(CleanupCommand::Sql(sql)) => {
            block_on(cli::cleanup(out, sql, &request(cli, Flags::default())))
        }
        Command::Config(command) => block_on(cli::config(out, command, request(cli, Flags::default()))),
        Command::Doctor(asked) => block_on(cli::doctor(out, asked, &request(cli, dev_flags(asked.dev)))),
        Command::Admin(command) => block_on(cli::admin::run(out, command, &process_environment())),
        Command::Routes => {
            cli::routes(out);
            Ok(())
        }
        Command::Methods => {
            cli::methods(out);
            Ok(())
        }
        Command::Hooks(flags) => {
            let config = load(&request(cli, dev_flags(flags.dev)), out)?;
            let runtime = block_on(cli::compile(config))?;
            cli::hooks(out, &runtime.hooks);
            Ok(())
        }
        Command::Tool(command) => tool(command, out),
        Command::Version => {
            out.line(concat!("zelos ", env!("CARGO_PKG_VERSION")));
            Ok(())
        }
    }
}

/// Delivers letters, or shows them.
fn letters(cli: &Cli, command: &CourierCommand, out: &Out) -> Result<(), CliError> {
    match command {
        CourierCommand::Watch(flags) => {
            let (config, watched) = load_watched(cli, dev_flags(flags.dev), out)?;
            logging::start(&config.log);
            block_on(async { courier::watch(assemble(config, false).await?, watched).await })
        }
        CourierCommand::Preview(asked) => {
            // Without a file there is still something to show: the built-in texts.
            let config = load(&request(cli, dev_flags(cli.config.is_empty())), out)?;
            match asked.serve {
                Some(port) => block_on(preview::serve(out, config, asked, port)),
                None => block_on(cli::preview(out, &config, asked)),
            }
        }
        CourierCommand::SendTest(asked) => {
            let config = load(&request(cli, dev_flags(asked.dev)), out)?;
            block_on(cli::send_test(out, config, asked))
        }
    }
}

/// Work that needs neither server nor configuration.
fn tool(command: &ToolCommand, out: &Out) -> Result<(), CliError> {
    match command {
        ToolCommand::Hash(command) => block_on(cli::hash(out, command)),
        ToolCommand::Hashers(command) => block_on(cli::hashers(out, command)),
        ToolCommand::Lint(LintCommand::Jsonnet(asked))
        | ToolCommand::Jsonnet { command: Some(JsonnetCommand::Lint(asked)), .. } => cli::lint(out, asked),
        ToolCommand::Format(FormatCommand::Jsonnet(asked))
        | ToolCommand::Jsonnet { command: Some(JsonnetCommand::Format(asked)), .. } => cli::format(asked),
        ToolCommand::Completion { shell } => {
            cli::completion(out, *shell);
            Ok(())
        }
        ToolCommand::Jsonnet { command: None, .. } => {
            jsonnet::serve().map_err(|error| CliError::new(error.to_string()))
        }
    }
}

fn dev_flags(dev: bool) -> Flags {
    Flags { dev: dev.then_some(true), watch_courier: None }
}

fn request(cli: &Cli, flags: Flags) -> LoadRequest {
    LoadRequest { files: cli.config.clone(), environment: process_environment(), flags, strict: false }
}

/// Loads a configuration that is to be loaded again when it changes.
fn load_watched(cli: &Cli, flags: Flags, out: &Out) -> Result<(Config, Watched), CliError> {
    let mut watched = Watched::new(request(cli, flags));
    let config = load(watched.request(), out)?;
    watched.also(&config);
    Ok((config, watched))
}

fn load(request: &LoadRequest, out: &Out) -> Result<Config, CliError> {
    let (config, warnings) = config::load(request).map_err(|problems| CliError::new(problems.to_string()))?;
    if !warnings.is_empty() {
        out.note(&warnings);
    }
    Ok(config)
}

fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    actix_web::rt::System::new().block_on(work)
}
