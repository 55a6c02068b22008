//! The threads that compute password hashes: as many as memory pays for, with a bounded queue.

use std::{num::NonZeroUsize, time::Duration};

use super::{HashPolicy, HashText, Password, PasswordHash, hash::HashMemory, password::Form};
use crate::kernel::{BoxError, Fault, Stream, Workers, WorkersConfig};

/// What the hash threads may use.
#[derive(Debug, Clone, Copy)]
pub struct HasherConfig {
    /// Cores of this machine.
    pub cores: NonZeroUsize,
    /// Bytes of memory that all hash threads together may keep.
    pub dedicated_memory: u64,
    /// How long a request may wait for a thread.
    pub patience: Duration,
    /// A number of threads to use instead of as many as cores and memory allow.
    pub threads: Option<NonZeroUsize>,
    /// How many requests may wait, instead of as many as can be served within the patience.
    pub waiting_room: Option<usize>,
}

/// Computes and verifies password hashes on threads of its own. Clones share the threads.
///
/// There are two queues. The usual one has a thread per core and takes everything that fits the memory of one
/// thread, which each thread keeps between hashes. What needs more, an import or a policy that was made more
/// costly since the start, waits for a single thread which takes the memory for that one hash; so such
/// hashes neither add up nor keep others waiting.
#[derive(Clone)]
pub struct Hasher {
    usual: Workers<HashMemory>,
    oversized: Workers<HashMemory>,
    /// Bytes of memory that one of the usual threads may use.
    share: u64,
    plan: HashPlan,
}

/// How a [`Hasher`] was laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashPlan {
    /// Usual threads.
    pub threads: NonZeroUsize,
    /// How many may wait for them.
    pub waiting_room: usize,
}

/// What verifying a password has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whether there was a hash and the password is the right one.
    pub matches: bool,
    /// A new hash to store instead, when the password matches and the stored hash is not what would be
    /// made today.
    pub rehash: Option<HashText>,
}

/// Requests that may wait for the thread of oversized hashes.
const OVERSIZED_WAITING_ROOM: usize = 8;

/// More waiting requests than this are no sign of patience: it bounds the queue where hashes are very fast.
const MAX_WAITING_ROOM: usize = 4096;

impl Hasher {
    /// Starts the threads. Nothing is hashed and no memory is taken before the first password arrives.
    ///
    /// # Errors
    /// The operating system refused a thread.
    pub fn start(config: HasherConfig, policy: &HashPolicy) -> Result<Self, Fault> {
        let plan = plan(config, policy, policy.usual_time());
        let per_thread = config.dedicated_memory / u64::try_from(plan.threads.get()).unwrap_or(u64::MAX);
        let start = |name, threads, waiting_room| {
            let config = WorkersConfig { name, threads, waiting_room, patience: config.patience };
            Workers::start(config, HashMemory::default)
                .map_err(|error| Fault::doing("start the password hash threads", error))
        };
        Ok(Self {
            usual: start("hash", plan.threads, plan.waiting_room)?,
            oversized: start("hash-oversized", NonZeroUsize::MIN, OVERSIZED_WAITING_ROOM)?,
            share: per_thread.max(policy.memory_bytes()),
            plan,
        })
    }

    /// How it was laid out.
    pub const fn plan(&self) -> HashPlan {
        self.plan
    }

    /// Hashes a new password. Ask [`HashPolicy::fits`] first: what does not fit is a fault here.
    ///
    /// # Errors
    /// A transient fault when all threads are busy, another one when the password does not fit the policy.
    pub async fn hash(
        &self,
        policy: &HashPolicy,
        password: &Password,
        salts: &mut Stream,
    ) -> Result<HashText, Fault> {
        let (policy, password, salt) = (*policy, password.clone(), policy.salt(salts));
        self.run(policy.memory_bytes(), policy, move |memory| policy.hash(&password, salt, memory)).await
    }

