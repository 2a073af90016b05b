//! The body of a page: unpacked while it comes, and no further than it is wanted.
use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use reqwest::header::CONTENT_ENCODING;
use reqwest::{Response, Url};

use crate::FetchError;
use crate::fetch::{failed, text_of};
use crate::route::host;

/// What was read of a body.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    /// Whether there was more.
    pub(crate) is_cut: bool,
}

/// Takes bytes up to a limit, and fails at the first one beyond it.
#[derive(Debug)]
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let room = self.limit - self.bytes.len();
        let taken = more.len().min(room);
        self.bytes.extend_from_slice(&more[..taken]);
        if taken < more.len() {
            self.is_full = true;
            return Err(io::Error::from(io::ErrorKind::WriteZero));
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Unpacker {
    Plain(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

impl Unpacker {
    fn bounded(&self) -> &Bounded {
        match self {
            Self::Plain(bounded) => bounded,
            Self::Gzip(decoder) => decoder.get_ref(),
        }
    }

    fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(bounded) => bounded.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
        }
    }

    /// Takes what the unpacker still holds.
    fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Gzip(decoder) => decoder.try_finish(),
        }
    }

    fn into_body(mut self) -> Body {
        let bounded = match &mut self {
            Self::Plain(bounded) => bounded,
            Self::Gzip(decoder) => decoder.get_mut(),
        };
        Body {
            bytes: std::mem::take(&mut bounded.bytes),
            is_cut: bounded.is_full,
        }
    }
}

/// Reads the body up to `limit` bytes, both packed and unpacked: packed bytes that yield nothing
/// are endless otherwise.
pub(crate) async fn read(
    url: &Url,
    mut response: Response,
    limit: usize,
) -> Result<Body, FetchError> {
    let bad = |why: String| FetchError::BadEncoding {
        host: host(url).to_owned(),
        why,
    };
    let bounded = Bounded {
        bytes: Vec::new(),
        limit,
        is_full: false,
    };
    let encoding = text_of(response.headers(), CONTENT_ENCODING)
        .trim()
        .to_ascii_lowercase();
    let mut unpacker = match encoding.as_str() {
        "" | "identity" => Unpacker::Plain(bounded),
        "gzip" | "x-gzip" => Unpacker::Gzip(Box::new(MultiGzDecoder::new(bounded))),
        other => {
            let other: String = other.chars().take(40).collect();
            return Err(bad(format!("it is packed as {other:?}, not gzip")));
        }
    };
    let mut packed = 0_usize;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(url, &error))?
    {
        packed = packed.saturating_add(chunk.len());
        if let Err(error) = unpacker.write(&chunk) {
            if unpacker.bounded().is_full {
                return Ok(unpacker.into_body());
            }
            return Err(bad(error.to_string()));
        }
        if packed > limit {
            let mut body = unpacker.into_body();
            body.is_cut = true;
            return Ok(body);
        }
    }
    match unpacker.end() {
        Ok(()) => Ok(unpacker.into_body()),
        Err(_) if unpacker.bounded().is_full => Ok(unpacker.into_body()),
        // An empty body is packed as nothing by some.
        Err(_) if packed == 0 => Ok(unpacker.into_body()),
        Err(error) => Err(bad(error.to_string())),
    }
}
