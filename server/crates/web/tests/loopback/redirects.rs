//! The way from one server to the next, and what is taken along.
use aside_web::{FetchError, FetchOptions, Redirects};

use super::{Server, local, options, page, redirect, reply, run};

#[test]
fn redirects_are_followed_up_to_a_limit() {
    run(async {
        let server = Server::start(|head| {
            let path = head.split(' ').nth(1).unwrap();
            match path.trim_start_matches("/hop").parse::<u32>() {
                Ok(0) => page("text/plain", "arrived"),
                Ok(left) => redirect(&format!("hop{}", left - 1)),
                Err(_) => redirect("/for/ever"),
            }
        })
        .await;
        let options = FetchOptions {
            max_redirects: 3,
            ..options()
        };
        let web = local();
        let found = web.fetch(&server.url("/hop3"), &options).await.unwrap();
        assert_eq!((found.markdown.as_str(), found.status), ("arrived", 200));
        assert_eq!(found.final_url, server.url("/hop0"));
        let seen = server.heads().len();
        for path in ["/hop4", "/for/ever"] {
            let error = web.fetch(&server.url(path), &options).await;
            let expect = FetchError::TooManyRedirects {
                host: "127.0.0.1".to_owned(),
                limit: 3,
            };
            assert_eq!(error, Err(expect), "{path}");
        }
        assert_eq!(server.heads().len(), seen + 8);
        // No more than twenty, whatever is asked for.
        let options = FetchOptions {
            max_redirects: usize::MAX,
            ..options
        };
        let error = web.fetch(&server.url("/for/ever"), &options).await;
        assert!(
            matches!(error, Err(FetchError::TooManyRedirects { limit: 20, .. })),
            "{error:?}"
        );
    });
}

#[test]
fn nothing_is_taken_along() {
    run(async {
        let server = Server::start(|head| match head.starts_with("GET /a ") {
            true => reply(
                "302 Found",
                &[
                    "location: /b?x=1#part",
                    "set-cookie: session=1; path=/",
                    "www-authenticate: Basic realm=\"a\"",
                ],
                "",
            ),
            false => page("text/plain", "ok"),
        })
        .await;
        let web = local();
        for _ in 0..2 {
            let found = web.fetch(&server.url("/a"), &options()).await.unwrap();
            assert_eq!(found.final_url, server.url("/b?x=1#part"));
        }
        let heads = server.heads();
        assert_eq!(heads.len(), 4);
        for head in heads {
            let head = head.to_ascii_lowercase();
            for name in ["cookie:", "authorization:", "referer:", "origin:"] {
                assert!(!head.contains(name), "{head}");
            }
            assert!(head.contains("user-agent: aside/"), "{head}");
        }
    });
}

#[test]
fn redirects_that_lead_nowhere() {
    run(async {
        for to in [
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://me:hunter2@127.0.0.1/",
            "http://[",
            "http://",
            &"a".repeat(9_000),
        ] {
            let to = to.to_owned();
            let server = Server::start(move |_| redirect(&to)).await;
            let error = local()
                .fetch(&server.url("/"), &options())
                .await
                .unwrap_err();
            assert!(matches!(error, FetchError::BadRedirect { .. }), "{error:?}");
            assert!(
                !format!("{error:?}{error}").contains("hunter2"),
                "{error:?}"
            );
            assert_eq!(server.heads().len(), 1);
        }
        // Without a place to go to it is a page like others, and so is what only looks like one.
        let server =
            Server::start(|_| reply("301 Moved", &["content-type: text/plain"], "x")).await;
        let found = local().fetch(&server.url("/"), &options()).await.unwrap();
        assert_eq!((found.status, found.markdown.as_str()), (301, "x"));
        let server = Server::start(|_| reply("300 Choices", &["location: /b"], "x")).await;
        let found = local().fetch(&server.url("/"), &options()).await.unwrap();
        assert_eq!((found.status, server.heads().len()), (300, 1));
    });
}

#[test]
fn another_host_is_not_followed_where_only_one_was_asked_about() {
    run(async {
        let server = Server::start(|head| match head.split(' ').nth(1) {
            Some("/near") => redirect("/there"),
            Some("/far") => redirect("http://example.org/take?what=this"),
            _ => page("text/plain", "arrived"),
        })
        .await;
        let options = FetchOptions {
            redirects: Redirects::ToSameHost,
            ..options()
        };
        let web = local();
        let found = web.fetch(&server.url("/near"), &options).await.unwrap();
        assert_eq!(found.markdown, "arrived");
        let error = web.fetch(&server.url("/far"), &options).await;
        let expect = FetchError::OtherHost {
            host: "127.0.0.1".to_owned(),
            to: "http://example.org/take?what=this".to_owned(),
        };
        assert_eq!(error, Err(expect));
    });
}