    /// Checks a password against a stored hash. `None` stands for a person or credential that does not exist:
    /// the same work is done then, and the answer is no.
    ///
    /// # Errors
    /// A transient fault when all threads are busy, another one when the stored hash cannot be read.
    pub async fn verify(
        &self,
        policy: &HashPolicy,
        stored: Option<&HashText>,
        password: &Password,
        salts: &mut Stream,
    ) -> Result<Verified, Fault> {
        let hash = match stored {
            Some(text) => PasswordHash::parse(text),
            // SECURITY: no early answer for unknown people, or the time would tell who has an account
            // (05 no. 17); guarded by `unknown_people_cost_a_hash_and_never_match`.
            None => policy.dummy(),
        };
        let hash = hash.map_err(|error| Fault::doing("read a stored password hash", error))?;
        let check = Check {
            exists: stored.is_some(),
            policy: *policy,
            password: password.clone(),
            salt: policy.salt(salts),
            hash,
        };
        let memory = check.hash.memory_bytes().max(policy.memory_bytes());
        self.run(memory, *policy, move |memory| check.run(memory)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        memory_bytes: u64,
        policy: HashPolicy,
        job: impl FnOnce(&mut HashMemory) -> Result<T, BoxError> + Send + 'static,
    ) -> Result<T, Fault> {
        let (workers, keep) =
            if memory_bytes > self.share { (&self.oversized, 0) } else { (&self.usual, policy.blocks()) };
        let answer = workers.run(move |memory| {
            let answer = job(memory);
            memory.keep(keep);
            answer
        });
        answer.await?.map_err(|error| Fault::doing("compute a password hash", error))
    }
}

/// One verification with all it needs on its thread.
struct Check {
    exists: bool,
    policy: HashPolicy,
    password: Password,
    salt: Vec<u8>,
    hash: PasswordHash,
}

impl Check {
    fn run(self, memory: &mut HashMemory) -> Result<Verified, BoxError> {
        let form = self.hash.matching_form(&self.password, memory)?.filter(|_| self.exists);
        let Some(form) = form else {
            if self.hash.is_cheap() {
                // SECURITY: an old hash is checked in no time, which would tell that the account exists.
                self.policy.dummy()?.matching_form(&self.password, memory)?;
            }
            return Ok(Verified { matches: false, rehash: None });
        };
        let outdated = form == Form::Typed || self.hash.needs_rehash(&self.policy);
        let rehash = (outdated && self.policy.fits(&self.password))
            .then(|| self.policy.hash(&self.password, self.salt, memory))
            .transpose()?;
        Ok(Verified { matches: true, rehash })
    }
}

/// Lays the threads out. The waiting room is an estimate, to refuse early what cannot be served in time; what
/// waits for longer than the patience all the same is refused when its turn comes, whatever the estimate was.
fn plan(config: HasherConfig, policy: &HashPolicy, hash_time: Duration) -> HashPlan {
    let paid_for = config.dedicated_memory.checked_div(policy.memory_bytes());
    let paid_for = paid_for.map_or(usize::MAX, |threads| usize::try_from(threads).unwrap_or(usize::MAX));
    let affordable = NonZeroUsize::new(paid_for).unwrap_or(NonZeroUsize::MIN).min(config.cores);
    let threads = config.threads.unwrap_or(affordable);
    let per_thread = config.patience.as_micros() / hash_time.as_micros().max(1);
    let per_thread = usize::try_from(per_thread).unwrap_or(usize::MAX);
    let served_in_time = per_thread.saturating_mul(threads.get()).clamp(1, MAX_WAITING_ROOM);
    HashPlan { threads, waiting_room: config.waiting_room.unwrap_or(served_in_time) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{crypto::Argon2Costs, kernel::Seed};

    const MIB: u64 = 1 << 20;

    fn config() -> HasherConfig {
        HasherConfig {
            cores: NonZeroUsize::new(2).unwrap(),
            dedicated_memory: MIB,
            patience: Duration::from_secs(60),
            threads: None,
            waiting_room: None,
        }
    }

    fn argon2(memory_kib: u32) -> HashPolicy {
        let costs =
            Argon2Costs { memory_kib, iterations: 1, parallelism: 1, salt_length: 16, key_length: 32 };
        HashPolicy::argon2(costs).unwrap()
    }

    fn salts() -> Stream {
        Seed::new([5; 32]).stream("salt")
    }

    fn password(text: &str) -> Password {
        Password::new(text.to_owned()).unwrap()
    }

    const OLD: &str = "$md5$X03MO1qnZdYdgyfeuILPmQ==";

    #[test]
    fn threads_follow_cores_and_memory_and_the_queue_follows_patience() {
        let second = Duration::from_secs(1);
        let planned = plan(config(), &argon2(128), second);
        assert_eq!((planned.threads.get(), planned.waiting_room), (2, 120));
        assert_eq!(plan(config(), &argon2(1024), second).threads.get(), 1);
        assert_eq!(plan(config(), &argon2(4096), second).threads.get(), 1);
        assert_eq!(plan(config(), &HashPolicy::default(), second).threads.get(), 2);
        assert_eq!(plan(config(), &argon2(64), second * 600).waiting_room, 1);
        assert_eq!(plan(config(), &argon2(64), Duration::ZERO).waiting_room, MAX_WAITING_ROOM);
        let told = HasherConfig { threads: NonZeroUsize::new(7), waiting_room: Some(3), ..config() };
        let planned = plan(told, &argon2(4096), second);
        assert_eq!((planned.threads.get(), planned.waiting_room), (7, 3));
    }

    #[test]
    fn starting_costs_no_hash() {
        // One hash of this policy takes ten seconds of a core and a gibibyte.
        let costs = Argon2Costs {
            memory_kib: 1024 * 1024,
            iterations: 10,
            ..Argon2Costs::for_cores(NonZeroUsize::MIN)
        };
        let policy = HashPolicy::argon2(costs).unwrap();
        let begin = std::time::Instant::now();
        let hasher = Hasher::start(config(), &policy).unwrap();
        assert!(begin.elapsed() < Duration::from_secs(1));
        assert_eq!(hasher.plan(), HashPlan { threads: NonZeroUsize::MIN, waiting_room: 5 });
        let usual = Hasher::start(config(), &HashPolicy::default()).unwrap();
        assert_eq!(usual.plan().waiting_room, 488, "two threads, a minute, a quarter of a second each");
    }

    #[tokio::test]
    async fn what_is_hashed_verifies_under_both_algorithms() {
        for policy in [argon2(64), HashPolicy::bcrypt(4).unwrap()] {
            let hasher = Hasher::start(config(), &policy).unwrap();
            let text = hasher.hash(&policy, &password("right"), &mut salts()).await.unwrap();
            let verify = async |typed| {
                hasher.verify(&policy, Some(&text), &password(typed), &mut salts()).await.unwrap()
            };
            assert_eq!(verify("right").await, Verified { matches: true, rehash: None });
            assert_eq!(verify("wrong").await, Verified { matches: false, rehash: None });
        }
    }

    #[tokio::test]
    async fn old_hashes_are_replaced_when_the_password_is_right() {
        let policy = argon2(64);
        let hasher = Hasher::start(config(), &policy).unwrap();
        let old = HashText::new(OLD);
        let done = hasher.verify(&policy, Some(&old), &password("password"), &mut salts()).await.unwrap();
        let new = done.rehash.filter(|_| done.matches).unwrap();
        assert!(new.as_str().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        let again = hasher.verify(&policy, Some(&new), &password("password"), &mut salts()).await.unwrap();
        assert_eq!(again, Verified { matches: true, rehash: None });
        let wrong = hasher.verify(&policy, Some(&old), &password("passwort"), &mut salts()).await.unwrap();
        assert_eq!(wrong, Verified { matches: false, rehash: None });
    }

    #[tokio::test]
    async fn sec_03_composed_and_decomposed_forms_log_in() {
        let (composed, decomposed) = (password("caf\u{e9} table"), password("cafe\u{301} table"));
        let policy = argon2(64);
        let hasher = Hasher::start(config(), &policy).unwrap();
        for first in [&composed, &decomposed] {
            let text = hasher.hash(&policy, first, &mut salts()).await.unwrap();
            for typed in [&composed, &decomposed] {
                let done = hasher.verify(&policy, Some(&text), typed, &mut salts()).await.unwrap();
                assert_eq!(done, Verified { matches: true, rehash: None });
            }
        }
        // A hash from elsewhere, over the bytes of the decomposed form, becomes one over the composed form.
        let bytes = decomposed.expose().as_bytes();
        let digest = <md5::Md5 as sha2::Digest>::digest(bytes);
        let import = HashText::new(format!(
            "$md5${}",
            base64::Engine::encode(&base64::prelude::BASE64_STANDARD, digest)
        ));
        let done = hasher.verify(&policy, Some(&import), &decomposed, &mut salts()).await.unwrap();
        let new = done.rehash.unwrap();
        assert!(hasher.verify(&policy, Some(&new), &composed, &mut salts()).await.unwrap().matches);
    }

    #[tokio::test]
    async fn sec_02_long_passwords_differ_in_their_last_character() {
        let policy = argon2(64);
        let hasher = Hasher::start(config(), &policy).unwrap();
        let long = "x".repeat(99);
        let text = hasher.hash(&policy, &password(&format!("{long}a")), &mut salts()).await.unwrap();
        let other = password(&format!("{long}b"));
        assert!(!hasher.verify(&policy, Some(&text), &other, &mut salts()).await.unwrap().matches);
        let bcrypt = HashPolicy::bcrypt(4).unwrap();
        assert!(!hasher.hash(&bcrypt, &other, &mut salts()).await.unwrap_err().is_transient());
    }

    #[tokio::test]
    async fn unknown_people_cost_a_hash_and_never_match() {
        for policy in [argon2(64), HashPolicy::bcrypt(4).unwrap()] {
            let dummy = policy.dummy().unwrap();
            assert!(!dummy.needs_rehash(&policy), "it has the costs of a current hash");
            assert_eq!(dummy.memory_bytes(), policy.memory_bytes());
            let hasher = Hasher::start(config(), &policy).unwrap();
            for typed in ["", "anything"] {
                let done = hasher.verify(&policy, None, &password(typed), &mut salts()).await.unwrap();
                assert_eq!(done, Verified { matches: false, rehash: None });
            }
            let busy = Hasher::start(HasherConfig { patience: Duration::ZERO, ..config() }, &policy).unwrap();
            let fault = busy.verify(&policy, None, &password("x"), &mut salts()).await.unwrap_err();
            assert!(fault.is_transient(), "it waits for the same threads");
        }
    }

    #[tokio::test]
    async fn hashes_beyond_the_share_of_a_thread_are_computed_too() {
        let small = argon2(64);
        let hasher = Hasher::start(config(), &small).unwrap();
        let large = argon2(2048);
        let text = hasher.hash(&large, &password("right"), &mut salts()).await.unwrap();
        let done = hasher.verify(&small, Some(&text), &password("right"), &mut salts()).await.unwrap();
        assert!(done.matches && done.rehash.unwrap().as_str().contains("m=64,"));
    }

    #[tokio::test]
    async fn a_full_queue_is_a_transient_fault_and_a_broken_hash_is_not() {
        let policy = argon2(64);
        let none = HasherConfig { patience: Duration::ZERO, ..config() };
        let hasher = Hasher::start(none, &policy).unwrap();
        assert!(hasher.hash(&policy, &password("x"), &mut salts()).await.unwrap_err().is_transient());
        let broken =
            HashText::new("$argon2id$v=19$m=99999999,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let fault = hasher.verify(&policy, Some(&broken), &password("x"), &mut salts()).await.unwrap_err();
        assert!(!fault.is_transient());
    }
}
