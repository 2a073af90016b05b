//! What a body is, by its header and its first bytes, and which characters its bytes mean.
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::FetchError;
use crate::body::Body;

/// Bytes at the start of a page in which it may name its own encoding, as browsers look.
const PRESCAN: usize = 1024;
/// Bytes of a content type that are kept.
const MAX_TYPE: usize = 100;
/// Bytes at the start by which a body without a type is judged.
const SNIFFED: usize = 512;

/// What is done with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Html,
    Text,
    Pdf,
    Binary,
    /// The header does not tell: its bytes do.
    Unknown,
}

/// The header `content-type`, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Media {
    /// In lower case, without parameters.
    pub(crate) essence: String,
    pub(crate) kind: Kind,
    charset: Option<&'static Encoding>,
}

impl Media {
    pub(crate) fn parse(header: &str) -> Self {
        let (essence, parameters) = header.split_once(';').unwrap_or((header, ""));
        let essence: String = essence.trim().chars().take(MAX_TYPE).collect();
        let essence = essence.to_ascii_lowercase();
        let charset = parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_charset = name.trim().eq_ignore_ascii_case("charset");
            let label = value.trim().trim_matches(['"', '\'']);
            is_charset.then(|| Encoding::for_label_no_replacement(label.as_bytes()))?
        });
        Self {
            kind: kind(&essence),
            essence,
            charset,
        }
    }

    /// The kind after a look at the bytes, or why they are not shown.
    pub(crate) fn sniffed(&self, body: &Body, size: Option<u64>) -> Result<Kind, FetchError> {
        let bytes = body.bytes.as_slice();
        if bytes.starts_with(b"%PDF-") {
            return Err(FetchError::Pdf { bytes: size });
        }
        let is_text = match self.encoding_of(bytes) {
            Some(encoding) => encoding == UTF_16LE || encoding == UTF_16BE || !bytes.contains(&0),
            None => !bytes.contains(&0),
        };
        if !is_text {
            return Err(self.refused(size));
        }
        match self.kind {
            Kind::Html | Kind::Text => Ok(self.kind),
            Kind::Pdf | Kind::Binary => Err(self.refused(size)),
            Kind::Unknown if looks_like_html(bytes) => Ok(Kind::Html),
            Kind::Unknown if self.charset.is_some() || is_utf8(body) => Ok(Kind::Text),
            Kind::Unknown => Err(self.refused(size)),
        }
    }

    /// Says that there is nothing to be shown.
    pub(crate) fn refused(&self, bytes: Option<u64>) -> FetchError {
        if self.kind == Kind::Pdf {
            return FetchError::Pdf { bytes };
        }
        let content_type = match self.essence.as_str() {
            "" => "binary data".to_owned(),
            _ if matches!(self.kind, Kind::Html | Kind::Text) => {
                format!("binary data (called {})", self.essence)
            }
            essence => essence.to_owned(),
        };
        FetchError::Binary {
            content_type,
            bytes,
        }
    }

    /// The encoding by a byte-order mark or the header.
    fn encoding_of(&self, bytes: &[u8]) -> Option<&'static Encoding> {
        let mark = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
        mark.or(self.charset)
    }
}

fn kind(essence: &str) -> Kind {
    let (class, name) = essence.split_once('/').unwrap_or((essence, ""));
    let suffix = name.rsplit_once('+').map(|(_, suffix)| suffix);
    match (class, name) {
        ("text", "html") | ("application", "xhtml+xml") => Kind::Html,
        ("application", "pdf" | "x-pdf") => Kind::Pdf,
        ("text", _) => Kind::Text,
        (
            "application",
            "json" | "xml" | "javascript" | "ecmascript" | "x-javascript" | "yaml" | "x-yaml"
            | "toml" | "sql" | "graphql" | "x-sh" | "x-ndjson" | "json5" | "jsonl" | "typescript"
            | "x-httpd-php" | "x-tex" | "rtf" | "xml-dtd",
        ) => Kind::Text,
        _ if matches!(suffix, Some("json" | "xml" | "yaml")) => Kind::Text,
        ("image" | "audio" | "video" | "font" | "model", _) => Kind::Binary,
        _ => Kind::Unknown,
    }
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(SNIFFED)];
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let start = start.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let tags = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<!--",
    ];
    tags.iter().any(|tag| start.starts_with(tag))
}

/// Whether the bytes are UTF-8; where they were cut, the last character may be a piece.
fn is_utf8(body: &Body) -> bool {
    match std::str::from_utf8(&body.bytes) {
        Ok(_) => true,
        Err(error) => body.is_cut && error.error_len().is_none(),
    }
}

/// The characters of a body. Bytes that mean none become replacement characters.
pub(crate) fn decode(body: &Body, media: &Media, is_html: bool) -> String {
    let bytes = body.bytes.as_slice();
    let declared = match is_html {
        true => media.encoding_of(bytes).or_else(|| in_meta(bytes)),
        false => media.encoding_of(bytes),
    };
    let encoding = declared.unwrap_or(match is_utf8(body) {
        true => UTF_8,
        false => WINDOWS_1252,
    });
    let (text, _, _) = encoding.decode(bytes);
    text.into_owned()
}

/// The encoding that a page names in its own first bytes.
fn in_meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(PRESCAN)];
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let mut rest = start.as_str();
    // Each turn leaves less of the rest.
    while let Some(at) = rest.find("charset") {
        let (before, after) = rest.split_at(at);
        rest = after.strip_prefix("charset").unwrap_or_default();
        let is_in_meta = before
            .rfind('<')
            .is_none_or(|tag| before[tag..].starts_with("<meta"));
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start);
        let Some(value) = value.filter(|_| is_in_meta) else {
            continue;
        };
        let value = value.trim_start_matches(['"', '\'']);
        let end = value.find(|c: char| c.is_whitespace() || "\"';>/".contains(c));
        let label = &value[..end.unwrap_or(value.len())];
        let Some(encoding) = Encoding::for_label_no_replacement(label.as_bytes()) else {
            continue;
        };
        // What can be read as ASCII so far is not UTF-16, whatever it says.
        return Some(match encoding == UTF_16LE || encoding == UTF_16BE {
            true => UTF_8,
            false => encoding,
        });
    }
    None
}
