//! The commands that ask a running server.

use serde_json::{Value, json};

use crate::{
    on_both,
    program::{Server, free_port, run, run_in},
};

fn person(email: &str) -> Value {
    json!({ "schema_id": "email", "traits": { "email": email } })
}

on_both!(identities_come_are_shown_and_go);
async fn identities_come_are_shown_and_go(database: crate::database::TestDatabase) {
    let server = Server::start(database);
    server.write("one.json", &person("ada@example.test").to_string());
    let mut two = person("bob@example.test");
    two["external_id"] = json!("crm-2");
    server.write("list.json", &json!([two, person("cyd@example.test")]).to_string());

    let made = server.ask(&["import", "identities", "one.json", "list.json", "--format", "json"]);
    assert_eq!((made.code, made.err.as_str()), (0, ""), "{made:?}");
    let made = made.json();
    let emails: Vec<&Value> = made.as_array().unwrap().iter().map(|one| &one["traits"]["email"]).collect();
    assert_eq!(emails, ["ada@example.test", "bob@example.test", "cyd@example.test"]);
    // Ids of the same millisecond have an order of their own.
    let mut people: Vec<(&str, &str)> = made
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["traits"]["email"].as_str().unwrap()))
        .collect();
    people.sort_unstable();
    let ids: Vec<&str> = people.iter().map(|(id, _)| *id).collect();

    let listed = server.ask(&["ls", "identities", "-q"]);
    assert_eq!(listed.lines(), ids);
    let page = server.ask(&["list", "identities", "--page-size", "2", "--format", "json"]).json();
    assert_eq!(page["identities"].as_array().unwrap().len(), 2);
    let token = page["next_page_token"].as_str().unwrap();
    let table = server.ask(&["identities", "list", "--page-size", "2", "--page-token", token]);
    assert_eq!(table.lines().len(), 2, "{table:?}");
    assert!(table.lines()[0].starts_with("ID  ") && table.lines()[0].ends_with("SCHEMA URL"), "{table:?}");
    assert!(table.lines()[1].starts_with(ids[2]) && table.lines()[1].contains(people[2].1));
    let more = server.ask(&["list", "identities", "--page-size", "2"]);
    assert!(more.lines()[3].starts_with("NEXT PAGE TOKEN  ") && more.lines()[3].ends_with(token), "{more:?}");

    let got = server.ask(&["get", "identity", "--external-id", "crm-2", "--format", "jsonpath=traits.email"]);
    assert_eq!((got.code, got.out.as_str()), (0, "bob@example.test\n"));
    let got = server.ask(&["get", "identity", ids[0], "nobody", "-q"]);
    assert_eq!((got.code, got.lines()), (1, vec![ids[0]]));
    assert!(got.err.contains("nobody  404 ") && got.err.ends_with("1 could not be shown.\n"), "{got:?}");

    let gone = server.ask(&["delete", "identity", ids[0], ids[0], ids[1], "-q"]);
    assert_eq!((gone.code, gone.lines()), (1, vec![ids[0], ids[1]]), "{gone:?}");
    assert_eq!(server.ask(&["ls", "identities", "-q"]).lines(), [ids[2]]);
}

on_both!(an_import_goes_on_after_what_is_refused);
async fn an_import_goes_on_after_what_is_refused(database: crate::database::TestDatabase) {
    let server = Server::start(database);
    // Taken one by one, because of the key that makes no sense; and a taken address within a batch.
    let mut odd = person("odd@example.test");
    odd["shoe"] = json!(43);
    let words = json!([person("ada@example.test"), odd, person("bob@example.test")]).to_string();
    let first = server.tell(&["import", "identities", "-q"], &words);
    assert_eq!((first.code, first.lines().len()), (1, 2), "{first:?}");
    assert!(first.err.contains("-     1      400 ") && first.err.contains("shoe"), "{first:?}");
    let rows = format!("{}\n{}", person("ada@example.test"), person("cyd@example.test"));
    server.write("rows.json", &rows);
    server.write("broken.json", "[{");
    let second = server.ask(&["identities", "import", "rows.json", "broken.json", "none.json"]);
    assert_eq!((second.code, second.lines().len()), (1, 2), "{second:?}");
    assert!(second.lines()[1].contains("cyd@example.test"), "{second:?}");
    assert!(second.err.contains("rows.json    0      409 "), "{second:?}");
    assert!(second.err.contains("broken.json is no JSON: ") && second.err.contains("read none.json: "));
    assert!(second.err.ends_with("3 could not be imported.\n"), "{second:?}");
    assert_eq!(server.ask(&["ls", "identities", "-q"]).lines().len(), 3);
}

