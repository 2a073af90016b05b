//! Reading HTTP/1.1 requests, only as much of it as HTTP clients send.
use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Bytes of a request's head.
const MAX_HEAD: usize = 64 * 1024;
/// Bytes of a request's body.
const MAX_BODY: usize = 64 * 1024 * 1024;
/// Bytes asked of the socket at once.
const READ_SIZE: usize = 16 * 1024;

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the client wants the connection closed after the reply.
    pub(crate) fn closes(&self) -> bool {
        self.header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// The reading half of a connection with what was read ahead.
pub(crate) struct Reader {
    half: OwnedReadHalf,
    buffer: Vec<u8>,
}

impl Reader {
    pub(crate) fn new(half: OwnedReadHalf) -> Self {
        Self {
            half,
            buffer: Vec::new(),
        }
    }

    /// Reads the next request; `None` at the end of the connection.
    pub(crate) async fn request(
        &mut self,
        writer: &mut OwnedWriteHalf,
    ) -> io::Result<Option<Request>> {
        let Some(head) = self.head().await? else {
            return Ok(None);
        };
        let mut request = parse_head(&head)?;
        if request
            .header("expect")
            .is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
        {
            writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let chunked = request
            .header("transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        if chunked {
            request.body = self.chunked_body().await?;
            return Ok(Some(request));
        }
        let length = match request.header("content-length") {
            Some(length) => length.parse().map_err(|_| bad("bad content-length"))?,
            None => 0,
        };
        if length > MAX_BODY {
            return Err(bad("the request's body is too long"));
        }
        request.body = self.take(length).await?;
        Ok(Some(request))
    }

    /// Resolves when the client has closed its side. What it sends meanwhile is kept for the
    /// next request, up to a bound at which the client counts as gone.
    pub(crate) async fn closed(&mut self) {
        while self.buffer.len() < MAX_HEAD {
            match self.fill().await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.buffer.reserve(READ_SIZE);
        self.half.read_buf(&mut self.buffer).await
    }

    async fn head(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut searched = 0;
        loop {
            if let Some(at) = find(&self.buffer[searched..], b"\r\n\r\n") {
                let rest = self.buffer.split_off(searched + at + 4);
                return Ok(Some(std::mem::replace(&mut self.buffer, rest)));
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(bad("the request's head is too long"));
            }
            searched = self.buffer.len().saturating_sub(3);
            if self.fill().await? > 0 {
                continue;
            }
            if self.buffer.is_empty() {
                return Ok(None);
            }
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            if self.fill().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    /// Reads up to and with the next CR LF and gives back what is before it.
    async fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = find(&self.buffer, b"\r\n") {
                let mut line = self.take(at + 2).await?;
                line.truncate(at);
                return Ok(line);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(bad("a line of the request's body is too long"));
            }
            if self.fill().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    async fn chunked_body(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let line = String::from_utf8_lossy(&line);
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| bad("bad chunk size"))?;
            if size == 0 {
                break;
            }
            if size > MAX_BODY - body.len() {
                return Err(bad("the request's body is too long"));
            }
            body.extend(self.take(size).await?);
            if !self.line().await?.is_empty() {
                return Err(bad("a chunk is longer than its size says"));
            }
        }
        // Trailers, if any, end with an empty line.
        let mut trailers = 0;
        loop {
            let line = self.line().await?;
            trailers += line.len();
            if line.is_empty() {
                return Ok(body);
            }
            if trailers > MAX_HEAD {
                return Err(bad("the request's trailers are too long"));
            }
        }
    }
}

fn parse_head(head: &[u8]) -> io::Result<Request> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(path), Some(_version)) = (words.next(), words.next(), words.next())
    else {
        return Err(bad("bad request line"));
    };
    let mut headers = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return Err(bad("bad header line"));
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Ok(Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers,
        body: Vec::new(),
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn bad(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
