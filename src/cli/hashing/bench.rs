//! Measures hashes on the threads that a server uses for them.

use std::{
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use futures_util::future::join_all;

use super::args::{Costs, Fixed};
use crate::{
    cli::CliError,
    crypto::{Argon2Costs, HashPolicy, Hasher, HasherConfig, Password},
    kernel::{Entropy as _, OsEntropy},
};

/// Longer than any measurement, so that none is refused for its queue.
const PATIENCE: Duration = Duration::from_secs(600);

/// More than is ever asked for at once.
const WAITING_ROOM: usize = 1 << 20;

/// Hash threads of so many cores, for one set of costs.
pub struct Bench {
    hasher: Hasher,
    policy: HashPolicy,
}

impl Bench {
    /// Starts the threads.
    ///
    /// # Errors
    /// A cost is outside its limits, or the operating system refused a thread.
    pub fn start(policy: HashPolicy, threads: NonZeroUsize) -> Result<Self, CliError> {
        let config = HasherConfig {
            cores: threads,
            dedicated_memory: u64::MAX,
            patience: PATIENCE,
            threads: Some(threads),
            waiting_room: Some(WAITING_ROOM),
        };
        let hasher = Hasher::start(config, &policy)
            .map_err(|fault| CliError::because("start the hash threads", &fault))?;
        Ok(Self { hasher, policy })
    }

    /// Hashes a password and tells how long that took, waiting for a thread included.
    ///
    /// # Errors
    /// The password does not fit, or there is too little memory.
    pub async fn time(&self, password: &Password) -> Result<Duration, CliError> {
        let begin = Instant::now();
        let mut salts = OsEntropy.seed().stream("salt of a measurement");
        let made = self.hasher.hash(&self.policy, password, &mut salts).await;
        made.map_err(|fault| CliError::because("hash", &fault))?;
        Ok(begin.elapsed())
    }

    /// The best of some runs of so many hashes at once, after one that only takes the memory.
    ///
    /// # Errors
    /// As [`Bench::time`].
    pub async fn probe(&self, at_once: NonZeroUsize, runs: u32) -> Result<Duration, CliError> {
        let password = sample()?;
        let mut best = Duration::MAX;
        for run in 0..=runs {
            let all = join_all((0..at_once.get()).map(|_| self.time(&password))).await;
            let mut longest = Duration::ZERO;
            for one in all {
                longest = longest.max(one?);
            }
            if run > 0 {
                best = best.min(longest);
            }
        }
        Ok(best)
    }
}

/// A password as people choose them.
///
/// # Errors
/// Never; its length is known.
pub fn sample() -> Result<Password, CliError> {
    password("a mouse in the house 9")
}

/// A password from the command line.
///
/// # Errors
/// It is too long.
pub fn password(text: &str) -> Result<Password, CliError> {
    Password::new(text.to_owned()).map_err(|_| CliError::new("The password is too long to be hashed."))
}

/// The costs that were asked for, with this much memory and so many passes.
///
/// # Errors
/// One of them is outside its limits.
pub fn policy(memory: u64, iterations: u32, costs: &Costs) -> Result<HashPolicy, CliError> {
    let memory_kib = u32::try_from(memory >> 10).unwrap_or(u32::MAX);
    let Costs { parallelism, salt_length, key_length } = *costs;
    HashPolicy::argon2(Argon2Costs { memory_kib, iterations, parallelism, salt_length, key_length })
        .map_err(|error| CliError::new(error.to_string()))
}

/// As [`policy`].
///
/// # Errors
/// One of them is outside its limits.
pub fn fixed(fixed: &Fixed) -> Result<HashPolicy, CliError> {
    policy(fixed.memory, fixed.iterations, &fixed.costs)
}

/// What measured times have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// The sum over the count.
    pub mean: Duration,
    /// The one in the middle.
    pub median: Duration,
    /// The shortest.
    pub min: Duration,
    /// The longest.
    pub max: Duration,
    /// The standard deviation.
    pub deviation: Duration,
}

impl Statistics {
    /// Of some times; `None` of none.
    pub fn of(mut times: Vec<Duration>) -> Option<Self> {
        times.sort_unstable();
        let count = u32::try_from(times.len()).ok()?;
        let mean = times.iter().sum::<Duration>().checked_div(count)?;
        let off = |time: &Duration| time.abs_diff(mean).as_secs_f64().powi(2);
        let variance = times.iter().map(off).sum::<f64>() / f64::from(count);
        Some(Self {
            mean,
            median: *times.get(times.len() / 2)?,
            min: *times.first()?,
            max: *times.last()?,
            deviation: Duration::from_secs_f64(variance.sqrt()),
        })
    }

    /// The columns of a table.
    pub fn names() -> Vec<String> {
        ["MEAN", "MEDIAN", "MIN", "MAX", "DEVIATION", "MEMORY"].map(str::to_owned).into()
    }

    /// The cells, with the memory of all that hashed at once.
    pub fn cells(&self, memory: u64) -> Vec<String> {
        let times = [self.mean, self.median, self.min, self.max, self.deviation].map(millis);
        times.into_iter().chain([megabytes(memory)]).collect()
    }
}

/// A time for people.
pub fn millis(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}

/// A size as the configuration writes it.
pub fn megabytes(bytes: u64) -> String {
    format!("{}MB", bytes >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_known_times() {
        let ms = Duration::from_millis;
        let found = Statistics::of(vec![ms(40), ms(10), ms(20), ms(10)]).unwrap();
        assert_eq!((found.mean, found.median, found.min, found.max), (ms(20), ms(20), ms(10), ms(40)));
        assert_eq!(found.deviation.as_millis(), 12);
        assert_eq!(Statistics::of(Vec::new()), None);
    }
}
