//! Bodies: what they are, how they are packed, and where they end.
use std::io::Write;
use std::time::Duration;

use aside_web::{FetchError, FetchOptions};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Reply, Server, Then, fetched, local, options, page, reply, run};

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip(content_type: &str, body: &[u8]) -> Reply {
    let content_type = format!("content-type: {content_type}");
    reply("200 OK", &[&content_type, "content-encoding: gzip"], body)
}

/// What a body of that type becomes.
async fn text(content_type: &'static str, body: &[u8]) -> String {
    let body = body.to_owned();
    let found = fetched(move |_| page(content_type, &body)).await;
    found.unwrap().markdown
}

#[test]
fn a_page_becomes_markdown() {
    run(async {
        let html = "<!doctype html><html><head><title> The\n title </title></head><body>\
                    <nav><a href='/'>Home</a></nav><main><h1>Head</h1><p>Some <b>bold</b> words \
                    and <a href='../x?a=1'>a link</a>.</p><ul><li>one<li>two</ul></main>\
                    <footer>Imprint</footer><script>alert(1)</script></body></html>";
        let server = Server::start(move |_| page("text/html; charset=utf-8", html)).await;
        let found = local()
            .fetch(&server.url("/dir/page"), &options())
            .await
            .unwrap();
        assert_eq!(found.title.as_deref(), Some("The title"));
        let link = server.url("/x?a=1");
        assert_eq!(
            found.markdown,
            format!("# Head\n\nSome **bold** words and [a link]({link}).\n\n- one\n- two")
        );
        assert_eq!(
            (found.content_type.as_str(), found.is_cut),
            ("text/html", false)
        );
        assert_eq!(found.bytes, html.len());
    });
}

#[test]
fn other_text_stays_as_it_is() {
    run(async {
        for kind in [
            "application/json",
            "application/problem+json",
            "text/plain",
            "text/markdown; charset=utf-8",
            "text/csv",
            "image/svg+xml",
            "application/octet-stream",
            "application/x-unheard-of",
            "nonsense",
            "",
        ] {
            assert_eq!(
                text(kind, b"{\"a\": \"<b>\"}\n").await,
                "{\"a\": \"<b>\"}\n",
                "{kind}"
            );
        }
        assert_eq!(text("", b" <!DOCTYPE html><p>A<p>B").await, "A\n\nB");
        assert_eq!(text("text/plain", b"").await, "");
        assert_eq!(text("text/html", b"").await, "");
    });
}

#[test]
fn a_failure_is_a_page_too() {
    run(async {
        let headers = ["content-type: text/plain"];
        let found = fetched(move |_| reply("404 Not Found", &headers, "gone"))
            .await
            .unwrap();
        assert_eq!((found.status, found.markdown.as_str()), (404, "gone"));
    });
}

#[test]
fn characters_in_all_encodings() {
    run(async {
        let latin = b"<meta charset=iso-8859-1><p>caf\xe9";
        assert_eq!(text("text/html", latin).await, "café");
        let header = "text/html; charset=\"windows-1251\"";
        assert_eq!(
            text(header, b"<meta charset=utf-8><p>\xcf\xf0\xe8").await,
            "При"
        );
        let old = b"<meta http-equiv=content-type content='text/html; charset=Shift_JIS'>\x93\xfa";
        assert_eq!(text("text/html", old).await, "日");
        // Nothing is said, and it is not UTF-8.
        assert_eq!(text("text/plain", b"caf\xe9").await, "café");
        assert_eq!(text("text/plain", "caf\u{e9}".as_bytes()).await, "café");
        // The mark at the start is stronger than the header.
        assert_eq!(
            text("text/plain; charset=latin1", b"\xef\xbb\xbf\xc3\xa9").await,
            "é"
        );
        assert_eq!(text("text/plain", b"\xff\xfea\0b\0").await, "ab");
        assert_eq!(text("text/plain; charset=utf-16be", b"\0a\0b").await, "ab");
        // Lies and nonsense.
        assert_eq!(
            text("text/plain; charset=utf-8", b"a\xff\xe9b").await,
            "a��b"
        );
        assert_eq!(text("text/plain; charset=utf-9000", b"ab").await, "ab");
        assert_eq!(text("text/plain; charset=replacement", b"ab").await, "ab");
        assert_eq!(text("text/html", b"<meta charset=utf-16>ab").await, "ab");
    });
}

#[test]
fn what_is_not_text_is_named() {
    run(async {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        for (kind, body, expect) in [
            (
                "image/png",
                png.as_slice(),
                "not text but image/png of 16 bytes",
            ),
            (
                "application/octet-stream",
                png,
                "application/octet-stream of 16 bytes",
            ),
            ("", png, "not text but binary data of 16 bytes"),
            ("text/plain", png, "binary data (called text/plain)"),
            ("text/html", b"<p>a\0b", "binary data (called text/html)"),
            (
                "application/zip",
                b"PK\x03\x04\xff\xfe\xff\xff",
                "application/zip of 8 bytes",
            ),
            (
                "application/x-odd",
                b"caf\xe9!",
                "application/x-odd of 5 bytes",
            ),
            ("application/pdf", b"%PDF-1.7 ...", "a PDF file of 12 bytes"),
            ("text/html", b"%PDF-1.7 ...", "a PDF file of 12 bytes"),
            ("", b"%PDF-1.7 ...", "a PDF file of 12 bytes"),
        ] {
            let body = body.to_owned();
            let error = fetched(move |_| page(kind, &body)).await.unwrap_err();
            assert!(error.to_string().contains(expect), "{kind}: {error}");
        }
        // It is not even read.
        let error = fetched(|_| Reply {
            bytes: b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\n\r\n".to_vec(),
            then: Then::Hang,
        });
        let error = error.await.unwrap_err();
        assert!(
            error.to_string().contains("not text but video/mp4."),
            "{error}"
        );
    });
}

