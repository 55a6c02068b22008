//! When a failed delivery is tried again.

use std::time::Duration;

use crate::kernel::Stream;

/// The pause after the first failure, before jitter.
const FIRST: Duration = Duration::from_secs(1);
/// Each further pause is this much longer: 1 s, 5 s, 25 s, 2 min, 10 min. The first ones help a person who is
/// waiting for a code; the five of the default outlast a restart of a mail server and most greylisting.
const FACTOR: u32 = 5;
/// Pauses grow up to this.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The pause after the `failures`-th failure, spread by a quarter to both sides, so messages that failed
/// together do not come back together.
pub(super) fn pause(failures: u32, random: &mut Stream) -> Duration {
    let pause = FACTOR
        .checked_pow(failures.saturating_sub(1))
        .and_then(|factor| FIRST.checked_mul(factor))
        .map_or(LONGEST, |pause| pause.min(LONGEST));
    let thousandths = 750_u32.saturating_add(random.below(501));
    pause.saturating_mul(thousandths) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Seed;

    #[test]
    fn pauses_grow_within_their_spread_up_to_an_hour() {
        let mut random = Seed::new([7; 32]).stream("back-off");
        for (failures, seconds) in
            [(1, 1), (2, 5), (3, 25), (4, 125), (5, 625), (6, 3125), (7, 3600), (99, 3600)]
        {
            let whole = Duration::from_secs(seconds);
            for _ in 0..50 {
                let pause = pause(failures, &mut random);
                assert!(pause >= whole * 3 / 4 && pause <= whole * 5 / 4, "{failures}: {pause:?}");
            }
        }
        let spread: std::collections::BTreeSet<_> = (0..50).map(|_| pause(1, &mut random)).collect();
        assert!(spread.len() > 10);
    }
}
