//! Letters by HTTP: what the service is told, and what becomes of a letter when it does not take it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    num::NonZeroUsize,
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::{Value, json};
use url::Url;
use zelos::{
    courier::{Channels, HttpOutlet, Outlet},
    jsonnet::{Jsonnet, JsonnetConfig, Launch, Snippet},
    kernel::Secret,
    net::{Credentials, Guard, HttpClient, PrivateRanges, RequestPlan, Trust},
    outbox::{MessageStatus, TemplateType},
};

use crate::{
    letters::{CODE, letter, text_message},
    working::Scene,
};

/// A request as the service got it.
struct Asked {
    head: String,
    body: Value,
}

/// A service that gives these answers, one connection each; an empty one hangs up.
fn service(answers: &'static [&'static str]) -> (Url, JoinHandle<Vec<Asked>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/send", listener.local_addr().unwrap())).unwrap();
    let asked = thread::spawn(move || {
        answers.iter().map(|answer| exchange(listener.accept().unwrap().0, answer)).collect()
    });
    (url, asked)
}

fn exchange(stream: TcpStream, answer: &str) -> Asked {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).unwrap();
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    if !answer.is_empty() {
        let answer = format!("HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
    }
    Asked { head, body: serde_json::from_slice(&body).unwrap() }
}

pub fn http_outlet(url: Url, snippet: Option<&str>) -> Option<Outlet> {
    let key = Secret::text("the-key".to_owned());
    let plan = RequestPlan::new("PUT", url, std::iter::empty(), Some(&Credentials::Header("X-Key", &key)));
    let guard = Guard::new(PrivateRanges::Allowed, &[]);
    let launch = Launch::of(env!("CARGO_BIN_EXE_zelos"));
    let jsonnet = Jsonnet::start(JsonnetConfig { workers: NonZeroUsize::MIN, launch }).unwrap();
    let program =
        |text: &str| Snippet { jsonnet, source: "file:///etc/sms.jsonnet".to_owned(), text: text.to_owned() };
    Some(Outlet::Http(Box::new(HttpOutlet {
        client: HttpClient::build(&Trust::system().unwrap(), guard).unwrap(),
        plan: plan.unwrap(),
        body: snippet.map(program),
    })))
}

/// What a service does with one request.
#[derive(Debug, Clone, Copy)]
pub enum Behaviour {
    /// Reads the request and answers with this status.
    Answer(&'static str),
    /// Takes it, and breaks off in its answer.
    CutAnswer,
    /// Breaks off in the middle of the request.
    CutRequest,
    /// Closes the connection at once.
    HangUp,
}

/// A service that behaves so, one connection each; tells how often it was asked.
pub fn misbehave(behaviours: Vec<Behaviour>) -> (Url, JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/send", listener.local_addr().unwrap())).unwrap();
    let asked = thread::spawn(move || {
        for behaviour in &behaviours {
            let mut stream = listener.accept().unwrap().0;
            match behaviour {
                Behaviour::Answer(status) => drop(exchange(stream, status)),
                Behaviour::CutAnswer => {
                    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nthe mes";
                    let mut reader = stream.try_clone().unwrap();
                    drop(exchange(stream, ""));
                    reader.write_all(answer.as_bytes()).unwrap();
                }
                Behaviour::CutRequest => drop(stream.read_exact(&mut [0; 20])),
                Behaviour::HangUp => {}
            }
        }
        behaviours.len()
    });
    (url, asked)
}

fn by_sms(url: Url, snippet: Option<&str>) -> Scene {
    Scene::with(Channels { email: None, sms: http_outlet(url, snippet) }, 5)
}

#[tokio::test]
async fn a_program_makes_the_body() {
    let (url, asked) = service(&["204 taken"]);
    let scene =
        by_sms(url, Some("function(ctx) { to: ctx.recipient, code: ctx.template_data.verification_code }"));
    scene.put(1, &text_message());
    scene.round().await;
    let asked = asked.join().unwrap();
    assert!(asked[0].head.starts_with("put /send http/1.1\r\n"), "{}", asked[0].head);
    assert!(asked[0].head.contains("x-key: the-key\r\n"), "{}", asked[0].head);
    assert_eq!(asked[0].body, json!({ "to": "+4915112345678", "code": CODE }));
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Sent);
}

#[tokio::test]
async fn mail_goes_the_same_way() {
    let (url, asked) = service(&["200 OK"]);
    let scene = Scene::with(Channels { email: http_outlet(url, None), sms: None }, 5);
    scene.put(1, &letter(TemplateType::VerificationCodeValid));
    scene.round().await;
    let body = &asked.join().unwrap()[0].body;
    assert_eq!((&body["verification_code"], &body["recovery_code"]), (&json!(CODE), &Value::Null));
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Sent);
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again() {
    let (url, asked) = service(&["500 no", "404 no", "", "302 elsewhere", "200 OK"]);
    let scene = by_sms(url, None);
    scene.put(1, &text_message());
    for _ in 0..5 {
        assert_eq!(scene.round().await, 1);
        scene.clock.advance(Duration::from_secs(3600));
    }
    assert_eq!((asked.join().unwrap().len(), scene.outbox.get(1).status), (5, MessageStatus::Sent));
    let errors = scene.outbox.errors();
    for (error, part) in
        errors.iter().zip([r#""status":500"#, r#""status":404"#, "connection failed", r#""status":302"#, ""])
    {
        assert!(error.contains(part), "{part}: {errors:?}");
        assert!(!error.contains(CODE) && !error.contains("the-key"), "{error}");
    }
}

#[tokio::test]
async fn a_broken_program_is_told_with_its_line_and_sends_nothing() {
    let nowhere = Url::parse("http://127.0.0.1:9/").unwrap();
    let scene = by_sms(nowhere, Some("function(ctx) {\n  to: ctx.nobody,\n}"));
    scene.put(1, &text_message());
    scene.round().await;
    let told = &scene.outbox.errors()[0];
    assert!(told.contains("file:///etc/sms.jsonnet:2:7: there is no field “nobody”"), "{told}");
    assert_eq!(scene.outbox.get(1).status, MessageStatus::Queued);
}
