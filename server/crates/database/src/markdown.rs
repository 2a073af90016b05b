//! A schema as Markdown for the model.
use std::fmt::Write;

use crate::{Schema, Table};

impl Schema {
    /// The schema as Markdown, at most `max_bytes` long: tables beyond that are only named, as
    /// far as there is room.
    #[must_use]
    pub fn to_markdown(&self, max_bytes: usize) -> String {
        let mut text = format!("# {}", self.engine.name());
        if !self.version.is_empty() {
            let _ = write!(text, " ({})", in_line(&self.version));
        }
        text.push('\n');
        if self.tables.is_empty() {
            text.push_str("\nThere are no tables.\n");
        }
        let sections: Vec<String> = self.tables.iter().map(section).collect();
        let all: usize = sections.iter().map(String::len).sum();
        let is_whole = self.others.is_empty() && !self.is_cut && text.len() + all <= max_bytes;
        // The names of those that are left out need some room as well.
        let room = match is_whole {
            true => max_bytes,
            false => max_bytes / 4 * 3,
        };
        let mut shown = 0;
        for section in &sections {
            if text.len() + section.len() > room {
                break;
            }
            text.push_str(section);
            shown += 1;
        }
        let left_out: Vec<&str> = self.tables[shown..]
            .iter()
            .map(|table| table.name.as_str())
            .chain(self.others.iter().map(String::as_str))
            .collect();
        if self.is_cut {
            text.push_str("\nThere is more than is shown here. Ask for single tables.\n");
        }
        if !left_out.is_empty() {
            let count = left_out.len();
            let names = in_line(&left_out.join(", "));
            let _ = writeln!(text, "\n{count} more, to be asked for by name: {names}");
        }
        if text.len() > max_bytes {
            text.truncate(text.floor_char_boundary(max_bytes));
        }
        text
    }
}

fn section(table: &Table) -> String {
    let mut text = format!("\n## {} ({}", in_line(&table.name), table.kind.words());
    if let Some(rows) = table.rows {
        let _ = write!(text, ", about {rows} rows");
    }
    text.push_str(")\n\n");
    if !table.comment.is_empty() {
        let _ = write!(text, "{}\n\n", in_line(&table.comment));
    }
    if !table.problem.is_empty() {
        let _ = write!(text, "It cannot be read: {}\n\n", in_line(&table.problem));
    }
    if !table.columns.is_empty() {
        text.push_str("| column | type | null | default | comment |\n");
        text.push_str("| --- | --- | --- | --- | --- |\n");
    }
    for column in &table.columns {
        let is_nullable = if column.is_nullable { "yes" } else { "no" };
        let cells = [
            &column.name,
            &column.kind,
            is_nullable,
            &column.default,
            &column.comment,
        ];
        text.push('|');
        for cell in cells {
            let _ = write!(text, " {} |", in_line(cell).replace('|', "\\|"));
        }
        text.push('\n');
    }
    if !table.keys.is_empty() || !table.indexes.is_empty() {
        text.push('\n');
    }
    for key in &table.keys {
        let definition = in_line(&key.definition);
        let _ = writeln!(text, "- {} {definition}", key.kind.words());
    }
    for index in &table.indexes {
        let kind = match index.is_unique {
            true => "unique index",
            false => "index",
        };
        let definition = in_line(&index.definition);
        let _ = writeln!(text, "- {kind} {} {definition}", in_line(&index.name));
    }
    text
}

/// A name may hold anything, line breaks too.
fn in_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}
