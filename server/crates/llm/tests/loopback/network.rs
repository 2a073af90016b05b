//! The way to a server: proxies of the settings.
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use aside_llm::{ModelErrorKind, Network, ProviderConfig, Remote, Secret, Wire};
use aside_script::{Reply, Script, ScriptServer};

use super::{KEY, PATIENCE, answer, config, ids, run, serve};

/// A server that no name server knows: only a proxy can reach it.
const NOWHERE: &str = "http://model.invalid/v1";

fn through(proxy: &str, base_url: &str) -> Remote {
    Remote::new(ProviderConfig {
        network: Network {
            proxy: Secret::new(proxy),
            ca_file: None,
        },
        ..ProviderConfig::new(Wire::Chat, base_url, Secret::new(KEY))
    })
}

#[test]
fn requests_go_through_the_proxy_of_the_settings() {
    run(async {
        let script = Script::new([Reply::say("ok")]).models(["a"]);
        let proxy = ScriptServer::start(script).unwrap();
        let model = through(&format!("http://me:pass@{}", proxy.address()), NOWHERE);
        let (_, error) = answer(&model).await.unwrap();
        assert!(error.is_none(), "{error:?}");
        let sent = &proxy.requests()[0];
        assert_eq!(sent.path, format!("{NOWHERE}/chat/completions"));
        assert_eq!(sent.header("host"), Some("model.invalid"));
        // The base64 of `me:pass`.
        assert_eq!(
            sent.header("proxy-authorization"),
            Some("Basic bWU6cGFzcw==")
        );
        assert_eq!(ids(model.models(PATIENCE).await.unwrap()), ["a"]);
        let listed = &proxy.other_requests()[0];
        assert_eq!(listed.path, format!("{NOWHERE}/models"));
    });
}

#[test]
fn loopback_needs_no_proxy() {
    run(async {
        let proxy = serve([]);
        let server = ScriptServer::start(Script::answering(|_, _| Reply::say("ok"))).unwrap();
        let base = server.url();
        for base in [base.replace("127.0.0.1", "localhost"), base] {
            answer(&through(&format!("http://{}", proxy.address()), &base))
                .await
                .unwrap();
        }
        assert_eq!(server.requests().len(), 2);
        assert_eq!(proxy.connections(), 0);
    });
}

/// A proxy for one connection: gives back the line that asked for it.
fn refusing_proxy() -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        first
    });
    (url, asked)
}

#[test]
fn tls_goes_through_a_tunnel_and_the_proxy_never_sees_the_key() {
    run(async {
        let (proxy, asked) = refusing_proxy();
        let model = through(&proxy, "https://model.invalid/v1");
        let error = answer(&model).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Network, "{error}");
        assert!(error.message.contains("model.invalid"), "{error}");
        assert_eq!(asked.join().unwrap(), "CONNECT model.invalid:443 HTTP/1.1");
    });
}

#[test]
fn proxies_that_are_none() {
    run(async {
        for proxy in ["http://", "me:pass@:::"] {
            let error = answer(&through(proxy, NOWHERE)).await.unwrap_err();
            assert_eq!(error.kind, ModelErrorKind::NoModel, "{proxy}: {error}");
            assert!(error.message.contains("Set providers.proxy"), "{error}");
            assert!(!format!("{error:?}").contains("pass"), "{error:?}");
        }
        // One that is not there is told as such.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = format!("http://me:pass@{}", free.local_addr().unwrap());
        drop(free);
        let error = answer(&through(&proxy, NOWHERE)).await.unwrap_err();
        assert_eq!(error.kind, ModelErrorKind::Network, "{error}");
        assert!(!format!("{error:?}").contains("pass"), "{error:?}");
    });
}

#[test]
fn headers_of_the_settings_go_with_each_request() {
    run(async {
        let server = serve([Reply::say("ok")]);
        let mut config = config(&server);
        config.headers = vec![
            ("X-Team".into(), Secret::new("blue").unwrap()),
            ("user-agent".into(), Secret::new("mine").unwrap()),
        ];
        answer(&Remote::new(config.clone())).await.unwrap();
        let sent = &server.requests()[0];
        assert_eq!(sent.header("x-team"), Some("blue"));
        assert_eq!(sent.header("user-agent"), Some("mine"));
        for (name, value) in [("bad name", "x"), ("", "x"), ("x", "a\nb")] {
            config.headers = vec![(name.into(), Secret::new(value).unwrap())];
            let error = answer(&Remote::new(config.clone())).await.unwrap_err();
            assert_eq!(error.kind, ModelErrorKind::NoModel);
            assert!(error.message.contains("The header"), "{error}");
        }
    });
}
