//! The HTTP client: guarded addresses, time and size limits, repeated attempts, redirects checked hop by hop.

use std::{error::Error, time::Duration};

use reqwest::{
    Client, Method, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{self, HeaderMap},
    redirect, retry,
};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::{
    Guard, HttpError, HttpPolicy, Inbound, Outbound, PrivateRanges, Refused, Trust, exchange, guard,
};

/// Pauses between attempts grow up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The one HTTP client for everything that we ask of others. Clones share its connections.
#[derive(Clone)]
pub struct HttpClient {
    /// Dials private addresses too.
    open: Client,
    /// Does not.
    closed: Client,
    guard: Guard,
}

impl HttpClient {
    /// A client that trusts `trust` and dials what `guard` lets it dial. Proxies of the environment are not
    /// used: the guard would see the address of the proxy only.
    ///
    /// # Errors
    /// The HTTP library refused the TLS configuration.
    pub fn build(trust: &Trust, guard: Guard) -> Result<Self, HttpError> {
        Ok(Self {
            open: client(trust, PrivateRanges::Allowed)?,
            closed: client(trust, PrivateRanges::Refused)?,
            guard,
        })
    }

    /// Sends a request, several times if need be, and reads the answer whole. An answer of any status is an
    /// answer; what it means is the caller's business.
    ///
    /// # Errors
    /// The reason of the last attempt.
    pub async fn send(&self, request: &Outbound, policy: &HttpPolicy) -> Result<Inbound, HttpError> {
        self.send_each(request, policy, |_| {}).await
    }

