//! `aside auth add`: a key is asked for without showing it, and kept.
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aside_keys::{Ask, Key, KeyError, Passphrase, Place, Prompt, Stored};
use aside_llm::catalog::provider;
use zeroize::Zeroizing;

use super::{blocking, check_provider, failed, name_of, origin, store};
use crate::cli::context::Context;
use crate::cli::hidden::{self, Typed};
use crate::cli::terminal::{self, Style};
use crate::cli::{Failure, exit};
use crate::keys::Kind;

/// How often a new passphrase is asked for that was not typed the same twice.
const MAX_TRIES: usize = 3;

/// Who takes an OAuth token in place of a key, beside providers of the user's own.
const TOKEN_TAKERS: [&str; 3] = ["anthropic", "azure", "vertex"];

/// Keeps a key or a token.
pub(super) async fn add(
    context: &Context,
    id: &str,
    stdin: bool,
    kind: Kind,
) -> Result<u8, Failure> {
    check_provider(context, id)?;
    if kind == Kind::Token && provider(id).is_some() && !TOKEN_TAKERS.contains(&id) {
        return Err(Failure::usage(format!(
            "{} takes a key, not a token. Leave --token out.",
            name_of(id)
        )));
    }
    let question = format!("{} of {} (not shown): ", title(kind), name_of(id));
    let is_piped = stdin || !terminal::is_interactive();
    if !is_piped
        && let Some(url) = provider(id).map(|spec| spec.key_url)
        && !url.is_empty()
    {
        terminal::note(&format!("Keys are made at {url}"), Style::Dim);
    }
    let typed = blocking(move || {
        if is_piped {
            return hidden::piped_line(io::stdin().lock()).map(Typed::Line);
        }
        hidden::ask(&question)
    });
    let what = kind.word();
    let text = match typed.await? {
        Ok(Typed::Line(text)) => text,
        Ok(Typed::Cancelled) => return failed(KeyError::Cancelled),
        Err(error) => {
            return Err(Failure::failed(format!(
                "The {what} cannot be read: {error}."
            )));
        }
    };
    let key = match Key::new(text) {
        Ok(key) => key,
        Err(error) => return failed(error),
    };
    crate::redact::register(key.expose());
    let person = Arc::new(Person::default());
    let (store, name, asked) = (store(context), kind.name(id), Arc::clone(&person));
    match blocking(move || store.set(&name, &key, &*person)).await? {
        Ok(stored) => told(context, id, kind, &stored, asked.was_asked())?,
        Err(error) => return failed(error),
    }
    Ok(exit::DONE)
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Key => "Key",
        Kind::Token => "Token",
    }
}

/// Says where the key is, and what is next.
fn told(
    context: &Context,
    id: &str,
    kind: Kind,
    stored: &Stored,
    was_asked: bool,
) -> Result<(), Failure> {
    let mut place = stored.place.to_string();
    if let Some(file) = &stored.file {
        place.push_str(&format!(" {}", file.display()));
    }
    let said = format!("The {} of {} is in {place}.", kind.word(), name_of(id));
    terminal::line(&said, Style::Plain)?;
    if let Some(why) = &stored.no_keyring {
        let why = format!("It is not in the system's keyring: {}", short(why));
        terminal::note(&why, Style::Dim);
    }
    if let Some(path) = &stored.made_passphrase {
        let note = format!(
            "The file's passphrase was made at random and is in {}, for you alone to read. That \
             keeps keys out of copies and backups of the data folder, not from programs that run \
             as you.",
            path.display()
        );
        terminal::note(&note, Style::Plain);
    } else if was_asked && stored.place == Place::File {
        let note = "Editors start Aside with nobody to ask: have them set ASIDE_PASSPHRASE, or \
                    ASIDE_PASSPHRASE_FILE to a file that holds it.";
        terminal::note(note, Style::Plain);
    }
    if let Some(error) = &stored.left_behind {
        let note = format!("The one before could not be removed from where it was. {error}");
        terminal::note(&crate::redact::redact(&note), Style::Red);
    }
    let first = [kind, Kind::Key].into_iter();
    if let Some(origin) = first.filter_map(|kind| origin(context, id, kind)).next() {
        let note = format!("It is not used as long as there is one from {origin}.");
        terminal::note(&note, Style::Bold);
    }
    terminal::note(&format!("Next: aside auth test {id}"), Style::Dim);
    Ok(())
}

/// The reason alone: that there is a setting for it helps nobody whose key is safe already.
fn short(error: &KeyError) -> String {
    match error {
        KeyError::NoKeyring { why } | KeyError::Keyring { why } => format!("{why}."),
        error => error.to_string(),
    }
}

/// Whoever sits at the terminal, asked for the passphrase of the encrypted file.
#[derive(Default)]
pub(super) struct Person {
    asked: AtomicBool,
}

impl Person {
    fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }

    fn ask(&self, question: &str) -> Result<Zeroizing<String>, KeyError> {
        self.asked.store(true, Ordering::Release);
        match hidden::ask(question) {
            Ok(Typed::Line(line)) => Ok(line),
            Ok(Typed::Cancelled) => Err(KeyError::Cancelled),
            Err(_) => Err(KeyError::Declined),
        }
    }
}

impl Prompt for Person {
    fn passphrase(&self, ask: Ask, file: &Path) -> Result<Option<Passphrase>, KeyError> {
        // What is asked is written where errors go; the answer comes from the terminal itself,
        // as standard input may be the pipe that the key came from.
        if !io::stderr().is_terminal() || !hidden::is_possible() {
            return Err(KeyError::NoPassphrase {
                file: file.to_owned(),
            });
        }
        match ask {
            Ask::Known => self
                .ask("Passphrase of the file of keys (not shown): ")
                .map(Passphrase::new),
            Ask::New => self.new_passphrase(file),
        }
    }
}

impl Person {
    fn new_passphrase(&self, file: &Path) -> Result<Option<Passphrase>, KeyError> {
        let note = format!(
            "Keys go into an encrypted file, which needs a passphrase whenever Aside reads them. \
             Press Enter to have one made at random and kept in {}.",
            file.display()
        );
        terminal::note(&note, Style::Plain);
        for _ in 0..MAX_TRIES {
            let one = self.ask("New passphrase (not shown): ")?;
            if one.is_empty() {
                return Ok(None);
            }
            if *one == *self.ask("The same again: ")? {
                // One that is too long is no answer.
                return Passphrase::new(one).map(Some).ok_or(KeyError::Declined);
            }
            terminal::note("These two are not the same.", Style::Red);
        }
        Err(KeyError::Declined)
    }
}
