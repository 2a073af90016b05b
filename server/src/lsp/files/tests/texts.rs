//! New texts for files, among what the user types.
use super::*;

/// Opens OLD, asks for NEW, and looks at the outcome and the buffer.
async fn check(steps: &[Step], expect: &str, buffer: &str) {
    let bench = bench(steps);
    bench.put("a", OLD);
    bench.open("a", OLD);
    let base = bench.read("a").await;
    let outcome = match bench.write(base, NEW).await {
        Ok(applied) => format!("made at {:?}", applied.version),
        Err(HostError::Stale(_)) => "stale".to_owned(),
        Err(HostError::Conflict(reason)) => format!("conflict: {reason}"),
        Err(error) => format!("{error:?}"),
    };
    assert!(outcome.starts_with(expect), "{outcome}");
    assert_eq!(bench.buffer("a"), buffer);
    assert_eq!(bench.disk("a").as_deref(), Some(OLD));
    assert!(bench.steps.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_text_has_the_last_word() {
    let apply: Step = |bench, params| {
        bench.apply_blindly(params);
        yes()
    };
    check(&[apply], "made at Some(2)", NEW).await;
    // What it says does not count, what it does, does.
    let apply_and_deny: Step = |bench, params| {
        bench.apply_blindly(params);
        no()
    };
    check(&[apply_and_deny], "made at Some(2)", NEW).await;
    let apply_in_silence: Step = |bench, params| {
        bench.apply_blindly(params);
        None
    };
    check(&[apply_in_silence], "made at Some(2)", NEW).await;
    check(
        &[|_, _| no()],
        "conflict: The editor refused the edit: no.",
        OLD,
    )
    .await;
    check(
        &[|_, _| yes()],
        "conflict: The editor said that it applied",
        OLD,
    )
    .await;
    check(&[|_, _| None], "Io", OLD).await;
}

#[tokio::test]
async fn what_the_user_types_meanwhile_stays() {
    let apply_then_type: Step = |bench, params| {
        bench.apply_blindly(params);
        bench.type_in("a", "one\nTWO, typed\nthree\n");
        yes()
    };
    check(
        &[apply_then_type],
        "made at Some(2)",
        "one\nTWO, typed\nthree\n",
    )
    .await;
    let type_then_refuse: Step = |bench, _| {
        bench.type_in("a", "typed\none\ntwo\nthree\n");
        no()
    };
    check(&[type_then_refuse], "stale", "typed\none\ntwo\nthree\n").await;
    let type_then_lie: Step = |bench, _| {
        bench.type_in("a", "typed\none\ntwo\nthree\n");
        yes()
    };
    check(&[type_then_lie], "stale", "typed\none\ntwo\nthree\n").await;
    let type_then_apply_well: Step = |bench, params| {
        bench.type_in("a", "one\ntwo\nthree\nfour\n");
        bench.apply_blindly(params);
        yes()
    };
    check(
        &[type_then_apply_well],
        "made at None",
        "one\nTWO\nthree\nfour\n",
    )
    .await;
    let close: Step = |bench, _| {
        bench.shared.documents.close(&bench.uri("a")).unwrap();
        bench.open("a", OLD);
        no()
    };
    check(&[close], "stale", OLD).await;
    // What was typed and taken back has another version, for which the edit was not.
    let type_and_undo: Step = |bench, _| {
        bench.type_in("a", "typed\none\ntwo\nthree\n");
        bench.type_in("a", OLD);
        no()
    };
    check(&[type_and_undo], "stale", OLD).await;
}

const TYPED: [&str; 2] = ["typed\none\ntwo\nthree\n", "one\ntwo, typed\nthree\n"];

#[tokio::test]
async fn an_edit_over_what_the_user_typed_is_taken_back() {
    let apply: Step = |bench, params| {
        bench.apply_blindly(params);
        yes()
    };
    let type_above_first: Step = |bench, params| {
        bench.type_in("a", TYPED[0]);
        bench.apply_blindly(params);
        yes()
    };
    let type_inside_first: Step = |bench, params| {
        bench.type_in("a", TYPED[1]);
        bench.apply_blindly(params);
        yes()
    };
    check(&[type_above_first, apply], "stale", TYPED[0]).await;
    check(&[type_inside_first, apply], "stale", TYPED[1]).await;
    // The user goes on typing while it is taken back.
    let type_more_first: Step = |bench, params| {
        let text = format!("more\n{}", bench.buffer("a"));
        bench.type_in("a", &text);
        bench.apply_blindly(params);
        yes()
    };
    let both = "more\ntyped\none\ntwo\nthree\n";
    check(&[type_above_first, type_more_first, apply], "stale", both).await;
    let type_more_and_refuse: Step = |bench, _| {
        let text = format!("more\n{}", bench.buffer("a"));
        bench.type_in("a", &text);
        no()
    };
    check(
        &[type_above_first, type_more_and_refuse, apply],
        "stale",
        both,
    )
    .await;
    let undo: Step = |bench, params| {
        bench.type_in("a", TYPED[0]);
        bench.apply_blindly(params);
        bench.type_in("a", TYPED[0]);
        yes()
    };
    check(&[undo], "stale", TYPED[0]).await;
    let wrong = "typed\nTWO\ntwo\nthree\n";
    let refuse: Step = |_, _| no();
    let sentence = "conflict: The editor applied the edit to a over what the user had just typed";
    check(&[type_above_first, refuse], sentence, wrong).await;
}

#[tokio::test]
async fn what_moved_on_before_is_stale_and_nothing_is_sent() {
    let bench = bench(&[]);
    bench.put("a", OLD);
    bench.open("a", OLD);
    let open = bench.read("a").await;
    bench.type_in("a", "mine");
    let is_stale = |result| matches!(result, Err(HostError::Stale(_)));
    assert!(is_stale(bench.write(open.clone(), NEW).await));
    bench.shared.documents.close(&bench.uri("a")).unwrap();
    assert!(is_stale(bench.write(open, NEW).await));
    let closed = bench.read("a").await;
    bench.open("a", OLD);
    assert!(is_stale(bench.write(closed, NEW).await));
    assert!(bench.asked().is_empty());
}

#[tokio::test]
async fn a_closed_file_is_followed_into_the_buffer_or_on_disk() {
    let open_and_type: Step = |bench, params| {
        bench.open("a", OLD);
        bench.apply_blindly(params);
        bench.type_in("a", "one\nTWO, typed\nthree\n");
        yes()
    };
    let save: Step = |bench, _| {
        bench.put("a", NEW);
        no()
    };
    for (step, version) in [(open_and_type, Some(2)), (save, None)] {
        let bench = bench(&[step]);
        bench.put("a", OLD);
        let base = bench.read("a").await;
        assert_eq!(bench.write(base, NEW).await.unwrap().version, version);
    }
    let bench = bench(&[
        |bench, _| {
            bench.put("a", "mine");
            yes()
        },
        |_, _| no(),
    ]);
    bench.put("a", OLD);
    let base = bench.read("a").await;
    let result = bench.write(base, NEW).await;
    assert!(matches!(result, Err(HostError::Stale(_))), "{result:?}");
    let base = bench.read("a").await;
    let result = bench.write(base, NEW).await;
    assert!(matches!(result, Err(HostError::Conflict(_))), "{result:?}");
}

#[tokio::test]
async fn a_file_is_made_by_the_editor_or_on_disk() {
    let make: Step = |bench, _| {
        bench.put("a", NEW);
        yes()
    };
    let lie: Step = |_, _| yes();
    for step in [make, lie] {
        let bench = bench(&[step]);
        let base = bench.read("a").await;
        bench.write(base, NEW).await.unwrap();
        assert_eq!(bench.disk("a").as_deref(), Some(NEW));
    }
    let bench = bench(&[
        |_, _| no(),
        |bench, _| {
            bench.put("a", "mine");
            no()
        },
    ]);
    let base = bench.read("a").await;
    let result = bench.write(base.clone(), NEW).await;
    assert!(matches!(result, Err(HostError::Conflict(_))), "{result:?}");
    let result = bench.write(base.clone(), NEW).await;
    assert!(matches!(result, Err(HostError::Stale(_))), "{result:?}");
    let result = bench.write(base, NEW).await;
    assert!(matches!(result, Err(HostError::Stale(_))), "{result:?}");
    assert_eq!(bench.disk("a").as_deref(), Some("mine"));
}

#[tokio::test]
async fn a_line_ending_that_the_editor_puts_at_the_end_is_taken_away_where_it_can_be() {
    async fn check(old: Option<&str>, new: &str, steps: &[Step], expect: &str, text: &str) {
        let bench = bench(steps);
        if let Some(old) = old {
            bench.put("a", old);
        }
        let base = bench.read("a").await;
        let found = match bench.write(base, new).await {
            Ok(_) => "made".to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(found.starts_with(expect), "{found}");
        assert_eq!(bench.buffer("a"), text);
    }
    // An empty buffer is a blank line.
    let open_and_fill: Step = |bench, params| {
        let parts = params["edit"]["documentChanges"].as_array().unwrap();
        let text = parts.last().unwrap()["edits"][0]["newText"].as_str();
        bench.open("a", "\n");
        bench.type_in("a", &format!("{}\n", text.unwrap()));
        yes()
    };
    let apply: Step = |bench, params| {
        bench.apply_blindly(params);
        yes()
    };
    let refuse: Step = |_, _| no();
    for old in [None, Some("")] {
        check(old, NEW, &[open_and_fill, apply], "made", NEW).await;
        let both = &format!("{NEW}\n");
        check(old, NEW, &[open_and_fill, refuse], "a changed", both).await;
        check(old, "one", &[open_and_fill], "a changed", "one\n").await;
    }
}

#[tokio::test]
async fn an_editor_that_tells_of_no_change_gets_no_second_edit_until_it_tells_of_one() {
    let lie: Step = |_, _| yes();
    let apply: Step = |bench, params| {
        bench.apply_blindly(params);
        yes()
    };
    let bench = bench(&[lie, apply]);
    bench.put("a", OLD);
    bench.open("a", OLD);
    for _ in 0..2 {
        let base = bench.read("a").await;
        let error = bench.write(base, NEW).await.unwrap_err();
        assert!(error.to_string().contains("told of no change"), "{error}");
        assert_eq!(bench.asked().len(), 1);
    }
    bench.type_in("a", OLD);
    let base = bench.read("a").await;
    bench.write(base, NEW).await.unwrap();
    assert_eq!(bench.buffer("a"), NEW);
}

#[tokio::test]
async fn a_text_that_is_not_known_any_more_is_stale_and_then_unreadable() {
    let bench = bench(&[|bench, _| {
        let reversed: TextDocumentContentChangeEvent = serde_json::from_value(json!({
            "range": {"start": {"line": 1, "character": 0}, "end": {"line": 0, "character": 0}},
            "text": "x",
        }))
        .unwrap();
        let documents = &bench.shared.documents;
        assert!(
            documents
                .change(&bench.uri("a"), 2, vec![reversed])
                .is_err()
        );
        no()
    }]);
    bench.put("a", OLD);
    bench.open("a", OLD);
    let base = bench.read("a").await;
    let result = bench.write(base.clone(), NEW).await;
    assert!(matches!(result, Err(HostError::Stale(_))), "{result:?}");
    let result = bench.write(base, NEW).await;
    assert!(
        matches!(result, Err(HostError::Unreadable(_))),
        "{result:?}"
    );
    assert_eq!(bench.disk("a").as_deref(), Some(OLD));
}

#[tokio::test]
async fn an_editor_without_edits_is_worked_around_on_disk_where_nothing_is_unsaved() {
    let bench = bench(&[]);
    bench.put("a", OLD);
    bench.open("a", OLD);
    let mut unsaved = FileChange::text(bench.read("a").await, NEW.into(), "Edit".to_owned());
    let editor = bench.files.editor().unwrap();
    editor.on_disk(&unsaved).unwrap();
    assert_eq!(bench.disk("a").as_deref(), Some(NEW));
    bench.type_in("a", "unsaved");
    unsaved.base = bench.read("a").await;
    let result = editor.on_disk(&unsaved);
    assert!(matches!(result, Err(HostError::Conflict(_))), "{result:?}");
    assert_eq!(bench.disk("a").as_deref(), Some(NEW));
}
