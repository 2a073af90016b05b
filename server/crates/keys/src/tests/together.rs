//! Many at once: nothing is lost, and readers see the old keys or the new ones.
use std::sync::Barrier;
use std::thread;

use super::{Bench, get, keyring, list, set};
use crate::{Choice, NoPrompt};

#[test]
fn adding_at_the_same_time_loses_nothing() {
    const THREADS: usize = 8;
    const KEYS: usize = 4;
    let bench = Bench::new();
    let ring = keyring();
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (bench, ring, start) = (&bench, &ring, &start);
            scope.spawn(move || {
                // Every other one keeps its keys in the keyring.
                let choice = [Choice::File, Choice::Keyring][thread % 2];
                let store = bench.store_with(choice, ring);
                start.wait();
                for n in 0..KEYS {
                    set(&store, &format!("p{thread}-{n}"), &format!("k{thread}-{n}")).unwrap();
                }
            });
        }
    });
    let store = bench.store_with(Choice::Auto, &ring);
    assert_eq!(store.list().unwrap().len(), THREADS * KEYS);
    for thread in 0..THREADS {
        for n in 0..KEYS {
            let name = format!("p{thread}-{n}");
            assert_eq!(get(&store, &name), Some(format!("k{thread}-{n}")), "{name}");
        }
    }
}

#[test]
fn a_reader_sees_the_old_key_or_the_new_one() {
    let bench = Bench::new();
    let store = bench.store();
    set(&store, "openai", "sk-0").unwrap();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let store = bench.store();
            for n in 1..=40 {
                set(&store, "openai", &format!("sk-{n}")).unwrap();
                set(&store, "groq", "gsk").unwrap();
                store.remove("groq", &NoPrompt).unwrap();
            }
        });
        let mut last = 0;
        while !writer.is_finished() {
            let key = get(&store, "openai").expect("it is never gone");
            let n: u32 = key.strip_prefix("sk-").unwrap().parse().unwrap();
            assert!(n >= last, "{n} after {last}");
            last = n;
            // Gone or there, but never an error.
            store.get("groq", &NoPrompt).unwrap();
        }
    });
    assert_eq!(get(&store, "openai").as_deref(), Some("sk-40"));
    assert_eq!(list(&store), "openai: file");
}
