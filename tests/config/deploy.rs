//! The examples for operators: what they configure loads, and what they start exists.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use clap::Parser as _;
use yaml_rust2::{Yaml, YamlLoader};
use zelos::{
    cli::Cli,
    schema::{Documents, Schema},
};

use crate::case::Case;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contrib/deploy")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn documents(name: &str) -> Vec<Yaml> {
    YamlLoader::load_from_str(&text(name)).unwrap()
}

fn of_kind<'a>(documents: &'a [Yaml], kind: &str) -> Vec<&'a Yaml> {
    documents.iter().filter(|document| document["kind"].as_str() == Some(kind)).collect()
}

fn texts(yaml: &Yaml) -> BTreeMap<String, String> {
    let pairs = yaml.as_hash().into_iter().flatten();
    pairs.map(|(key, value)| (key.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned())).collect()
}

fn words(yaml: &Yaml) -> Vec<String> {
    yaml.as_vec().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// What containers get from their environment, with values in place of what has to be filled in.
fn environment() -> BTreeMap<String, String> {
    let pairs = [
        ("DSN", "postgres://zelos:zelos@database:5432/zelos"),
        ("SECRETS_DEFAULT", "[\"a4f1c2d39be7486f9d0b8e6a517c3f20\"]"),
        ("COURIER_SMTP_CONNECTION_URI", "smtp://mails:1025/?disable_starttls=true"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Loads a configuration as its container would: without a remark.
fn loads(configuration: &str, environment: &BTreeMap<String, String>) {
    let case = environment
        .iter()
        .fold(Case::new().file("kratos.yml", configuration), |case, (name, value)| case.env(name, value));
    assert_eq!(case.warnings(), Vec::<String>::new());
}

#[track_caller]
fn is_a_command(words: &[String]) {
    let line = std::iter::once("zelos".to_owned()).chain(words.iter().cloned());
    assert!(Cli::try_parse_from(line).is_ok(), "{words:?}");
}

fn is_a_schema(text: &str) {
    Schema::compile("person", text, &Documents::default()).unwrap();
}

#[test]
fn the_compose_file_starts_what_there_is() {
    let [compose] = documents("compose.yml").try_into().unwrap();
    let (services, shared) = (compose["services"].as_hash().unwrap(), &compose["x-zelos"]);
    let own: Vec<&Yaml> = services.values().filter(|service| &service["<<"] == shared).collect();
    assert_eq!(own.len(), 3);
    for service in &own {
        is_a_command(&words(&service["command"]));
        let waits = service["depends_on"].as_hash().unwrap();
        assert!(waits.keys().all(|name| services.contains_key(name)), "{service:?}");
    }
    let given = texts(&shared["environment"]);
    assert!(given["SECRETS_DEFAULT"].contains("${ZELOS_SECRET:?"), "nobody starts it with an example");
    loads(&text("example/kratos.yml"), &given.into_iter().chain(environment()).collect());
    let file = shared["build"]["dockerfile"].as_str().unwrap();
    assert!(folder().join("../..").join(file).exists());
    is_a_schema(&text("example/person.schema.json"));
}

#[test]
fn the_cluster_runs_what_there_is() {
    let all = documents("kubernetes/zelos.yml");
    let maps = of_kind(&all, "ConfigMap");
    let files = texts(&maps[0]["data"]);
    loads(&files["kratos.yml"], &environment());
    assert!(
        environment()
            .keys()
            .all(|name| text("kubernetes/zelos.yml").contains(&format!("from-literal={name}=")))
    );
    is_a_schema(&files["person.schema.json"]);
    let pods = of_kind(&all, "Job").into_iter().chain(of_kind(&all, "Deployment"));
    let pods: Vec<&Yaml> = pods.map(|owner| &owner["spec"]["template"]).collect();
    assert_eq!(pods.len(), 2);
    for pod in &pods {
        let container = &pod["spec"]["containers"][0];
        is_a_command(&words(&container["args"]));
        assert_eq!(container["envFrom"][0]["secretRef"]["name"].as_str(), Some("zelos"));
        assert_eq!(container["volumeMounts"][0]["name"], pod["spec"]["volumes"][0]["name"]);
        assert_eq!(pod["spec"]["volumes"][0]["configMap"]["name"], maps[0]["metadata"]["name"]);
    }
    let deployment = of_kind(&all, "Deployment")[0];
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
    let ports: Vec<&Yaml> = deployment["spec"]["template"]["spec"]["containers"][0]["ports"]
        .as_vec()
        .unwrap()
        .iter()
        .map(|port| &port["name"])
        .collect();
    for service in of_kind(&all, "Service") {
        assert_eq!(&service["spec"]["selector"], labels);
        assert!(ports.contains(&&service["spec"]["ports"][0]["targetPort"]));
    }
}

/// The unit with the program that was built here.
#[test]
fn the_unit_is_one_that_systemd_takes() {
    let unit = text("zelos.service");
    let commands = unit.lines().filter_map(|line| {
        let command = line.strip_prefix("ExecStart=").or_else(|| line.strip_prefix("ExecStartPre="))?;
        Some(command.split(' ').skip(1).map(str::to_owned).collect::<Vec<_>>())
    });
    let commands: Vec<_> = commands.collect();
    assert_eq!(commands.len(), 2);
    commands.iter().for_each(|command| is_a_command(command));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zelos.service");
    std::fs::write(&file, unit.replace("/usr/local/bin/zelos", env!("CARGO_BIN_EXE_zelos"))).unwrap();
    // Not every machine has systemd; those that test for a release do.
    if let Ok(verified) = Command::new("systemd-analyze").arg("verify").arg(&file).output() {
        let said = String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success() && !said.contains("zelos.service"), "{said}");
    }
}
