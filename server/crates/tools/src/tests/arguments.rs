//! Arguments: what is taken, and what an error says.
use serde_json::{Value, json};

use super::workspace::{object, tool};
use crate::{arguments, edit_file, grep, read_file};

fn read<T: serde::de::DeserializeOwned + serde::Serialize>(
    name: &str,
    arguments: Value,
) -> Result<Value, String> {
    let tool = tool(name);
    match arguments::parse::<T>(&tool.spec().input_schema, object(arguments)) {
        Ok(read) => Ok(serde_json::to_value(read).expect("fields")),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn errors_name_the_field() {
    fn check(arguments: Value, expect: &str) {
        assert_eq!(
            read::<read_file::Args>("read_file", arguments),
            Err(expect.to_owned())
        );
    }
    check(json!({}), "path is missing. Give a string.");
    check(json!({"path": null}), "path is missing. Give a string.");
    check(json!({"path": 5}), "path must be a string, not a number.");
    check(json!({"path": ["a"]}), "path must be a string, not a list.");
    let whole = "offset must be a whole number, not negative, not";
    check(
        json!({"path": "a", "offset": -1}),
        &format!("{whole} a number."),
    );
    check(
        json!({"path": "a", "offset": 1.5}),
        &format!("{whole} a number."),
    );
    check(
        json!({"path": "a", "offset": 1e300}),
        &format!("{whole} a number."),
    );
    check(
        json!({"path": "a", "offset": "two"}),
        &format!("{whole} a string."),
    );
    check(
        json!({"path": "a", "offset": {}}),
        &format!("{whole} an object."),
    );
}

#[test]
fn what_can_mean_only_one_thing_is_taken() {
    let expect = json!({"path": "a", "offset": 3, "limit": 20});
    for arguments in [
        json!({"path": "a", "offset": 3, "limit": 20}),
        json!({"path": "a", "offset": "3", "limit": " 20 "}),
        json!({"path": "a", "offset": 3.0, "limit": 20, "unknown": [1]}),
    ] {
        assert_eq!(
            read::<read_file::Args>("read_file", arguments),
            Ok(expect.clone())
        );
    }
    let absent = json!({"path": "a", "offset": null, "limit": null});
    let given = json!({"path": "a", "offset": null});
    assert_eq!(read::<read_file::Args>("read_file", given), Ok(absent));

    let case = |value: Value| {
        read::<grep::Args>("grep", json!({"pattern": "a", "ignore_case": value}))
            .map(|args| args["ignore_case"].clone())
    };
    assert_eq!(case(json!(true)), Ok(json!(true)));
    assert_eq!(case(json!("True")), Ok(json!(true)));
    assert_eq!(case(json!("false")), Ok(json!(false)));
    assert_eq!(
        case(json!("yes")),
        Err("ignore_case must be true or false, not a string.".to_owned())
    );
}

#[test]
fn edits_come_in_several_shapes() {
    let edits = |edits: Value| {
        let arguments = json!({"path": "a", "edits": edits});
        read::<edit_file::Args>("edit_file", arguments).map(|args| args["edits"].clone())
    };
    let entry = json!({"old_text": "[1]", "new_text": "{\"a\": 2}"});
    let expect = json!([{"old_text": "[1]", "new_text": "{\"a\": 2}", "replace_all": null}]);
    assert_eq!(edits(json!([entry])), Ok(expect.clone()));
    assert_eq!(edits(entry.clone()), Ok(expect.clone()));
    assert_eq!(edits(json!(json!([entry]).to_string())), Ok(expect.clone()));
    assert_eq!(edits(json!(entry.to_string())), Ok(expect.clone()));
    assert_eq!(edits(json!([entry.to_string()])), Ok(expect));

    let refused = |value: Value, expect: &str| assert_eq!(edits(value), Err(expect.to_owned()));
    refused(json!([]), "edits is empty. Give at least one entry.");
    refused(json!("[]"), "edits is empty. Give at least one entry.");
    refused(json!("nonsense"), "edits must be a list, not a string.");
    refused(json!(7), "edits must be a list, not a number.");
    refused(json!(["x"]), "edits[0] must be an object, not a string.");
    refused(
        json!([entry, {"old_text": "a"}]),
        "edits[1].new_text is missing. Give a string.",
    );
    refused(
        json!([{"old_text": 1, "new_text": "b"}]),
        "edits[0].old_text must be a string, not a number.",
    );
    let deep = "[".repeat(100_000);
    refused(json!(deep), "edits must be a list, not a string.");
}
