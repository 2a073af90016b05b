//! SEARCH/REPLACE blocks: any answer, and blocks that come back as they were written.
#![no_main]
mod input;

use aside_edit::blocks::{edits, parse};
use input::texts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some([answer, search, replace]) = texts(data) else {
        return;
    };
    if let Ok(blocks) = parse(answer) {
        let count: usize = edits(&blocks).iter().map(|(_, edits)| edits.len()).sum();
        // Blocks that change nothing are left out beside others.
        assert!(count <= blocks.len() && (count > 0) == !blocks.is_empty());
        for block in &blocks {
            assert!(!block.path.is_empty());
        }
    }
    round_trip(search, replace);
});

fn round_trip(search: &str, replace: &str) {
    let is_plain = |text: &str| {
        let is_marker = |line: &str| line.trim_start().starts_with(['<', '=', '>']);
        !text.contains('\r') && !text.lines().any(is_marker)
    };
    if !is_plain(search) || !is_plain(replace) {
        return;
    }
    let whole = |text: &str| match text.is_empty() || text.ends_with('\n') {
        true => text.to_owned(),
        false => format!("{text}\n"),
    };
    let (search, replace) = (whole(search), whole(replace));
    let answer =
        format!("src/x.rs\n```\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n```\n");
    let blocks = parse(&answer).unwrap_or_else(|error| panic!("{error}\n{answer}"));
    assert_eq!(blocks.len(), 1);
    assert_eq!(blocks[0].path, "src/x.rs");
    assert_eq!((&blocks[0].search, &blocks[0].replace), (&search, &replace));
}
