//! Shell commands: any text, and what stands before and behind a removal.
#![no_main]
use std::path::{Path, PathBuf};

use aside_shell::{Analysis, Effect, Place, Target, analyse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|command: &str| {
    let alone = analyse_here(command);
    assert!(alone.effects.len() <= 256);
    let behind = analyse_here(&format!("{command}\nrm -rf zz"));
    assert!(
        !alone.is_whole || !behind.is_whole || writes(&behind),
        "{command:?}"
    );
    let before = analyse_here(&format!("rm -rf zz; {command}"));
    assert!(!before.is_whole || writes(&before), "{command:?}");
    assert!(!before.reads_only(), "{command:?}");
});

fn analyse_here(command: &str) -> Analysis {
    let roots = [PathBuf::from("/project")];
    let place = Place {
        cwd: Path::new("/project"),
        home: Some(Path::new("/home/me")),
        roots: &roots,
    };
    analyse(command, &place)
}

fn writes(analysis: &Analysis) -> bool {
    analysis.effects.iter().any(|effect| match effect {
        Effect::Write { path } => match path {
            Target::At(path) | Target::Beneath(path) => path.ends_with("zz"),
            Target::Unknown(text) => text == "zz",
        },
        Effect::Read { .. } | Effect::Run { .. } | Effect::Network { .. } => false,
    })
}
