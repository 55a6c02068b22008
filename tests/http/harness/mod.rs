//! What all suites stand on: the application, its clients and its mailbox.

mod admin;
mod answer;
mod app;
mod authenticator;
mod client;
mod mailbox;
pub mod people;
pub mod provider;
mod receiver;

pub use answer::Answer;
pub use app::{BASE, TestApp, configuration};
pub use authenticator::{Authenticator, options};
pub use client::{Client, Flow, Kind, Step, flow_of};
pub use mailbox::Mail;
pub use provider::{Manners, Provider, Signed};
pub use receiver::{Receiver, program};

/// Makes six tests of a function that takes a database and a kind of client: each kind on each database.
#[macro_export]
macro_rules! for_all {
    ($name:ident) => {
        mod $name {
            use $crate::{database::TestDatabase, harness::Kind};

            #[actix_web::test]
            async fn sqlite_browser() {
                super::$name(TestDatabase::sqlite(), Kind::Browser).await;
            }

            #[actix_web::test]
            async fn sqlite_spa() {
                super::$name(TestDatabase::sqlite(), Kind::Spa).await;
            }

            #[actix_web::test]
            async fn sqlite_native() {
                super::$name(TestDatabase::sqlite(), Kind::Native).await;
            }

            #[actix_web::test]
            async fn postgres_browser() {
                super::$name(TestDatabase::postgres(), Kind::Browser).await;
            }

            #[actix_web::test]
            async fn postgres_spa() {
                super::$name(TestDatabase::postgres(), Kind::Spa).await;
            }

            #[actix_web::test]
            async fn postgres_native() {
                super::$name(TestDatabase::postgres(), Kind::Native).await;
            }
        }
    };
}

/// Makes two tests of a function that takes a database.
#[macro_export]
macro_rules! on_each {
    ($name:ident) => {
        mod $name {
            use $crate::database::TestDatabase;

            #[actix_web::test]
            async fn sqlite() {
                super::$name(TestDatabase::sqlite()).await;
            }

            #[actix_web::test]
            async fn postgres() {
                super::$name(TestDatabase::postgres()).await;
            }
        }
    };
}
