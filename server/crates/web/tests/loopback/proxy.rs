//! A proxy looks names up by itself: what can be known before is still refused.
use std::sync::Arc;

use aside_web::{AllowedHosts, FetchError, Lookup, Secret, Web, WebSettings};

use super::{Names, Server, options, page, run};

fn through(proxy: &str, allowed: &[&str], names: &Arc<Names>) -> Web {
    Web::new(WebSettings {
        proxy: Secret::new(proxy),
        allowed: AllowedHosts::parse(allowed.iter().copied()).unwrap(),
        lookup: Arc::clone(names) as Arc<dyn Lookup>,
        ..WebSettings::default()
    })
}

#[test]
fn pages_come_through_the_proxy() {
    run(async {
        let proxy = Server::start(|_| page("text/plain", "by proxy")).await;
        let names = Names::new(&[("proxy.lan", &["127.0.0.1"])]);
        let url = format!("http://me:hunter2@proxy.lan:{}", proxy.port);
        let web = through(&url, &["local.lan"], &names);
        for host in ["only-the-proxy-knows.example", "local.lan"] {
            let found = web.fetch(&format!("http://{host}/a"), &options()).await;
            assert_eq!(found.unwrap().markdown, "by proxy", "{host}");
        }
        let head = &proxy.heads()[0];
        assert!(
            head.starts_with("GET http://only-the-proxy-knows.example/a "),
            "{head}"
        );
        // The base64 of `me:hunter2`.
        assert!(head.contains("Basic bWU6aHVudGVyMg=="), "{head}");
    });
}

#[test]
fn what_is_known_not_to_be_public_never_reaches_it() {
    run(async {
        let proxy = Server::start(|_| page("text/plain", "secret")).await;
        let names = Names::new(&[
            ("inside.example", &["10.0.0.1"]),
            ("proxy.lan", &["127.0.0.1"]),
        ]);
        let url = format!("http://proxy.lan:{}", proxy.port);
        let web = through(&url, &[], &names);
        for host in [
            "10.0.0.1",
            "0x0a.1",
            "127.0.0.1",
            "[::ffff:10.0.0.1]",
            "inside.example",
            "proxy.lan",
            "localhost",
            "a.localhost",
            "intranet",
            "printer.local",
            "metadata.google.internal",
            "metadata.google.internal.",
            "METADATA.goog",
        ] {
            let error = web.fetch(&format!("http://{host}/"), &options()).await;
            assert!(
                matches!(
                    error,
                    Err(FetchError::Refused { .. } | FetchError::Network { .. })
                ),
                "{host}: {error:?}"
            );
        }
        assert_eq!(proxy.heads(), [""; 0]);
    });
}

#[test]
fn a_proxy_that_is_none_is_not_gone_around() {
    run(async {
        let server = Server::start(|_| page("text/plain", "direct")).await;
        let names = Names::new(&[("a.example", &["127.0.0.1"])]);
        for proxy in ["http://", "me:hunter2@:::", "::"] {
            let web = through(proxy, &["a.example"], &names);
            let url = format!("http://a.example:{}/", server.port);
            let error = web.fetch(&url, &options()).await.unwrap_err();
            assert!(matches!(error, FetchError::Setup(_)), "{proxy}: {error:?}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        assert_eq!(server.heads(), [""; 0]);
    });
}
