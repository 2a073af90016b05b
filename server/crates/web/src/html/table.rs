//! Tables without padding: it costs tokens, and one wide cell would widen every row.
use std::rc::Rc;

use htmd::element_handler::{HandlerResult, Handlers};
use htmd::{Element, Node};

use super::sink::name;

/// Writes a table of data as rows of cells. One for layout, or within another, is written as the
/// blocks that it holds.
pub(super) fn handle(handlers: &dyn Handlers, element: Element) -> Option<HandlerResult> {
    let rows = rows(element.node);
    let has_heads = rows.iter().any(|row| !cells(row, "th").is_empty());
    if !has_heads || is_within_cell(element.node) {
        let blocks = handlers.walk_children(element.node).content;
        return Some(format!("\n\n{}\n\n", blocks.trim_matches('\n')).into());
    }
    let mut table = String::from("\n\n");
    for caption in children(element.node, "caption") {
        let caption = handlers.walk_children(&caption).content;
        table.push_str(&in_cell(&caption));
        table.push_str("\n\n");
    }
    let mut is_first = true;
    for row in rows {
        let cells = cells(&row, "");
        if cells.is_empty() {
            continue;
        }
        let count = cells.len();
        table.push('|');
        for cell in cells {
            table.push(' ');
            table.push_str(&in_cell(&handlers.walk_children(&cell).content));
            table.push_str(" |");
        }
        table.push('\n');
        if is_first {
            table.push('|');
            table.push_str(&" --- |".repeat(count));
            table.push('\n');
            is_first = false;
        }
    }
    table.push('\n');
    Some(table.into())
}

/// The rows of a table, also those in its head, bodies and foot.
fn rows(table: &Rc<Node>) -> Vec<Rc<Node>> {
    let mut rows = Vec::new();
    for child in table.children.borrow().iter() {
        match name(child) {
            Some("tr") => rows.push(Rc::clone(child)),
            Some("thead" | "tbody" | "tfoot") => rows.extend(children(child, "tr")),
            _ => {}
        }
    }
    rows
}

/// The cells of a row that have that name; all where it is empty.
fn cells(row: &Rc<Node>, wanted: &str) -> Vec<Rc<Node>> {
    let mut cells = Vec::new();
    for child in row.children.borrow().iter() {
        let Some(name @ ("th" | "td")) = name(child) else {
            continue;
        };
        if wanted.is_empty() || name == wanted {
            cells.push(Rc::clone(child));
        }
    }
    cells
}

fn children(node: &Rc<Node>, wanted: &str) -> Vec<Rc<Node>> {
    let children = node.children.borrow();
    let wanted = children.iter().filter(|child| name(child) == Some(wanted));
    wanted.cloned().collect()
}

fn is_within_cell(node: &Rc<Node>) -> bool {
    let mut node = Rc::clone(node);
    // The tree is not deep, which was checked.
    loop {
        let above = node.parent.take();
        node.parent.set(above.clone());
        let Some(above) = above.and_then(|above| above.upgrade()) else {
            return false;
        };
        if matches!(name(&above), Some("td" | "th")) {
            return true;
        }
        node = above;
    }
}

/// Text as it can stand in a cell.
fn in_cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !cell.is_empty() {
            cell.push(' ');
        }
        cell.push_str(&word.replace('|', "\\|"));
    }
    cell
}
