//! The texts of files, kept once under the hash of their bytes, compressed where that helps.
use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use crate::error::{Result, StoreError};
use crate::thread::Store;

/// The largest blob, in bytes before it is compressed.
pub const MAX_BLOB: usize = 256 * 1024 * 1024;
/// Zstandard's own default: most of the gain at a hundred or more megabytes a second.
const LEVEL: i32 = 3;
const RAW: &str = "raw";
const ZSTD: &str = "zstd";

pub(crate) const BLOB: &str = "SELECT encoding, size, content FROM blobs WHERE hash = ?1";
const IS_KEPT: &str = "SELECT 1 FROM blobs WHERE hash = ?1";
const KEEP: &str = "INSERT INTO blobs (hash, encoding, size, content) VALUES (?1, ?2, ?3, ?4)";
const USE: &str = "INSERT INTO blob_uses (session_id, hash) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
pub(crate) const USED: &str = "SELECT hash FROM blob_uses WHERE session_id = ?1";
pub(crate) const DELETE_UNUSED: &str = "DELETE FROM blobs WHERE hash = ?1 \
     AND NOT EXISTS (SELECT 1 FROM blob_uses WHERE hash = ?1)";

/// The hash under which bytes are kept: SHA-256 in lower-case hexadecimal.
pub fn blob_hash(data: &[u8]) -> String {
    Sha256::digest(data)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Store {
    /// The bytes kept under a hash; [`StoreError::NotFound`] where there are none,
    /// [`StoreError::CorruptBlob`] where they are not what was kept.
    pub async fn blob(&self, hash: impl Into<String>) -> Result<Vec<u8>> {
        let hash = hash.into();
        self.call(move |db| {
            let (encoding, size, content): (String, i64, Vec<u8>) = db
                .conn
                .prepare_cached(BLOB)?
                .query_row([&hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?
                .ok_or_else(|| StoreError::not_found("blob", &hash))?;
            decode(&hash, &encoding, size, content).map_err(|detail| {
                tracing::error!(hash, detail, "a blob is damaged");
                StoreError::CorruptBlob { hash, detail }
            })
        })
        .await
    }
}

/// Keeps bytes, unless they are kept already.
pub(crate) fn keep(tx: &Transaction<'_>, hash: &str, data: &[u8]) -> Result<()> {
    if data.len() > MAX_BLOB {
        let message = format!("it has more than {MAX_BLOB} bytes, which is too much to keep");
        return Err(StoreError::invalid("content", message));
    }
    if tx.prepare_cached(IS_KEPT)?.exists([hash])? {
        return Ok(());
    }
    // What is kept under a wrong hash could never be read again.
    if blob_hash(data) != hash {
        return Err(StoreError::invalid(
            "hash",
            "it is not the SHA-256 of the bytes; compute it from them",
        ));
    }
    let packed = zstd::bulk::compress(data, LEVEL)
        .map_err(|error| StoreError::internal(format!("a blob was not compressed: {error}")))?;
    let (encoding, content) = match packed.len() < data.len() {
        true => (ZSTD, packed.as_slice()),
        false => (RAW, data),
    };
    let size = i64::try_from(data.len()).unwrap_or(i64::MAX);
    tx.prepare_cached(KEEP)?
        .execute(params![hash, encoding, size, content])?;
    Ok(())
}

/// Notes that a session names a blob.
pub(crate) fn note_use(tx: &Transaction<'_>, session_id: &str, hash: Option<&str>) -> Result<()> {
    if let Some(hash) = hash {
        tx.prepare_cached(USE)?.execute([session_id, hash])?;
    }
    Ok(())
}

/// The blobs that a session names or has named.
pub(crate) fn used_by(tx: &Transaction<'_>, session_id: &str) -> Result<Vec<String>> {
    let mut statement = tx.prepare_cached(USED)?;
    let rows = statement.query_map([session_id], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Deletes those of these blobs that no session uses.
pub(crate) fn delete_unused(tx: &Transaction<'_>, hashes: &[String]) -> Result<()> {
    let mut statement = tx.prepare_cached(DELETE_UNUSED)?;
    for hash in hashes {
        statement.execute([hash])?;
    }
    Ok(())
}

/// The bytes as they were given, or what is wrong with the row.
fn decode(
    hash: &str,
    encoding: &str,
    size: i64,
    content: Vec<u8>,
) -> std::result::Result<Vec<u8>, String> {
    let size = usize::try_from(size)
        .ok()
        .filter(|it| *it <= MAX_BLOB)
        .ok_or_else(|| format!("its size of {size} bytes is not possible"))?;
    let data = match encoding {
        RAW => content,
        // Writes at most as many bytes as were recorded, whatever the content says.
        ZSTD => zstd::bulk::decompress(&content, size)
            .map_err(|error| format!("it cannot be decompressed: {error}"))?,
        _ => return Err(format!("its encoding {encoding:?} is not known")),
    };
    if data.len() != size {
        return Err(format!("it has {} bytes instead of {size}", data.len()));
    }
    if blob_hash(&data) != hash {
        return Err("its bytes have another hash".to_owned());
    }
    Ok(data)
}
