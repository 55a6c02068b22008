//! What the program says about itself.

use clap::{Command, CommandFactory as _};
use zelos::cli::Cli;

use crate::program::run;

fn commands(command: &Command, path: &[String], found: &mut Vec<Vec<String>>) {
    for child in command.get_subcommands() {
        let path = [path, &[child.get_name().to_owned()]].concat();
        commands(child, &path, found);
        found.push(path);
    }
}

#[test]
fn every_command_and_flag_is_explained() {
    fn explained(command: &Command) {
        let name = command.get_name();
        assert!(command.get_about().is_some(), "{name}");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{name} {}", argument.get_id());
        }
        command.get_subcommands().for_each(explained);
    }
    Cli::command().get_subcommands().for_each(explained);
}

#[test]
fn help_is_no_failure_and_everything_unknown_is_one() {
    let mut all = Vec::new();
    commands(&Cli::command(), &[], &mut all);
    assert!(all.len() > 30, "{all:?}");
    for path in &all {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let ran = run(&arguments);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{path:?}");
        assert!(ran.out.contains("Usage: zelos "), "{path:?}");
    }
    let bare = run(&[]);
    assert_eq!((bare.code, bare.out.as_str()), (1, ""), "{bare:?}");
    let misspelt = run(&["doktor"]);
    assert_eq!((misspelt.code, misspelt.out.as_str()), (1, ""));
    assert!(misspelt.err.contains("'doctor'"), "{misspelt:?}");
    let unknown = run(&["list", "identities", "--formt", "json"]);
    assert!(unknown.code == 1 && unknown.err.contains("'--format'"), "{unknown:?}");
}

#[test]
fn the_words_of_help() {
    let told: Vec<String> = [
        &["import", "identities"][..],
        &["get", "identity"],
        &["list", "identities"],
        &["delete", "identity"],
        &["remote", "status"],
        &["doctor"],
        &["hash", "calibrate"],
        &["hashers", "argon2", "calibrate"],
        &["lint", "jsonnet"],
        &["completion"],
    ]
    .iter()
    .map(|path| run(&[path, &["--help"][..]].concat()).out)
    .collect();
    insta::assert_snapshot!(told.join("\n----\n\n"));
}
