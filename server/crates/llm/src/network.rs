//! The way to a provider: proxies and certificate authorities of the user's own.
use std::fs::File;
use std::io::Read;
use std::path::Path;

use reqwest::{Certificate, Proxy};

/// Bytes of a file of certificates.
pub(crate) const MAX_CA_BYTES: usize = 4 * 1024 * 1024;

/// The proxy that the settings name. Its user name and password may stand in the URL.
pub(crate) fn proxy(url: &str) -> Result<Proxy, String> {
    Proxy::all(url).map_err(|_| {
        "The proxy in the settings is not usable. Set providers.proxy to a URL such as \
         http://127.0.0.1:3128."
            .to_owned()
    })
}

/// The certificates of a file. Whether each of them is a certificate shows when they are used.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>, String> {
    let limit = u64::try_from(MAX_CA_BYTES).unwrap_or(u64::MAX);
    let mut pem = Vec::new();
    // A pipe in the place of the file would hold us up.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(unusable(path, "it is not a file"));
    }
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut pem))
        .map_err(|error| unusable(path, &error.to_string()))?;
    if pem.len() > MAX_CA_BYTES {
        return Err(unusable(path, "the file is too long"));
    }
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if certificates.is_empty() => Err(unusable(path, "there are none in it")),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(path, &error.to_string())),
    }
}

/// Why the certificates of a file cannot be used, and what to do.
pub(crate) fn unusable(path: &Path, why: &str) -> String {
    format!(
        "The certificates in {} cannot be used ({why}). Set providers.ca_file to a file of \
         certificates in PEM.",
        path.display()
    )
}