on_both!(many_are_imported_in_few_requests);
async fn many_are_imported_in_few_requests(database: crate::database::TestDatabase) {
    let server = Server::start(database);
    let people: Vec<Value> = (0..250).map(|n| person(&format!("p{n}@example.test"))).collect();
    let made = server.tell(&["import", "identities", "--format", "json"], &json!(people).to_string());
    assert_eq!(made.code, 0, "{}", made.err);
    let made = made.json();
    assert!(
        made.as_array().unwrap().iter().zip(&people).all(|(made, asked)| made["traits"] == asked["traits"])
    );
    assert_eq!(made.as_array().unwrap().len(), 250);
}

on_both!(validation_stops_at_the_first_that_does_not_fit);
async fn validation_stops_at_the_first_that_does_not_fit(database: crate::database::TestDatabase) {
    let server = Server::start(database);
    server.write("good.json", &json!([person("ada@example.test"), person("bob@example.test")]).to_string());
    let good = server.ask(&["validate", "identity", "good.json"]);
    assert_eq!((good.code, good.out.as_str()), (0, "All 2 identities are valid.\n"), "{good:?}");
    let mut unnamed = person("a@example.test");
    unnamed.as_object_mut().unwrap().remove("schema_id");
    let mut misshapen = person("a@example.test");
    misshapen["state"] = json!("asleep");
    let mut strange = person("a@example.test");
    strange["schema_id"] = json!("nothing");
    for (bad, said) in [
        (person("nobody"), "traits.email: "),
        (json!({"schema_id": "email", "traits": {}}), "traits.email: "),
        (unnamed, "schema_id is missing"),
        (misshapen, "The state of an identity is"),
        (json!({"schema_id": 7}), "schema_id: invalid type"),
        (strange, "the schema nothing cannot be had: 404 "),
    ] {
        server.write("bad.json", &json!([person("ada@example.test"), bad]).to_string());
        let ran = server.ask(&["identities", "validate", "bad.json", "good.json"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{bad}");
        assert!(ran.err.starts_with("bad.json, identity 1: ") && ran.err.contains(said), "{bad}: {ran:?}");
    }
    assert_eq!(server.ask(&["ls", "identities", "-q"]).out, "", "nothing was created");
}

#[test]
fn a_server_tells_how_it_is() {
    let server = Server::start(crate::database::TestDatabase::sqlite());
    let status = server.ask(&["remote", "status"]);
    assert_eq!((status.code, status.out.as_str()), (0, "ALIVE  READY\ntrue   true\n"));
    let status = server.ask(&["remote", "status", "--format", "json"]);
    assert_eq!(status.out, "{\"alive\":true,\"ready\":true}\n");
    let version = server.ask(&["remote", "version", "--format", "yaml"]);
    assert_eq!(version.out, format!("version: v{}\n", env!("CARGO_PKG_VERSION")));
    // A public listener is none that can be asked.
    let public = format!("http://127.0.0.1:{}", server.public);
    let wrong = server.ask(&["remote", "version", "-e", &public]);
    assert_eq!((wrong.code, wrong.out.as_str()), (1, ""), "{wrong:?}");
}

#[test]
fn without_a_server_there_is_a_word_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let variables = [("ZELOS_ADMIN_URL", nowhere.as_str())];
    for command in [
        &["remote", "status"][..],
        &["remote", "version"],
        &["list", "identities"],
        &["get", "identity", "x"],
        &["delete", "identity", "x"],
        &["import", "identities"],
    ] {
        let arguments = [command, &["--retries", "1", "--timeout", "2s"]].concat();
        let ran = run_in(folder.path(), &variables, &arguments, "{} {} {}");
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{command:?}");
        assert!(ran.err.contains("the connection failed"), "{command:?}: {ran:?}");
    }
    let unnamed = run(&["remote", "status"]);
    assert_eq!(unnamed.code, 1);
    assert!(
        unnamed.err.contains("ZELOS_ADMIN_URL") && unnamed.err.contains("KRATOS_ADMIN_URL"),
        "{unnamed:?}"
    );
    for wrong in
        [&["remote", "status", "-e", "ftp://x"][..], &["remote", "status", "--format", "xml"], &["remote"]]
    {
        assert_eq!(run(wrong).code, 1, "{wrong:?}");
    }
}
