//! A service on a real socket that webhooks are sent to.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

/// A request as the service got it.
#[derive(Debug)]
pub struct Asked {
    /// Request line and headers, in lower case.
    pub head: String,
    pub body: Value,
}

/// A service that gives the answers it was told, one after the other, and 204 when there is none left.
pub struct Receiver {
    pub url: String,
    answers: Arc<Mutex<VecDeque<String>>>,
    asked: UnboundedReceiver<Asked>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (told, asked) = unbounded_channel();
        let answers = Arc::new(Mutex::new(VecDeque::new()));
        let mine = Arc::clone(&answers);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                exchange(stream, &told, || mine.lock().unwrap().pop_front());
                if told.is_closed() {
                    return;
                }
            }
        });
        Self { url, answers, asked }
    }

    /// The next answer that is not decided yet.
    pub fn answer(&self, status: u16, body: &Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let length = body.len();
        let text =
            format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        self.answers.lock().unwrap().push_back(text);
    }

    /// The next request; waits for it.
    pub async fn next(&mut self) -> Asked {
        let asked = timeout(Duration::from_secs(20), self.asked.recv()).await;
        asked.expect("nobody asked").unwrap()
    }

    /// Whether nothing was asked beyond what was taken by [`Receiver::next`].
    pub fn is_done(&mut self) -> bool {
        self.asked.try_recv().is_err()
    }
}

fn exchange(stream: TcpStream, told: &UnboundedSender<Asked>, answer: impl FnOnce() -> Option<String>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or_default() == 0 {
            return;
        }
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    // Told before it is answered, so that a test sees it as soon as it has its own answer.
    let _gone = told.send(Asked { head, body: serde_json::from_slice(&body).unwrap_or_default() });
    let answer =
        answer().unwrap_or_else(|| "HTTP/1.1 204 x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".into());
    let _gone = reader.get_mut().write_all(answer.as_bytes());
}

/// A program as an address.
pub fn program(text: &str) -> String {
    format!("base64://{}", STANDARD.encode(text))
}
