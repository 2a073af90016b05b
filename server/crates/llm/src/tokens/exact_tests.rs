//! Counts, against numbers that are public and against another implementation.
use std::sync::{Arc, LazyLock};

use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use proptest::strategy::Strategy;
use proptest::test_runner::RngSeed;
use tiktoken_rs::CoreBPE;

use super::exact::{Counter, WINDOW};
use crate::Tokenizer;

const BOTH: [Tokenizer; 2] = [Tokenizer::Cl100k, Tokenizer::O200k];

/// Another implementation of both.
static OTHERS: LazyLock<[CoreBPE; 2]> = LazyLock::new(|| {
    let tables = [tiktoken_rs::cl100k_base(), tiktoken_rs::o200k_base()];
    tables.map(|tables| tables.expect("its tables"))
});

fn other(tokenizer: Tokenizer, text: &str) -> usize {
    let [cl100k, o200k] = &*OTHERS;
    match tokenizer {
        Tokenizer::Cl100k => cl100k.count_ordinary(text),
        Tokenizer::O200k => o200k.count_ordinary(text),
    }
}

fn agree(text: &str) {
    for tokenizer in BOTH {
        let shown: String = text.chars().take(60).collect();
        let counted = Counter::new(tokenizer).count(text);
        assert_eq!(counted, other(tokenizer, text), "{tokenizer:?}: {shown:?}");
    }
}

fn check(text: &str, cl100k: usize, o200k: usize) {
    let shown: String = text.chars().take(40).collect();
    assert_eq!(
        Counter::new(Tokenizer::Cl100k).count(text),
        cl100k,
        "cl100k: {shown:?}"
    );
    assert_eq!(
        Counter::new(Tokenizer::O200k).count(text),
        o200k,
        "o200k: {shown:?}"
    );
}

#[test]
fn counts_that_are_known() {
    check("", 0, 0);
    check("hello world", 2, 2);
    check("tiktoken is great!", 6, 6);
    check("antidisestablishmentarianism", 6, 6);
    check("2 + 2 = 4", 7, 7);
    check("お誕生日おめでとう", 9, 8);
    check("<|endoftext|>", 7, 7);
    check("<|im_start|>system", 7, 7);
    check(&"a".repeat(100_000), 12_500, 12_500);
    check(&"0".repeat(60_000), 20_000, 20_000);
}

#[test]
fn the_other_implementation_agrees() {
    let own = include_str!("exact.rs");
    let prose = "Two words, 3 numbers: 12345;\n\n  then\tmore — 日本語のテキスト。\r\n// end\n/";
    for text in [
        own,
        include_str!("../../catalog/openai.toml"),
        prose,
        " ",
        "  ",
        "\n",
        " \n",
        "\n ",
        "a  ",
        "a  b",
        "a \n b",
        "   \n\n   x",
        "\t\tx",
        "\u{a0}\u{a0}x",
        "\u{2003}\u{2003}\u{2003}x",
        "I'M you'LL he's 's 'ſ DON'T",
        "}\n//\n/\r\n",
        "e\u{301}e\u{301} \u{301}\u{301}",
        "ǅ Ⅷ ٣٤٥ ½ ªº",
        "🦀👩‍👩‍👧‍👦🇩🇪",
        "\u{0}\u{1}\u{7f}\u{feff}\u{fffd}",
    ] {
        agree(text);
    }
}

#[test]
fn windows_do_not_change_the_count() {
    let own = include_str!("exact.rs");
    let prose = "Two words, 3 numbers: 12345;\n\n  then\tmore — 日本語のテキスト。\r\n// end\n/";
    for text in [own.repeat(2 * WINDOW / own.len() + 2), prose.repeat(2000)] {
        assert!(text.len() > 2 * WINDOW, "{}", text.len());
        agree(&text);
    }
}

#[test]
fn long_runs_agree_up_to_a_window() {
    let parts = [
        "a", "A", " ", "\n", "\t", "é", "日", "🦀", "\u{301}", "!", "'", "0", " \n", "'s", "ªǅ",
        "ab", "\r\n", "aA", "-=", "x ",
    ];
    for part in parts {
        agree(&part.repeat(WINDOW / part.len() / 16));
        agree(&format!("x{}x", part.repeat(3000 / part.len())));
    }
}

#[test]
fn no_text_is_too_long_or_too_odd() {
    for part in ["a", " ", "\n", "é", "日", "🦀", "!", "\u{301}", "0", " \n"] {
        let text = part.repeat(WINDOW / part.len() + 100);
        for tokenizer in BOTH {
            let tokens = Counter::new(tokenizer).count(&text);
            assert!(tokens > 0 && tokens <= text.len(), "{part:?}: {tokens}");
        }
    }
}

#[test]
fn what_someone_keeps_is_shared() {
    for tokenizer in BOTH {
        let first = Counter::new(tokenizer);
        let second = Counter::new(tokenizer);
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(first.tokenizer(), tokenizer);
    }
}

proptest! {
    // The cases are the same in every run.
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(20_260_701),
        failure_persistence: None,
        ..ProptestConfig::with_cases(200)
    })]

    #[test]
    fn any_text_agrees(text in any::<String>()) {
        for tokenizer in BOTH {
            prop_assert_eq!(Counter::new(tokenizer).count(&text), other(tokenizer, &text));
        }
    }

    #[test]
    fn texts_of_what_is_hard_agree(text in hard()) {
        for tokenizer in BOTH {
            prop_assert_eq!(Counter::new(tokenizer).count(&text), other(tokenizer, &text));
        }
    }
}

/// Texts in which what the patterns tell apart comes thick and fast.
fn hard() -> impl Strategy<Value = String> {
    proptest::string::string_regex(
        "([ \t\n\r/']|[a-cA-C]|[sdmtLR]|[0-9]|[éßΩж日\u{301}ǅ!.,{}]|word|  )*",
    )
    .expect("a pattern")
}
