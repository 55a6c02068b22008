//! Looking a password up in a list of known breaches without telling the password (01 §11.2).

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use sha1::{Digest as _, Sha1};
use url::Url;

use crate::{
    crypto::Password,
    kernel::BoxError,
    net::{HttpClient, HttpPolicy, Outbound},
};

/// An answer of the list is good for this long.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// More answers than this are not kept.
const KEPT: usize = 4096;

/// What the list says about a password.
#[derive(Debug)]
pub enum BreachCheck {
    /// It was seen this often.
    Known(u64),
    /// The list could not be asked.
    Unreachable(BoxError),
}

/// Counts how often a password was seen in known breaches.
pub trait BreachLookup: Send + Sync {
    /// How often it was seen.
    fn count<'a>(&'a self, password: &'a Password) -> BoxFuture<'a, BreachCheck>;
}

/// How often digests with a common start were seen, by the rest of the digest.
type Counts = HashMap<String, u64>;

/// A list that is asked by the first five digits of a password's SHA-1 and answers with all it knows that
/// starts like that, so that it never learns the password.
pub struct BreachList {
    client: HttpClient,
    base: Url,
    answers: Mutex<HashMap<String, (Instant, Counts)>>,
}

impl BreachList {
    /// The list at `base`, for instance `https://api.pwnedpasswords.com`.
    pub fn new(client: HttpClient, base: Url) -> Self {
        Self { client, base, answers: Mutex::default() }
    }

    fn remembered(&self, prefix: &str, rest: &str) -> Option<u64> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, answer) = answers.get(prefix)?;
        (since.elapsed() < FRESH).then(|| answer.get(rest).copied().unwrap_or_default())
    }

    fn remember(&self, prefix: String, answer: Counts) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= KEPT {
            answers.clear();
        }
        answers.insert(prefix, (Instant::now(), answer));
    }

    async fn ask(&self, prefix: &str) -> Result<Counts, BoxError> {
        let url = self.base.join(&format!("range/{prefix}"))?;
        let answer = self.client.send(&Outbound::get(url), &HttpPolicy::BREACHES).await?;
        if !answer.status.is_success() {
            return Err(format!("the list of known breaches answered {}", answer.status).into());
        }
        Ok(parse(&String::from_utf8_lossy(&answer.body)))
    }
}

impl BreachLookup for BreachList {
    fn count<'a>(&'a self, password: &'a Password) -> BoxFuture<'a, BreachCheck> {
        Box::pin(async move {
            let digest = digest(password);
            let Some((prefix, rest)) = digest.split_at_checked(5) else { return BreachCheck::Known(0) };
            if let Some(times) = self.remembered(prefix, rest) {
                return BreachCheck::Known(times);
            }
            match self.ask(prefix).await {
                Ok(answer) => {
                    let times = answer.get(rest).copied().unwrap_or_default();
                    self.remember(prefix.to_owned(), answer);
                    BreachCheck::Known(times)
                }
                Err(cause) => BreachCheck::Unreachable(cause),
            }
        })
    }
}

fn digest(password: &Password) -> String {
    let mut text = String::with_capacity(40);
    for byte in Sha1::digest(password.expose().as_bytes()) {
        // Writing to a string cannot fail.
        write!(text, "{byte:02X}").ok();
    }
    text
}

/// Lines of the rest of a digest, a colon, and how often it was seen; padding has a count of zero.
fn parse(body: &str) -> Counts {
    body.lines()
        .filter_map(|line| {
            let (rest, times) = line.trim().split_once(':')?;
            Some((rest.to_ascii_uppercase(), times.trim().parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_and_answers() {
        let password = Password::new("password".to_owned()).unwrap();
        assert_eq!(digest(&password), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
        let answer = parse("1E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\r\nnonsense\r\nABC:0\r\n");
        assert_eq!(answer.get("1E4C9B93F3F0682250B6CF8331B7EE68FD8"), Some(&10_434_004));
        assert_eq!(answer.len(), 2);
    }
}
