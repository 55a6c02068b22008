//! `hash calibrate`: what this machine can afford.

use std::{num::NonZeroUsize, thread, time::Duration};

use super::{
    args::{Costs, Recommend},
    bench::{Bench, megabytes, millis, policy},
};
use crate::{
    cli::{CliError, Out, Progress},
    crypto::HashPolicy,
};

/// Less memory than this makes argon2id weak, whatever else it costs.
const LEAST_MEMORY: u64 = 16 << 20;

/// The configuration accepts more passes and higher costs from nobody.
const MOST_PASSES: u32 = 10;
const BCRYPT_COSTS: std::ops::RangeInclusive<u32> = 10..=15;

/// Measures and recommends.
///
/// # Errors
/// This machine cannot afford any hash within the target.
pub async fn recommend(out: &Out, asked: &Recommend) -> Result<(), CliError> {
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let progress = Progress::of("measured");
    let argon2 = argon2(asked, cores, &progress).await?;
    let bcrypt = bcrypt(asked, &progress).await?;
    progress.finish();
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let mut rows = vec![row(["ALGORITHM", "COSTS", "TIME", "FITS"])];
    let fits = |time| if time <= asked.target { "yes" } else { "no" };
    let (memory, passes, time) = argon2;
    let costs = format!("memory {}, iterations {passes}, parallelism 1", megabytes(memory));
    rows.push(row(["argon2id", &costs, &millis(time), fits(time)]));
    let (cost, bcrypt_time) = bcrypt;
    rows.push(row(["bcrypt", &format!("cost {cost}"), &millis(bcrypt_time), fits(bcrypt_time)]));
    out.table(&rows);
    out.note(format_args!(
        "\nTo use argon2id:\n\nhashers:\n  algorithm: argon2\n  argon2:\n    memory: {}\n    iterations: {passes}\n    \
         parallelism: 1\n    dedicated_memory: {}\n",
        megabytes(memory),
        megabytes(asked.memory)
    ));
    if fits(time) == "no" && fits(bcrypt_time) == "no" {
        return Err(CliError::new("No safe hash is this fast here: allow a longer --target."));
    }
    Ok(())
}

/// As much memory as one pass can fill in time, and then as many passes as there is time for.
async fn argon2(
    asked: &Recommend,
    cores: NonZeroUsize,
    progress: &Progress,
) -> Result<(u64, u32, Duration), CliError> {
    let costs = Costs { parallelism: 1, salt_length: 16, key_length: 32 };
    let share = asked.memory / u64::try_from(cores.get()).unwrap_or(u64::MAX);
    let mut memory = LEAST_MEMORY;
    let mut time = measure(policy(memory, 1, &costs)?, cores, progress).await?;
    while memory.saturating_mul(2) <= share.min(1 << 30) {
        let more = memory.saturating_mul(2);
        let longer = measure(policy(more, 1, &costs)?, cores, progress).await?;
        if longer > asked.target {
            break;
        }
        (memory, time) = (more, longer);
    }
    let passes = asked.target.as_micros().checked_div(time.as_micros().max(1)).unwrap_or(1);
    let mut passes = u32::try_from(passes).unwrap_or(MOST_PASSES).clamp(1, MOST_PASSES);
    loop {
        let time = measure(policy(memory, passes, &costs)?, cores, progress).await?;
        if time <= asked.target || passes == 1 {
            return Ok((memory, passes, time));
        }
        passes = passes.saturating_sub(1);
    }
}

/// The highest cost that is fast enough, or the lowest safe one.
async fn bcrypt(asked: &Recommend, progress: &Progress) -> Result<(u32, Duration), CliError> {
    let mut best = None;
    for cost in BCRYPT_COSTS {
        let policy = HashPolicy::bcrypt(cost).map_err(|error| CliError::new(error.to_string()))?;
        let time = measure(policy, NonZeroUsize::MIN, progress).await?;
        if best.is_some() && time > asked.target {
            break;
        }
        best = Some((cost, time));
    }
    best.ok_or_else(|| CliError::new("There is no cost to measure."))
}

async fn measure(
    policy: HashPolicy,
    at_once: NonZeroUsize,
    progress: &Progress,
) -> Result<Duration, CliError> {
    let time = Bench::start(policy, at_once)?.probe(at_once, 1).await?;
    progress.advance(1);
    Ok(time)
}
