//! The names that models know tools by.
use proptest::prelude::{any, proptest};

use crate::names::{server_part, split, tool_part, wire_name};

fn check(server: &str, tool: &str, expected: &str) {
    assert_eq!(wire_name(server, tool), expected);
}

#[test]
fn good_names_stay() {
    check("git", "git_status", "mcp__git__git_status");
    check("my-server", "a-b_C9", "mcp__my-server__a-b_C9");
    check("a", "_x__y_", "mcp__a___x__y_");
    check(&"s".repeat(24), "t", "mcp__ssssssssssssssssssssssss__t");
    let tool = "t".repeat(56);
    check("s", &tool, &format!("mcp__s__{tool}"));
}

#[test]
fn others_get_a_hash() {
    check("git", "a.b", "mcp__git__a_b_108bf50c");
    check("git", "a b", "mcp__git__a_b_10a3f9f2");
    check("git", "", "mcp__git___811c9dc5");
    check("", "a", "mcp__811c9dc5__a");
    check("a__b", "c", "mcp__a_b_749bc500__c");
    check("a_", "c", "mcp__a_72254009__c");
    check("söder", "ä", "mcp__s_der_520791ba___199de0e2");
    check(&"s".repeat(25), "t", "mcp__sssssssssssssss_c4da3caa__t");
    let name = wire_name("server", &"t".repeat(100));
    assert_eq!(name.len(), 64);
}

proptest! {
    #![proptest_config(crate::tests::config())]

    #[test]
    fn every_name_can_be_used_and_found(server in any::<String>(), tool in any::<String>()) {
        let name = wire_name(&server, &tool);
        assert!(name.len() <= 64, "{name}");
        assert!(name.chars().all(|char| char.is_ascii_alphanumeric() || "_-".contains(char)));
        let part = server_part(&server);
        assert_eq!(split(&name), Some((part.as_str(), tool_part(&part, &tool).as_str())));
    }

    #[test]
    fn no_text_breaks_the_search(name in any::<String>()) {
        if let Some((server, tool)) = split(&name) {
            assert_eq!(name, format!("mcp__{server}__{tool}"));
        }
    }
}