    /// As [`HttpClient::send`], with a last touch to the request before each attempt.
    ///
    /// # Errors
    /// The reason of the last attempt.
    pub async fn send_each(
        &self,
        request: &Outbound,
        policy: &HttpPolicy,
        mut touch: impl FnMut(&mut Outbound) + Send,
    ) -> Result<Inbound, HttpError> {
        let deadline = Instant::now() + policy.total;
        let mut pause = policy.pause;
        let mut attempts_left = policy.attempts.max(1);
        loop {
            attempts_left = attempts_left.saturating_sub(1);
            let attempt_ends = deadline.min(Instant::now() + policy.attempt);
            let mut attempt = request.clone();
            touch(&mut attempt);
            let answer = timeout_at(attempt_ends, self.follow(attempt, policy))
                .await
                .unwrap_or(Err(HttpError::Timeout(policy.attempt)));
            let repeat = match &answer {
                Ok(inbound) => exchange::is_worth_repeating(inbound.status),
                Err(error) => error.is_transient(),
            };
            if !repeat || attempts_left == 0 || Instant::now() + pause >= deadline {
                return answer;
            }
            sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// One attempt, with its redirects.
    async fn follow(&self, mut hop: Outbound, policy: &HttpPolicy) -> Result<Inbound, HttpError> {
        let mut redirects_left = policy.redirects;
        loop {
            let inbound = self.once(&hop, policy).await?;
            let Some(target) = redirect_target(&hop.url, &inbound) else { return Ok(inbound) };
            if policy.redirects == 0 {
                return Ok(inbound);
            }
            redirects_left = redirects_left.checked_sub(1).ok_or(HttpError::Redirected)?;
            hop = redirected(hop, target?, inbound.status);
        }
    }

    async fn once(&self, hop: &Outbound, policy: &HttpPolicy) -> Result<Inbound, HttpError> {
        if !matches!(hop.url.scheme(), "http" | "https") {
            return Err(HttpError::Request);
        }
        let ranges = self.guard.ranges_for(&hop.url);
        // SECURITY: the resolver is not asked about literal addresses (`literal_addresses_are_refused`).
        ranges.check_literal(&hop.url).map_err(HttpError::Refused)?;
        let client = match ranges {
            PrivateRanges::Allowed => &self.open,
            PrivateRanges::Refused => &self.closed,
        };
        let mut builder = client.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone());
        if !hop.body.is_empty() {
            builder = builder.body(hop.body.clone());
        }
        let mut response = builder.send().await.map_err(failure)?;
        let mut body = Vec::new();
        if policy.body_limit == 0 {
            return Ok(Inbound { status: response.status(), headers: response.headers().clone(), body });
        }
        while let Some(chunk) = response.chunk().await.map_err(failure)? {
            if body.len().saturating_add(chunk.len()) > policy.body_limit {
                return Err(HttpError::TooLarge(policy.body_limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Inbound { status: response.status(), headers: response.headers().clone(), body })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the module that makes HTTP clients, with the guard")]
fn client(trust: &Trust, ranges: PrivateRanges) -> Result<Client, HttpError> {
    let mut tls = trust.client().as_ref().clone();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(std::sync::Arc::new(Filtered(ranges)))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("zelos/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .build()
        .map_err(|error| HttpError::Setup(error.into()))
}

/// A resolver that gives only addresses that may be dialled.
struct Filtered(PrivateRanges);

impl Resolve for Filtered {
    fn resolve(&self, name: Name) -> Resolving {
        let ranges = self.0;
        Box::pin(async move {
            let addresses = guard::resolve(name.as_str(), 0, ranges).await?;
            Ok::<Addrs, _>(Box::new(addresses.into_iter()))
        })
    }
}

/// Where an answer sends us: `None` when it is no redirect.
fn redirect_target(from: &Url, inbound: &Inbound) -> Option<Result<Url, HttpError>> {
    let redirects = matches!(inbound.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = inbound.headers.get(header::LOCATION).filter(|_| redirects)?;
    let target = location.to_str().ok().and_then(|text| from.join(text).ok());
    Some(target.ok_or(HttpError::Redirected))
}

/// The request for the next hop, as browsers make it: only 307 and 308 keep method and body.
fn redirected(mut hop: Outbound, target: Url, status: StatusCode) -> Outbound {
    let keeps_body = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    if !keeps_body && hop.method != Method::HEAD {
        hop.method = Method::GET;
        hop.body.clear();
        hop.headers.remove(header::CONTENT_TYPE);
        hop.headers.remove(header::CONTENT_LENGTH);
    }
    if target.origin() != hop.url.origin() {
        // SECURITY: credentials were meant for the first server only. Operators name their own headers for
        // API keys, so nothing but plainly harmless ones goes along (`credentials_stay_with_their_origin`).
        let mut kept = HeaderMap::new();
        for name in [header::ACCEPT, header::CONTENT_TYPE] {
            if let Some(value) = hop.headers.get(&name) {
                kept.insert(name, value.clone());
            }
        }
        hop.headers = kept;
    }
    hop.url = target;
    hop
}

/// Sorts a failure of the library, without its URL, which may hold credentials.
fn failure(error: reqwest::Error) -> HttpError {
    if error.is_builder() {
        return HttpError::Request;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        let io = inner.downcast_ref::<std::io::Error>().and_then(|io| io.get_ref());
        if let Some(refused) = io.and_then(|io| io.downcast_ref::<Refused>()) {
            return HttpError::Refused(*refused);
        }
        cause = inner.source();
    }
    HttpError::Transport(error.without_url().into())
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
        task::JoinHandle,
    };

    use super::*;

    const QUICK: HttpPolicy = HttpPolicy {
        attempt: Duration::from_secs(5),
        total: Duration::from_secs(10),
        attempts: 3,
        pause: Duration::from_millis(1),
        body_limit: 100,
        redirects: 2,
    };

    /// Answers one connection after the other with the given texts and returns what was asked.
    async fn serve(answers: Vec<String>) -> (Url, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let asked = tokio::spawn(async move {
            let mut asked = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let n = stream.read(&mut request).await.unwrap();
                asked.push(String::from_utf8_lossy(&request[..n]).into_owned());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            asked
        });
        (url, asked)
    }

    fn answer(status: &str, headers: &str, body: &str) -> String {
        format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn http(private: PrivateRanges) -> HttpClient {
        HttpClient::build(&Trust::system().unwrap(), Guard::new(private, &[])).unwrap()
    }

    #[tokio::test]
    async fn repeats_what_may_pass_and_nothing_else() {
        let (url, asked) =
            serve(vec![answer("503 x", "", ""), answer("429 x", "", ""), answer("200 x", "", "done")]).await;
        let inbound = http(PrivateRanges::Allowed).send(&Outbound::get(url), &QUICK).await.unwrap();
        assert_eq!((inbound.status.as_u16(), inbound.body.as_slice()), (200, b"done".as_slice()));
        assert_eq!(asked.await.unwrap().len(), 3);

        for final_status in ["404 x", "501 x"] {
            let (url, asked) = serve(vec![answer(final_status, "", "")]).await;
            let inbound = http(PrivateRanges::Allowed).send(&Outbound::get(url), &QUICK).await.unwrap();
            assert_eq!(inbound.status.as_str(), &final_status[..3]);
            assert_eq!(asked.await.unwrap().len(), 1);
        }
    }

    #[tokio::test]
    async fn bodies_and_waiting_are_limited() {
        let (url, _asked) = serve(vec![answer("200 x", "", &"x".repeat(101))]).await;
        let large = http(PrivateRanges::Allowed).send(&Outbound::get(url), &QUICK).await;
        assert!(matches!(large, Err(HttpError::TooLarge(100))));

        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/", silent.local_addr().unwrap())).unwrap();
        let policy = HttpPolicy { attempt: Duration::from_millis(50), attempts: 1, ..QUICK };
        let late = http(PrivateRanges::Allowed).send(&Outbound::get(url), &policy).await;
        assert!(matches!(late, Err(HttpError::Timeout(_))));
    }

    #[tokio::test]
    async fn literal_addresses_are_refused() {
        for url in [
            "http://127.0.0.1:1/",
            "http://[::ffff:127.0.0.1]:1/",
            "http://localhost:1/",
            "http://2130706433:1/",
        ] {
            let url = Url::parse(url).unwrap();
            let refused = http(PrivateRanges::Refused).send(&Outbound::get(url), &QUICK).await;
            assert!(matches!(refused, Err(HttpError::Refused(_))), "{refused:?}");
        }
        let metadata = Url::parse("http://169.254.169.254/latest").unwrap();
        let refused = http(PrivateRanges::Allowed).send(&Outbound::get(metadata), &QUICK).await;
        assert!(matches!(refused, Err(HttpError::Refused(Refused::Special(_)))));
    }

    #[tokio::test]
    async fn redirects_are_checked_hop_by_hop_and_counted() {
        let to_metadata = answer("302 x", "location: http://169.254.169.254/\r\n", "");
        let (url, _asked) = serve(vec![to_metadata]).await;
        let refused = http(PrivateRanges::Allowed).send(&Outbound::get(url), &QUICK).await;
        assert!(matches!(refused, Err(HttpError::Refused(_))));

        let around = answer("302 x", "location: /again\r\n", "");
        let (url, _asked) = serve(vec![around.clone(), around.clone(), around.clone()]).await;
        let lost = http(PrivateRanges::Allowed).send(&Outbound::get(url), &QUICK).await;
        assert!(matches!(lost, Err(HttpError::Redirected)));

        let (url, _asked) = serve(vec![around]).await;
        let policy = HttpPolicy { redirects: 0, ..QUICK };
        let as_it_is = http(PrivateRanges::Allowed).send(&Outbound::get(url), &policy).await.unwrap();
        assert_eq!(as_it_is.status.as_u16(), 302);
    }

    #[tokio::test]
    async fn credentials_stay_with_their_origin() {
        let (second, second_asked) = serve(vec![answer("200 x", "", "")]).await;
        let to_second = answer("307 x", &format!("location: {second}\r\n"), "");
        let (first, first_asked) = serve(vec![to_second]).await;
        let mut request = Outbound::get(first);
        request.method = Method::POST;
        request.body = b"payload".to_vec();
        request.headers.insert("x-api-key", "secret".parse().unwrap());
        http(PrivateRanges::Allowed).send(&request, &QUICK).await.unwrap();
        assert!(first_asked.await.unwrap()[0].contains("secret"));
        let second_asked = &second_asked.await.unwrap()[0];
        assert!(second_asked.starts_with("POST") && second_asked.ends_with("payload"), "{second_asked}");
        assert!(!second_asked.contains("secret"));
    }
}
