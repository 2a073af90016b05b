//! Pages over TLS: whom to trust, and that the way back to plain text is closed.
#![allow(
    clippy::disallowed_methods,
    reason = "the test writes files of its own"
)]
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use aside_web::{AllowedHosts, FetchError, Page, Web, WebSettings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use super::{options, run};

/// Starts a server that vouches for itself by an authority, and answers one request so. Gives
/// its URL and the authority's certificate in PEM.
fn start(answer: &'static str) -> (String, String) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    // It ends with its one connection, or with the tests.
    std::thread::spawn(move || serve(&listener, config, answer));
    (url, authority.pem())
}

fn serve(listener: &TcpListener, config: ServerConfig, answer: &str) -> std::io::Result<()> {
    let (mut socket, _) = listener.accept()?;
    let mut connection = ServerConnection::new(Arc::new(config)).map_err(std::io::Error::other)?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    let mut lines = BufReader::new(&mut stream).lines();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    stream.write_all(answer.as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

async fn fetch(url: &str, ca_file: Option<PathBuf>) -> Result<Page, FetchError> {
    let web = Web::new(WebSettings {
        ca_file,
        allowed: AllowedHosts::parse(["127.0.0.1"]).unwrap(),
        ..WebSettings::default()
    });
    web.fetch(url, &options()).await
}

#[test]
fn an_authority_of_the_users_own_is_trusted() {
    run(async {
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nsafe";
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let (url, authority) = start(answer);
        std::fs::write(&file, authority).unwrap();
        let found = fetch(&url, Some(file.clone())).await.unwrap();
        assert_eq!(found.markdown, "safe");
        let (url, _) = start(answer);
        for ca_file in [None, Some(file)] {
            let error = fetch(&url, ca_file).await;
            assert!(
                matches!(error, Err(FetchError::Network { .. })),
                "{error:?}"
            );
        }
        let missing = folder.path().join("missing.pem");
        let error = fetch(&url, Some(missing)).await;
        assert!(matches!(error, Err(FetchError::Setup(_))), "{error:?}");
    });
}

#[test]
fn no_redirect_leads_from_tls_to_plain_text() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let answer =
            "HTTP/1.1 301 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        let (url, authority) = start(answer);
        std::fs::write(&file, authority).unwrap();
        let error = fetch(&url, Some(file)).await.unwrap_err();
        assert!(matches!(error, FetchError::BadRedirect { .. }), "{error:?}");
        assert!(error.to_string().contains("from https to http"), "{error}");
    });
}
