//! Reaching what is outside over sockets.
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use aside_sandbox::{Backend, Network};

use crate::harness::each;

/// Tries to connect to a host and port.
const CONNECT: &str = "perl -MIO::Socket::INET -e \
    'print IO::Socket::INET->new(PeerAddr => $ARGV[0], Timeout => 2) ? \"open\" : \"$!\"' ";

/// Tries to connect to a socket in the file system.
const LOCAL: &str = "perl -MIO::Socket::UNIX -e \
    'print IO::Socket::UNIX->new(Peer => $ARGV[0]) ? \"open\" : \"$!\"' ";

#[tokio::test]
async fn no_host_is_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    each(async |place| {
        for address in [address.to_string(), "1.1.1.1:53".to_owned()] {
            let done = place.run(&format!("{CONNECT} {address}")).await;
            let expect = match place.backend {
                Backend::Landlock => "Operation not permitted",
                _ if address.starts_with("127") => "Connection refused",
                _ => "Network is unreachable",
            };
            assert_eq!(done.output, expect, "{address}");
        }
        for family in [2, 10, 16, 17, 38, 40] {
            // Internet, netlink, packets, the kernel's ciphers, the hypervisor.
            let done = place
                .run(&format!(
                    "perl -e 'socket(S, {family}, 3, 0) or die; print \"made\"'"
                ))
                .await;
            let is_loopback = place.backend == Backend::Bubblewrap && family == 16;
            assert_eq!(
                done.output.contains("made"),
                is_loopback,
                "{family} {done:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_network_is_reached_when_it_is_on() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    each(async |mut place| {
        place.profile.network = Network::On;
        let done = place.run(&format!("{CONNECT} {address}")).await;
        assert_eq!(done.output, "open");
    })
    .await;
}

#[tokio::test]
async fn services_on_local_sockets_are_not_reached() {
    each(async |place| {
        let path = place.root.join("outside/socket");
        let listener = UnixListener::bind(&path).unwrap();
        let done = place.run(&format!("{LOCAL} {}", path.display())).await;
        assert!(!done.output.contains("open"), "{done:?}");
        drop(listener);
    })
    .await;
}

#[tokio::test]
async fn a_program_talks_to_itself() {
    each(async |place| {
        let done = place
            .run(
                "perl -MSocket -e 'socketpair(A, B, AF_UNIX, SOCK_STREAM, 0) or die $!; \
                 syswrite A, \"hi\"; sysread B, $x, 2; print $x'",
            )
            .await;
        assert_eq!(done.output, "hi");
        if place.backend == Backend::Bubblewrap {
            let done = place
                .run(
                    "perl -MIO::Socket::INET -e '$l = IO::Socket::INET->new(Listen => 1, \
                     LocalAddr => \"127.0.0.1\") or die $!; print IO::Socket::INET->new(PeerAddr \
                     => \"127.0.0.1\", PeerPort => $l->sockport) ? \"open\" : $!'",
                )
                .await;
            assert_eq!(done.output, "open");
        }
    })
    .await;
}
