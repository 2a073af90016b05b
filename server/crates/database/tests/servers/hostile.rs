//! Servers that are no databases.
use std::time::Duration;

use aside_database::{Limits, SchemaError, fetch_schema};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::{fetch, limits, run};

/// A server that sends this at once, and closes or stays silent.
async fn server(bytes: &'static [u8], is_closing: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(bytes).await;
                if !is_closing {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    port
}

const GARBAGE: &[&[u8]] = &[
    b"",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"N",
    b"S",
    b"NR\0\0\0\x08\0\0\0\0",
    b"NR\0\0\0\0",
    b"NE\0\0\0\x0cMhunter2",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\x01\0\0\0\x0a",
    b"\x10\0\0\0\x0a5.7.0\0\0\0\0\0\0\0\0\0\0",
];

#[test]
fn garbage_is_an_error() {
    run(async {
        for bytes in GARBAGE {
            let port = server(bytes, true).await;
            for scheme in ["postgres", "mysql"] {
                let url = format!("{scheme}://me:hunter2@127.0.0.1:{port}/db");
                let error = fetch(&url, None).await.unwrap_err();
                assert!(
                    matches!(error, SchemaError::Open(_)),
                    "{bytes:?}: {error:?}"
                );
                assert!(
                    !format!("{error:?} {error}").contains("hunter2"),
                    "{error:?}"
                );
            }
        }
    });
}

#[test]
fn silence_is_not_waited_for() {
    run(async {
        for bytes in GARBAGE {
            let port = server(bytes, false).await;
            let limits = Limits {
                timeout: Duration::from_millis(30),
                ..limits()
            };
            for scheme in ["postgres", "mysql"] {
                let url = format!("{scheme}://me:hunter2@127.0.0.1:{port}/db");
                let error = fetch_schema(&url, None, &limits).await.unwrap_err();
                let is_told = matches!(error, SchemaError::Open(_) | SchemaError::Timeout { .. });
                assert!(is_told, "{bytes:?}: {error:?}");
            }
        }
    });
}

#[test]
fn nobody_listens() {
    run(async {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        for scheme in ["postgres", "mysql"] {
            let url = format!("{scheme}://me:hunter2@127.0.0.1:{port}/db");
            let error = fetch(&url, None).await.unwrap_err();
            assert!(matches!(error, SchemaError::Open(_)), "{error:?}");
            assert!(
                !format!("{error:?} {error}").contains("hunter2"),
                "{error:?}"
            );
        }
    });
}
