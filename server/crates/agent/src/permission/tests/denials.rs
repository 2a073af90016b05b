//! What no rule and no mode allows.
use super::super::PermissionMode::{AcceptEdits, Ask, Full, ReadOnly};
use super::super::{DENIALS, Places, RuleEffect, Use, decide};
use super::{check, effect, places, word};

const RULES: [&str; 3] = [
    "allow * *",
    "user allow writePath /**",
    "allow readPath /**",
];

#[test]
fn denied_by_what_it_is() {
    for (text, expected) in [
        ("write /", "deny"),
        ("write /**", "deny"),
        ("write /home", "deny"),
        ("write /home/**", "deny"),
        ("write /home/me", "deny"),
        ("write /home/me/**", "deny"),
        ("write /home/me/project/../..", "deny"),
        ("write /home/me/other/a", "deny"),
        ("write /home/mean/a", "deny"),
        ("write /tmp/a", "deny"),
        ("write /etc/passwd", "deny"),
        ("write /home/me/project-2/a", "deny"),
        ("write /home/me/project/a", "allow"),
        ("write /srv/more", "allow"),
        ("read /home/me/.ssh/id_ed25519", "deny"),
        ("read /home/me/.ssh/**", "deny"),
        ("read /home/me/.ssh", "deny"),
        ("read /home/me/project/../.ssh/id_rsa", "deny"),
        ("read /home/me/.aws/credentials", "deny"),
        ("read /home/me/.gnupg/private-keys-v1.d/x", "deny"),
        ("read /home/me/.netrc", "deny"),
        (
            "read /home/me/.config/gcloud/application_default_credentials.json",
            "deny",
        ),
        ("read /home/me/.config/gh/hosts.yml", "deny"),
        ("read /home/me/.cargo/credentials.toml", "deny"),
        ("read /home/me/.cargo/registry/a", "allow"),
        ("read /etc/shadow", "deny"),
        ("read /etc/hosts", "allow"),
        ("read /proc/self/environ", "deny"),
        ("read /proc/1/task/1/environ", "deny"),
        ("read /proc/cpuinfo", "allow"),
        ("read /home/me/.local/share/aside/keys", "deny"),
        ("read /home/me/.local/share/aside/scratch/s/a", "allow"),
        ("write /home/me/.local/share/aside/scratch/s/a", "allow"),
        ("write /home/me/.local/share/aside/scratch/t/a", "deny"),
        ("write /home/me/.bashrc", "deny"),
        ("write /home/me/.bash_profile", "deny"),
        ("write /home/me/.config/fish/config.fish", "deny"),
        ("read /home/me/.bashrc", "allow"),
        ("write /etc/cron.d/x", "deny"),
        ("write /home/me/.config/systemd/user/x.service", "deny"),
        ("write /home/me/.ssh/authorized_keys", "deny"),
        ("write /home/me/.gitconfig", "deny"),
        ("write /home/me/project/.git/hooks/pre-commit", "deny"),
        ("write /home/me/project/.git/hooks", "deny"),
        ("write /home/me/project/.git/hooks/**", "deny"),
        ("write /home/me/project/.git/config", "deny"),
        ("write /home/me/project/vendor/x/.git/config", "deny"),
        (
            "write /home/me/project/.git/modules/x/hooks/post-checkout",
            "deny",
        ),
        ("write /srv/more/.git/config", "deny"),
        ("write /srv/more/.git/commondir", "deny"),
        ("write /srv/more/sub/.git", "deny"),
        ("write /srv/more/.gitignore", "allow"),
        ("read /home/me/project/.git/config", "allow"),
        // What Git itself does.
        ("write /home/me/project/.git/**", "allow"),
        ("write /home/me/project/.git/index", "allow"),
        ("write /home/me/project/**", "allow"),
        // What may hold secrets is asked about.
        ("read /home/me/**", "ask"),
        ("read /**", "ask"),
        ("read /etc/**", "ask"),
        ("read /usr/**", "allow"),
    ] {
        for mode in [Ask, AcceptEdits, Full] {
            check(text, &RULES, mode, expected);
        }
    }
}

#[test]
fn a_workspace_in_the_home_folder_itself_keeps_its_secrets() {
    let places = Places {
        roots: vec!["/home/me".into()],
        ..places()
    };
    for (text, expected) in [
        ("write /home/me/a", "allow"),
        ("write /home/me", "deny"),
        ("write /home/me/**", "deny"),
        ("write /home/me/.zshrc", "deny"),
        ("read /home/me/.ssh/id", "deny"),
        ("read /home/me/**", "ask"),
        ("read /home/me/a", "allow"),
    ] {
        let judged = decide(&effect(text), &places, &[], Full);
        assert_eq!(word(&judged.decision), expected, "{text}");
    }
}

#[test]
fn case_folds_where_the_file_system_folds_it() {
    for (folds_case, expected) in [(true, "deny"), (false, "ask")] {
        let places = Places {
            folds_case,
            ..places()
        };
        let judged = decide(&effect("read /home/ME/.SSH/id"), &places, &[], Ask);
        assert_eq!(word(&judged.decision), expected);
    }
}

#[test]
fn without_a_home_folder_only_the_rest_is_denied() {
    let places = Places {
        home: None,
        ..places()
    };
    let judged = decide(&effect("read /home/me/.ssh/id"), &places, &[], Ask);
    assert_eq!(word(&judged.decision), "ask");
    let judged = decide(&effect("write /etc/cron.d/x"), &places, &[], Full);
    assert_eq!(word(&judged.decision), "deny");
}

#[test]
fn scratch_is_not_written_in_a_read_only_session() {
    let text = "write /home/me/.local/share/aside/scratch/s/a";
    check(text, &[], ReadOnly, "deny");
    check(text, &[], Ask, "allow");
}

#[test]
fn each_pattern_of_the_table_denies_what_it_names() {
    for denial in &DENIALS {
        for pattern in denial.patterns {
            let path = pattern.replace("/**", "").replace('*', "x");
            let path = match path.strip_prefix('~') {
                Some(rest) => format!("/home/me{rest}"),
                None if path.starts_with('/') => path,
                None => format!("/home/me/project/{path}"),
            };
            check(&format!("write {path}"), &RULES, Full, "deny");
            if denial.what == Use::Any {
                check(&format!("read {path}"), &RULES, Full, "deny");
            }
            let effect = RuleEffect::WritePath.word();
            super::rule(&format!("deny {effect} {pattern}"));
        }
    }
}
