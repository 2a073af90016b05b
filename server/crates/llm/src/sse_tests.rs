//! The parser on whole streams, on every split of them, and at its bound.
use super::*;

/// Kind, data and id of each event; the retry time at the end.
type Parsed = (Vec<(String, String, String)>, Option<u64>);

fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Parsed {
    let mut parser = Parser::new(1024);
    let mut events = Vec::new();
    for piece in pieces {
        parser
            .push(piece, |event| {
                events.push((
                    event.kind.into_owned(),
                    event.data.into_owned(),
                    event.id.into_owned(),
                ));
            })
            .unwrap();
    }
    (events, parser.retry())
}

/// Streams and the data of their events.
const STREAMS: &[(&[u8], &[&str])] = &[
    (b"data: a\n\n", &["a"]),
    (b"data: a\r\rdata: b\r\r", &["a", "b"]),
    (b"data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]),
    (b"data: a\n\r\ndata: b\r\n\ndata: c\r\r\n", &["a", "b", "c"]),
    (b"\n\r\n\rdata: a\n\n\n\n", &["a"]),
    (b"data:a\ndata: b\ndata:  c\n\n", &["a\nb\n c"]),
    (b"data\n\n", &[""]),
    (b"data\ndata\n\n", &["\n"]),
    (b"data:\n\n", &[""]),
    (b": comment\n:\ndata: a\n:data: b\n\n", &["a"]),
    (b"datax: a\n data: b\nDATA: c\nunknown\n\n", &[]),
    (b"event: e\n\ndata: a\n\n", &["a"]),
    (b"data: a\n\ndata: lost", &["a"]),
    (b"data: a\n\ndata: lost\n", &["a"]),
    (b"\xEF\xBB\xBFdata: a\n\n", &["a"]),
    (b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\ndata: b\n\n", &["b"]),
    (b"\xEF\xBBdata: a\n\ndata: b\n\n", &["b"]),
    (b"\xEF\xBB", &[]),
    (
        "data: h\u{e9}llo \u{4f60}\u{1F980}\n\n".as_bytes(),
        &["h\u{e9}llo \u{4f60}\u{1F980}"],
    ),
    (b"data: \xFFa\xE4\xBD\n\n", &["\u{FFFD}a\u{FFFD}"]),
    (b"data: a:b: c\n\n", &["a:b: c"]),
    (b"data: \0\n\n", &["\0"]),
];

#[test]
fn streams_give_the_events_that_the_standard_says() {
    for (stream, expected) in STREAMS {
        let (events, _) = parse([*stream]);
        let data: Vec<&str> = events.iter().map(|(_, data, _)| data.as_str()).collect();
        assert_eq!(&data, expected, "{:?}", String::from_utf8_lossy(stream));
    }
}

#[test]
fn kinds_ids_and_retry_times() {
    let stream = b"event: ping\nid: 1\nretry: 250\ndata: a\n\ndata: b\n\n\
        id: x\0y\nretry: 1s\nretry\nretry: 99999999999999999999\ndata: c\n\nid\ndata: d\n\n";
    let (events, retry) = parse([stream.as_slice()]);
    let of = |kind: &str, data: &str, id: &str| (kind.to_owned(), data.to_owned(), id.to_owned());
    assert_eq!(
        events,
        [
            of("ping", "a", "1"),
            of("", "b", "1"),
            of("", "c", "1"),
            of("", "d", "")
        ]
    );
    assert_eq!(retry, Some(250));
}

#[test]
fn every_split_into_three_gives_the_same() {
    let long: Vec<u8> = STREAMS
        .iter()
        .flat_map(|(stream, _)| *stream)
        .copied()
        .collect();
    let all = STREAMS
        .iter()
        .map(|(stream, _)| *stream)
        .chain([long.as_slice()]);
    for stream in all {
        let whole = parse([stream]);
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(parse(pieces), whole, "{first} {second}");
            }
        }
        assert_eq!(parse(stream.chunks(1)), whole);
    }
}

#[test]
fn every_short_text_of_the_telling_bytes_parses_the_same_in_every_split() {
    // All texts of up to six of these bytes, each cut in two at every place.
    const BYTES: &[u8] = b"\r\n:d \xEF";
    const LENGTH: usize = 6;
    let mut digits = [0; LENGTH];
    'texts: loop {
        let mut stream = b"data:x".to_vec();
        stream.extend(digits.iter().map(|digit| BYTES[*digit]));
        let whole = parse([stream.as_slice()]);
        for at in 6..=stream.len() {
            assert_eq!(parse([&stream[..at], &stream[at..]]), whole, "{stream:?}");
        }
        for digit in &mut digits {
            *digit += 1;
            if *digit < BYTES.len() {
                continue 'texts;
            }
            *digit = 0;
        }
        return;
    }
}

/// Feeds the piece until the parser refuses, and says how many bytes it took and holds.
fn feed(limit: usize, first: &[u8], piece: &[u8], at_most: usize) -> (usize, usize) {
    let mut parser = Parser::new(limit);
    parser.push(first, |_| {}).unwrap();
    let mut fed = first.len();
    while fed < at_most {
        if let Err(error) = parser.push(piece, |_| {}) {
            assert_eq!(error, EventTooLong { limit });
            break;
        }
        fed += piece.len();
    }
    let fields = &parser.fields;
    let held = [&parser.line, &fields.data, &fields.kind, &fields.id];
    (fed, held.iter().map(|buffer| buffer.capacity()).sum())
}

#[test]
fn a_line_of_a_gigabyte_is_refused_at_the_bound() {
    const GIGABYTE: usize = 1 << 30;
    let limit = MAX_EVENT_BYTES;
    let piece = [b'a'; 64 * 1024];
    for first in [b"data: ".as_slice(), b":", b"", b"id:", b"event: "] {
        let (fed, held) = feed(limit, first, &piece, GIGABYTE);
        assert!(fed <= limit, "{fed}");
        assert!(held <= 4 * limit, "{held}");
    }
    // Many data lines of one event count together.
    let line = [b"data: ".as_slice(), &piece, b"\n"].concat();
    let (fed, held) = feed(limit, b"", &line, GIGABYTE);
    assert!(fed <= limit + line.len(), "{fed}");
    assert!(held <= 4 * limit, "{held}");
}

#[test]
fn a_stream_of_many_events_and_comments_has_no_bound() {
    let lines = b": keep alive\ndata: aaaaaaaa\n\nevent: x\n\n";
    let (fed, held) = feed(64, b"", lines, 1 << 20);
    assert!(fed >= 1 << 20);
    assert!(held < 1024, "{held}");
}

#[test]
fn an_event_just_at_the_bound_passes() {
    let exact = [b"data:".as_slice(), &[b'a'; 59], b"\n\n"].concat();
    let longer = [b"data:".as_slice(), &[b'a'; 60], b"\n\n"].concat();
    assert!(Parser::new(64).push(&exact, |_| {}).is_ok());
    assert!(Parser::new(64).push(&longer, |_| {}).is_err());
}
