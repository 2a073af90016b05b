//! Which addresses are part of the public internet, and which are not for a model to reach.
//!
//! The special ranges are those of IANA's registries:
//! <https://www.iana.org/assignments/iana-ipv4-special-registry> and
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where clouds tell a machine its own credentials, over IPv4.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(100, 100, 100, 200),
];
/// The same over IPv6.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254);

/// Blocks of IPv4: the first address, the length of the prefix, and what it is.
const BLOCKS_V4: &[(Ipv4Addr, u32, &str)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private network"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "a carrier's own network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "the local link"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private network"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved for protocols"),
    (
        Ipv4Addr::new(192, 0, 2, 0),
        24,
        "reserved for documentation",
    ),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a relay of 6to4"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private network"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "reserved for benchmarks"),
    (
        Ipv4Addr::new(198, 51, 100, 0),
        24,
        "reserved for documentation",
    ),
    (
        Ipv4Addr::new(203, 0, 113, 0),
        24,
        "reserved for documentation",
    ),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Blocks of IPv6 within the range that is handed out, and the well-known ones outside of it,
/// for better words: nothing outside of 2000::/3 is public anyhow.
const BLOCKS_V6: &[(Ipv6Addr, u32, &str)] = &[
    (Ipv6Addr::LOCALHOST, 128, "this machine"),
    (Ipv6Addr::UNSPECIFIED, 128, "this machine"),
    (
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0),
        48,
        "a translator's own network",
    ),
    (
        Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0),
        23,
        "reserved for protocols",
    ),
    (
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
        32,
        "reserved for documentation",
    ),
    (
        Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0),
        16,
        "a tunnel of 6to4",
    ),
    (
        Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0),
        20,
        "reserved for documentation",
    ),
    (
        Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0),
        7,
        "a private network",
    ),
    (
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0),
        10,
        "the local link",
    ),
    (
        Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0),
        10,
        "a private network",
    ),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
];

/// The prefix by which translators reach IPv4 (RFC 6052): its last four bytes are the address.
const NAT64: Ipv6Addr = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0);
/// IPv4 in the clothes of IPv6, mapped (`::ffff:0:0/96`).
const MAPPED: Ipv6Addr = Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0);
/// The only range that is handed out to the public.
const GLOBAL: Ipv6Addr = Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0);

/// What an address is, where it is not a public one.
pub(crate) fn not_public(address: IpAddr) -> Option<&'static str> {
    if is_metadata(address) {
        return Some("where a cloud tells its machines their credentials");
    }
    match address {
        IpAddr::V4(address) => not_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => not_public_v4(inner),
            None => not_public_v6(address),
        },
    }
}

/// Whether a cloud's service of credentials answers there, in any spelling.
pub(crate) fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => METADATA_V4.contains(&address),
        IpAddr::V6(address) => {
            address == METADATA_V6
                || embedded(address).is_some_and(|inner| METADATA_V4.contains(&inner))
        }
    }
}

/// The IPv4 address that this one leads to.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let is_in = |block| is_within_v6(address, block, 96);
    (is_in(MAPPED) || is_in(NAT64)).then(|| {
        let [.., a, b, c, d] = address.octets();
        Ipv4Addr::new(a, b, c, d)
    })
}

fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    BLOCKS_V4
        .iter()
        .find(|(block, length, _)| {
            let shift = 32 - length;
            address.to_bits() >> shift == block.to_bits() >> shift
        })
        .map(|(_, _, what)| *what)
}

fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    let block = BLOCKS_V6
        .iter()
        .find(|(block, length, _)| is_within_v6(address, *block, *length));
    match block {
        Some((_, _, what)) => Some(what),
        None if is_within_v6(address, GLOBAL, 3) => None,
        None => Some("reserved"),
    }
}

fn is_within_v6(address: Ipv6Addr, block: Ipv6Addr, length: u32) -> bool {
    let shift = 128 - length;
    address.to_bits() >> shift == block.to_bits() >> shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        let refused = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.0.1",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "100.100.100.200",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.1.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2001:10::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in refused {
            let parsed: IpAddr = address.parse().unwrap();
            assert!(not_public(parsed).is_some(), "{address}");
        }
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.1.1.1",
            "128.0.0.1",
            "169.253.1.1",
            "172.15.1.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.1.1",
            "193.0.0.1",
            "198.17.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ];
        for address in public {
            let parsed: IpAddr = address.parse().unwrap();
            assert_eq!(not_public(parsed), None, "{address}");
        }
    }

    #[test]
    fn metadata_in_any_clothes() {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "fd00:ec2::254",
        ] {
            assert!(is_metadata(address.parse().unwrap()), "{address}");
        }
        assert!(!is_metadata("169.254.169.253".parse().unwrap()));
    }
}
