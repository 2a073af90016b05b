//! Links that hold outside of their page.
use std::rc::Rc;

use htmd::Node;
use markup5ever_rcdom::NodeData;
use reqwest::Url;

use super::sink::name;

/// Bytes of one link. Longer ones carry their content in themselves.
pub(crate) const MAX_LINK: usize = 2_000;
/// Bytes of a link's text that may be nothing but a mark.
const MAX_MARK: usize = 8;

/// What headings are followed or begun by, to be clicked on.
const MARKS: [&str; 4] = ["§", "¶", "#", "\u{200b}"];

/// Makes all links whole, and takes out those that lead nowhere: links without a text, and those
/// to places on the page itself, which a reader of Markdown cannot follow.
pub(super) fn resolve(document: &Rc<Node>, url: &Url) {
    let base = base(document, url);
    let mut marks = Vec::new();
    let mut left = vec![Rc::clone(document)];
    while let Some(node) = left.pop() {
        if let NodeData::Element { attrs, .. } = &node.data {
            let is_anchor = name(&node) == Some("a");
            let text = if is_anchor { text(&node) } else { None };
            let is_empty = is_anchor && text.as_deref() == Some("");
            let mut is_here = false;
            attrs.borrow_mut().retain_mut(|attribute| {
                match attribute.name.local.as_ref() {
                    "href" | "src" => {}
                    // It says in other words what the link says.
                    "title" => return false,
                    _ => return true,
                }
                match resolved(&base, &attribute.value) {
                    Some(link) => {
                        is_here = is_anchor && leads_here(&link, url);
                        attribute.value = link.to_string().into();
                        !is_here && !is_empty
                    }
                    None => false,
                }
            });
            if is_here && text.is_some_and(|text| MARKS.contains(&text.as_str())) {
                marks.push(Rc::clone(&node));
            }
        }
        left.extend(node.children.borrow().iter().cloned());
    }
    for mark in marks {
        mark.children.borrow_mut().clear();
    }
}

/// Whether the link leads to a place on the page.
fn leads_here(link: &Url, url: &Url) -> bool {
    let mut link = link.clone();
    let mut url = url.clone();
    let has_place = link.fragment().is_some();
    link.set_fragment(None);
    url.set_fragment(None);
    has_place && link == url
}

/// A link's text if it is short, without white space. `None` where it is longer, or a picture.
fn text(node: &Rc<Node>) -> Option<String> {
    let mut text = String::new();
    let mut left = vec![Rc::clone(node)];
    while let Some(node) = left.pop() {
        if let NodeData::Text { contents } = &node.data {
            text.push_str(contents.borrow().trim());
        }
        if text.len() > MAX_MARK || matches!(name(&node), Some("img" | "svg")) {
            return None;
        }
        left.extend(node.children.borrow().iter().cloned());
    }
    Some(text)
}

fn resolved(base: &Url, link: &str) -> Option<Url> {
    let link = link.trim();
    if link.is_empty() || link.len() > MAX_LINK {
        return None;
    }
    let url = base.join(link).ok()?;
    let is_link = matches!(url.scheme(), "http" | "https" | "mailto" | "ftp");
    (is_link && url.as_str().len() <= MAX_LINK).then_some(url)
}

/// What links are relative to: the first `<base href>`, or the page.
fn base(document: &Rc<Node>, url: &Url) -> Url {
    let mut left = vec![Rc::clone(document)];
    while let Some(node) = left.pop() {
        if let NodeData::Element { attrs, .. } = &node.data
            && name(&node) == Some("base")
        {
            let attrs = attrs.borrow();
            let href = attrs.iter().find(|it| it.name.local.as_ref() == "href");
            let base = href.and_then(|href| url.join(href.value.trim()).ok());
            if let Some(base) = base.filter(|base| matches!(base.scheme(), "http" | "https")) {
                return base;
            }
        }
        // In the order of the page.
        left.extend(node.children.borrow().iter().rev().cloned());
    }
    url.clone()
}
