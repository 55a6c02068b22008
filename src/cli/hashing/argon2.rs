//! `hashers argon2 calibrate|hash|load-test` (03 §9.2).

use std::{
    num::NonZeroUsize,
    thread,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use tokio::time::sleep;

use super::{
    args::{Calibrate, LoadTest, Timed},
    bench::{Bench, Statistics, fixed, megabytes, millis, password, policy, sample},
};
use crate::cli::{CliError, Out, Progress};

/// One measurement of a search.
struct Probe {
    memory: u64,
    iterations: u32,
    time: Duration,
    /// Hashes that the rate keeps under way at once.
    at_once: usize,
    fits: bool,
}

/// Looks for the most memory, and then the most passes, that the rate leaves room for.
///
/// # Errors
/// A cost is outside its limits, or there is too little memory.
pub async fn calibrate(out: &Out, asked: &Calibrate) -> Result<(), CliError> {
    let most = asked.max_memory.unwrap_or(asked.dedicated_memory).min(1 << 30);
    let mut probes: Vec<Probe> = Vec::new();
    let (mut memory, mut iterations) = (asked.start_memory, asked.start_iterations);
    let mut best = None;
    let mut grows = true;
    while memory <= most && iterations <= 10 && probes.len() < 100 {
        let probe = probe(asked, memory, iterations).await?;
        if !asked.quiet {
            out.note(probe.cells(asked).join("  "));
        }
        let (fits, long_enough) = (probe.fits, probe.time >= asked.min_duration);
        probes.push(probe);
        if fits {
            best = Some(probes.len().saturating_sub(1));
            if long_enough {
                break;
            }
        }
        // More memory as long as that fits; then more passes over what did.
        let more = memory.saturating_add(asked.adjust_memory_by);
        if grows && fits && more <= most {
            memory = more;
            continue;
        }
        if grows {
            grows = false;
            let Some(good) = best.and_then(|index| probes.get(index)) else { break };
            memory = good.memory;
        } else if !fits {
            break;
        }
        iterations = iterations.saturating_add(1);
    }
    let shown: Vec<&Probe> = match best.and_then(|index| probes.get(index)) {
        Some(good) => vec![good],
        None => probes.iter().collect(),
    };
    let mut rows =
        vec![["MEMORY", "ITERATIONS", "PARALLELISM", "TIME", "AT ONCE", "FITS"].map(str::to_owned).to_vec()];
    rows.extend(shown.iter().map(|probe| probe.cells(asked)));
    out.table(&rows);
    if best.is_none() {
        out.note(
            "Nothing fits: allow more --dedicated-memory or --expected-deviation, or start with less memory.",
        );
    }
    Ok(())
}

async fn probe(asked: &Calibrate, memory: u64, iterations: u32) -> Result<Probe, CliError> {
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let policy = policy(memory, iterations, &asked.costs)?;
    let time = Bench::start(policy, NonZeroUsize::MIN)?.probe(NonZeroUsize::MIN, asked.probe_runs).await?;
    let at_once = under_way(asked.rate, time);
    let room = asked.max_concurrent.min(cores).get();
    let needed = memory.saturating_mul(u64::try_from(at_once).unwrap_or(u64::MAX));
    let fits = at_once <= room
        && needed <= asked.dedicated_memory
        && time <= asked.min_duration.saturating_add(asked.expected_deviation);
    Ok(Probe { memory, iterations, time, at_once, fits })
}

/// How many hashes of this duration a rate keeps under way, at least one.
fn under_way(per_minute: u32, time: Duration) -> usize {
    let busy = time.saturating_mul(per_minute).as_micros();
    usize::try_from(busy.div_ceil(60_000_000)).unwrap_or(usize::MAX).max(1)
}

impl Probe {
    fn cells(&self, asked: &Calibrate) -> Vec<String> {
        vec![
            megabytes(self.memory),
            self.iterations.to_string(),
            asked.costs.parallelism.to_string(),
            millis(self.time),
            self.at_once.to_string(),
            if self.fits { "yes" } else { "no" }.to_owned(),
        ]
    }
}

/// Hashes passwords and prints how long that took.
///
/// # Errors
/// A password or a cost is outside its limits.
pub async fn hash(out: &Out, asked: &Timed) -> Result<(), CliError> {
    let passwords = asked.passwords.iter().map(|text| password(text)).collect::<Result<Vec<_>, _>>()?;
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let at_once = if asked.parallel { cores } else { NonZeroUsize::MIN };
    let bench = Bench::start(fixed(&asked.fixed)?, at_once)?;
    let times = join_all(passwords.iter().map(|password| bench.time(password))).await;
    let threads = at_once.get().min(passwords.len());
    print(out, times.into_iter().collect::<Result<_, _>>()?, asked.fixed.memory, threads);
    Ok(())
}

/// Hashes at a rate, and prints how long people would have waited.
///
/// # Errors
/// A cost is outside its limits.
pub async fn load_test(out: &Out, asked: &LoadTest) -> Result<(), CliError> {
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let paid_for = usize::try_from(asked.dedicated_memory / asked.fixed.memory).unwrap_or(usize::MAX);
    let threads = NonZeroUsize::new(paid_for).unwrap_or(NonZeroUsize::MIN).min(cores);
    let bench = Bench::start(fixed(&asked.fixed)?, threads)?;
    let password = sample()?;
    let pause = Duration::from_secs(60) / asked.rate;
    let count = asked.duration.as_micros().checked_div(pause.as_micros().max(1)).unwrap_or_default();
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    let progress = Progress::over(usize::try_from(count).unwrap_or(usize::MAX), "hashes");
    let begin = Instant::now();
    let times = join_all((0..count).map(async |n| {
        sleep(pause.saturating_mul(n)).await;
        let time = bench.time(&password).await;
        progress.advance(1);
        time
    }));
    let times: Vec<Duration> = times.await.into_iter().collect::<Result<_, _>>()?;
    let late = begin.elapsed().saturating_sub(asked.duration);
    progress.finish();
    print(out, times.clone(), asked.fixed.memory, threads.get());
    if paid_for == 0 {
        out.note("One hash takes more than the dedicated memory.");
    }
    let slowest = times.iter().max().copied().unwrap_or_default();
    if late > slowest || late > Duration::from_secs(1) {
        let told =
            "This machine does not keep up with that rate: people would wait ever longer. Lower the costs.";
        out.note(told);
    }
    Ok(())
}

fn print(out: &Out, times: Vec<Duration>, memory: u64, at_once: usize) {
    let all = memory.saturating_mul(u64::try_from(at_once).unwrap_or(u64::MAX));
    let cells = Statistics::of(times).map(|found| found.cells(all)).unwrap_or_default();
    out.table(&[Statistics::names(), cells]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_keeps_hashes_under_way() {
        assert_eq!(under_way(60, Duration::from_millis(500)), 1);
        assert_eq!(under_way(60, Duration::from_millis(1001)), 2);
        assert_eq!(under_way(600, Duration::from_secs(1)), 10);
        assert_eq!(under_way(1, Duration::ZERO), 1);
    }
}
