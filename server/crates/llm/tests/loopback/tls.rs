//! Servers whose certificate only the user's own authority vouches for.
#![allow(
    clippy::disallowed_methods,
    reason = "the test writes files of its own"
)]
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use aside_llm::{Chunk, ModelError, ModelErrorKind, Network, ProviderConfig, Remote, Wire};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use super::{answer, run, text};

const REPLY: &str =
    "data: {\"choices\":[{\"delta\":{\"content\":\"safe\"},\"finish_reason\":\"stop\"}]}\n\n";

/// An authority and a server that it vouches for, which answers one request.
struct Private {
    url: String,
    /// The authority's certificate in PEM.
    authority: String,
    server: JoinHandle<std::io::Result<()>>,
}

fn private() -> Private {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/v1", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || serve(&listener, config));
    Private {
        url,
        authority: authority.pem(),
        server,
    }
}

/// Answers one request. Fails if the client does not trust it.
fn serve(listener: &TcpListener, config: ServerConfig) -> std::io::Result<()> {
    let (mut socket, _) = listener.accept()?;
    let mut connection = ServerConnection::new(Arc::new(config)).map_err(std::io::Error::other)?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    let mut lines = BufReader::new(&mut stream).lines();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
    let length = REPLY.len();
    stream.write_all(format!("{head}content-length: {length}\r\n\r\n{REPLY}").as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

async fn ask(url: &str, ca_file: Option<PathBuf>) -> Result<Vec<Chunk>, ModelError> {
    let model = Remote::new(ProviderConfig {
        network: Network {
            proxy: None,
            ca_file,
        },
        ..ProviderConfig::new(Wire::Chat, url, None)
    });
    let (chunks, error) = answer(&model).await?;
    assert!(error.is_none(), "{error:?}");
    Ok(chunks)
}

#[test]
fn an_authority_of_the_users_own_is_trusted_only_where_the_settings_name_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    run(async {
        let server = private();
        let error = ask(&server.url, None).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Network, "{error}");
        assert!(
            error.message.to_lowercase().contains("certificate"),
            "{error}"
        );
        assert!(server.server.join().unwrap().is_err());

        // Another authority does not help.
        let server = private();
        std::fs::write(&file, private().authority).unwrap();
        let error = ask(&server.url, Some(file.clone())).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Network, "{error}");

        let server = private();
        let both = format!("{}\n{}", private().authority, server.authority);
        std::fs::write(&file, both).unwrap();
        let chunks = ask(&server.url, Some(file.clone())).await.unwrap();
        assert_eq!(chunks[0], text("safe"));
        server.server.join().unwrap().unwrap();
    });
}

#[test]
fn files_that_hold_no_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let broken = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    let unreadable = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    run(async {
        let missing = folder.path().join("missing.pem");
        let error = ask("https://127.0.0.1:9", Some(missing)).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::NoModel, "{error}");
        assert!(error.message.contains("missing.pem"), "{error}");
        for content in [
            String::new(),
            "no certificate".into(),
            broken.into(),
            unreadable.into(),
            " ".repeat(5 << 20),
        ] {
            std::fs::write(&file, &content).unwrap();
            let error = ask("https://127.0.0.1:9", Some(file.clone()))
                .await
                .unwrap_err();
            let start = &content[..content.len().min(60)];
            assert_eq!(error.kind, ModelErrorKind::NoModel, "{start}: {error}");
            assert!(error.message.contains("Set providers.ca_file"), "{error}");
        }
        // Nothing is read for a server without TLS.
        let error = ask(
            "http://127.0.0.1:9",
            Some(folder.path().join("missing.pem")),
        )
        .await
        .unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Network, "{error}");
    });
}
