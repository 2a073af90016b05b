//! Positions and text edits as an editor computes them, written apart from the server's own.
use serde_json::Value;

/// What `character` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    Utf16,
    /// Code points.
    Utf32,
}

impl Encoding {
    /// From the name on the wire; LSP's default where there is none.
    pub fn from_wire(name: Option<&str>) -> Self {
        match name {
            Some("utf-8") => Self::Utf8,
            Some("utf-32") => Self::Utf32,
            Some("utf-16") | None => Self::Utf16,
            Some(other) => panic!("the server chose the position encoding {other:?}"),
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    /// How long a text without line breaks is.
    pub fn measure(self, text: &str) -> usize {
        text.chars().map(|character| self.width(character)).sum()
    }
}

/// The byte offsets at which the lines of a text begin. LSP breaks lines at LF, CR LF and CR.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (index, byte) in bytes.iter().enumerate() {
        let is_break = match byte {
            b'\n' => true,
            b'\r' => bytes.get(index + 1) != Some(&b'\n'),
            _ => false,
        };
        if is_break {
            starts.push(index + 1);
        }
    }
    starts
}

/// The byte offset of an LSP position.
///
/// # Errors
///
/// A sentence, for a position that is not in the text or splits a character.
pub fn offset(text: &str, position: &Value, encoding: Encoding) -> Result<usize, String> {
    let line = number(&position["line"])?;
    let column = number(&position["character"])?;
    let starts = line_starts(text);
    if line == starts.len() && column == 0 {
        return Ok(text.len());
    }
    let start = *starts
        .get(line)
        .ok_or_else(|| format!("line {line} of a text of {} lines", starts.len()))?;
    let end = starts.get(line + 1).copied().unwrap_or(text.len());
    let content = text[start..end].trim_end_matches(['\r', '\n']);
    let mut counted = 0;
    for (index, character) in content.char_indices() {
        if counted == column {
            return Ok(start + index);
        }
        counted += encoding.width(character);
    }
    if counted == column {
        return Ok(start + content.len());
    }
    Err(format!(
        "character {column} of line {line} ({content:?}) is outside it or inside a character"
    ))
}

/// The same, for an editor that takes the nearest place where there is none.
pub fn nearest_offset(text: &str, position: &Value, encoding: Encoding) -> usize {
    let starts = line_starts(text);
    let line = number(&position["line"]).unwrap_or(usize::MAX);
    let Some(&start) = starts.get(line) else {
        return text.len();
    };
    let end = starts.get(line + 1).copied().unwrap_or(text.len());
    let content = text[start..end].trim_end_matches(['\r', '\n']);
    let column = number(&position["character"]).unwrap_or(usize::MAX);
    let mut counted = 0;
    for (index, character) in content.char_indices() {
        if counted >= column {
            return start + index;
        }
        counted += encoding.width(character);
    }
    start + content.len()
}

/// The LSP position of a byte offset.
pub fn position(text: &str, offset: usize, encoding: Encoding) -> Value {
    let starts = line_starts(text);
    let line = starts.partition_point(|start| *start <= offset) - 1;
    let column = encoding.measure(&text[starts[line]..offset]);
    serde_json::json!({"line": line, "character": column})
}

/// What an editor does with a position that is not in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misplaced {
    /// Refuses the edit.
    Refused,
    /// Takes the nearest place.
    Nearest,
}

/// Applies the text edits of one document, all positions taken in the text before them. Gives
/// the text after each of them, the last place of the document first.
///
/// # Errors
///
/// A sentence, for edits that overlap or positions that are not in the text.
pub fn apply_edits(
    text: &str,
    edits: &[Value],
    encoding: Encoding,
    misplaced: Misplaced,
) -> Result<Vec<String>, String> {
    let place = |position: &Value| match misplaced {
        Misplaced::Refused => offset(text, position, encoding),
        Misplaced::Nearest => Ok(nearest_offset(text, position, encoding)),
    };
    let mut ranges = Vec::new();
    for edit in edits {
        let start = place(&edit["range"]["start"])?;
        let end = place(&edit["range"]["end"])?;
        let new_text = edit["newText"].as_str().ok_or("a text edit without text")?;
        if start > end {
            return Err(format!("a text edit that ends before it starts: {edit}"));
        }
        ranges.push((start, end, new_text));
    }
    ranges.sort_by_key(|(start, end, _)| (*start, *end));
    let overlap = ranges.windows(2).any(|pair| pair[1].0 < pair[0].1);
    if overlap && misplaced == Misplaced::Refused {
        return Err("text edits that overlap".to_owned());
    }
    let mut steps = Vec::new();
    let mut now = text.to_owned();
    for (start, end, new_text) in ranges.into_iter().rev() {
        now.replace_range(start..end.min(now.len()).max(start), new_text);
        steps.push(now.clone());
    }
    Ok(steps)
}

fn number(value: &Value) -> Result<usize, String> {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| format!("a position that is not a number: {value}"))
}
