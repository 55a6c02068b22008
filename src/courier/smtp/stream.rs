//! The byte stream below an SMTP dialogue: TCP or TLS, with a first line of our own where one is expected.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

/// A connection to a mail server.
#[derive(Debug)]
pub(super) struct MailStream {
    /// Bytes to be read before those of the connection.
    first: &'static [u8],
    wire: Wire,
}

#[derive(Debug)]
enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl MailStream {
    /// Without encryption.
    pub(super) fn plain(tcp: TcpStream) -> Self {
        Self { first: b"", wire: Wire::Plain(tcp) }
    }

    /// With TLS from the first byte.
    pub(super) fn implicit(tls: TlsStream<TcpStream>) -> Self {
        Self { first: b"", wire: Wire::Tls(Box::new(tls)) }
    }

    /// With TLS after `STARTTLS`. The server greeted in the clear and does not greet again, yet the dialogue
    /// begins with a greeting: it gets one from us.
    pub(super) fn upgraded(tls: TlsStream<TcpStream>) -> Self {
        Self { first: b"220 encrypted\r\n", wire: Wire::Tls(Box::new(tls)) }
    }
}

impl AsyncTokioStream for MailStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.wire {
            Wire::Plain(tcp) => tcp.peer_addr(),
            Wire::Tls(tls) => tls.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for MailStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.first.is_empty() {
            let (now, later) = self.first.split_at(self.first.len().min(buf.remaining()));
            buf.put_slice(now);
            self.first = later;
            return Poll::Ready(Ok(()));
        }
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Wire::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for MailStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Wire::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Wire::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Wire::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}
