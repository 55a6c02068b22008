//! What can be reached: our own listeners, the pages, the mail server and the services that take letters.

use std::time::Duration;

use reqwest::header;
use tokio::{net::TcpStream, time::timeout};
use url::Url;

use super::finding::Findings;
use crate::{
    config::{Config, MailChannel},
    courier::{Dispatch, Outlet},
    kernel::{Clock as _, SystemClock, Timestamp},
    net::{Guard, HttpClient, HttpPolicy, Inbound, Outbound, PrivateRanges, Trust, resolve},
};

/// Nobody waits longer for a doctor.
const POLICY: HttpPolicy = HttpPolicy {
    attempt: Duration::from_secs(5),
    total: Duration::from_secs(5),
    attempts: 1,
    pause: Duration::ZERO,
    body_limit: 1 << 20,
    redirects: 0,
};

/// Clocks that differ by more than this let codes and tokens end early or late.
const TOLERABLE_SECONDS: u64 = 5;
/// By more than this, time-based codes fail.
const INTOLERABLE_SECONDS: u64 = 60;

/// Another clock than ours: whose, what it says, and what ours said then.
pub struct OtherClock {
    /// Whose.
    pub whose: String,
    /// How far ahead of ours it is, in seconds.
    pub ahead: i64,
}

/// Asks over HTTP, and remembers the clocks of those who answer.
pub struct Asker {
    http: HttpClient,
    /// The clocks.
    pub clocks: Vec<OtherClock>,
}

impl Asker {
    /// An asker that may go wherever the operator's browser may.
    pub fn new(trust: &Trust) -> Option<Self> {
        let http = HttpClient::build(trust, Guard::default()).ok()?;
        Some(Self { http, clocks: Vec::new() })
    }

    async fn get(&mut self, url: &Url) -> Result<Inbound, String> {
        let answer = self.http.send(&Outbound::get(url.clone()), &POLICY).await;
        let answer = answer.map_err(|error| super::whole(&error))?;
        let date = answer.headers.get(header::DATE).and_then(|value| value.to_str().ok());
        if let Some(date) = date.and_then(http_date) {
            let whose = url.host_str().unwrap_or_default().to_owned();
            self.clocks.push(OtherClock { whose, ahead: ahead(date) });
        }
        Ok(answer)
    }
}

/// How far a clock is ahead of ours, in seconds.
pub fn ahead(other: Timestamp) -> i64 {
    other.as_seconds().saturating_sub(SystemClock.now().as_seconds())
}

fn http_date(text: &str) -> Option<Timestamp> {
    let form = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    time::PrimitiveDateTime::parse(text, form).ok().map(|date| Timestamp::new(date.assume_utc()))
}

/// Our own listeners, as others reach them.
pub async fn listeners(found: &mut Findings, asker: &mut Asker, config: &Config) {
    let public = &config.serve.public.base_url;
    match ask(asker, public, "health/alive").await {
        Ok(answer) if is_ours(&answer) => found.ok("public URL", format!("{public} answers")),
        Ok(answer) => {
            let what = format!("{public} answers {} at health/alive, which is not ours", answer.status);
            found.problem("public URL", what, "correct serve.public.base_url, or what the proxy sends where");
        }
        Err(why) => not_there(found, "public URL", public, &why),
    }
    let admin = &config.serve.admin.base_url;
    match ask(asker, admin, "health/config").await {
        Ok(answer) if answer.status.is_success() => {
            if answer.body == config.revision().as_bytes() {
                found.ok("admin URL", format!("{admin} answers, with this configuration"));
            } else {
                let what = format!("{admin} runs with another configuration than this one");
                found.warning("admin URL", what, "let it read this one, or check the one that it has");
            }
        }
        Ok(answer) => {
            let what = format!("{admin} answers {} at health/config, which is not ours", answer.status);
            found.problem("admin URL", what, "correct serve.admin.base_url");
        }
        Err(why) => not_there(found, "admin URL", admin, &why),
    }
}

async fn ask(asker: &mut Asker, base: &Url, path: &str) -> Result<Inbound, String> {
    let url = base.join(path).map_err(|error| error.to_string())?;
    asker.get(&url).await
}

fn is_ours(answer: &Inbound) -> bool {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    answer.status.is_success() && body.get("status").and_then(serde_json::Value::as_str) == Some("ok")
}

fn not_there(found: &mut Findings, part: &'static str, url: &Url, why: &str) {
    let remedy = "nothing to do when the server is not started yet; else look whether it listens there";
    found.warning(part, format!("{url} does not answer: {why}"), remedy);
}

