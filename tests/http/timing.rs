//! Whether time tells who has an account.

use std::time::Instant;

use actix_web::rt::time::sleep;

use crate::{
    database::TestDatabase,
    harness::{Kind, TestApp, people::credentials},
    on_each,
};

/// Tries for each of the two, in turns.
const TRIES: usize = 320;

/// How often a random pair of a known and an unknown user has the known one slower, of all pairs; one half
/// when time tells nothing (the statistic of Mann and Whitney).
fn superiority(known: &[u128], unknown: &[u128]) -> f64 {
    let mut wins = 0.0;
    for a in known {
        for b in unknown {
            wins += match a.cmp(b) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    wins / (known.len() as f64 * unknown.len() as f64)
}

fn median(times: &[u128]) -> u128 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

async fn measure(app: &TestApp) -> (Vec<u128>, Vec<u128>) {
    let client = app.client(Kind::Native);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..2 * TRIES + 20 {
        let name = if n % 2 == 0 { "ada@example.test" } else { "bob@example.test" };
        let flow = client.open("login").await;
        let begin = Instant::now();
        client.post(&flow, credentials(name, "wrong horse battery")).await.expect(400);
        let took = begin.elapsed().as_micros();
        // The first ones warm everything up.
        if n >= 20 {
            if n % 2 == 0 { known.push(took) } else { unknown.push(took) }
        }
    }
    (known, unknown)
}

on_each!(sec_17_unknown_users_take_the_same_time);
/// Judged by the whole distribution, and a machine that is busy with other things gets a second chance.
async fn sec_17_unknown_users_take_the_same_time(database: TestDatabase) {
    // A cost at which a forgotten dummy hash would stand out by ten times.
    let config = "hashers: { bcrypt: { cost: 6 } }";
    let app = TestApp::builder(database).config(config).build().await;
    app.client(Kind::Native).sign_up("ada@example.test").await.done();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (known, unknown) = measure(&app).await;
        let ratio = median(&known) as f64 / median(&unknown) as f64;
        let superior = superiority(&known, &unknown);
        println!(
            "known {} µs, unknown {} µs, ratio of medians {ratio:.3}, superiority {superior:.3}",
            median(&known),
            median(&unknown)
        );
        if (0.35..=0.65).contains(&superior) && (0.8..=1.25).contains(&ratio) {
            return;
        }
        seen.push((ratio, superior));
        sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("time tells who has an account: {seen:?}");
}
