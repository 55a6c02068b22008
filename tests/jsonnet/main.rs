//! Jsonnet in real worker processes: what is right is evaluated, what is hostile ends in an error of its own
//! within its limit, and the next program finds a worker.

#![expect(clippy::unwrap_used, reason = "tests may fail in any way they like")]

use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use serde_json::json;
use zelos::jsonnet::{Jsonnet, JsonnetConfig, JsonnetError, Launch, Program};

fn jsonnet(workers: usize) -> Jsonnet {
    let launch = Launch::of(env!("CARGO_BIN_EXE_zelos"));
    Jsonnet::start(JsonnetConfig { workers: NonZeroUsize::new(workers).unwrap(), launch }).unwrap()
}

fn program(snippet: &str) -> Program {
    Program {
        source: "hook.jsonnet".to_owned(),
        snippet: snippet.to_owned(),
        variables: Default::default(),
        argument: None,
    }
}

#[tokio::test]
async fn programs_are_evaluated_by_a_worker_that_is_kept() {
    let jsonnet = jsonnet(1);
    for n in 0..50 {
        let mut hook = program("function(ctx) { next: ctx.n + 1 }");
        hook.argument = Some(json!({ "n": n }));
        assert_eq!(jsonnet.evaluate(hook).await.unwrap(), json!({ "next": n + 1 }));
    }
}

#[tokio::test]
async fn hostile_programs_end_by_themselves() {
    let jsonnet = jsonnet(1);
    let hostile = [
        "local f(n) = if n == 0 then 0 else f(n - 1) tailstrict; f(100000000)",
        "std.foldl(function(a, b) a + b, std.range(1, 100000000), 0)",
        "local grow(s) = grow(s + s); grow('x')",
        "local f(x) = f(x + 1) + 1; f(0)",
        "local a = [a]; a",
        "std.repeat('0123456789', 1000000)",
    ];
    for snippet in hostile {
        let begin = Instant::now();
        let told = jsonnet.evaluate(program(snippet)).await.unwrap_err();
        assert!(matches!(told, JsonnetError::Exceeded { .. }), "{snippet}: {told:?}");
        assert!(begin.elapsed() < Duration::from_secs(20), "{snippet} took {:?}", begin.elapsed());
        assert_eq!(jsonnet.evaluate(program("1 + 1")).await.unwrap(), json!(2), "after {snippet}");
    }
}

#[tokio::test]
async fn imports_and_the_environment_are_out_of_reach() {
    let jsonnet = jsonnet(1);
    for snippet in
        ["import '/etc/passwd'", "importstr '/etc/passwd'", "std.native('x')(1)", "std.extVar('PATH')"]
    {
        let told = jsonnet.evaluate(program(snippet)).await.unwrap_err();
        assert!(matches!(told, JsonnetError::Wrong { .. }), "{snippet}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_get_their_own_answers() {
    let jsonnet = jsonnet(2);
    let each = (0..64).map(|n| {
        let jsonnet = jsonnet.clone();
        tokio::spawn(async move { (n, jsonnet.evaluate(program(&format!("{n} * 2"))).await.unwrap()) })
    });
    for task in each.collect::<Vec<_>>() {
        let (n, made) = task.await.unwrap();
        assert_eq!(made, json!(n * 2));
    }
}

#[tokio::test]
async fn a_worker_that_cannot_be_started_is_told() {
    let launch = Launch::of("/nonexistent/zelos");
    let jsonnet = Jsonnet::start(JsonnetConfig { workers: NonZeroUsize::MIN, launch }).unwrap();
    let told = jsonnet.evaluate(program("1")).await.unwrap_err();
    assert!(matches!(told, JsonnetError::Unavailable(_)), "{told:?}");
}
