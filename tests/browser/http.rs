//! Just enough of an HTTP client to play a native app and to read the inbox: one request, one connection, JSON.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

/// Sends one request to `http://HOST:PORT/…`; the body of the answer is `Null` when it is not JSON.
/// HTTP/1.0 keeps the answer in one piece: no chunks, and the end of the connection is its end.
pub fn request(method: &str, url: &str, body: Option<&Value>) -> std::io::Result<(u16, Value)> {
    let rest = url.strip_prefix("http://").expect("a plain http URL");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(
        stream,
        "{method} /{path} HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let content = answer.split_once("\r\n\r\n").map_or("", |(_, content)| content);
    Ok((status, serde_json::from_str(content).unwrap_or(Value::Null)))
}
