//! Who may be asked for a page: addresses and names in all their spellings.
use aside_web::FetchError;

use super::{Names, Server, local, options, page, redirect, run, web};

#[test]
fn addresses_that_are_not_public_are_refused_in_any_spelling() {
    run(async {
        let server = Server::start(|_| page("text/plain", "secret")).await;
        let names = Names::new(&[]);
        let web = web(&[], &names);
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "0177.0.0.1",
            "2130706433",
            "127.0.0.1.",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "%31%32%37.0.0.1",
            "１２７.0.0.1",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:10.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[2002:7f00:1::]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fc00::1]",
            "[ff02::1]",
        ] {
            let url = format!("http://{host}:{}/", server.port);
            match web.fetch(&url, &options()).await {
                Err(FetchError::Refused { .. }) => {}
                other => panic!("{host}: {other:?}"),
            }
        }
        assert_eq!(server.heads(), [""; 0]);
        assert_eq!(names.asked(), [""; 0]);
    });
}

#[test]
fn names_are_refused_for_what_they_lead_to() {
    run(async {
        let server = Server::start(|_| page("text/plain", "secret")).await;
        let names = Names::new(&[
            ("inside.example", &["127.0.0.1"]),
            ("mapped.example", &["::ffff:127.0.0.1"]),
            ("some.example", &["10.0.0.1", "127.0.0.1"]),
            ("meta.example", &["169.254.169.254"]),
            ("none.example", &[]),
            ("localhost", &["127.0.0.1"]),
        ]);
        let web = web(&[], &names);
        let mut asked = Vec::new();
        for name in [
            "inside.example",
            "mapped.example",
            "some.example",
            "meta.example",
            "localhost",
        ] {
            let url = format!("http://{name}:{}/", server.port);
            let error = web.fetch(&url, &options()).await.unwrap_err();
            assert!(
                matches!(&error, FetchError::Refused { host, .. } if host == name),
                "{name}: {error:?}"
            );
            assert!(error.to_string().contains("web.allow_hosts"), "{error}");
            asked.push(name.to_owned());
            // There is no second look that could find something else.
            assert_eq!(names.asked(), asked);
        }
        for name in ["none.example", "unknown.example"] {
            let error = web.fetch(&format!("http://{name}/"), &options()).await;
            assert!(
                matches!(error, Err(FetchError::Network { .. })),
                "{error:?}"
            );
        }
        assert_eq!(server.heads(), [""; 0]);
    });
}

#[test]
fn what_the_user_allows_is_let_through_and_no_more() {
    run(async {
        let server = Server::start(|_| page("text/plain", "here")).await;
        let names = Names::new(&[
            ("wiki.corp.example", &["127.0.0.1"]),
            ("cloud.corp.example", &["169.254.169.254"]),
            ("other.example", &["127.0.0.1"]),
        ]);
        let port = server.port;
        let allowed = web(&["*.corp.example", &format!("127.0.0.1:{port}")], &names);
        for host in ["wiki.corp.example", "127.0.0.1", "0x7f.1"] {
            let page = allowed
                .fetch(&format!("http://{host}:{port}/"), &options())
                .await;
            assert_eq!(page.unwrap().markdown, "here", "{host}");
        }
        // The name is allowed, but not for handing out a machine's credentials.
        for url in [
            format!("http://cloud.corp.example:{port}/"),
            format!("http://other.example:{port}/"),
            "http://127.0.0.1:1/".to_owned(),
            format!("http://[::ffff:127.0.0.1]:{port}/"),
        ] {
            let error = allowed.fetch(&url, &options()).await;
            assert!(
                matches!(error, Err(FetchError::Refused { .. })),
                "{url}: {error:?}"
            );
        }
    });
}

#[test]
fn a_name_that_changes_its_mind_gains_nothing() {
    run(async {
        let inner = Server::start(|_| page("text/plain", "secret")).await;
        let to = format!("http://flip.example:{}/", inner.port);
        let outer = Server::start(move |_| redirect(&to)).await;
        let names = Names::new(&[("flip.example", &["127.0.0.1"])]);
        // The first port is allowed, and so there is a client that goes to that address.
        let web = web(&[&format!("flip.example:{}", outer.port)], &names);
        let url = format!("http://flip.example:{}/", outer.port);
        let error = web.fetch(&url, &options()).await;
        assert!(
            matches!(error, Err(FetchError::Refused { .. })),
            "{error:?}"
        );
        assert_eq!(outer.heads().len(), 1);
        assert_eq!(inner.heads(), [""; 0]);
        assert_eq!(names.asked().len(), 2);
    });
}

#[test]
fn redirects_are_checked_like_urls() {
    run(async {
        let inner = Server::start(|_| page("text/plain", "secret")).await;
        let port = inner.port;
        let names = Names::new(&[("inside.example", &["127.0.0.1"])]);
        for to in [
            format!("http://127.0.0.1:{port}/"),
            format!("//127.0.0.1:{port}/"),
            format!("http://0x7f.1:{port}/"),
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            format!("http://inside.example:{port}/"),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
        ] {
            let outer = Server::start(move |_| redirect(&to)).await;
            let web = web(&[&format!("127.0.0.1:{}", outer.port)], &names);
            let error = web.fetch(&outer.url("/"), &options()).await;
            assert!(
                matches!(error, Err(FetchError::Refused { .. })),
                "{error:?}"
            );
            assert_eq!(outer.heads().len(), 1);
        }
        assert_eq!(inner.heads(), [""; 0]);
    });
}

#[test]
fn urls_that_are_none() {
    run(async {
        let long = format!("http://127.0.0.1/{}", "a".repeat(9_000));
        for url in [
            "",
            " ",
            "example.com",
            "/etc/passwd",
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
            "data:text/plain,a",
            "javascript:1",
            "gopher://127.0.0.1/",
            "http://",
            "http:///",
            "http://[::1",
            "http://a b/",
            "http://me:hunter2@127.0.0.1/",
            "http://me@127.0.0.1/",
            "http://127.0.0.1:99999/",
            "http://300.1.1.1/",
            &long,
        ] {
            let error = local().fetch(url, &options()).await.unwrap_err();
            assert!(matches!(error, FetchError::BadUrl(_)), "{url}: {error:?}");
            assert!(
                !format!("{error:?}{error}").contains("hunter2"),
                "{error:?}"
            );
        }
    });
}
