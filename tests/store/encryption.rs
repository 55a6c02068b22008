//! Encrypted connections: each mode trusts whom it should and nobody else, and labels itself.

use zelos::store::{
    Backend,
    Roots::{self, File, System},
    Store, StoreConfig, StoreError,
    TlsMode::{self, Disable, Prefer, Require, VerifyCa, VerifyFull},
};

use crate::postgres::Server;

fn store(server: &Server, host: &str, mode: TlsMode, roots: Roots) -> Store {
    let mut config = StoreConfig::postgres(server.by_name(host), mode);
    if let Backend::Postgres(postgres) = &mut config.backend {
        postgres.roots = roots;
        postgres.application_name = format!("{mode:?} {host}");
    }
    Store::open(config).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mode_encrypts_and_trusts_as_it_says() {
    let server = Server::encrypting();
    let ours = || File(server.authority());
    for (mode, roots, host, encrypted) in [
        (Disable, System, "localhost", false),
        (Prefer, System, "elsewhere.test", true),
        (Require, System, "elsewhere.test", true),
        (Require, ours(), "elsewhere.test", true),
        (VerifyCa, ours(), "elsewhere.test", true),
        (VerifyFull, ours(), "localhost", true),
    ] {
        let store = store(&server, host, mode, roots);
        store.check().await.unwrap_or_else(|error| panic!("{mode:?} {host}: {error:?}"));
        server.run(&[format!(
            "DO $$ BEGIN ASSERT (SELECT array_agg(ssl) = ARRAY[{encrypted}] FROM pg_stat_ssl \
             JOIN pg_stat_activity USING (pid) WHERE application_name = '{mode:?} {host}'); END $$"
        )]);
    }
    for (mode, roots, host) in [
        (VerifyCa, System, "localhost"),
        (VerifyFull, System, "localhost"),
        (VerifyFull, ours(), "elsewhere.test"),
    ] {
        let refused = store(&server, host, mode, roots).check().await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{mode:?} {host}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cannot_encrypt_is_used_only_when_that_is_allowed() {
    let plain = Server::plain();
    let reach = async |mode| {
        let store = Store::open(StoreConfig::postgres(plain.create(None), mode)).unwrap();
        store.check().await
    };
    assert!(reach(Prefer).await.is_ok());
    for mode in [Require, VerifyCa, VerifyFull] {
        assert!(reach(mode).await.is_err(), "{mode:?}");
    }
}