#[test]
fn long_bodies_are_cut() {
    run(async {
        let server = Server::start(|head| match head.starts_with("GET /endless ") {
            true => Reply {
                bytes: b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n".to_vec(),
                then: Then::Repeat("é".repeat(1_000).into_bytes()),
            },
            false => page("text/plain", "é".repeat(50)),
        })
        .await;
        for (path, max_bytes, bytes, is_cut) in [
            ("/", 100, 100, false),
            ("/", 99, 99, true),
            ("/", 0, 0, true),
            ("/endless", 100_001, 100_001, true),
            ("/endless", usize::MAX, 16 * 1024 * 1024, true),
        ] {
            let options = FetchOptions {
                max_bytes,
                ..options()
            };
            let found = local().fetch(&server.url(path), &options).await.unwrap();
            assert_eq!(
                (found.bytes, found.is_cut),
                (bytes, is_cut),
                "{path} {max_bytes}"
            );
            assert!(found.markdown.len() <= bytes + 3, "{path} {max_bytes}");
        }
    });
}

#[test]
fn packed_bodies() {
    run(async {
        let two = [packed(b"one "), packed(b"two")].concat();
        let found = fetched(move |_| gzip("text/plain", &two)).await.unwrap();
        assert_eq!((found.markdown.as_str(), found.bytes), ("one two", 7));
        let found = fetched(|_| gzip("text/plain", b"")).await.unwrap();
        assert_eq!(found.markdown, "");
        // A thousand times as long as it looks.
        let bomb = packed(&vec![b'a'; 16 * 1024 * 1024]);
        assert!(bomb.len() < 100_000);
        let found = fetched(move |_| gzip("text/plain", &bomb)).await.unwrap();
        assert_eq!((found.bytes, found.is_cut), (2 * 1024 * 1024, true));
        // Packed nothings without end.
        let nothing = packed(b"").repeat(1_000);
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-encoding: gzip\r\n\r\n";
        let found = fetched(move |_| Reply {
            bytes: head.to_vec(),
            then: Then::Repeat(nothing.clone()),
        });
        let found = found.await.unwrap();
        assert_eq!((found.bytes, found.is_cut), (0, true));
        let mut broken = packed(&b"words ".repeat(100));
        let middle = broken.len() / 2;
        let short = broken[..middle].to_owned();
        broken[middle] ^= 0xff;
        for body in [short, broken, b"plain".to_vec()] {
            let error = fetched(move |_| gzip("text/plain", &body)).await;
            assert!(
                matches!(error, Err(FetchError::BadEncoding { .. })),
                "{error:?}"
            );
        }
        let error = fetched(|_| reply("200 OK", &["content-encoding: br"], "x")).await;
        assert!(
            matches!(error, Err(FetchError::BadEncoding { .. })),
            "{error:?}"
        );
    });
}

#[test]
fn time_is_limited_at_each_step() {
    run(async {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
        for bytes in ["", head, &format!("{head}\r\n"), &format!("{head}\r\nabc")] {
            let bytes = bytes.as_bytes().to_vec();
            let server = Server::start(move |_| Reply {
                bytes: bytes.clone(),
                then: Then::Hang,
            })
            .await;
            let limit = Duration::from_millis(50);
            let options = FetchOptions {
                timeout: limit,
                ..options()
            };
            let error = local().fetch(&server.url("/"), &options).await;
            let host = "127.0.0.1".to_owned();
            assert_eq!(error, Err(FetchError::Timeout { host, limit }));
        }
        // Drop by drop, each in good time.
        let server = Server::start(move |_| Reply {
            bytes: format!("{head}\r\n").into_bytes(),
            then: Then::Repeat(b"x".to_vec()),
        })
        .await;
        let options = FetchOptions {
            timeout: Duration::from_millis(50),
            max_bytes: usize::MAX,
            ..options()
        };
        let error = local().fetch(&server.url("/"), &options).await;
        assert!(
            matches!(error, Err(FetchError::Timeout { .. })),
            "{error:?}"
        );
    });
}

#[test]
fn answers_that_are_no_http() {
    run(async {
        for bytes in [
            b"".as_slice(),
            b"SSH-2.0-OpenSSH\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 999999 OK\r\n\r\n",
            b"\0\0\0\0",
        ] {
            let bytes = bytes.to_vec();
            let error = fetched(move |_| Reply {
                bytes: bytes.clone(),
                then: Then::Close,
            })
            .await
            .unwrap_err();
            assert!(matches!(error, FetchError::Network { .. }), "{error:?}");
        }
    });
}
