//! Programs that talk to other hosts.
mod copy;
mod hosts;
mod options;

use self::copy::copy;
pub(super) use self::hosts::{host_of_login, host_of_url};
use self::options::{CURL, WGET};
use super::options::{Given, Order, sort};
use crate::effect::{Effect, Name, Scope};
use crate::walk::{Reach, Walker};
use crate::word::Word;

/// What a program that talks to other hosts does.
pub(super) fn run(walker: &mut Walker<'_>, name: &str, arguments: &[Word]) -> Option<Scope> {
    match name {
        "curl" => Some(curl(walker, arguments)),
        "wget" => Some(wget(walker, arguments)),
        "scp" | "rsync" | "sftp" => Some(copy(walker, name, arguments)),
        "ping" | "ping6" | "dig" | "host" | "nslookup" | "traceroute" | "whois" | "nc" | "ncat"
        | "netcat" | "telnet" | "socat" | "ftp" | "mosh" | "nmap" | "openssl" | "http"
        | "https" | "aria2c" | "gh" | "glab" | "aws" | "gcloud" | "az" | "kubectl" | "docker"
        | "podman" | "heroku" | "psql" | "mysql" | "redis-cli" | "mongosh" => {
            let is_host = matches!(
                name,
                "ping" | "ping6" | "host" | "traceroute" | "telnet" | "nc" | "ncat" | "netcat"
            );
            let hosts: Vec<Name> = arguments
                .iter()
                .filter(|word| {
                    let prefix = word.prefix();
                    is_host && !prefix.starts_with('-') && prefix.parse::<u32>().is_err()
                })
                .map(host_of_login)
                .collect();
            if hosts.is_empty() {
                let host = Name::Unknown("?".to_owned());
                walker.effect(Effect::Network { host });
            }
            for host in hosts {
                walker.effect(Effect::Network { host });
            }
            Some(Scope::Anything)
        }
        _ => None,
    }
}

fn curl(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let given = sort(arguments, CURL, Order::Mixed);
    let mut urls = given.operands.clone();
    urls.extend(given.values(&["url"]));
    hosts(walker, &urls);
    let others = [
        "x",
        "proxy",
        "preproxy",
        "socks4",
        "socks4a",
        "socks5",
        "socks5-hostname",
        "doh-url",
        "connect-to",
        "resolve",
    ];
    for word in given.values(&others) {
        walker.effect(Effect::Network {
            host: host_of_login(&word),
        });
    }
    if given.has(&["L", "location", "location-trusted"]) {
        walker.effect(Effect::Network {
            host: Name::Unknown("redirects".to_owned()),
        });
    }
    let written = [
        "o",
        "output",
        "D",
        "dump-header",
        "c",
        "cookie-jar",
        "trace",
        "trace-ascii",
        "libcurl",
        "stderr",
        "etag-save",
        "hsts",
        "alt-svc",
    ];
    write_all(walker, &given, &written);
    for folder in given.values(&["output-dir"]) {
        walker.write(&folder, Reach::Beneath);
    }
    if given.has(&[
        "O",
        "remote-name",
        "remote-name-all",
        "J",
        "remote-header-name",
    ]) {
        write_names(walker, &urls);
    }
    let read = [
        "T",
        "upload-file",
        "E",
        "cert",
        "cacert",
        "key",
        "netrc-file",
        "K",
        "config",
        "etag-compare",
    ];
    let read = given.values(&read);
    for file in read.iter().filter(|file| !file.is("-")) {
        walker.read(file, Reach::Itself);
    }
    // `@file` sends what is in a file.
    let sent = [
        "d",
        "data",
        "data-binary",
        "data-ascii",
        "data-urlencode",
        "F",
        "form",
        "json",
        "b",
        "cookie",
        "H",
        "header",
    ];
    for word in given.values(&sent) {
        let prefix = word.prefix();
        if let Some(at) = prefix.find(['@', '<']) {
            let count = prefix[..at].chars().count() + 1;
            let file = word.without(count);
            let end = file
                .literal()
                .and_then(|text| text.split(';').next().map(Word::known));
            let file = end.unwrap_or(file);
            if !file.is("-") {
                walker.read(&file, Reach::Itself);
            }
        } else if word.literal().is_none() && word.may_become_option() {
            walker.read(&Word::unknown(word.raw()), Reach::Itself);
        }
    }
    let is_listed = given.is_certain && !given.has(&["K", "config", "engine"]);
    if is_listed {
        Scope::Listed
    } else {
        Scope::Anything
    }
}

fn wget(walker: &mut Walker<'_>, arguments: &[Word]) -> Scope {
    let given = sort(arguments, WGET, Order::Mixed);
    hosts(walker, &given.operands);
    write_all(
        walker,
        &given,
        &[
            "O",
            "output-document",
            "o",
            "output-file",
            "a",
            "append-output",
            "save-cookies",
            "rejected-log",
            "hsts-file",
            "warc-file",
        ],
    );
    for file in given.values(&[
        "post-file",
        "body-file",
        "load-cookies",
        "i",
        "input-file",
        "config",
    ]) {
        walker.read(&file, Reach::Itself);
    }
    let folders = given.values(&["P", "directory-prefix"]);
    for folder in &folders {
        walker.write(folder, Reach::Beneath);
    }
    let is_deep = given.has(&[
        "r",
        "recursive",
        "m",
        "mirror",
        "p",
        "page-requisites",
        "i",
        "input-file",
    ]);
    if is_deep {
        walker.effect(Effect::Network {
            host: Name::Unknown("links".to_owned()),
        });
    }
    if folders.is_empty() && !given.has(&["O", "output-document", "spider"]) {
        if is_deep {
            walker.write_here(Reach::Beneath);
        } else {
            write_names(walker, &given.operands);
        }
    }
    let runs = given.has(&["e", "execute", "use-askpass", "config", "i", "input-file"]);
    if runs || !given.is_certain {
        return Scope::Anything;
    }
    Scope::Listed
}

fn write_all(walker: &mut Walker<'_>, given: &Given, names: &[&str]) {
    for file in given.values(names) {
        if !file.is("-") {
            walker.write(&file, Reach::Itself);
        }
    }
}

/// Files here, named like the last part of each address.
fn write_names(walker: &mut Walker<'_>, urls: &[Word]) {
    for url in urls {
        let name = url.literal().and_then(|text| {
            let rest = text
                .split_once("://")
                .map_or(text.as_str(), |(_, rest)| rest);
            let rest = rest.split(['?', '#']).next()?;
            let (_, name) = rest.rsplit_once('/')?;
            (!name.is_empty() && name != "..").then(|| Word::known(name))
        });
        match name {
            Some(name) => walker.write(&name, Reach::Itself),
            None => walker.write_here(Reach::Beneath),
        }
    }
}

fn hosts(walker: &mut Walker<'_>, urls: &[Word]) {
    if urls.is_empty() {
        walker.effect(Effect::Network {
            host: Name::Unknown("?".to_owned()),
        });
    }
    for url in urls {
        let text = url.literal().unwrap_or_default();
        let is_file = text
            .get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case("file:"));
        if is_file {
            walker.read(
                &Word::known(text[5..].trim_start_matches("//")),
                Reach::Itself,
            );
            continue;
        }
        walker.effect(Effect::Network {
            host: host_of_url(url),
        });
    }
}
