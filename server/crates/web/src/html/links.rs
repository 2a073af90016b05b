//! Links that hold outside of their page.
use std::rc::Rc;

use htmd::Node;
use markup5ever_rcdom::NodeData;
use reqwest::Url;

use super::sink::name;

/// Bytes of one link. Longer ones carry their content in themselves.
pub(crate) const MAX_LINK: usize = 2_000;

/// Makes all links whole, and takes out those that lead nowhere.
pub(super) fn resolve(document: &Rc<Node>, url: &Url) {
    let base = base(document, url);
    let mut left = vec![Rc::clone(document)];
    while let Some(node) = left.pop() {
        if let NodeData::Element { attrs, .. } = &node.data {
            attrs.borrow_mut().retain_mut(|attribute| {
                let name = attribute.name.local.as_ref();
                if !matches!(name, "href" | "src") {
                    return true;
                }
                match resolved(&base, &attribute.value) {
                    Some(link) => {
                        attribute.value = link.into();
                        true
                    }
                    None => false,
                }
            });
        }
        left.extend(node.children.borrow().iter().cloned());
    }
}

fn resolved(base: &Url, link: &str) -> Option<String> {
    let link = link.trim();
    if link.is_empty() || link.len() > MAX_LINK {
        return None;
    }
    // Places on the page itself stay short.
    if link.starts_with('#') {
        return Some(link.to_owned());
    }
    let url = base.join(link).ok()?;
    let is_link = matches!(url.scheme(), "http" | "https" | "mailto" | "ftp");
    (is_link && url.as_str().len() <= MAX_LINK).then(|| url.to_string())
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
