//! What of a page its reader came for.
use std::rc::Rc;

use htmd::Node;
use markup5ever_rcdom::NodeData;

use super::sink::name;

/// Characters of a title.
pub(crate) const MAX_TITLE: usize = 300;
/// The main part is taken for the page if it has at least one of so many characters.
const LEAST_SHARE: usize = 4;
/// What is around a page's content on every page of its site.
const AROUND: [&str; 3] = ["nav", "footer", "aside"];

/// The first title, in one line.
pub(super) fn title(document: &Rc<Node>) -> Option<String> {
    let mut left = vec![Rc::clone(document)];
    while let Some(node) = left.pop() {
        match name(&node) {
            Some("title") => {
                let text = text(&node);
                let words: Vec<&str> = text.split_whitespace().collect();
                let title: String = words.join(" ").chars().take(MAX_TITLE).collect();
                return (!title.is_empty()).then_some(title);
            }
            // Drawings have titles of their own.
            Some("svg" | "body") => {}
            _ => left.extend(node.children.borrow().iter().rev().cloned()),
        }
    }
    None
}

/// The part of the page with its content: the only `<main>` or `<article>` where it holds a good
/// share of the text, else the page without what is around it.
pub(super) fn of(document: &Rc<Node>) -> Rc<Node> {
    let all = length(document);
    for wanted in ["main", "article"] {
        if let Some(node) = only(document, wanted)
            && length(&node).saturating_mul(LEAST_SHARE) >= all
        {
            return node;
        }
    }
    let around: usize = AROUND
        .iter()
        .flat_map(|wanted| found(document, wanted))
        .map(|node| length(&node))
        .fold(0, usize::saturating_add);
    // Where little else is there, the links of a site are the page.
    if around.saturating_mul(2) < all {
        for wanted in AROUND {
            for node in found(document, wanted) {
                detach(&node);
            }
        }
    }
    Rc::clone(document)
}

fn detach(node: &Rc<Node>) {
    let parent = node.parent.take().and_then(|parent| parent.upgrade());
    if let Some(parent) = parent {
        parent
            .children
            .borrow_mut()
            .retain(|child| !Rc::ptr_eq(child, node));
    }
}

/// The only element of that name, or of that role for `main`.
fn only(document: &Rc<Node>, wanted: &str) -> Option<Rc<Node>> {
    let mut found = found(document, wanted);
    match found.len() {
        1 => found.pop(),
        _ => None,
    }
}

/// The outermost elements of that name.
fn found(document: &Rc<Node>, wanted: &str) -> Vec<Rc<Node>> {
    let mut found = Vec::new();
    let mut left = vec![Rc::clone(document)];
    while let Some(node) = left.pop() {
        if name(&node) == Some(wanted) || (wanted == "main" && has_role(&node, "main")) {
            found.push(node);
            continue;
        }
        left.extend(node.children.borrow().iter().cloned());
    }
    found
}

fn has_role(node: &Node, role: &str) -> bool {
    let NodeData::Element { attrs, .. } = &node.data else {
        return false;
    };
    let attrs = attrs.borrow();
    attrs
        .iter()
        .any(|it| it.name.local.as_ref() == "role" && it.value.as_ref() == role)
}

/// Bytes of text in it that are not white space, those for browsers left out.
fn length(node: &Rc<Node>) -> usize {
    let mut length = 0_usize;
    each_text(node, |text| {
        let letters = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
        length = length.saturating_add(letters.count());
    });
    length
}

fn text(node: &Rc<Node>) -> String {
    let mut all = String::new();
    each_text(node, |text| all.push_str(text));
    all
}

fn each_text(node: &Rc<Node>, mut take: impl FnMut(&str)) {
    let mut left = vec![Rc::clone(node)];
    while let Some(node) = left.pop() {
        if let NodeData::Text { contents } = &node.data {
            take(&contents.borrow());
        }
        if !matches!(name(&node), Some("script" | "style" | "noscript" | "svg")) {
            left.extend(node.children.borrow().iter().rev().cloned());
        }
    }
}
