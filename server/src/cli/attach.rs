//! Files that go with a prompt: pictures and PDF files as they are, others as text.
use std::io::Read;
use std::path::Path;

use aside_protocol::ContentBlock;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Failure;
use crate::engine::limits::MAX_CONTENT_BYTES;

/// The file as a block of a prompt. What it is, its name's ending says.
pub fn block(path: &Path) -> Result<ContentBlock, Failure> {
    let name = path.display();
    let failed = |error: std::io::Error| Failure::usage(format!("{name} cannot be read: {error}"));
    let limit = MAX_CONTENT_BYTES as u64;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(Failure::usage(format!(
            "{name} is larger than {limit} bytes, the most that a prompt may have"
        )));
    }
    if let Some(mime_type) = mime_type(path) {
        return Ok(ContentBlock::Image {
            mime_type: mime_type.to_owned(),
            data: STANDARD.encode(&bytes),
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::usage(format!(
            "{name} is neither text nor a picture (PNG, JPEG, GIF, WebP) nor a PDF file"
        ))
    })?;
    let absolute = std::fs::canonicalize(path).map_err(failed)?;
    Ok(ContentBlock::Resource {
        uri: crate::wire::path_to_uri(&absolute),
        range: None,
        text: Some(text),
    })
}

fn mime_type(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "png" => Some("image/png"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "gif" => Some("image/gif"),
        "webp" => Some("image/webp"),
        "pdf" => Some("application/pdf"),
        _ => None,
    }
}