/// The pages that people are sent to.
pub async fn pages(found: &mut Findings, asker: &mut Asker, config: &Config) {
    let flows = &config.selfservice;
    let pages = [
        ("login", &flows.login.flow.ui_url),
        ("registration", &flows.registration.flow.ui_url),
        ("verification", &flows.verification.flow.ui_url),
        ("recovery", &flows.recovery.flow.ui_url),
        ("settings", &flows.settings.flow.ui_url),
        ("error", &flows.error_ui),
    ];
    let mut seen = Vec::new();
    for (name, page) in pages {
        let url = page.against(&config.serve.public.base_url);
        if !matches!(url.scheme(), "http" | "https") || seen.contains(&url) {
            continue;
        }
        let answer = asker.get(&url).await;
        let remedy = format!("serve that page, or correct its ui_url ({name})");
        match answer {
            Ok(answer) if answer.status.as_u16() == 404 || answer.status.is_server_error() => {
                found.warning("pages", format!("{name}: {url} answers {}", answer.status), remedy);
            }
            Ok(_) => found.ok("pages", format!("{name}: {url} answers")),
            Err(why) => found.warning("pages", format!("{name}: {url} does not answer: {why}"), remedy),
        }
        seen.push(url);
    }
}

/// How letters leave. Nothing is sent.
pub async fn mail(found: &mut Findings, config: &Config, dispatch: &Dispatch) {
    const PART: &str = "mail";
    match (&dispatch.channels.email, &config.courier.mail) {
        (Some(Outlet::Smtp(mailer)), _) => match mailer.try_connection().await {
            Ok(()) => found.ok(PART, "the mail server answers, and lets us in"),
            Err(error) => found.problem(PART, error.reason, "correct courier.smtp.connection_uri"),
        },
        (Some(Outlet::Http(_)), Some(MailChannel::Http(request))) => {
            service(found, PART, &request.url, config).await;
        }
        (Some(Outlet::Inbox), _) => found.ok(PART, "stays in the development inbox"),
        (Some(Outlet::Http(_)), _) | (None, _) => {
            let remedy = "set courier.smtp.connection_uri, or nobody gets a code or a link";
            found.warning(PART, "there is no way out for mail", remedy);
        }
    }
    if let Some(request) = &config.courier.sms {
        service(found, "text messages", &request.url, config).await;
    }
}

/// Whether a service accepts connections. It is not asked anything: that could be a message sent.
async fn service(found: &mut Findings, part: &'static str, url: &Url, config: &Config) {
    let ranges =
        if config.clients.http_forbids_private { PrivateRanges::Refused } else { PrivateRanges::Allowed };
    let ranges = Guard::new(ranges, &config.clients.private_exceptions).ranges_for(url);
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443));
    let host = host.trim_matches(['[', ']']);
    let connected = timeout(POLICY.attempt, async {
        ranges.check_literal(url).map_err(std::io::Error::other)?;
        let addresses = resolve(host, port, ranges).await?;
        TcpStream::connect(addresses.as_slice()).await
    });
    let why = match connected.await {
        Ok(Ok(_)) => return found.ok(part, format!("{host}:{port} accepts connections")),
        Ok(Err(error)) => super::whole(&error),
        Err(_elapsed) => format!("no answer within {:?}", POLICY.attempt),
    };
    let remedy =
        "check the URL, and whether a firewall or clients.http.disallow_private_ip_ranges is in between";
    found.problem(part, format!("{host}:{port} cannot be reached: {why}"), remedy);
}

/// Our clock, against all others that were seen.
pub fn clock(found: &mut Findings, clocks: &[OtherClock]) {
    const PART: &str = "clock";
    let Some(worst) = clocks.iter().max_by_key(|clock| clock.ahead.unsigned_abs()) else {
        return found.ok(PART, "nothing to compare it with");
    };
    let apart = worst.ahead.unsigned_abs();
    let side = if worst.ahead > 0 { "behind" } else { "ahead of" };
    let told = format!("{apart} s {side} that of {}", worst.whose);
    let remedy = "let NTP set the clocks of all machines";
    if apart <= TOLERABLE_SECONDS {
        found.ok(PART, format!("agrees with those of all others ({})", clocks.len()));
    } else if apart <= INTOLERABLE_SECONDS {
        found.warning(PART, told, remedy);
    } else {
        found.problem(PART, told, remedy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn dates_of_answers_are_read() {
        let date = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(date.to_rfc3339(), "1994-11-06T08:49:37Z");
        assert_eq!(http_date("yesterday"), None);
    }

    #[test]
    fn clocks_may_differ_a_little() {
        let level = |ahead: &[i64]| {
            let clocks: Vec<OtherClock> =
                ahead.iter().map(|ahead| OtherClock { whose: "x".to_owned(), ahead: *ahead }).collect();
            let mut found = Findings::default();
            clock(&mut found, &clocks);
            found.worst()
        };
        assert_eq!(level(&[]), Level::Ok);
        assert_eq!(level(&[0, -5]), Level::Ok);
        assert_eq!(level(&[0, 6]), Level::Warning);
        assert_eq!(level(&[-61, 6]), Level::Problem);
    }
}
