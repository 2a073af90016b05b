//! `list_directory`: what is in a folder.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aside_agent::host::{Document, WorkspacePath};
use aside_agent::item::{Location, ToolKind};
use aside_agent::permission::Effect;
use aside_agent::tool::{Arguments, Outcome, ToolContext, ToolError, ToolOutput};
use serde::Deserialize;

use crate::blocking::{Stop, cancelled};
use crate::builtin::Builtin;
use crate::overlay::Overlay;
use crate::text::count;
use crate::{blocking, definition, nearby, text, walk};

/// How many entries are shown.
pub(crate) const MAX_SHOWN: usize = 500;
/// How many entries are counted.
const MAX_COUNTED: usize = 50_000;
/// How deep a listing goes at most.
pub(crate) const MAX_DEPTH: u64 = 10;

/// The arguments of `list_directory`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Args {
    path: Option<String>,
    depth: Option<u64>,
}

pub(crate) struct ListDirectory;

impl Builtin for ListDirectory {
    type Args = Args;
    const NAME: &'static str = "list_directory";
    const KIND: ToolKind = ToolKind::Read;
    const DESCRIPTION: &'static str = include_str!("../descriptions/list_directory.md");
    const SCHEMA: &'static str = include_str!("../descriptions/list_directory.json");

    fn title(arguments: &Arguments) -> String {
        match definition::word(arguments, "path") {
            None | Some(".") => "List the workspace".to_owned(),
            Some(path) => text::title(&format!("List {path}")),
        }
    }

    fn effects(args: &Args, context: &ToolContext) -> Result<Vec<Effect>, ToolError> {
        definition::reads(args.folder(), context)
    }

    fn run(
        args: Args,
        context: ToolContext,
    ) -> impl Future<Output = Result<Outcome, ToolError>> + Send + 'static {
        list(args, context)
    }
}

impl Args {
    fn folder(&self) -> &str {
        match self.path.as_deref() {
            None | Some("") => ".",
            Some(path) => path,
        }
    }
}

async fn list(args: Args, context: ToolContext) -> Result<Outcome, ToolError> {
    let base = context.files.resolve(args.folder())?;
    let depth = usize::try_from(args.depth.unwrap_or(1).clamp(1, MAX_DEPTH)).unwrap_or(1);
    let open = context.files.open_documents();
    let folder = base.clone();
    let listing = blocking::run(&context.cancel, move |stop| {
        collect(&folder, depth, &open, stop)
    });
    let Some(entries) = listing.await? else {
        let otherwise = "Use list_directory on a folder above it, or glob.";
        return Err(nearby::missing(&base, &context, otherwise).await);
    };
    let mut text = show(&base, &entries);
    if args.folder() == "." {
        for root in context.files.roots().iter().skip(1) {
            text.push_str(&format!("\n[Another workspace folder: {}]", root.display()));
        }
    }
    Ok(Outcome::Done(ToolOutput {
        text,
        extra: Vec::new(),
        locations: vec![Location {
            path: base.absolute().to_owned(),
            lines: None,
        }],
        ..ToolOutput::default()
    }))
}

/// What an entry is, as far as it shows.
enum Entry {
    File,
    Folder,
    Link(PathBuf),
}

type Entries = BTreeMap<PathBuf, Entry>;

/// The entries by their paths below the folder; none where there is no such folder.
fn collect(
    base: &WorkspacePath,
    depth: usize,
    open: &[Document],
    stop: &Stop,
) -> Result<Option<Entries>, ToolError> {
    let folder = base.absolute();
    let overlay = Overlay::new(folder, open);
    let mut entries = Entries::new();
    for (relative, _) in overlay.unsaved(folder) {
        add_unsaved(&mut entries, relative, depth);
    }
    match folder.metadata() {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            return Err(ToolError(format!(
                "{} is a file, not a folder. Use read_file to read it.",
                base.display()
            )));
        }
        Err(_) if entries.is_empty() => return Ok(None),
        Err(_) => return Ok(Some(entries)),
    }
    // A folder that cannot be read is an error; one below it is only left out.
    folder.read_dir().map_err(|error| {
        ToolError(format!(
            "{} cannot be listed: {error}. Try another folder.",
            base.display()
        ))
    })?;
    for entry in walk::walk(folder)
        .max_depth(Some(depth))
        .build()
        .filter_map(Result::ok)
    {
        if stop.is_set() {
            return Err(cancelled());
        }
        if entry.depth() == 0 {
            continue;
        }
        if entries.len() >= MAX_COUNTED {
            break;
        }
        let kind = match entry.file_type() {
            Some(kind) if kind.is_dir() => Entry::Folder,
            Some(kind) if kind.is_symlink() => {
                Entry::Link(entry.path().read_link().unwrap_or_default())
            }
            Some(_) | None => Entry::File,
        };
        entries.insert(walk::below(folder, entry.path()).to_owned(), kind);
    }
    Ok(Some(entries))
}

/// Adds a file that is only in the editor, and the folders above it.
fn add_unsaved(entries: &mut Entries, relative: &Path, depth: usize) {
    let mut path = PathBuf::new();
    let parts = relative.components().count();
    for (index, part) in relative.components().take(depth).enumerate() {
        path.push(part);
        let kind = match index + 1 == parts {
            true => Entry::File,
            false => Entry::Folder,
        };
        entries.insert(path.clone(), kind);
    }
}

fn show(base: &WorkspacePath, entries: &Entries) -> String {
    if entries.is_empty() {
        return format!("[{} is empty.]", walk::display(base, Path::new("")));
    }
    let lines = entries.iter().take(MAX_SHOWN).map(|(path, entry)| {
        let path = walk::slashed(path);
        match entry {
            Entry::File => path,
            Entry::Folder => format!("{path}/"),
            Entry::Link(target) => format!("{path} -> {}", target.display()),
        }
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    let missing = entries.len().saturating_sub(MAX_SHOWN);
    if missing > 0 {
        let more = if entries.len() >= MAX_COUNTED {
            "or more "
        } else {
            ""
        };
        text.push_str(&format!(
            "\n[{} {more}not shown. List a subfolder, or use glob.]",
            count(missing, "entry", "entries"),
        ));
    }
    text
}
